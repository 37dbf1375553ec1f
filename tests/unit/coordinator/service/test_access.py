"""Who gets in, and who does not: every attempt is really made, over real TLS."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped,unused-ignore]

from lero_contract.errors import LeroError, Malformed, Unauthorised
from lero_contract.rpc import MAX_MESSAGE_BYTES, from_call_error
from lero_contract.v1 import registry_service_pb2 as registry
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1 import relay_service_pb2_grpc as rim
from lero_coordinator.authority import new_authority, node_certificate
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.rostering import sign_roster
from lero_coordinator.service.access import ALLOWED, Role
from lero_coordinator.store import papers
from lero_coordinator.tls_files import read_authorities, server_files
from support.listeners import dialled, listening, node_stub
from support.offices import MadeOffice, answer_to, make_node, make_office, take_in, tls_files, tls_request

EAST = "eastern"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST)], now_s=int(time.time()))
    yield office
    office.office.close()


def failure_of(call: Any) -> tuple[LeroError, grpc.RpcError]:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_call_error(raised.value), raised.value


def poll_with(port: int, files: tuple[bytes, bytes | None, bytes | None]) -> grpc.StatusCode:
    with dialled(port, files) as channel:
        _, error = failure_of(lambda: rim.RelayStub(channel).Poll(pb.PollRequest(), timeout=5))
    assert isinstance(error, grpc.Call)
    return error.code()


def test_every_method_of_the_services_is_in_the_table() -> None:
    services = (pb.DESCRIPTOR.services_by_name["Relay"], registry.DESCRIPTOR.services_by_name["Registry"])
    methods = {f"/{s.full_name}/{m.name}": m.input_type.full_name for s in services for m in s.methods}
    ours = {name: rule.takes.DESCRIPTOR.full_name for name, rule in ALLOWED.items() if "lero" in name}
    assert ours == methods


def test_who_may_call_what() -> None:
    invited, enrolled, node = Role.INVITED, Role.ENROLLED, Role.NODE
    assert {name.rpartition("/")[2]: rule.roles for name, rule in ALLOWED.items()} == {
        "Poll": {enrolled, node},
        "SendAnswer": {node},
        "SendRefusal": {node},
        "SendQuestion": {node},
        "Enrol": {invited, enrolled, node},
        "Renew": {enrolled, node},
        "Check": {invited, enrolled, node},
    }


def test_a_caller_without_a_certificate_gets_no_line(made: MadeOffice) -> None:
    authority, _, _ = tls_files(made, EAST)
    with listening(made.office) as port:
        assert poll_with(port, (authority, None, None)) is grpc.StatusCode.UNAVAILABLE


def test_a_certificate_of_another_authority_gets_no_line(made: MadeOffice) -> None:
    authority, key, _ = tls_files(made, EAST)
    forged = node_certificate(
        new_authority("lero-test", int(time.time())), tls_request(made.nodes[EAST].tls_key), EAST, int(time.time())
    )
    with listening(made.office) as port:
        assert poll_with(port, (authority, key, forged)) is grpc.StatusCode.UNAVAILABLE


def test_a_certificate_that_has_run_out_gets_no_line(made: MadeOffice, tmp_path: Path) -> None:
    long_ago = int(time.time()) - 200 * 86_400
    old = make_office(tmp_path / "old", [make_node(EAST)], now_s=long_ago)
    with listening(old.office) as port:
        assert poll_with(port, tls_files(old, EAST)) is grpc.StatusCode.UNAVAILABLE
    old.office.close()


def test_a_certificate_for_servers_gets_no_line(made: MadeOffice) -> None:
    authority, _, _ = tls_files(made, EAST)
    own = server_files(made.office.home, "localhost", int(time.time()))
    with listening(made.office) as port:
        assert poll_with(port, (authority, own.key, own.certificate)) is grpc.StatusCode.UNAVAILABLE


def test_a_node_that_is_on_no_roster_yet_is_given_rosters_and_nothing_else(made: MadeOffice) -> None:
    now_s, newcomer = int(time.time()), make_node("newcomer")
    request = made.submitted(now_s)
    given = take_in(made.office, newcomer, now_s)
    files = (given.authorities, newcomer.tls_key_pem, given.tls_certificate)
    with listening(made.office) as port, dialled(port, files) as channel:
        stub = rim.RelayStub(channel)
        reply = stub.Poll(pb.PollRequest(held=[request.request_id]), timeout=5)
        assert (len(reply.rosters), list(reply.requests), list(reply.closed)) == (1, [], [])
        made.office.close_round(request.request_id, now_s)
        assert stub.Poll(pb.PollRequest(roster_version=1, held=[request.request_id]), timeout=5) == pb.PollReply()
        for method in ("SendAnswer", "SendRefusal", "SendQuestion"):
            call = channel.unary_unary(f"/lero_contract.v1.Relay/{method}")
            assert isinstance(failure_of(functools.partial(call, b"", timeout=5))[0], Unauthorised)
        sign_and_accept(made.office, made.roots, now_s)
        assert [e.type for e in stub.Poll(pb.PollRequest(roster_version=1), timeout=5).rosters] == ["roster"]


def test_a_node_that_was_taken_off_the_roster_is_told_so_and_offered_nothing_more(made: MadeOffice) -> None:
    now_s = int(time.time())
    request = made.submitted(now_s, cohort=[EAST])
    held = made.office.roster().roster
    without = sign_roster(replace(held, version=2, nodes=()), made.roots)
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        assert len(stub.Poll(pb.PollRequest(), timeout=5).requests) == 1
        with made.office.store.writing() as connection:
            papers.add_roster(connection, 2, without)
        reply = stub.Poll(pb.PollRequest(roster_version=1), timeout=5)
        assert (len(reply.rosters), list(reply.requests)) == (1, [])
        message = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
        assert isinstance(failure_of(lambda: stub.SendAnswer(message, timeout=5))[0], Unauthorised)


def test_a_certified_node_that_nobody_took_in_is_refused(made: MadeOffice) -> None:
    authority, now_s, stranger = tls_files(made, EAST)[0], int(time.time()), make_node("stranger")
    newest = read_authorities(made.office.home).newest
    certificate = node_certificate(newest, tls_request(stranger.tls_key), "stranger", now_s)
    with listening(made.office) as port:
        files = (authority, stranger.tls_key_pem, certificate)
        assert poll_with(port, files) is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    "method",
    [
        "/lero_contract.v1.Relay/Poll2",
        "/lero_contract.v1.Relay/",
        "/lero_contract.v1.relay/Poll",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ],
)
def test_a_method_that_is_not_in_the_table_is_refused(made: MadeOffice, method: str) -> None:
    with listening(made.office) as port, dialled(port, tls_files(made, EAST)) as channel:
        call = channel.unary_unary(method)
        error, _ = failure_of(lambda: call(b"", timeout=5))
    assert isinstance(error, Unauthorised)


def test_a_listed_node_may_ask_whether_all_is_well(made: MadeOffice) -> None:
    with listening(made.office) as port, dialled(port, tls_files(made, EAST)) as channel:
        reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def test_a_message_with_unknown_fields_is_refused(made: MadeOffice) -> None:
    with listening(made.office) as port, dialled(port, tls_files(made, EAST)) as channel:
        call = channel.unary_unary("/lero_contract.v1.Relay/Poll")
        error, _ = failure_of(lambda: call(b"\xf8\x07\x01", timeout=5))  # field 127, a varint
    assert isinstance(error, Malformed)


def test_a_message_over_the_cap_is_refused_and_the_listener_lives_on(made: MadeOffice) -> None:
    with listening(made.office) as port, dialled(port, tls_files(made, EAST)) as channel:
        call = channel.unary_unary("/lero_contract.v1.Relay/Poll")
        _, error = failure_of(lambda: call(bytes(MAX_MESSAGE_BYTES + 1), timeout=5))
        assert isinstance(error, grpc.Call)
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert rim.RelayStub(channel).Poll(pb.PollRequest(), timeout=5).rosters


def test_a_poll_that_names_more_requests_than_any_node_holds_is_refused(made: MadeOffice) -> None:
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        error, _ = failure_of(lambda: stub.Poll(pb.PollRequest(held=["0" * 32] * 1001), timeout=5))
    assert isinstance(error, Malformed)


def test_a_fault_of_ours_leaves_as_fixed_words(
    made: MadeOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("a secret of the store")

    monkeypatch.setattr(papers, "open_for", crash)
    with caplog.at_level(logging.CRITICAL), listening(made.office) as port, node_stub(port, made, EAST) as stub:
        _, error = failure_of(lambda: stub.Poll(pb.PollRequest(), timeout=5))
    assert isinstance(error, grpc.Call)
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in (error.details() or "")


def test_a_node_with_a_fresh_key_but_the_old_certificate_gets_no_line(made: MadeOffice) -> None:
    authority, _, certificate = tls_files(made, EAST)
    key = make_node("other").tls_key_pem
    with listening(made.office) as port:
        assert poll_with(port, (authority, key, certificate)) is grpc.StatusCode.UNAVAILABLE
