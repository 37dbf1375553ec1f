"""A draft that travels: shown whole, signed one by one, and no forged past believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import RosterParcel, encode_roster, read_roster_parcel
from lero_contract.envelope import ROSTER, Signature, key_id, public_bytes, sign
from lero_contract.errors import Conflict, Malformed, Unauthorised
from lero_contract.roster import Organisation, Party, RootSet, Roster
from lero_coordinator.countersigning import (
    add_signature,
    check_pinned,
    gathered,
    in_words,
    propose,
    read_proposed,
    still_needed,
)
from lero_coordinator.roots_file import PinnedRoots
from support.offices import NOW_S

DAY_S = 86_400
A, B, C, D, E, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(1, 7))
ROOTS = RootSet(1, 2, tuple(public_bytes(key) for key in (A, B, C)))
NEXT_ROOTS = RootSet(2, 2, tuple(public_bytes(key) for key in (C, D, E)))
PREVIOUS = Roster(
    *("lero-test", 4, NOW_S, NOW_S + 90 * DAY_S, ROOTS),
    organisations=(Organisation("body", "The body", 20_000),),
    nodes=(),
    analysts=(Party("asker", "body", b"a" * 32),),
    publishers=(),
    synthetic=True,
)
SIGNED = sign(ROSTER, encode_roster(PREVIOUS), A, B)
NEXT = replace(PREVIOUS, version=5, analysts=())
DRAFT = propose(NEXT, SIGNED)
ROTATION = propose(replace(NEXT, roots=NEXT_ROOTS), SIGNED)


def name(key: Ed25519PrivateKey) -> str:
    return key_id(public_bytes(key))


def signers(parcel: RosterParcel) -> set[str]:
    return set(read_proposed(parcel).signers)


def test_signatures_are_added_one_by_one_and_the_file_says_how_many_are_lacking() -> None:
    assert still_needed(read_proposed(DRAFT)) == "Still needed: 2 of root set 1."
    one = add_signature(DRAFT, A)
    assert (signers(one), still_needed(read_proposed(one))) == ({name(A)}, "Still needed: 1 of root set 1.")
    two = read_roster_parcel(add_signature(read_roster_parcel(one.to_bytes()), C).to_bytes())
    assert (signers(two), still_needed(read_proposed(two))) == ({name(A), name(C)}, "Enough roots have signed.")
    assert ROOTS.is_reached(two.roster)


def test_the_same_key_again_changes_nothing() -> None:
    one = add_signature(DRAFT, A)
    assert add_signature(one, A) == one


def test_copies_signed_apart_are_gathered_in_any_order() -> None:
    one, other = add_signature(DRAFT, A), add_signature(DRAFT, B)
    assert gathered([one, other]) == gathered([other, one]) == add_signature(one, B)
    with pytest.raises(Conflict, match="not copies"):
        gathered([one, add_signature(propose(replace(NEXT, synthetic=False), SIGNED), B)])


def test_other_roots_are_needed_from_both_sets_and_one_key_may_be_in_both() -> None:
    assert still_needed(read_proposed(ROTATION)) == "Still needed: 2 of root set 1 and 2 of root set 2."
    found = add_signature(add_signature(ROTATION, C), A)
    assert still_needed(read_proposed(found)) == "Still needed: 1 of root set 2."
    assert read_proposed(add_signature(found, E)).is_complete


def test_a_holder_reads_what_changes_and_who_has_signed() -> None:
    short, names = name(A)[:16], ", ".join(name(key)[:16] for key in (A, B, C))
    assert in_words(read_proposed(add_signature(DRAFT, A)), {}) == [
        "The analyst asker is taken off.",
        "Issued 2026-03-31 23:33 UTC, good until 2026-06-29 23:33 UTC. "
        "The one before was good until 2026-06-29 23:33 UTC.",
        f"To be signed under root set 1 (any 2 of {names}). Signed so far: {short}.",
    ]


def test_a_stranger_does_not_sign() -> None:
    with pytest.raises(Unauthorised, match="not one of the roots"):
        add_signature(DRAFT, STRANGER)
    with pytest.raises(Unauthorised, match="not one of the roots"):  # D is of the next set only
        add_signature(DRAFT, D)


def test_signatures_that_do_not_hold_are_not_counted_and_not_carried_on() -> None:
    forged = (Signature(name(A), bytes(64)), *sign(ROSTER, DRAFT.roster.payload, STRANGER).signatures)
    parcel = replace(DRAFT, roster=replace(DRAFT.roster, signatures=forged))
    assert signers(parcel) == set()
    assert [s.key_id for s in add_signature(parcel, B).roster.signatures] == [name(B)]
    assert gathered([parcel]) == DRAFT
    assert signers(add_signature(parcel, A)) == {name(A)}


def test_a_past_that_its_roots_did_not_sign_is_not_believed() -> None:
    """The attack: a list before in which the false analyst stands already, so that no difference is shown."""
    false = replace(PREVIOUS, analysts=(*PREVIOUS.analysts, Party("false", "body", b"f" * 32)))
    for keys in ((A,), (A, STRANGER), (STRANGER,)):
        with pytest.raises(Unauthorised, match="not signed by its roots"):
            read_proposed(propose(replace(false, version=5), sign(ROSTER, encode_roster(false), *keys)))


def test_roots_that_a_sender_made_up_for_the_past_are_shown_and_are_not_the_pinned_ones() -> None:
    """The attack: a past under the true roots and one of the sender's, any of which may sign; so the sender has signed
    it, the roots do not change, and no line tells of a false analyst. Two holders who sign it hand over the roots.
    """
    mine = RootSet(2, 1, (*ROOTS.public_keys, public_bytes(STRANGER)))
    past = replace(PREVIOUS, roots=mine, analysts=(*PREVIOUS.analysts, Party("false", "body", b"f" * 32)))
    proposed = read_proposed(propose(replace(past, version=5), sign(ROSTER, encode_roster(past), STRANGER)))
    [_, standing] = in_words(proposed, {})
    assert "root set 2 (any 1 of" in standing
    assert name(STRANGER)[:16] in standing
    with pytest.raises(Unauthorised, match="not under root set 1"):
        check_pinned(proposed, PinnedRoots("lero-test", ROOTS))


def test_a_draft_is_under_the_roots_that_a_holder_keeps() -> None:
    for parcel in (DRAFT, ROTATION, propose(replace(NEXT, version=1), None)):
        check_pinned(read_proposed(parcel), PinnedRoots("lero-test", ROOTS))
        for other in (PinnedRoots("other", ROOTS), PinnedRoots("lero-test", NEXT_ROOTS)):
            with pytest.raises(Unauthorised):
                check_pinned(read_proposed(parcel), other)


def test_an_older_past_that_would_hide_what_came_since_is_not_believed() -> None:
    with pytest.raises(Malformed, match="not the next"):
        read_proposed(propose(replace(NEXT, version=6), SIGNED))
    with pytest.raises(Malformed, match="does not bring"):
        read_proposed(propose(NEXT, None))
    read_proposed(propose(replace(NEXT, version=1), None))


@pytest.mark.parametrize(
    "changes",
    [{"federation_id": "other"}, {"roots": replace(NEXT_ROOTS, version=3)}, {"roots": replace(ROOTS, threshold=1)}],
)
def test_a_draft_that_no_node_could_follow_is_not_signed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        add_signature(propose(replace(NEXT, **changes), SIGNED), A)  # type: ignore[arg-type]
