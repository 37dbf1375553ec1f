"""Attacks on who calls: certificates of other authorities, of other times and of other nodes, and invites used again.

Two real nodes and a real coordinator; the attacker dials it with what they made, took or were given.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from lero_contract.codec import Invite, decode_enrolment, encode_invite, envelope_from_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import LeroError, Unauthorised, Unavailable
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1.relay_service_pb2_grpc import RelayStub
from lero_coordinator.admitting import new_invite
from lero_coordinator.authority import NODE_DAYS, Authority, new_authority, node_certificate, server_certificate
from lero_coordinator.demo.federation import federation
from lero_coordinator.demo.processes import NodeHome
from lero_coordinator.store import people
from lero_coordinator.store.tables import invites
from lero_coordinator.tls_files import key_pem, read_authorities
from lero_node.data.sealing import StorageKey
from lero_node.link.relay import Relay
from lero_node.link.tls import TlsFiles, certificate_request, new_key, open_tls
from lero_policies import ROOT
from support.hostile import Hostile, small_site, until
from support.nodes import MAPPING
from support.requests import DAY_S, WEST_NORTHAMPTONSHIRE

pytestmark = pytest.mark.real_run

ONE, OTHER = "harbour", "quayside"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("identity")
    sites = [small_site(folder, ONE), small_site(folder, OTHER)]
    with federation(folder, sites, synthetic=True, tell=lambda *_: None) as running:
        yield Hostile(running)


@pytest.mark.attack("W8")
def test_a_certificate_of_another_authority_or_another_time_and_none_at_all_are_not_let_in(hostile: Hostile) -> None:
    genuine, now_s = own_files(hostile, ONE), int(time.time())
    own = read_authorities(hostile.running.office.home).newest
    forged = new_authority("lero-demo", now_s)  # of the same name as the true one
    long_ago = now_s - NODE_DAYS * DAY_S - 3600
    assert called(hostile, genuine) == ""
    assert called(hostile, made(forged, genuine, now_s)) == Unavailable.code
    assert called(hostile, made(own, genuine, long_ago)) == Unavailable.code
    assert called(hostile, made(own, genuine, now_s + DAY_S)) == Unavailable.code  # not valid yet
    assert called(hostile, self_signed(genuine)) == Unavailable.code
    address = address_of(hostile)
    nobody = grpc.ssl_channel_credentials(genuine.authorities)
    for channel in (grpc.secure_channel(address, nobody), grpc.insecure_channel(address)):
        with channel, pytest.raises(grpc.RpcError) as told:
            RelayStub(channel).Poll(pb.PollRequest(), timeout=5)  # type: ignore[no-untyped-call,unused-ignore]
        assert told.value.code() is grpc.StatusCode.UNAVAILABLE
    # The same calls as a true node's are heard as before.
    assert called(hostile, genuine) == ""


@pytest.mark.attack("W8")
def test_a_node_speaks_to_no_server_but_one_of_the_authority_its_invite_pinned(hostile: Hostile) -> None:
    genuine = own_files(hostile, ONE)
    heard: list[str] = []
    impostor, key = new_authority("lero-demo", int(time.time())), ec.generate_private_key(ec.SECP256R1())
    certificate = server_certificate(impostor, key.public_key(), "localhost", int(time.time()))
    server = grpc.server(ThreadPoolExecutor(1), handlers=[_Listening(heard)])
    credentials = grpc.ssl_server_credentials([(key_pem(key), certificate)])
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    try:
        assert called(hostile, genuine, f"localhost:{port}") == Unavailable.code
        assert heard == []
        # What listens there would have heard whoever trusts it.
        called(hostile, replace(genuine, authorities=impostor.certificate_pem), f"localhost:{port}")
        assert heard != []
    finally:
        server.stop(None)


@pytest.mark.attack("W8")
def test_another_nodes_certificate_brings_in_nothing_in_this_nodes_name(hostile: Hostile) -> None:
    asked, declined = hostile.asked(), hostile.asked(purpose="no-such-purpose")
    hostile.settle(asked)
    hostile.settle(declined)
    answer = hostile.answers(asked.request_id)[OTHER]
    refusal = refusal_envelopes(hostile, declined.request_id)[OTHER]
    hostile.running.nodes[OTHER].stop()
    hostile.forget_replies(asked.request_id)
    thief = Relay(address_of(hostile), own_files(hostile, ONE))
    try:
        for call in (lambda: thief.send_answer(answer), lambda: thief.send_refusal(refusal)):
            with pytest.raises(Unauthorised):
                call()
        key = new_key()
        renewed = thief.renew(certificate_request(key, OTHER))  # a wish in the other's name
    finally:
        thief.close()
    names = x509.load_pem_x509_certificate(renewed.certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert [name.value for name in names.value] == [f"lero:node:{ONE}"]
    assert OTHER not in hostile.answers(asked.request_id)
    hostile.running.nodes[OTHER].start()
    until(lambda: OTHER in hostile.answers(asked.request_id), "the answer by its own line")


@pytest.mark.attack("W8")
def test_an_invites_certificate_may_enrol_and_nothing_else(hostile: Hostile) -> None:
    invite = invited(hostile, "newcomer-0")
    files = TlsFiles(invite.tls_key, invite.tls_certificate, invite.authorities)
    asked = hostile.asked(purpose="no-such-purpose")
    hostile.settle(asked)
    refusal = refusal_envelopes(hostile, asked.request_id)[ONE]
    relay = Relay(address_of(hostile), files)
    calls: tuple[Callable[[], object], ...] = (
        lambda: relay.poll(0, (), 0, "1"),
        lambda: relay.renew(certificate_request(new_key(), ONE)),
        lambda: relay.send_refusal(refusal),
        lambda: relay.send_question(refusal),
    )
    try:
        for call in calls:
            with pytest.raises(Unauthorised):
                call()
    finally:
        relay.close()


@pytest.mark.attack("W8")
def test_an_authority_is_rotated_in_mid_stream_and_every_answer_is_delivered(hostile: Hostile) -> None:
    before = {node: own_files(hostile, node) for node in (ONE, OTHER)}
    coordinator(hostile, "authority", "rotate")
    hostile.settle(hostile.asked())
    until(lambda: coordinator(hostile, "authority", "show")["not_renewed"] == [], "every node renewed")
    after = {node: own_files(hostile, node) for node in (ONE, OTHER)}
    newest = read_authorities(hostile.running.office.home).newest.certificate
    for node in (ONE, OTHER):
        assert after[node].key != before[node].key
        x509.load_pem_x509_certificate(after[node].certificate).verify_directly_issued_by(newest)
    assert called(hostile, before[ONE]) == ""  # two are trusted meanwhile
    coordinator(hostile, "authority", "retire", "--yes")
    asked = hostile.asked()
    hostile.settle(asked)
    assert set(hostile.answers(asked.request_id)) == {ONE, OTHER}
    assert called(hostile, after[ONE]) == ""
    # One of the old authority, newly dialled, does not come in; nor does its line, if it was open before.
    assert called(hostile, replace(before[ONE], authorities=after[ONE].authorities)) in (
        Unavailable.code,
        Unauthorised.code,
    )


@pytest.mark.attack("W9")
def test_an_invite_lets_one_computer_in_which_may_come_again_and_no_other(hostile: Hostile, tmp_path: Path) -> None:
    file = write(invited(hostile, "newcomer-1"), tmp_path / "one.invite")
    first, second = set_up(tmp_path / "first"), set_up(tmp_path / "second")
    first.command("join", str(file), "--yes")
    kept = enrolled(hostile, "newcomer-1")
    ledger = json.loads(first.command("budget", "show", "--json"))
    assert "again" in first.command("join", str(file), "--yes")  # a reply can be lost
    assert json.loads(first.command("budget", "show", "--json")) == ledger
    assert "did not take this invite" in refused(second, "join", str(file), "--yes")
    assert not (second.home / "membership.json").exists()
    assert not (second.home / "ledger.sqlite").exists()
    # Nor by courier, where no line is asked for.
    second.command("join", str(file), "--yes", "--by-file", str(tmp_path / "second.enrolment"))
    assert "used by another computer" in coordinator_refuses(
        hostile, "enrol", "accept", str(tmp_path / "second.enrolment")
    )
    assert enrolled(hostile, "newcomer-1") == kept


@pytest.mark.attack("W9")
def test_an_invite_that_is_late_withdrawn_or_made_for_another_lets_nobody_in(hostile: Hostile, tmp_path: Path) -> None:
    node = set_up(tmp_path / "late")

    def joins(invite: Invite) -> str:
        file = write(invite, tmp_path / f"{invite.invite_id}.invite")
        return refused(node, "join", str(file), "--yes")

    late = invited(hostile, "newcomer-2")
    assert "The invite has expired" in joins(replace(late, expires_at_s=int(time.time()) - 60))
    coordinator(hostile, "invite", "withdraw", "newcomer-2")
    assert "did not take this invite" in joins(replace(late, invite_id="0" * 32))
    assert "did not take this invite" in joins(late)
    # Somebody sets the date in the file, or their clock, back: the coordinator's own date stands.
    overdue = invited(hostile, "newcomer-3")
    with hostile.running.office.store.writing() as connection:
        past = {"expires_at_s": int(time.time()) - 60}
        connection.execute(invites.update().where(invites.c.invite_id == overdue.invite_id).values(past))
    assert "did not take this invite" in joins(overdue)
    # Two invites of one federation: the key of the one, the name of the other.
    mixed = invited(hostile, "newcomer-4")
    stolen = replace(mixed, node_id=ONE, organisation_id=f"{ONE}-org", organisation_name=ONE.title())
    assert "another key than this computer's" in joins(stolen)
    assert "did not take this invite" in joins(replace(mixed, node_id="newcomer-5"))
    assert not (node.home / "membership.json").exists()
    with hostile.running.office.store.reading() as connection:
        used = connection.execute(
            select(invites.c.node_id).where(invites.c.used_at_s.is_not(None), invites.c.node_id.like("newcomer-%"))
        )
        assert {name for [name] in used} <= {"newcomer-1"}


class _Listening(grpc.GenericRpcHandler):
    """Notes what is called, and serves nothing."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def service(self, details: Any) -> None:
        self._heard.append(details.method)


