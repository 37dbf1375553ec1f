"""What a root holder reads before signing: everything that changes, in sentences, and no line that a name forged."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from lero_contract.roster import Keeper, NodeEntry, Organisation, Party, RootSet, Roster, SealingKey
from lero_contract.roster_changes import differences, short_name
from support.requests import DAY_S, ISSUED_S

A, B, C = (bytes([n]) * 32 for n in (1, 2, 3))
NAMES = {"E06000061": "North Northamptonshire", "E06000062": "West Northamptonshire", "sex": "Sex"}
NODE = NodeEntry("harbour", "harbour-org", A, ("E06000061",), ("sex",), 19_814, 120)  # 2024-04-01
SEALING = SealingKey(20_544, 20_633, C)
OLD = Roster(
    "lero-test",
    5,
    ISSUED_S,
    ISSUED_S + 90 * DAY_S,
    RootSet(1, 2, (A, B)),
    (Organisation("harbour-org", "Harbour", 20_000), Organisation("body", "The body", 20_000)),
    (NODE,),
    (Party("asker", "body", A),),
    (Party("press", "body", B),),
    True,
    (Keeper("holder", "body", C, (SEALING,)),),
)
NEW = replace(OLD, version=6)
LIFE = (
    "Issued 2026-03-31 23:33 UTC, good until 2026-06-29 23:33 UTC. The one before was good until 2026-06-29 23:33 UTC."
)


def told(new: Roster, old: Roster | None = OLD) -> list[str]:
    """All sentences but the one about the roster's life, which is always there."""
    *found, life = differences(old, new, NAMES)
    assert life.startswith("Issued ")
    return found


def with_node(**changes: object) -> Roster:
    return replace(NEW, nodes=(replace(NODE, **changes),))  # type: ignore[arg-type]


def test_a_roster_that_changes_nothing_says_how_long_it_is_good() -> None:
    assert differences(OLD, NEW, NAMES) == [LIFE]


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (replace(NEW, nodes=()), "The node harbour is taken off."),
        (with_node(identity_key=B), f"The node harbour HAS ANOTHER KEY: {short_name(B)} instead of {short_name(A)}."),
        (with_node(areas=("E06000061", "E06000062")), "The node harbour now serves West Northamptonshire."),
        (with_node(collects=()), "The node harbour no longer collects Sex."),
        (with_node(complete_from_day=19_815), "The node harbour is complete from 2024-04-02 instead of 2024-04-01."),
        (with_node(public_members=90), "The node harbour states 90 members in public instead of 120."),
        (
            with_node(organisation_id="body"),
            "The node harbour belongs to another organisation: body instead of harbour-org.",
        ),
        (
            replace(NEW, analysts=(*OLD.analysts, Party("new", "body", C))),
            f"The analyst new is added: of body; key {short_name(C)}.",
        ),
        (replace(NEW, publishers=()), "The publisher press is taken off."),
        (
            replace(NEW, analysts=(Party("asker", "body", C),)),
            f"The analyst asker HAS ANOTHER KEY: {short_name(C)} instead of {short_name(A)}.",
        ),
        (replace(NEW, keepers=()), "The keeper holder is taken off."),
        (
            replace(NEW, keepers=(Keeper("holder", "body", C),)),
            f"The keeper holder has other sealing keys: none instead of {C.hex()} from 2026-04-01 to 2026-06-29.",
        ),
        (
            replace(NEW, organisations=(Organisation("harbour-org", "Harbour", 19_000), OLD.organisations[1])),
            "The organisation harbour-org was first listed on 2022-01-08 instead of 2024-10-04.",
        ),
        (
            replace(NEW, organisations=(Organisation("harbour-org", "Haven", 20_000), OLD.organisations[1])),
            "The organisation harbour-org has another name: “Haven” instead of “Harbour”.",
        ),
        (replace(NEW, synthetic=False), "It is of real LEROs. The one before was not."),
        (replace(NEW, version=9), "Its version is 9, the one before is 5."),
        (replace(NEW, federation_id="other"), "It is of another federation: other instead of lero-test."),
        (
            replace(NEW, roots=RootSet(2, 1, (C,))),
            f"THE ROOTS CHANGE from root set 1 (any 2 of {short_name(A)}, {short_name(B)}) to root set 2 "
            f"(any 1 of {short_name(C)}).",
        ),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_one_change_is_one_sentence(new: Roster, sentence: str) -> None:
    assert told(new) == [sentence]


