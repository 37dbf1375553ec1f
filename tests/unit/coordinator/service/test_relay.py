"""The real listener, over real TLS, called by raw generated stubs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from lero_contract.codec import decode_request, decode_roster, envelope_to_bytes
from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.errors import Conflict, LeroError, Malformed, Unauthorised
from lero_contract.rpc import from_call_error
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.service import desk
from lero_coordinator.store import replies
from support.listeners import listening, node_stub
from support.offices import MadeOffice, answer_to, make_node, make_office, refusal_of

EAST, WEST = "eastern", "western"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST), make_node(WEST)], now_s=int(time.time()))
    yield office
    office.office.close()


def ask(stub: Any, **fields: Any) -> pb.PollReply:
    reply: pb.PollReply = stub.Poll(pb.PollRequest(**fields), timeout=20)
    return reply


def versions(reply: pb.PollReply) -> list[int]:
    return [decode_roster(roster.payload).version for roster in reply.rosters]


def fails_as(call: Any) -> LeroError:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_call_error(raised.value)


def test_a_new_node_is_given_the_roster_and_its_open_request(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()), cohort=[EAST])
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        reply = ask(stub)
    [roster] = reply.rosters
    assert envelope_from_message(roster) == made.office.roster_envelope()
    assert [decode_request(e.payload) for e in reply.requests] == [request]


def test_a_node_outside_the_cohort_is_offered_nothing(made: MadeOffice) -> None:
    made.submitted(int(time.time()), cohort=[EAST])
    with listening(made.office) as port, node_stub(port, made, WEST) as stub:
        assert ask(stub, roster_version=1) == pb.PollReply()


def test_a_waiting_poll_ends_when_a_request_comes(made: MadeOffice) -> None:
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        timer = threading.Timer(0.5, lambda: made.submitted(int(time.time())))
        timer.start()
        reply = ask(stub, roster_version=1, wait_s=15)
        timer.join()
    assert [decode_request(e.payload).request_id for e in reply.requests] == made.ids


def test_a_request_held_is_not_offered_again_and_is_named_once_closed(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        assert ask(stub, roster_version=1, held=[request.request_id]) == pb.PollReply()
        made.office.close_round(request.request_id, int(time.time()))
        assert list(ask(stub, roster_version=1, held=[request.request_id]).closed) == [request.request_id]
        assert not ask(stub, roster_version=1).requests


def test_the_same_answer_twice_is_one_answer(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    message = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        first, second = (stub.SendAnswer(message, timeout=20) for _ in range(2))
        assert not ask(stub, roster_version=1).requests
    assert first == second
    assert first.digest == answer_to(made, request, EAST).header.digest
    assert made.office.round_state(request.request_id, int(time.time())).answered == (EAST,)


def test_a_second_different_answer_conflicts_and_the_first_stands(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    first, second = answer_to(made, request, EAST, 7), answer_to(made, request, EAST, 8)
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        stub.SendAnswer(pb.SendAnswerRequest(answer=first.to_message()), timeout=20)
        failure = fails_as(lambda: stub.SendAnswer(pb.SendAnswerRequest(answer=second.to_message()), timeout=20))
    assert isinstance(failure, Conflict)
    with made.office.store.reading() as connection:
        [kept] = replies.replies_to(connection, request.request_id)
        assert kept.content == first.to_bytes()
        assert replies.conflicts_of(connection, request.request_id) == (EAST,)


def test_the_last_reply_closes_the_round(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    answer = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    refusal = pb.SendRefusalRequest(refusal=envelope_to_message(refusal_of(made, request, WEST)))
    with listening(made.office) as port:
        with node_stub(port, made, EAST) as stub:
            assert not stub.SendAnswer(answer, timeout=20).late
        assert made.office.round_state(request.request_id, int(time.time())).is_open
        with node_stub(port, made, WEST) as stub:
            stub.SendRefusal(refusal, timeout=20)
    state = made.office.round_state(request.request_id, int(time.time()))
    assert (state.is_open, state.k_of_n, state.refused) == (False, "1 of 2", {WEST: "declined"})


def test_an_answer_after_the_close_is_kept_and_marked_late(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    made.office.close_round(request.request_id, int(time.time()))
    message = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        assert stub.SendAnswer(message, timeout=20).late
    state = made.office.round_state(request.request_id, int(time.time()))
    assert (state.answered, state.late) == ((), (EAST,))


def test_an_answer_in_another_nodes_name_is_refused(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    message = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    with listening(made.office) as port, node_stub(port, made, WEST) as stub:
        assert isinstance(fails_as(lambda: stub.SendAnswer(message, timeout=20)), Unauthorised)
    assert made.office.round_state(request.request_id, int(time.time())).waiting == (EAST, WEST)


def test_a_vector_that_is_not_its_headers_is_refused(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    message = answer_to(made, request, EAST).to_message()
    message.vector = answer_to(made, request, EAST, 8).vector
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        failure = fails_as(lambda: stub.SendAnswer(pb.SendAnswerRequest(answer=message), timeout=20))
    assert isinstance(failure, Malformed)


def test_a_changed_signature_is_refused(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    message = answer_to(made, request, EAST).to_message()
    message.header.signatures[0].signature = bytes(64)
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        failure = fails_as(lambda: stub.SendAnswer(pb.SendAnswerRequest(answer=message), timeout=20))
    assert isinstance(failure, Unauthorised)


def test_a_coordinator_that_restarts_in_mid_round_has_lost_nothing(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    east = pb.SendAnswerRequest(answer=answer_to(made, request, EAST).to_message())
    west = pb.SendAnswerRequest(answer=answer_to(made, request, WEST).to_message())
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        before = stub.SendAnswer(east, timeout=20)
    again = Office(made.office.home.folder)
    with listening(again) as port:
        with node_stub(port, made, EAST) as stub:
            assert stub.SendAnswer(east, timeout=20) == before
        with node_stub(port, made, WEST) as stub:
            assert [e.payload for e in ask(stub).requests] == [made.signed(request).payload]
            stub.SendAnswer(west, timeout=20)
    assert again.round_state(request.request_id, int(time.time())).k_of_n == "2 of 2"
    again.close()


def test_what_does_not_fit_into_one_message_comes_with_the_next(made: MadeOffice) -> None:
    now_s = int(time.time())
    requests = [made.submitted(now_s + later) for later in range(3)]
    room = 2 * len(envelope_to_bytes(made.signed(requests[0]))) + 100
    poll = pb.PollRequest(roster_version=1)
    offered = [decode_request(e.payload) for e in desk.look(made.office.store, EAST, poll, now_s, room).requests]
    assert offered == requests[:2]
    poll.held.extend(r.request_id for r in offered)
    rest = desk.look(made.office.store, EAST, poll, now_s, room).requests
    assert [decode_request(e.payload) for e in rest] == requests[2:]


def test_rosters_that_do_not_fit_go_first_and_in_order_and_requests_wait_for_the_newest(made: MadeOffice) -> None:
    now_s = int(time.time())
    request = made.submitted(now_s)  # pins version 1
    sign_and_accept(made.office, made.roots, now_s)
    roster_size, request_size = (
        len(envelope_to_bytes(envelope)) for envelope in (made.office.roster_envelope(), made.signed(request))
    )
    room = roster_size + request_size + 100  # the first roster and the request would fit, two rosters do not
    assert room < 2 * roster_size
    first = desk.look(made.office.store, EAST, pb.PollRequest(), now_s, room)
    assert (versions(first), len(first.requests)) == ([1], 0)
    second = desk.look(made.office.store, EAST, pb.PollRequest(roster_version=1), now_s, room)
    assert (versions(second), [decode_request(e.payload) for e in second.requests]) == ([2], [request])
