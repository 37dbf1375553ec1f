"""Joining by an invite: what is believed, what is signed, and how an interruption is mended by trying again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Invite, decode_enrolment, encode_invite, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope, key_id, public_bytes
from lero_contract.errors import (
    Conflict,
    Corrupt,
    DataNotValid,
    LeroError,
    Malformed,
    NotReady,
    OutOfTime,
    Refused,
    Unauthorised,
    Unavailable,
)
from lero_node import joining
from lero_node.home import Home, Settings
from lero_node.joining import Joined, join, join_by_file, read_invite, root_names, roots_named
from lero_node.link.identity import open_identity
from lero_node.link.membership import load_membership
from lero_node.link.tls import Credentials, open_tls
from lero_node.log import Log
from lero_node.node import open_node, roster_day
from lero_node.privacy.ledger import Ledger
from lero_node.setup import initialise
from support.inviting import Inviter
from support.nodes import KEY, MAPPING, POLICY, entry_of, marks_beside
from support.requests import DAY_S, ISSUED_S, WEST_NORTHAMPTONSHIRE, day


@pytest.fixture
def inviter() -> Inviter:
    return Inviter()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return set_up(tmp_path / "home")


def set_up(folder: Path) -> Home:
    home = Home(folder)
    home.make()
    settings = Settings(
        areas=["E06000001", WEST_NORTHAMPTONSHIRE, "E06000001"], public_members=90, storage_key="credential:test"
    )
    initialise(home, settings, POLICY, MAPPING, lambda: KEY)
    return home


def invited(inviter: Inviter, **changes: object) -> Invite:
    """By a roster that lists nobody yet."""
    return replace(inviter.invite(inviter.roster()), **changes)  # type: ignore[arg-type]


def joined(home: Home, inviter: Inviter, invite: Invite | None = None, now_s: int = ISSUED_S) -> Joined:
    return join(home, invite or invited(inviter), KEY, inviter.enrol, now_s, marks_beside(home))


def events(home: Home) -> list[str]:
    log = Log(home.log)
    found = [f"{entry.event}: {entry.detail}" for entry in log.entries()]
    log.close()
    return found


def test_the_wish_says_what_the_mapping_reads_in_the_names_of_the_invite(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    [wish] = inviter.came  # signed by both keys: the inviter has looked
    assert (wish.federation_id, wish.organisation_name, wish.invite_id) == ("lero-test", "Harbour", f"{1:032x}")
    assert (wish.entry.node_id, wish.entry.organisation_id) == ("harbour", "harbour-org")
    assert wish.entry.identity_key == public_bytes(open_identity(home.identity, KEY).signing)
    assert wish.entry.areas == ("E06000001", "E06000062")
    assert wish.entry.collects == ("area", "birth_year", "joined", "left", "reviews", "sex", "sure.total")
    assert wish.entry.complete_from_day == day(2018, 4, 1)
    assert wish.entry.public_members == 90


def test_joining_opens_the_first_year_on_the_day_of_the_roster(home: Home, inviter: Inviter) -> None:
    found = joined(home, inviter)
    assert (found.federation_id, found.node_id, found.again, found.is_listed) == ("lero-test", "harbour", False, False)
    assert (found.standing.year, found.standing.year_opened_roster_day) == (1, roster_day(inviter.roster()))
    assert events(home) == ["joined: lero-test as harbour"]


def test_a_node_that_has_joined_opens_and_has_a_line(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    node = open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
    assert (node.membership.address, node.is_listed) == ("localhost:1", False)
    assert node.rosters.newest == inviter.roster()
    assert open_tls(home.tls, KEY).authorities == inviter.authority.certificate_pem
    node.close()


def test_the_invite_s_secrets_are_kept_nowhere(home: Home, inviter: Inviter) -> None:
    invite = invited(inviter, invite_key=b"Quixotic-7741-as-an-invite-key!!", tls_key=b"Zanzibar-9023")
    joined(home, inviter, invite)
    for path in home.folder.iterdir():
        content = path.read_bytes()
        assert invite.invite_key not in content and b"Zanzibar-9023" not in content, path.name


def test_an_expired_invite_calls_nobody(inviter: Inviter) -> None:
    content = encode_invite(invited(inviter))
    assert read_invite(content, ISSUED_S + 7 * DAY_S - 1).node_id == "harbour"
    with pytest.raises(OutOfTime, match="invite has expired"):
        read_invite(content, ISSUED_S + 7 * DAY_S)


def test_bytes_that_are_no_invite_are_not_read() -> None:
    for content in (b"", b"no invite", b"\x00" * 40):
        with pytest.raises(Malformed):
            read_invite(content, ISSUED_S)


@pytest.mark.parametrize("name", ["federation_id", "node_id", "organisation_name", "address"])
@pytest.mark.parametrize("words", ["", "Harbour\x1b[8m", "Harbour\n  0123 4567 89ab cdef", "Har\u202ebour"])
def test_an_invite_that_could_hide_the_root_keys_on_the_screen_is_not_shown(
    inviter: Inviter, name: str, words: str
) -> None:
    with pytest.raises(Malformed):
        read_invite(encode_invite(invited(inviter, **{name: words})), ISSUED_S)


def test_root_keys_are_named_by_sixteen_digits_to_be_compared_by_phone(inviter: Inviter) -> None:
    [name] = root_names(roots_named(invited(inviter)))
    assert name.replace(" ", "") == key_id(public_bytes(inviter.root))[:16]
    assert [len(part) for part in name.split()] == [4, 4, 4, 4]


class Crash(Exception):
    """The computer stops here."""


@pytest.mark.parametrize("step", ["_open_first_year", "store_tls", "save_membership", "Log"])
def test_after_a_crash_at_any_step_the_same_command_finishes_it(
    home: Home, inviter: Inviter, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(joining, step, crash)
    with pytest.raises(Crash):
        joined(home, inviter)
    monkeypatch.undo()
    assert joined(home, inviter).standing.year == 1
    first, second = inviter.came
    assert first.entry == second.entry
    open_node(home, KEY, lambda: ISSUED_S, marks_beside(home)).close()


def test_after_a_lost_reply_the_same_command_finishes_it(home: Home, inviter: Inviter) -> None:
    def lost(invite: Invite, wish: Envelope) -> Credentials:
        inviter.enrol(invite, wish)
        raise Unavailable

    with pytest.raises(Unavailable, match="localhost:1 cannot be reached"):
        join(home, invited(inviter), KEY, lost, ISSUED_S, marks_beside(home))
    assert not home.membership.exists() and not home.ledger.exists()
    with pytest.raises(NotReady, match="has not joined"):
        open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
    assert not joined(home, inviter).again
    first, second = inviter.came
    assert first.entry == second.entry
    assert first.tls_request != second.tls_request  # a fresh key for each certificate


@pytest.mark.parametrize("no", [Unauthorised, Conflict, OutOfTime, Refused])
def test_a_no_from_the_coordinator_says_what_to_do_and_leaves_no_membership(
    home: Home, inviter: Inviter, no: type[LeroError]
) -> None:
    def refusing(invite: Invite, wish: Envelope) -> Credentials:
        raise no

    with pytest.raises(no, match="did not take this invite") as raised:
        join(home, invited(inviter), KEY, refusing, ISSUED_S, marks_beside(home))
    assert "new one" in raised.value.next_step
    assert not home.membership.exists()


def test_a_certificate_for_another_node_is_not_used(home: Home, inviter: Inviter) -> None:
    def mistaken(invite: Invite, wish: Envelope) -> Credentials:
        return inviter.certified(decode_enrolment(wish.payload).tls_request, "harbour-light")

    with pytest.raises(Malformed, match="names another node"):
        join(home, invited(inviter), KEY, mistaken, ISSUED_S, marks_beside(home))
    assert not home.membership.exists() and not home.tls.exists()


def test_an_invite_with_an_expired_or_changed_roster_is_not_believed(home: Home, inviter: Inviter) -> None:
    with pytest.raises(OutOfTime):
        joined(home, inviter, now_s=ISSUED_S + 91 * DAY_S)
    envelope = inviter.signed(inviter.roster())
    changed = replace(envelope, payload=envelope.payload.replace(b"lero-test", b"lero-tost"))
    for wrong, error in (
        (invited(inviter, roster=envelope_to_bytes(changed), federation_id="lero-tost"), Unauthorised),
        (invited(inviter, federation_id="lero-other"), Malformed),
        (invited(inviter, invite_key=b"short"), Malformed),
        (invited(inviter, node_id="../harbour"), Malformed),
    ):
        with pytest.raises(error):
            joined(home, inviter, wrong)
    assert inviter.came == [] and not home.membership.exists()


def test_an_invite_for_a_node_that_is_listed_with_another_key_is_refused(
    home: Home, inviter: Inviter, tmp_path: Path
) -> None:
    roster = inviter.roster(entry_of(set_up(tmp_path / "other")))
    with pytest.raises(Unauthorised, match="listed with another key"):
        joined(home, inviter, inviter.invite(roster))
    assert inviter.came == []


def test_a_node_of_one_federation_is_not_made_one_of_another(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    elsewhere = replace(inviter.roster(), federation_id="lero-other")
    for wrong in (inviter.invite(elsewhere), invited(inviter, node_id="quayside")):
        with pytest.raises(DataNotValid, match="harbour of lero-test already"):
            joined(home, inviter, wrong)


def test_joining_again_by_a_new_invite_keeps_identity_ledger_and_pinned_roots(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    before, line = load_membership(home.membership), open_tls(home.tls, KEY)
    newer = inviter.roster(entry_of(home), version=4)
    found = joined(home, inviter, replace(inviter.invite(newer, number=2), address="localhost:2"))
    after = load_membership(home.membership)
    assert (found.again, found.is_listed, found.standing.year) == (True, True, 1)
    assert (after.address, after.invite_id, after.pinned) == ("localhost:2", f"{2:032x}", before.pinned)
    assert open_tls(home.tls, KEY).key != line.key
    assert inviter.came[0].entry == inviter.came[1].entry
    node = open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
    assert node.rosters.newest.version == 4
    node.close()
    assert events(home)[-1] == "joined again: lero-test as harbour"


def test_joining_again_does_not_trust_other_roots(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    impostor = Inviter(root=Ed25519PrivateKey.generate())
    with pytest.raises(Unauthorised, match="not signed by enough of the roots"):
        joined(home, impostor, impostor.invite(impostor.roster(version=2)))
    assert impostor.came == []


def test_joining_again_never_begins_a_new_ledger(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    home.ledger.unlink()
    with pytest.raises(Corrupt, match="ledger is missing"):
        joined(home, inviter)
    assert not home.ledger.exists()


def test_by_file_the_wish_is_carried_and_the_node_has_no_line(home: Home, inviter: Inviter) -> None:
    invite = invited(inviter)
    found, carried = join_by_file(home, invite, KEY, ISSUED_S, marks_beside(home))
    assert (found.standing.year, inviter.came) == (1, [])
    inviter.enrol(invite, envelope_from_bytes(carried))  # where it is carried to: both signatures hold
    node = open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
    node.close()
    with pytest.raises(NotReady, match="joined by file"):
        open_tls(home.tls, KEY)
    assert events(home) == ["joined by file: lero-test as harbour"]


def test_a_node_that_joined_by_file_gets_a_line_later_by_the_same_invite(home: Home, inviter: Inviter) -> None:
    join_by_file(home, invited(inviter), KEY, ISSUED_S, marks_beside(home))
    assert joined(home, inviter).again
    assert open_tls(home.tls, KEY).certificate
    ledger = Ledger(home.ledger)
    assert ledger.standing().year == 1
    ledger.close()


def test_a_membership_that_was_damaged_is_not_guessed_at(home: Home, inviter: Inviter) -> None:
    joined(home, inviter)
    sound = home.membership.read_text()
    for text in ("", sound.replace("harbour-org", 'harbour", "x": "'), sound.replace('"roster": "', '"roster": "!')):
        home.membership.write_text(text)
        with pytest.raises(Corrupt):
            open_node(home, KEY, lambda: ISSUED_S, marks_beside(home))
