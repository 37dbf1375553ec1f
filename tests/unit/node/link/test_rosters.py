"""Rosters at a node: each follows from the one before, all are kept, and all are checked again at the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_roster, envelope_to_bytes
from lero_contract.envelope import REQUEST, ROSTER, Envelope, public_bytes, sign
from lero_contract.errors import LeroError, Malformed, OutOfTime, Unauthorised
from lero_contract.roster import Organisation, Party, RootSet, Roster
from lero_node.link.rosters import Rosters
from support.requests import DAY_S, ISSUED_S, entry

ROOT, NEXT_ROOT, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
FIRST = Roster(
    "lero-test",
    1,
    ISSUED_S,
    ISSUED_S + 90 * DAY_S,
    RootSet(1, 1, (public_bytes(ROOT),)),
    (Organisation("harbour-org", "Harbour", 20_000), Organisation("body", "The body", 20_000)),
    (entry(),),
    (Party("asker", "body", b"a" * 32),),
    (),
    True,
)


def signed(roster: Roster, *keys: Ed25519PrivateKey) -> Envelope:
    return sign(ROSTER, encode_roster(roster), *(keys or (ROOT,)))


PINNED = signed(FIRST)


def version(number: int, **changes: object) -> Roster:
    return replace(FIRST, version=number, **changes)  # type: ignore[arg-type]


@pytest.fixture
def rosters(tmp_path: Path) -> Rosters:
    return Rosters(tmp_path / "rosters", PINNED)


def test_a_node_begins_with_the_roster_of_its_invite(rosters: Rosters) -> None:
    assert rosters.newest == FIRST
    assert rosters.pinned_by(PINNED.digest) == (FIRST, PINNED.payload)


def test_newer_rosters_are_kept_and_older_ones_stay_readable_also_after_a_restart(
    rosters: Rosters, tmp_path: Path
) -> None:
    for number in (2, 5):
        assert rosters.accept(signed(version(number)), ISSUED_S)
    for held in (rosters, Rosters(tmp_path / "rosters", PINNED)):
        assert held.newest.version == 5
        for number in (2, 5):
            envelope = signed(version(number))
            assert held.pinned_by(envelope.digest) == (version(number), envelope.payload)


def test_a_roster_held_already_is_no_news(rosters: Rosters) -> None:
    rosters.accept(signed(version(2)), ISSUED_S)
    assert not rosters.accept(PINNED, ISSUED_S)
    assert not rosters.accept(signed(version(2)), ISSUED_S)
    assert rosters.newest.version == 2


@pytest.mark.parametrize(
    ("envelope", "error"),
    [
        (signed(version(2), STRANGER), Unauthorised),
        (signed(version(0)), Unauthorised),
        (signed(version(1, synthetic=False)), Unauthorised),
        (signed(version(2, federation_id="lero-other")), Unauthorised),
        (signed(version(2, expires_at_s=ISSUED_S + 1)), OutOfTime),
        (signed(version(2, issued_at_s=ISSUED_S + 30 * DAY_S)), OutOfTime),
        (signed(version(2, roots=RootSet(2, 1, (public_bytes(NEXT_ROOT),)))), Unauthorised),
        (sign(REQUEST, encode_roster(version(2)), ROOT), Malformed),
        (sign(ROSTER, b"no roster", ROOT), Malformed),
    ],
)
def test_a_roster_that_may_not_be_believed_is_refused_and_leaves_no_file(
    rosters: Rosters, tmp_path: Path, envelope: Envelope, error: type[LeroError]
) -> None:
    with pytest.raises(error):
        rosters.accept(envelope, ISSUED_S + 10 * DAY_S)
    assert rosters.newest == FIRST
    assert not (tmp_path / "rosters").exists()


def test_roots_are_followed_step_by_step_also_after_a_restart(rosters: Rosters, tmp_path: Path) -> None:
    rotated = version(2, roots=RootSet(2, 1, (public_bytes(NEXT_ROOT),)))
    assert rosters.accept(signed(rotated, ROOT, NEXT_ROOT), ISSUED_S)
    with pytest.raises(Unauthorised):
        rosters.accept(signed(version(3)), ISSUED_S)
    assert rosters.accept(signed(replace(rotated, version=3), NEXT_ROOT), ISSUED_S)
    assert Rosters(tmp_path / "rosters", PINNED).newest.version == 3


def test_a_roster_the_node_never_had_pins_nothing(rosters: Rosters) -> None:
    with pytest.raises(Unauthorised):
        rosters.pinned_by(bytes(32))


def test_an_expired_roster_stops_everything(rosters: Rosters) -> None:
    rosters.check_in_time(ISSUED_S)
    with pytest.raises(OutOfTime):
        rosters.check_in_time(ISSUED_S + 91 * DAY_S)


def test_a_kept_file_that_was_changed_or_put_there_by_another_stops_the_start(rosters: Rosters, tmp_path: Path) -> None:
    rosters.accept(signed(version(2)), ISSUED_S)
    [kept] = (tmp_path / "rosters").iterdir()
    sound = kept.read_bytes()
    for content in (sound[:-1], sound[:-1] + b"?", b"", envelope_to_bytes(signed(version(9), STRANGER))):
        kept.write_bytes(content)
        with pytest.raises(LeroError):
            Rosters(tmp_path / "rosters", PINNED)


def test_a_roster_that_cannot_be_kept_is_not_believed_until_it_can(rosters: Rosters, tmp_path: Path) -> None:
    (tmp_path / "rosters").write_text("in the way")
    with pytest.raises(OSError):
        rosters.accept(signed(version(2)), ISSUED_S)
    assert rosters.newest.version == 1
    (tmp_path / "rosters").unlink()
    assert rosters.accept(signed(version(2)), ISSUED_S)
    assert Rosters(tmp_path / "rosters", PINNED).newest.version == 2