def address_of(hostile: Hostile) -> str:
    """Where the real coordinator listens."""
    port = (hostile.running.office.home.folder / "port").read_text().strip()
    return f"localhost:{port}"


def own_files(hostile: Hostile, node_id: str) -> TlsFiles:
    """What a node dials with, as whoever took its computer would have it."""
    node = hostile.running.nodes[node_id]
    return open_tls(node.home / "tls.sealed", StorageKey(node._key))


def made(authority: Authority, like: TlsFiles, now_s: int) -> TlsFiles:
    """A certificate in the name of a node, by this authority at this time."""
    key = new_key()
    return TlsFiles(key, node_certificate(authority, certificate_request(key, ONE), ONE, now_s), like.authorities)


def self_signed(like: TlsFiles) -> TlsFiles:
    """One that its own key vouches for."""
    alone = new_authority("lero-demo", int(time.time()))
    return TlsFiles(key_pem(alone.key), alone.certificate_pem, like.authorities)


def called(hostile: Hostile, files: TlsFiles, address: str = "") -> str:
    """Polls once; the code of the error, empty where it was heard."""
    relay = Relay(address or address_of(hostile), files)
    try:
        relay.poll(0, (), 0, "1")
    except LeroError as error:
        return error.code
    finally:
        relay.close()
    return ""


