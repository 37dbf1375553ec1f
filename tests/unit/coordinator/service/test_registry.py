"""Joining, renewing, and the change of authority, over real TLS; each abuse of an invite is really made."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped,unused-ignore]

from lero_contract.codec import Invite
from lero_contract.codec.envelope import envelope_to_message
from lero_contract.envelope import Envelope
from lero_contract.errors import Conflict, LeroError, Unauthorised, Unavailable
from lero_contract.rpc import from_call_error
from lero_contract.v1 import registry_service_pb2 as registry
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1 import relay_service_pb2_grpc as rim
from lero_coordinator.admitting import new_invite, withdraw_invite
from lero_coordinator.authority import invite_certificate, requested_key
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.succession import retire_authority, rotate_authority
from lero_coordinator.tls_files import read_authorities
from support.listeners import dialled, listening, node_stub, registry_stub
from support.offices import MadeNode, MadeOffice, make_node, make_office, tls_files, tls_request

EAST = "eastern"
NORTH = make_node("north")
Files = tuple[bytes, bytes, bytes]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST)], now_s=now())
    yield office
    office.office.close()


def now() -> int:
    return int(time.time())


def invited(made: MadeOffice, node: MadeNode = NORTH, now_s: int | None = None) -> Invite:
    named = (node.node_id, node.entry.organisation_id, node.name)
    return new_invite(made.office, *named, now() if now_s is None else now_s)


def files_of(invite: Invite) -> Files:
    return invite.authorities, invite.tls_key, invite.tls_certificate


def files_from(given: Any, node: MadeNode = NORTH) -> Files:
    return given.authorities, node.tls_key_pem, given.tls_certificate


def enrol(port: int, files: Files, envelope: Envelope) -> Any:
    with registry_stub(port, files) as stub:
        return stub.Enrol(registry.EnrolRequest(enrolment=envelope_to_message(envelope)), timeout=10)


def renew(port: int, files: Files, node: MadeNode) -> Any:
    with registry_stub(port, files) as stub:
        return stub.Renew(registry.RenewRequest(tls_request=tls_request(node.tls_key)), timeout=10)


def poll(port: int, files: Files, **fields: Any) -> pb.PollReply:
    with dialled(port, files) as channel:
        reply: pb.PollReply = rim.RelayStub(channel).Poll(pb.PollRequest(**fields), timeout=10)
    return reply


def healthy(port: int, files: Files) -> bool:
    with dialled(port, files) as channel:
        reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
    return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)


def failure(call: Any, *arguments: Any) -> LeroError:
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments)
    return from_call_error(raised.value)


def test_an_invited_node_enrols_polls_and_is_listed(made: MadeOffice) -> None:
    invite = invited(made)
    with listening(made.office) as port:
        files = files_from(enrol(port, files_of(invite), NORTH.by(invite)))
        assert len(poll(port, files).rosters) == 1
        sign_and_accept(made.office, made.roots, now())
        made.submitted(now(), cohort=[EAST])
        reply = poll(port, files)
    assert (len(reply.rosters), len(reply.requests), reply.renew) == (1, 0, False)
    assert made.office.roster().roster.node("north") == NORTH.entry


def test_the_holder_of_an_invite_may_enrol_and_ask_whether_all_is_well_and_nothing_else(made: MadeOffice) -> None:
    invite = invited(made)
    with listening(made.office) as port:
        assert healthy(port, files_of(invite))
        assert isinstance(failure(renew, port, files_of(invite), NORTH), Unauthorised)
        assert isinstance(failure(poll, port, files_of(invite)), Unauthorised)


def test_a_lost_reply_is_fetched_again_and_another_computer_with_the_file_is_refused(made: MadeOffice) -> None:
    invite = invited(made)
    with listening(made.office) as port:
        enrol(port, files_of(invite), NORTH.by(invite))
        again = enrol(port, files_of(invite), NORTH.by(invite))
        assert poll(port, files_from(again)).rosters
        thief = make_node("north")
        assert isinstance(failure(enrol, port, files_of(invite), thief.by(invite)), Conflict)
        assert poll(port, files_from(again)).rosters
    sign_and_accept(made.office, made.roots, now())
    assert made.office.roster().roster.node("north") == NORTH.entry


def test_a_late_invite_gets_no_line(made: MadeOffice, tmp_path: Path) -> None:
    then = now() - 8 * 86_400
    old = make_office(tmp_path / "old", [make_node(EAST)], now_s=then)
    invite = invited(old, now_s=then)
    with listening(old.office) as port:
        assert isinstance(failure(enrol, port, files_of(invite), NORTH.by(invite)), Unavailable)
    old.office.close()


def test_a_withdrawn_invite_is_refused(made: MadeOffice) -> None:
    invite = invited(made)
    with listening(made.office) as port:
        withdraw_invite(made.office, "north", now())
        assert isinstance(failure(enrol, port, files_of(invite), NORTH.by(invite)), Unauthorised)
        assert isinstance(failure(healthy, port, files_of(invite)), Unauthorised)


def test_one_invites_certificate_does_not_carry_anothers_wish(made: MadeOffice) -> None:
    south = make_node("south")
    one, other = invited(made), invited(made, south)
    with listening(made.office) as port:
        assert isinstance(failure(enrol, port, files_of(one), south.by(other)), Unauthorised)
        assert isinstance(failure(enrol, port, files_of(one), south.by(one)), Unauthorised)
        assert isinstance(failure(enrol, port, tls_files(made, EAST), south.by(other)), Unauthorised)
        assert isinstance(failure(enrol, port, files_of(one), NORTH.change()), Unauthorised)


def test_a_certificate_for_an_invite_that_was_never_made_is_refused(made: MadeOffice) -> None:
    key = requested_key(tls_request(NORTH.tls_key))
    authorities = read_authorities(made.office.home)
    forged = invite_certificate(authorities.newest, key, "0" * 32, now(), now() + 3_600)
    files = (authorities.bundle, NORTH.tls_key_pem, forged)
    with listening(made.office) as port:
        assert isinstance(failure(enrol, port, files, NORTH.change()), Unauthorised)


def test_a_node_renews_with_a_fresh_key_and_calls_with_it(made: MadeOffice) -> None:
    fresh = make_node(EAST)
    with listening(made.office) as port:
        files = files_from(renew(port, tls_files(made, EAST), fresh), fresh)
        assert poll(port, files).rosters


def test_a_node_changes_what_it_states_over_its_own_line(made: MadeOffice) -> None:
    moved = make_node(EAST, ["E06000061"], identity=made.nodes[EAST].identity)
    other = make_node(EAST, ["E06000061"])
    with listening(made.office) as port:
        enrol(port, tls_files(made, EAST), moved.change())
        assert isinstance(failure(enrol, port, tls_files(made, EAST), other.change()), Conflict)
    sign_and_accept(made.office, made.roots, now())
    assert made.office.roster().roster.node(EAST) == moved.entry


def test_authorities_change_while_the_listener_runs_and_nobody_is_cut_off(made: MadeOffice) -> None:
    before, node = tls_files(made, EAST), made.nodes[EAST]
    with listening(made.office) as port:
        rotate_authority(made.office, now())
        assert poll(port, before, roster_version=1).renew
        both = files_from(renew(port, before, node), node)
        assert not poll(port, both, roster_version=1).renew
        retire_authority(made.office, now())
        assert isinstance(failure(poll, port, before), Unavailable)  # it trusts the old server only
        assert poll(port, both, roster_version=1).renew
        after = files_from(renew(port, both, node), node)
        assert not poll(port, after, roster_version=1).renew
    assert (before[0] in both[0], after[0] in both[0], before[0] in after[0]) == (True, True, False)


def test_a_line_that_was_open_at_the_retirement_is_of_no_more_use(made: MadeOffice) -> None:
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        rotate_authority(made.office, now())
        assert stub.Poll(pb.PollRequest(), timeout=10).rosters
        retire_authority(made.office, now(), anyway=True)
        assert isinstance(failure(lambda: stub.Poll(pb.PollRequest(), timeout=10)), Unauthorised)


def test_a_line_that_outlives_its_certificate_is_of_no_more_use(made: MadeOffice) -> None:
    clock = [now()]
    with listening(made.office, lambda: clock[0]) as port, node_stub(port, made, EAST) as stub:
        assert stub.Poll(pb.PollRequest(), timeout=10).rosters
        clock[0] += 61 * 86_400
        assert isinstance(failure(lambda: stub.Poll(pb.PollRequest(), timeout=10)), Unauthorised)


def test_being_asked_to_renew_ends_no_wait(made: MadeOffice) -> None:
    rotate_authority(made.office, now())
    with listening(made.office) as port:
        timer = threading.Timer(0.5, lambda: made.submitted(now()))
        timer.start()
        reply = poll(port, tls_files(made, EAST), roster_version=1, wait_s=8)
        timer.join()
    assert (reply.renew, len(reply.requests)) == (True, 1)
