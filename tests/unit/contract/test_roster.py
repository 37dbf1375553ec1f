"""Who is believed: roots by threshold, versions never lower, one step at a time for roots, and not after expiry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_roster
from lero_contract.envelope import REQUEST, ROSTER, Envelope, key_id, open_one, public_bytes, sign
from lero_contract.errors import Malformed, OutOfTime, Unauthorised
from lero_contract.roster import (
    CLOCK_TOLERANCE_S,
    Held,
    Keeper,
    NodeEntry,
    Organisation,
    Party,
    RootSet,
    Roster,
    SealingKey,
    check_in_time,
    check_successor,
)
from support.requests import DAY_S, ISSUED_S, entry

FIRST = tuple(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
NEXT = tuple(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (4, 5, 6))
ROOTS = RootSet(1, 2, tuple(public_bytes(k) for k in FIRST))
NEXT_ROOTS = RootSet(2, 2, tuple(public_bytes(k) for k in NEXT))
EXPIRES_S = ISSUED_S + 90 * DAY_S
ORIGINAL = Roster(
    "lero-test",
    5,
    ISSUED_S,
    EXPIRES_S,
    ROOTS,
    (Organisation("harbour-org", "Harbour", 20_000), Organisation("body", "The body", 20_000)),
    (entry(),),
    (Party("asker", "body", b"a" * 32),),
    (Party("press", "body", b"p" * 32),),
    True,
)


def signed(roster: Roster, *keys: Ed25519PrivateKey) -> Envelope:
    return sign(ROSTER, encode_roster(roster), *keys)


HELD = Held(ORIGINAL, signed(ORIGINAL, *FIRST[:2]).digest)


def follow(
    roster: Roster, *keys: Ed25519PrivateKey, pinned: RootSet = ROOTS, held: Held | None = HELD, now_s: int = ISSUED_S
) -> None:
    check_successor(roster, signed(roster, *keys), pinned, held, now_s)


@pytest.mark.parametrize("version", [6, 7, 400])
def test_a_later_version_is_believed_also_when_some_were_skipped(version: int) -> None:
    follow(replace(ORIGINAL, version=version), *FIRST[:2])


def test_a_lower_version_is_refused() -> None:
    with pytest.raises(Unauthorised, match="older"):
        follow(replace(ORIGINAL, version=4), *FIRST)


def test_the_same_version_is_fine_when_it_is_the_same_and_refused_when_it_differs() -> None:
    follow(ORIGINAL, *FIRST[1:])
    with pytest.raises(Unauthorised, match="same version"):
        follow(replace(ORIGINAL, synthetic=False), *FIRST)


def test_fewer_signatures_than_the_threshold_are_refused() -> None:
    later = replace(ORIGINAL, version=6)
    for keys in (FIRST[:1], NEXT, (FIRST[0], *NEXT)):
        with pytest.raises(Unauthorised, match="enough"):
            follow(later, *keys)
    twice = signed(later, FIRST[0])
    with pytest.raises(Unauthorised, match="enough"):
        check_successor(later, replace(twice, signatures=twice.signatures * 2), ROOTS, HELD, ISSUED_S)


def test_another_federation_is_refused() -> None:
    with pytest.raises(Unauthorised, match="federation"):
        follow(replace(ORIGINAL, version=6, federation_id="lero-other"), *FIRST)


def test_roots_rotate_when_old_and_new_have_both_signed() -> None:
    rotated = replace(ORIGINAL, version=6, roots=NEXT_ROOTS)
    follow(rotated, *FIRST[:2], *NEXT[:2])
    for keys in (FIRST, (*FIRST, NEXT[0]), NEXT, (FIRST[0], *NEXT)):
        with pytest.raises(Unauthorised):
            follow(rotated, *keys)


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_root_set_that_is_not_the_next_is_refused(version: int) -> None:
    jumped = replace(ORIGINAL, version=6, roots=replace(NEXT_ROOTS, version=version))
    with pytest.raises(Unauthorised, match="next"):
        follow(jumped, *FIRST, *NEXT)


def test_a_lowered_threshold_is_a_new_root_set() -> None:
    with pytest.raises(Unauthorised, match="next"):
        follow(replace(ORIGINAL, version=6, roots=replace(ROOTS, threshold=1)), *FIRST)


def test_a_roster_is_believed_from_its_issue_to_its_expiry_give_or_take_the_clocks() -> None:
    for now_s in (ISSUED_S - CLOCK_TOLERANCE_S, ISSUED_S, EXPIRES_S, EXPIRES_S + CLOCK_TOLERANCE_S):
        check_in_time(ORIGINAL, now_s)
    for now_s in (ISSUED_S - CLOCK_TOLERANCE_S - 1, EXPIRES_S + CLOCK_TOLERANCE_S + 1):
        with pytest.raises(OutOfTime):
            check_in_time(ORIGINAL, now_s)


def test_an_expired_roster_is_refused() -> None:
    with pytest.raises(OutOfTime, match="expired"):
        follow(replace(ORIGINAL, version=6), *FIRST, now_s=EXPIRES_S + CLOCK_TOLERANCE_S + 1)


def test_a_computer_that_was_off_for_long_still_follows_the_roots_step_by_step() -> None:
    long_after_s = EXPIRES_S + 200 * DAY_S
    step = replace(ORIGINAL, version=6, roots=NEXT_ROOTS)
    follow(step, *FIRST[:2], *NEXT[:2], now_s=long_after_s)
    with pytest.raises(OutOfTime):  # and yet nobody is heard under it
        check_in_time(step, long_after_s)
    fresh = replace(step, version=9, issued_at_s=long_after_s, expires_at_s=long_after_s + DAY_S)
    held = Held(step, signed(step, *FIRST[:2], *NEXT[:2]).digest)
    follow(fresh, *NEXT[:2], pinned=NEXT_ROOTS, held=held, now_s=long_after_s)
    with pytest.raises(Unauthorised, match="enough"):  # the old roots alone say nothing any more
        follow(fresh, *FIRST, pinned=NEXT_ROOTS, held=held, now_s=long_after_s)


def test_a_step_of_the_roots_is_refused_before_its_time() -> None:
    with pytest.raises(OutOfTime, match="later than"):
        follow(replace(ORIGINAL, version=6, roots=NEXT_ROOTS), *FIRST, *NEXT, now_s=ISSUED_S - CLOCK_TOLERANCE_S - 1)


def test_a_root_set_two_steps_on_is_refused_whoever_signs() -> None:
    third = RootSet(3, 2, NEXT_ROOTS.public_keys)
    with pytest.raises(Unauthorised, match="next"):
        follow(replace(ORIGINAL, version=7, roots=third), *FIRST, *NEXT)


def test_a_key_swapped_inside_a_signed_roster_breaks_its_signatures() -> None:
    listed = replace(
        ORIGINAL, version=6, keepers=(Keeper("holder", "body", b"k" * 32, (SealingKey(1, 90, b"s" * 32),)),)
    )
    signatures = signed(listed, *FIRST[:2]).signatures
    keeper = listed.keepers[0]
    for other in (
        replace(listed, keepers=(replace(keeper, identity_key=b"x" * 32),)),
        replace(listed, keepers=(replace(keeper, sealing_keys=(SealingKey(1, 90, b"x" * 32),)),)),
        replace(listed, nodes=(replace(entry(), identity_key=b"x" * 32),)),
        replace(listed, analysts=(Party("asker", "body", b"x" * 32),)),
    ):
        with pytest.raises(Unauthorised, match="enough"):
            check_successor(other, Envelope(ROSTER, encode_roster(other), signatures), ROOTS, HELD, ISSUED_S)


def test_an_analyst_taken_off_signs_nothing_that_the_newer_roster_believes() -> None:
    revoked = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
    before = replace(ORIGINAL, analysts=(*ORIGINAL.analysts, Party("gone", "body", public_bytes(revoked))))
    asked = sign(REQUEST, b"a request", revoked)
    assert open_one(asked, REQUEST, before.analyst_keys)[0] == b"a request"
    with pytest.raises(Unauthorised):
        open_one(asked, REQUEST, ORIGINAL.analyst_keys)


def test_the_first_roster_of_all_has_nothing_to_follow() -> None:
    follow(replace(ORIGINAL, version=1), *FIRST[:2], held=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"nodes": (entry(), entry())},
        {"expires_at_s": ISSUED_S},
        {"organisations": ORIGINAL.organisations[1:]},
        {"analysts": (Party("asker", "nobody", b"a" * 32),)},
        {"publishers": (Party("press", "nobody", b"p" * 32),)},
    ],
)
def test_a_roster_that_contradicts_itself_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        replace(ORIGINAL, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("threshold", "keys"), [(0, ROOTS.public_keys), (4, ROOTS.public_keys), (1, ()), (2, (b"1" * 32, b"1" * 32))]
)
def test_a_root_set_that_cannot_be_reached_is_malformed(threshold: int, keys: tuple[bytes, ...]) -> None:
    with pytest.raises(Malformed):
        RootSet(1, threshold, keys)


@pytest.mark.parametrize(
    "changes",
    [
        {"node_id": "../etc"},
        {"node_id": ""},
        {"areas": ()},
        {"areas": ("E06000062", "E06000061")},
        {"areas": ("E06000062", "E06000062")},
        {"collects": ("sex", "area")},
    ],
)
def test_a_node_entry_that_breaks_a_rule_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        replace(entry(), **changes)  # type: ignore[arg-type]


def test_nodes_are_found_by_their_whole_name_only() -> None:
    found: NodeEntry = ORIGINAL.node("harbour")
    assert found == entry()
    for name in ("harbou", "harbour2", "", "quayside"):
        with pytest.raises(Unauthorised):
            ORIGINAL.node(name)


def test_analysts_and_publishers_are_two_lists() -> None:
    assert set(ORIGINAL.analyst_keys) == {key_id(b"a" * 32)}
    assert set(ORIGINAL.publisher_keys) == {key_id(b"p" * 32)}


@pytest.mark.parametrize(
    "changes",
    [
        {"organisations": (*ORIGINAL.organisations, Organisation("harbour-org", "Another", 1))},
        {"analysts": (Party("\u0430sker", "body", b"a" * 32),)},
        {"analysts": (Party("asker is taken off. The node x", "body", b"a" * 32),)},
        {"publishers": (Party("", "body", b"a" * 32),)},
        {"keepers": (Keeper("holder\n", "body", b"a" * 32),)},
        {"organisations": (*ORIGINAL.organisations, Organisation("\u0435vil", "Evil", 1))},
        {"federation_id": "lero test"},
    ],
    ids=str,
)
def test_a_name_is_there_once_and_looks_like_no_other(changes: dict[str, object]) -> None:
    """Of an organisation listed twice a holder would be shown one entry, and everybody else would use the other."""
    with pytest.raises(Malformed):
        replace(ORIGINAL, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["\u039506000061", "sex, joined", "", "a\nb"])
def test_a_node_lists_codes_and_no_other_text(code: str) -> None:
    with pytest.raises(Malformed):
        replace(entry(), collects=(code,))