def refusal_envelopes(hostile: Hostile, request_id: str) -> dict[str, Envelope]:
    """Signed refusals by node, as they came."""
    return {node: envelope_from_bytes(hostile.raw(request_id, node)) for node in hostile.refusals(request_id)}


def invited(hostile: Hostile, node_id: str) -> Invite:
    """An invite good for a week."""
    named = (node_id, f"{node_id}-org", f"The {node_id}")
    return new_invite(hostile.running.office, *named, int(time.time()), address=address_of(hostile))


def write(invite: Invite, file: Path) -> Path:
    """The file that is sent."""
    file.write_bytes(encode_invite(invite))
    return file


def set_up(folder: Path) -> NodeHome:
    """A computer after `init`."""
    folder.mkdir()
    node = NodeHome(folder)
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "policy.toml").write_text(ROOT.joinpath("node-policy.demo.toml").read_text(encoding="utf-8"))
    given = ("--mapping", str(folder / "mapping.toml"), "--policy", str(folder / "policy.toml"))
    node.command("init", "--area", WEST_NORTHAMPTONSHIRE, *given)
    return node


def enrolled(hostile: Hostile, node_id: str) -> bytes:
    """The identity key that the coordinator has taken in under a name."""
    with hostile.running.office.store.reading() as connection:
        found = people.enrolment_of(connection, node_id)
    assert found is not None
    return decode_enrolment(found.envelope.payload).entry.identity_key


def refused(node: NodeHome, *words: str) -> str:
    """What a command of a node says when it fails."""
    with pytest.raises(Unavailable) as told:
        node.command(*words)
    return str(told.value)


def coordinator(hostile: Hostile, *words: str) -> dict[str, Any]:
    """What a command of the coordinator prints as JSON."""
    done = _coordinator(hostile, *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def coordinator_refuses(hostile: Hostile, *words: str) -> str:
    """What a command of the coordinator says when it fails."""
    done = _coordinator(hostile, *words)
    assert done.returncode != 0
    return done.stderr


def _coordinator(hostile: Hostile, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lero_coordinator", "--home", str(hostile.running.office.home.folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)
