"""How rosters reach a node, and how one that is taken off is served no longer: over real TLS, at the next call."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_request, decode_roster
from lero_contract.codec.envelope import envelope_from_message
from lero_contract.envelope import public_bytes
from lero_contract.errors import LeroError, Unauthorised
from lero_contract.roster import Held, check_successor
from lero_contract.rpc import from_call_error
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.keys import ANALYST
from lero_coordinator.listing import revoke, sign_and_accept, unrevoke
from lero_coordinator.rotation import rotate_roots
from lero_coordinator.store.revoked import NODE
from support.listeners import listening, node_stub
from support.offices import MadeOffice, answer_to, make_node, make_office

EAST, WEST = "eastern", "western"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST), make_node(WEST)], now_s=int(time.time()))
    yield office
    office.office.close()


def ask(stub: Any, **fields: Any) -> pb.PollReply:
    reply: pb.PollReply = stub.Poll(pb.PollRequest(**fields), timeout=20)
    return reply


def failure_of(call: Any) -> LeroError:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_call_error(raised.value)


def six_rosters(made: MadeOffice) -> None:
    """Versions 2 and 4 bring other roots, 3, 5 and 6 do not."""
    first, second, third = made.roots[0], Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    for brought, signers in (
        (second, [first, second]),
        (None, [second]),
        (third, [second, third]),
        (None, [third]),
        (None, [third]),
    ):
        if brought is not None:
            rotate_roots(made.office, [public_bytes(brought)], 1)
        sign_and_accept(made.office, signers, int(time.time()))


def test_a_node_that_was_away_is_handed_every_step_of_the_roots_and_the_newest(made: MadeOffice) -> None:
    pinned = made.office.roster()
    six_rosters(made)
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        from_first = [envelope_from_message(r) for r in ask(stub, roster_version=1).rosters]
        from_third = [decode_roster(r.payload).version for r in ask(stub, roster_version=3).rosters]
        assert ask(stub, roster_version=6) == pb.PollReply()
    assert [decode_roster(e.payload).version for e in from_first] == [2, 4, 6]
    assert from_third == [4, 6]
    held = Held(pinned.roster, pinned.digest)
    for envelope in from_first:  # what the node does with them
        roster = decode_roster(envelope.payload)
        check_successor(roster, envelope, held.roster.roots, held, int(time.time()))
        held = Held(roster, envelope.digest)
    assert held.roster == made.office.roster().roster


def test_a_revoked_node_is_refused_at_its_next_call_and_served_again_when_it_is_undone(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    answer = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    with listening(made.office) as port, node_stub(port, made, EAST) as east, node_stub(port, made, WEST) as west:
        assert ask(east).requests
        revoke(made.office, NODE, EAST, int(time.time()))
        assert isinstance(failure_of(lambda: ask(east)), Unauthorised)
        assert isinstance(failure_of(lambda: east.SendAnswer(answer, timeout=20)), Unauthorised)
        assert ask(west).requests
        assert made.office.round_state(request.request_id, int(time.time())).answered == ()
        unrevoke(made.office, NODE, EAST)
        assert ask(east).requests


def test_a_node_revoked_while_its_poll_waits_is_told_nothing_more(made: MadeOffice) -> None:
    def take_off_and_ask() -> None:
        revoke(made.office, NODE, EAST, int(time.time()))
        made.submitted(int(time.time()))

    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        timer = threading.Timer(0.5, take_off_and_ask)
        timer.start()
        assert isinstance(failure_of(lambda: ask(stub, roster_version=1, wait_s=15)), Unauthorised)
        timer.join()


def test_requests_of_a_revoked_analyst_are_offered_no_longer(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        revoke(made.office, ANALYST, "asker", int(time.time()))
        assert not ask(stub, roster_version=1).requests
        unrevoke(made.office, ANALYST, "asker")
        [offered] = ask(stub, roster_version=1).requests
    assert decode_request(offered.payload) == request