def test_a_new_node_is_told_with_all_that_is_listed_of_it() -> None:
    entry = NodeEntry("quay", "harbour-org", B, ("E06000061", "E06000062"), (), 19_814, 0)
    assert told(replace(NEW, nodes=(NODE, entry))) == [
        f"The node quay is added: of harbour-org; key {short_name(B)}; serves North Northamptonshire, "
        "West Northamptonshire; collects nothing; complete from 2024-04-01; 0 members in public."
    ]


def test_a_first_roster_is_told_whole() -> None:
    found = told(replace(OLD, version=1), None)
    assert found[0] == "This is a first roster, version 1 of lero-test. It is of made-up LEROs."
    assert found[1] == f"It is under root set 1 (any 2 of {short_name(A)}, {short_name(B)})."
    assert [line.split(" is added")[0] for line in found[2:]] == [
        "The organisation body",
        "The organisation harbour-org",
        "The node harbour",
        "The analyst asker",
        "The publisher press",
        "The keeper holder",
    ]


CHANGED: dict[str, object] = {
    "federation_id": "other",
    "version": 7,
    "issued_at_s": ISSUED_S + DAY_S,
    "expires_at_s": ISSUED_S + 91 * DAY_S,
    "roots": RootSet(2, 1, (A, B)),
    "organisations": (*OLD.organisations, Organisation("more", "More", 1)),
    "nodes": (),
    "analysts": (),
    "publishers": (),
    "keepers": (),
    "synthetic": False,
}
PARTS: dict[str, tuple[NodeEntry | Party | Keeper, dict[str, object]]] = {
    "nodes": (
        NODE,
        {
            "node_id": "x",
            "organisation_id": "body",
            "identity_key": B,
            "areas": ("E06000062",),
            "collects": (),
            "complete_from_day": 1,
            "public_members": 1,
        },
    ),
    "analysts": (OLD.analysts[0], {"party_id": "x", "organisation_id": "harbour-org", "public_key": C}),
    "keepers": (
        OLD.keepers[0],
        {"keeper_id": "x", "organisation_id": "harbour-org", "identity_key": A, "sealing_keys": ()},
    ),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Roster)])
def test_no_part_of_a_roster_changes_unsaid(name: str) -> None:
    assert differences(OLD, replace(NEW, **{name: CHANGED[name]}), NAMES) != [LIFE]  # type: ignore[arg-type]


@pytest.mark.parametrize("role", sorted(PARTS))
def test_no_part_of_an_entry_changes_unsaid(role: str) -> None:
    entry, changed = PARTS[role]
    assert set(changed) == {field.name for field in fields(entry)}
    for name, value in changed.items():
        other = replace(entry, **{name: value})  # type: ignore[arg-type]
        assert told(replace(NEW, **{role: (other,)})), name  # type: ignore[arg-type]


def test_a_name_cannot_forge_a_line_or_hide_one() -> None:
    name = "Haven\nThe analyst asker is taken off.\x1b[2K\u202e"
    [line] = told(replace(NEW, organisations=(Organisation("harbour-org", name, 20_000), OLD.organisations[1])))
    assert line.isprintable()
    assert "Haven\N{REPLACEMENT CHARACTER}The analyst" in line


def test_a_letter_that_could_pass_for_another_is_shown_by_its_number() -> None:
    """A Cyrillic a, a quotation mark that would end the name, and a letter that shows nothing; accents are letters."""
    name = "H\u0430rbour\u201d, first listed\u3164 Tŷ’r Łódź"
    [line] = told(replace(NEW, organisations=(Organisation("harbour-org", name, 20_000), OLD.organisations[1])))
    assert "“H[U+0430]rbour[U+201D], first listed[U+3164] Tŷ’r Łódź”" in line


def test_dates_that_no_calendar_has_are_told_as_numbers() -> None:
    assert told(with_node(complete_from_day=10**9)) == [
        "The node harbour is complete from day 1000000000 instead of 2024-04-01."
    ]
    far = replace(NEW, expires_at_s=2**60)
    assert f"good until second {2**60}." in differences(OLD, far, NAMES)[-1]
