"""What the coordinator lists, takes in and takes off: nothing that a LERO would not believe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import RosterParcel, decode_roster
from lero_contract.envelope import key_id, public_bytes
from lero_contract.errors import Conflict, LeroError, Malformed, NotReady, OutOfTime, Unauthorised
from lero_contract.roster import Party
from lero_coordinator.countersigning import add_signature, read_proposed
from lero_coordinator.keys import ANALYST, KEEPER, PUBLISHER
from lero_coordinator.listing import (
    accept_roster,
    draft_roster,
    heard_keys,
    revoke,
    revoked_parties,
    sign_and_accept,
    unrevoke,
)
from lero_coordinator.office import Office
from lero_coordinator.rotation import keep_roots, next_root_set, roots_in_force, roots_to_come, rotate_roots
from lero_coordinator.store import papers
from lero_coordinator.store.revoked import NODE
from support.offices import NOW_S, MadeOffice, make_node, make_office

DAY_S = 86_400
NEXT = tuple(Ed25519PrivateKey.generate() for _ in range(3))
NEXT_KEYS = [public_bytes(key) for key in NEXT]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")], roots=2)
    yield office
    office.office.close()


def signed(parcel: RosterParcel, *keys: Ed25519PrivateKey) -> RosterParcel:
    for key in keys:
        parcel = add_signature(parcel, key)
    return parcel


def version(made: MadeOffice) -> int:
    return made.office.roster().roster.version


def refused(made: MadeOffice, parcel: RosterParcel, now_s: int = NOW_S) -> LeroError:
    before = made.office.roster()
    with pytest.raises(LeroError) as raised:
        accept_roster(made.office, parcel, now_s)
    assert made.office.roster() == before
    return raised.value


def test_a_draft_signed_elsewhere_is_stored_once_enough_have_signed(made: MadeOffice) -> None:
    parcel = draft_roster(made.office, NOW_S)
    assert version(made) == 1
    failure = refused(made, signed(parcel, made.roots[0]))
    assert isinstance(failure, Unauthorised)
    assert "lacks 1 more of root set 1" in failure.detail
    assert accept_roster(made.office, signed(parcel, *made.roots), NOW_S).version == 2
    assert made.office.roster_envelope() == signed(parcel, *made.roots).roster


def test_the_same_roster_again_changes_nothing(made: MadeOffice) -> None:
    parcel = signed(draft_roster(made.office, NOW_S), *made.roots)
    first = accept_roster(made.office, parcel, NOW_S)
    assert accept_roster(made.office, parcel, NOW_S) == first
    assert version(made) == 2


def test_a_draft_overtaken_by_another_roster_is_refused(made: MadeOffice) -> None:
    early = signed(draft_roster(made.office, NOW_S), *made.roots)
    sign_and_accept(made.office, made.roots, NOW_S + 1)
    failure = refused(made, early)
    assert isinstance(failure, Conflict)
    assert "another roster of version 2" in failure.detail
    sign_and_accept(made.office, made.roots, NOW_S + 2)
    failure = refused(made, early)
    assert isinstance(failure, Conflict)
    assert "drafted before the newest one, version 3" in failure.detail


def test_a_draft_that_has_run_out_is_refused(made: MadeOffice) -> None:
    parcel = signed(draft_roster(made.office, NOW_S, days=5), *made.roots)
    assert isinstance(refused(made, parcel, NOW_S + 6 * DAY_S), OutOfTime)


def test_a_roster_of_another_federation_is_refused(made: MadeOffice, tmp_path: Path) -> None:
    other = make_office(tmp_path / "other", [make_node("north")])
    foreign = signed(draft_roster(other.office, NOW_S), *other.roots)
    other.office.close()
    assert isinstance(refused(made, foreign), Conflict)


def test_a_draft_that_lists_someone_revoked_since_is_refused(made: MadeOffice) -> None:
    parcel = signed(draft_roster(made.office, NOW_S), *made.roots)
    revoke(made.office, ANALYST, "asker", NOW_S)
    failure = refused(made, parcel)
    assert isinstance(failure, Conflict)
    assert "the analyst asker, who was revoked since" in failure.detail


@pytest.mark.parametrize(("role", "name"), [(NODE, "east"), (ANALYST, "asker"), (PUBLISHER, "press"), (KEEPER, "held")])
def test_the_revoked_are_left_out_of_the_next_roster_until_it_is_undone(made: MadeOffice, role: str, name: str) -> None:
    made.office.add_party(KEEPER, Party("held", "body", b"k" * 32), "The body")

    def listed() -> bool:
        found = decode_roster(draft_roster(made.office, NOW_S).roster.payload)
        parties = {
            NODE: {n.node_id for n in found.nodes},
            ANALYST: {a.party_id for a in found.analysts},
            PUBLISHER: {p.party_id for p in found.publishers},
            KEEPER: set(found.keeper_ids),
        }
        return name in parties[role]

    assert listed()
    assert [revoke(made.office, role, name, NOW_S) for _ in range(2)] == [True, False]
    assert revoked_parties(made.office)[role] == [name]
    assert not listed()
    assert [unrevoke(made.office, role, name) for _ in range(2)] == [True, False]
    assert listed()


def test_nobody_unknown_is_revoked(made: MadeOffice) -> None:
    for role, name in ((NODE, "eas"), (NODE, "asker"), (ANALYST, "press"), (PUBLISHER, "")):
        with pytest.raises(Malformed, match=f"no {role} named"):
            revoke(made.office, role, name, NOW_S)


def test_a_revoked_analyst_puts_no_request(made: MadeOffice) -> None:
    envelope = made.signed(made.draft())
    revoke(made.office, ANALYST, "asker", NOW_S)
    assert heard_keys(made.office, ANALYST) == {}
    assert set(heard_keys(made.office, PUBLISHER)) == {key_id(public_bytes(made.publisher))}
    with pytest.raises(Unauthorised, match="revoked"):
        made.office.submit(envelope, NOW_S)
    unrevoke(made.office, ANALYST, "asker")
    made.office.submit(envelope, NOW_S)


def test_roots_change_only_with_the_roster_that_both_sets_signed(made: MadeOffice) -> None:
    old = roots_in_force(made.office)
    new = rotate_roots(made.office, NEXT_KEYS, 2)
    assert (roots_in_force(made.office), roots_to_come(made.office)) == (old, new)
    parcel = draft_roster(made.office, NOW_S)
    for keys in (made.roots, NEXT, (*made.roots, NEXT[0]), (made.roots[0], *NEXT)):
        assert isinstance(refused(made, signed(parcel, *keys)), Unauthorised)
        with pytest.raises(Unauthorised):
            sign_and_accept(made.office, keys, NOW_S)
    accept_roster(made.office, signed(parcel, *made.roots, *NEXT[:2]), NOW_S)
    assert (roots_in_force(made.office), roots_to_come(made.office)) == (new, None)
    with pytest.raises(Unauthorised):  # the old roots sign nothing any more
        sign_and_accept(made.office, made.roots, NOW_S)
    assert sign_and_accept(made.office, NEXT[1:], NOW_S).version == 3


def test_which_rosters_changed_the_roots_is_kept(made: MadeOffice) -> None:
    rotate_roots(made.office, NEXT_KEYS, 2)
    sign_and_accept(made.office, [*made.roots, *NEXT], NOW_S)
    sign_and_accept(made.office, NEXT, NOW_S)
    with made.office.store.reading() as connection:
        assert [r.version for r in papers.root_changes_after(connection, 0)] == [2]
        assert [r.version for r in papers.root_changes_after(connection, 2)] == []


def test_a_rotation_is_undone_before_a_roster_has_brought_it(made: MadeOffice) -> None:
    rotate_roots(made.office, NEXT_KEYS, 2)
    assert [keep_roots(made.office) for _ in range(2)] == [True, False]
    assert sign_and_accept(made.office, made.roots, NOW_S).roots.version == 1


def test_a_second_rotation_takes_the_place_of_the_first(made: MadeOffice) -> None:
    rotate_roots(made.office, NEXT_KEYS, 2)
    found = rotate_roots(made.office, NEXT_KEYS[:1], 1)
    assert roots_to_come(made.office) == found
    assert read_proposed(draft_roster(made.office, NOW_S)).roster.roots == found


def test_roots_that_could_not_take_over_are_not_recorded(made: MadeOffice) -> None:
    present = [public_bytes(key) for key in made.roots]
    many = [bytes([n]) * 32 for n in range(15)]
    for keys, threshold, words in ((present[::-1], 2, "in force"), (NEXT_KEYS, 4, "threshold"), (many, 2, "16")):
        with pytest.raises(Malformed, match=words):
            rotate_roots(made.office, keys, threshold)
    assert roots_to_come(made.office) is None
    assert next_root_set(made.office, present, 1).threshold == 1
    assert roots_to_come(made.office) is None  # looking is not recording


def test_before_the_first_roster_there_is_nothing_to_rotate(made: MadeOffice, tmp_path: Path) -> None:
    office = Office.create(tmp_path / "second", made.office.config, NOW_S)
    with pytest.raises(NotReady, match="No root keys"):
        draft_roster(office, NOW_S)
    office.set_roots([public_bytes(key) for key in made.roots], 2)
    with pytest.raises(NotReady, match="No roster"):
        rotate_roots(office, NEXT_KEYS, 2)
    office.close()


def test_a_first_roster_is_taken_in_by_a_coordinator_that_holds_none(made: MadeOffice, tmp_path: Path) -> None:
    office = Office.create(tmp_path / "second", made.office.config, NOW_S)
    office.set_roots([public_bytes(key) for key in made.roots], 2)
    office.add_party(ANALYST, Party("asker", "body", public_bytes(made.analyst)), "The body")
    second = signed(draft_roster(made.office, NOW_S), *made.roots)
    with pytest.raises(Conflict, match="not a first one"):
        accept_roster(office, second, NOW_S)
    first = signed(draft_roster(office, NOW_S), *made.roots)
    assert accept_roster(office, first, NOW_S).version == 1
    office.close()


def test_a_first_roster_of_another_federation_is_refused_even_under_the_same_roots(
    made: MadeOffice, tmp_path: Path
) -> None:
    keys = [public_bytes(key) for key in made.roots]
    for folder, federation in (("second", "lero-test"), ("third", "lero-other")):
        config = made.office.config.model_copy(update={"federation_id": federation})
        office = Office.create(tmp_path / folder, config, NOW_S)
        office.set_roots(keys, 2)
        office.add_party(ANALYST, Party("asker", "body", b"a" * 32), "The body")
        if federation == "lero-test":
            first = signed(draft_roster(office, NOW_S), *made.roots)
        else:
            with pytest.raises(Unauthorised, match="another federation"):
                accept_roster(office, first, NOW_S)
        office.close()


def test_a_revoked_key_is_not_listed_under_another_name_either(made: MadeOffice) -> None:
    again = Party("asker-too", "body", public_bytes(made.analyst))
    made.office.add_party(ANALYST, again, "The body")
    assert len(sign_and_accept(made.office, made.roots, NOW_S).analysts) == 2
    revoke(made.office, ANALYST, "asker", NOW_S)
    assert sign_and_accept(made.office, made.roots, NOW_S).analysts == ()
