"""From a pinned root set to a newer roster: step by step, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_roster
from lero_contract.envelope import ROSTER, Envelope, public_bytes, sign
from lero_contract.errors import DataNotValid, Malformed, Unauthorised
from lero_contract.roster import RootSet, Roster
from lero_coordinator.proof.chain import believe
from lero_coordinator.roots_file import PinnedRoots, read_roots, roots_bytes

OLD, NEXT, THIRD = (tuple(Ed25519PrivateKey.generate() for _ in range(3)) for _ in range(3))


def root_set(version: int, keys: Sequence[Ed25519PrivateKey]) -> RootSet:
    return RootSet(version, 2, tuple(public_bytes(key) for key in keys))


SETS = {1: root_set(1, OLD), 2: root_set(2, NEXT), 3: root_set(3, THIRD)}
PINNED = PinnedRoots("lero-test", SETS[1])


def roster(version: int, roots: int, *keys: Ed25519PrivateKey) -> Envelope:
    made = Roster("lero-test", version, version * 100, version * 100 + 50, SETS[roots], (), (), (), (), True)
    return sign(ROSTER, encode_roster(made), *keys)


FIRST = roster(1, 1, *OLD[:2])
ROTATION = roster(4, 2, *OLD[:2], *NEXT[:2])
AFTER = roster(6, 2, *NEXT[1:])


def test_a_rotation_is_followed_whatever_order_the_files_come_in() -> None:
    believed = believe(PINNED, [AFTER, FIRST, ROTATION])
    assert [held.roster.version for held in believed.rosters] == [1, 4, 6]
    assert believed.newest.roster.roots == SETS[2]


def test_whoever_pinned_the_new_set_needs_no_older_roster() -> None:
    assert believe(PinnedRoots("lero-test", SETS[2]), [AFTER]).newest.roster.version == 6


def test_a_roster_from_before_the_pinned_set_cannot_be_believed_by_it() -> None:
    with pytest.raises(Unauthorised, match="Give the file of root keys of that time"):
        believe(PinnedRoots("lero-test", SETS[2]), [FIRST, ROTATION, AFTER])


def test_a_step_left_out_breaks_the_chain() -> None:
    with pytest.raises(Unauthorised, match=r"Roster 6: .*not signed by enough of the roots"):
        believe(PINNED, [FIRST, AFTER])


def test_a_rotation_that_the_old_roots_did_not_sign_is_none() -> None:
    with pytest.raises(Unauthorised, match="Roster 4"):
        believe(PINNED, [FIRST, roster(4, 2, OLD[0], *NEXT[:2])])


def test_a_rotation_that_the_new_roots_did_not_sign_is_none() -> None:
    with pytest.raises(Unauthorised, match="sign for itself"):
        believe(PINNED, [FIRST, roster(4, 2, *OLD[:2], NEXT[0])])


def test_a_set_is_not_skipped() -> None:
    with pytest.raises(Unauthorised, match="not the next"):
        believe(PINNED, [FIRST, roster(4, 3, *OLD[:2], *THIRD[:2])])


def test_two_rosters_of_one_version_that_differ_are_not_both_believed() -> None:
    other = replace(Roster("lero-test", 1, 101, 150, SETS[1], (), (), (), (), True), synthetic=False)
    with pytest.raises(Unauthorised, match="same version and differ"):
        believe(PINNED, [FIRST, sign(ROSTER, encode_roster(other), *OLD[:2])])


def test_the_file_of_root_keys_reads_back() -> None:
    assert read_roots(roots_bytes(PINNED)) == PINNED


@pytest.mark.parametrize(
    "change",
    [
        (b'"version": 1', b'"version": 2'),
        (b'"threshold": 2', b'"threshold": 4'),
        (b'"threshold": 2', b'"threshold": "2"'),
        (b'"federation"', b'"name"'),
        (public_bytes(OLD[0]).hex().encode(), b"00"),
        (public_bytes(OLD[0]).hex().encode(), public_bytes(OLD[1]).hex().encode()),
    ],
)
def test_a_file_of_root_keys_that_is_none_is_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(DataNotValid):
        read_roots(roots_bytes(PINNED).replace(*change, 1))


def test_no_roster_at_all_is_no_chain() -> None:
    with pytest.raises(Malformed):
        believe(PINNED, [])
