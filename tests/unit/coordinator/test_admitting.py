"""Invites on a real disk: what is kept of one, who may use it, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from lero_contract.codec import Invite, decode_roster, envelope_from_bytes
from lero_contract.errors import Conflict, LeroError, Malformed, NotReady, OutOfTime, Unauthorised
from lero_coordinator.admitting import Credentials, enrol, enrol_by_file, new_invite, renew, withdraw_invite
from lero_coordinator.authority import Caller, Kind, caller_named
from lero_coordinator.config import Config
from lero_coordinator.listing import revoke, sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.store import admissions, people
from support.offices import DAY_S, NOW_S, MadeNode, MadeOffice, make_node, make_office, tls_request

NORTH = make_node("north")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east")])
    yield office
    office.office.close()


def invited(made: MadeOffice, node: MadeNode = NORTH, now_s: int = NOW_S) -> Invite:
    return new_invite(made.office, node.node_id, node.entry.organisation_id, node.name, now_s)


def joins(made: MadeOffice, invite: Invite, node: MadeNode = NORTH, now_s: int = NOW_S) -> Credentials:
    return enrol(made.office, node.by(invite), Caller(Kind.INVITE, invite.invite_id), now_s)


def taken_in(made: MadeOffice) -> list[str]:
    with made.office.store.reading() as connection:
        return [e.node_id for e in people.all_enrolments(connection)]


def test_an_invite_holds_all_that_a_node_needs(made: MadeOffice) -> None:
    invite = invited(made)
    assert (invite.federation_id, invite.node_id, invite.address) == ("lero-test", "north", "localhost:7443")
    assert decode_roster(envelope_from_bytes(invite.roster).payload).version == 1
    assert invite.expires_at_s == NOW_S + 7 * DAY_S
    certificate = x509.load_pem_x509_certificate(invite.tls_certificate)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(invite.authorities))
    assert caller_named(invite.tls_certificate) == Caller(Kind.INVITE, invite.invite_id)


def test_no_secret_of_an_invite_stays_in_the_home(made: MadeOffice) -> None:
    invite = invited(made)
    content = b"".join(f.read_bytes() for f in made.office.home.folder.rglob("*") if f.is_file())
    assert invite.invite_id.encode() in content
    assert invite.invite_key not in content
    assert invite.tls_key.splitlines()[1] not in content
    assert str(invite.invite_key) not in repr(invite)


def test_an_invited_node_is_listed_by_the_next_roster(made: MadeOffice) -> None:
    given = joins(made, invited(made))
    assert caller_named(given.tls_certificate) == Caller(Kind.NODE, "north")
    assert [n.node_id for n in made.office.roster().roster.nodes] == ["east"]
    sign_and_accept(made.office, made.roots, NOW_S)
    assert [n.node_id for n in made.office.roster().roster.nodes] == ["east", "north"]


def test_the_same_key_may_come_again_for_a_lost_reply(made: MadeOffice) -> None:
    invite = invited(made)
    first, second = joins(made, invite), joins(made, invite, now_s=NOW_S + DAY_S)
    assert first.authorities == second.authorities
    assert taken_in(made) == ["east", "north"]
    with made.office.store.reading() as connection:
        issued = admissions.invite_of(connection, invite.invite_id)
    assert issued is not None
    assert issued.used_at_s == NOW_S


def test_another_computer_with_the_same_file_is_refused(made: MadeOffice) -> None:
    invite = invited(made)
    joins(made, invite)
    with pytest.raises(Conflict, match="another computer"):
        joins(made, invite, make_node("north"))


def test_of_two_that_come_at_one_moment_the_store_binds_one(made: MadeOffice) -> None:
    invite = invited(made)
    with made.office.store.writing() as connection:
        admissions.bind_invite(connection, invite.invite_id, b"a" * 32, NOW_S)
        admissions.bind_invite(connection, invite.invite_id, b"a" * 32, NOW_S + 1)
        with pytest.raises(Conflict):
            admissions.bind_invite(connection, invite.invite_id, b"b" * 32, NOW_S)


def refused(made: MadeOffice, invite: Invite, now_s: int = NOW_S) -> type[LeroError]:
    with pytest.raises(LeroError) as raised:
        joins(made, invite, now_s=now_s)
    assert taken_in(made) == ["east"]
    return type(raised.value)


def test_a_late_a_withdrawn_and_an_invented_invite_let_nobody_in(made: MadeOffice) -> None:
    invite = invited(made)
    assert refused(made, invite, NOW_S + 7 * DAY_S) is OutOfTime
    assert refused(made, replace(invite, invite_id="0" * 32)) is Unauthorised
    withdraw_invite(made.office, "north", NOW_S)
    assert refused(made, invite) is Unauthorised
    with pytest.raises(NotReady):
        withdraw_invite(made.office, "north", NOW_S)


def test_an_invite_made_for_one_takes_in_no_other(made: MadeOffice) -> None:
    invite = invited(made)
    with pytest.raises(Unauthorised, match="names others"):
        joins(made, invite, make_node("south"))


def test_a_wish_is_taken_from_nobody_but_its_own_caller(made: MadeOffice) -> None:
    invite, other = invited(made), invited(made, make_node("south"))
    callers = (Caller(Kind.INVITE, other.invite_id), Caller(Kind.NODE, "east"), Caller(Kind.NODE, "north"))
    for caller in callers:
        with pytest.raises(Unauthorised):
            enrol(made.office, NORTH.by(invite), caller, NOW_S)
    with pytest.raises(Unauthorised):
        enrol(made.office, made.nodes["east"].change(), Caller(Kind.NODE, "north"), NOW_S)


def test_a_node_changes_its_areas_without_an_invite_in_the_next_roster(made: MadeOffice) -> None:
    moved = make_node("east", ["E06000061"], identity=made.nodes["east"].identity)
    enrol(made.office, moved.change(), Caller(Kind.NODE, "east"), NOW_S)
    assert made.office.roster().roster.node("east").areas == ("E06000062",)
    sign_and_accept(made.office, made.roots, NOW_S)
    held = made.office.roster()
    assert (held.roster.version, held.roster.node("east").areas) == (2, ("E06000061",))


def test_a_strangers_wish_without_an_invite_is_refused_by_file_too(made: MadeOffice) -> None:
    with pytest.raises(Unauthorised, match="without an invite"):
        enrol_by_file(made.office, NORTH.change(), NOW_S)
    with pytest.raises(Conflict, match="another identity key"):
        enrol_by_file(made.office, make_node("east").change(), NOW_S)


def test_a_wish_by_file_takes_in_and_certifies_nobody_and_the_line_can_come_later(made: MadeOffice) -> None:
    invite = invited(made)
    assert enrol_by_file(made.office, NORTH.by(invite), NOW_S) == NORTH.entry
    with made.office.store.reading() as connection:
        assert admissions.certificates_of(connection, "north") == ()
    assert caller_named(joins(made, invite).tls_certificate).id == "north"


def test_a_new_invite_for_a_known_node_is_good_for_its_present_key_only(made: MadeOffice) -> None:
    east = made.nodes["east"]
    invite = invited(made, east, NOW_S + 100 * DAY_S - 11 * DAY_S)  # its certificate ran out a month ago
    later = NOW_S + 90 * DAY_S
    with pytest.raises(Conflict, match="another identity key"):
        joins(made, invite, make_node("east"), later)
    assert caller_named(joins(made, invite, east, later).tls_certificate).id == "east"


def test_what_would_fail_at_joining_fails_at_inviting(made: MadeOffice) -> None:
    with pytest.raises(Conflict, match="another organisation"):
        new_invite(made.office, "east", "other-org", "Another", NOW_S)
    with pytest.raises(Conflict, match="is named The east fellowship"):
        new_invite(made.office, "east-2", "east-org", "East", NOW_S)
    invited(made)
    with pytest.raises(Conflict, match="open invite"):
        invited(made)
    with pytest.raises(Conflict, match="is named"):
        new_invite(made.office, "north-2", "north-org", "North", NOW_S)
    for node_id, organisation_id, name in (("North", "n", "N"), ("n", "The north", "N"), ("n", "n", " ")):
        with pytest.raises(Malformed):
            new_invite(made.office, node_id, organisation_id, name, NOW_S)
    with pytest.raises(Malformed, match="1 to 60 days"):
        new_invite(made.office, "n", "n", "N", NOW_S, days=61)


def test_an_invite_needs_a_roster_that_has_not_expired(made: MadeOffice, tmp_path: Path) -> None:
    with pytest.raises(OutOfTime, match="expired"):
        invited(made, now_s=NOW_S + 91 * DAY_S)
    config = Config(federation_id="lero-test", name="A body", address="localhost:1", listen="localhost:1")
    office = Office.create(tmp_path / "new", config, NOW_S)
    with pytest.raises(NotReady, match="there is none yet"):
        new_invite(office, "north", "north", "North", NOW_S)
    office.close()


def test_a_renewal_certifies_a_fresh_key_in_the_callers_name(made: MadeOffice) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    given = renew(made.office, Caller(Kind.NODE, "east"), tls_request(key), NOW_S + 30 * DAY_S)
    certificate = x509.load_pem_x509_certificate(given.tls_certificate)
    assert (caller_named(given.tls_certificate).id, certificate.public_key()) == ("east", key.public_key())
    assert certificate.not_valid_after_utc.timestamp() == NOW_S + 90 * DAY_S
    with pytest.raises(Unauthorised):
        renew(made.office, Caller(Kind.INVITE, "ab" * 16), tls_request(key), NOW_S)


def test_of_a_node_that_renews_all_day_the_newest_few_certificates_are_kept(made: MadeOffice) -> None:
    request = tls_request(ec.generate_private_key(ec.SECP256R1()))
    for later in range(1, 9):
        renew(made.office, Caller(Kind.NODE, "east"), request, NOW_S + later)
    with made.office.store.reading() as connection:
        kept = admissions.certificates_of(connection, "east")
    assert [c.issued_at_s - NOW_S for c in kept] == [4, 5, 6, 7, 8]


def test_a_revoked_node_is_neither_invited_nor_taken_in_nor_changed(made: MadeOffice) -> None:
    invite = invited(made)
    joins(made, invite)
    revoke(made.office, "node", "north", NOW_S)
    with pytest.raises(Unauthorised, match="revoked"):
        joins(made, invite)
    for envelope in (NORTH.by(invite), NORTH.change()):
        with pytest.raises(Unauthorised, match="revoked"):
            enrol_by_file(made.office, envelope, NOW_S)
    with pytest.raises(Conflict, match="revoked"):
        invited(made)
