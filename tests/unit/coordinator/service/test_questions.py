"""Questions over the real line: taken from the node that signed them, and replies handed to it alone, once each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_reply, encode_question
from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.conversation import Question
from lero_contract.envelope import QUESTION, REPLY, Envelope, key_id, open_one, public_bytes, sign
from lero_contract.errors import LeroError, Malformed, Refused, Unauthorised
from lero_contract.request import Request
from lero_contract.rpc import from_call_error
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.conversing import asked, find_question, reply
from lero_coordinator.keys import ANALYST
from lero_coordinator.listing import revoke
from lero_coordinator.service import desk
from lero_coordinator.store.conversations import MOST_QUESTIONS, MOST_REPLIES
from support.listeners import listening, node_stub
from support.offices import MadeOffice, make_node, make_office

EAST, WEST = "eastern", "western"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST), make_node(WEST)], now_s=int(time.time()))
    yield office
    office.office.close()


def question(made: MadeOffice, request: Request, node_id: str = EAST, text: str = "What for?") -> Question:
    return Question(request.request_id, made.signed(request).digest, node_id, text, int(time.time()))


def signed(made: MadeOffice, found: Question, key: Ed25519PrivateKey | None = None) -> Envelope:
    return sign(QUESTION, encode_question(found), key or made.nodes[found.node_id].identity)


def message(envelope: Envelope) -> pb.SendQuestionRequest:
    return pb.SendQuestionRequest(question=envelope_to_message(envelope))


def take(made: MadeOffice, envelope: Envelope, node_id: str = EAST) -> pb.Receipt:
    return desk.take_question(made.office, node_id, message(envelope), int(time.time()))


def replied(made: MadeOffice, text: str = "For the plan.", beginning: str = "") -> None:
    [found] = [q for q in asked(made.office) if q.name.startswith(beginning)]
    reply(made.office, found, text, made.analyst, int(time.time()))


def polled(made: MadeOffice, node_id: str, held: int = 0) -> list[str]:
    poll = pb.PollRequest(roster_version=1, replies_held=held)
    found = desk.look(made.office.store, node_id, poll, int(time.time())).replies
    return [decode_reply(e.payload).text for e in found]


def fails_as(call: Any) -> LeroError:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_call_error(raised.value)


def test_a_question_is_taken_once_and_its_reply_ends_a_waiting_poll(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()), cohort=[EAST])
    envelope = signed(made, question(made, request))
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        receipts = [stub.SendQuestion(message(envelope), timeout=20) for _ in range(2)]
        timer = threading.Timer(0.5, lambda: replied(made))
        timer.start()
        news = stub.Poll(pb.PollRequest(roster_version=1, held=[request.request_id], wait_s=15), timeout=20)
        timer.join()
        rest = stub.Poll(pb.PollRequest(roster_version=1, held=[request.request_id], replies_held=1), timeout=20)
    assert [(r.digest, r.late) for r in receipts] == [(envelope.digest, False)] * 2
    assert len(asked(made.office)) == 1
    [found] = [envelope_from_message(e) for e in news.replies]
    keys = {key_id(public_bytes(made.analyst)): public_bytes(made.analyst)}
    payload, _ = open_one(found, REPLY, keys)
    said = decode_reply(payload)
    assert (said.text, said.node_id, said.question_digest) == ("For the plan.", EAST, envelope.digest)
    assert rest == pb.PollReply()


def test_a_question_in_another_nodes_name_is_refused_on_the_line(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    envelope = signed(made, question(made, request))
    with listening(made.office) as port, node_stub(port, made, WEST) as stub:
        assert isinstance(fails_as(lambda: stub.SendQuestion(message(envelope), timeout=20)), Unauthorised)
    assert asked(made.office) == ()


def test_what_is_not_this_nodes_question_about_this_request_is_not_taken(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()), cohort=[EAST])
    right = question(made, request)
    for wrong, caller, expected in (
        (signed(made, right, Ed25519PrivateKey.generate()), EAST, Unauthorised),
        (signed(made, right, made.nodes[WEST].identity), EAST, Unauthorised),
        (signed(made, replace(right, node_id=WEST)), WEST, Unauthorised),  # not in the cohort
        (signed(made, replace(right, request_digest=bytes(32))), EAST, Malformed),
        (signed(made, replace(right, request_id="f" * 32)), EAST, Malformed),
        (replace(signed(made, right), payload=encode_question(replace(right, text="Who?"))), EAST, Unauthorised),
        (sign(REPLY, encode_question(right), made.nodes[EAST].identity), EAST, Malformed),
    ):
        with pytest.raises(expected):
            take(made, wrong, caller)
    assert asked(made.office) == ()


def test_at_most_so_many_questions_of_one_node_about_one_request(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    questions = [signed(made, question(made, request, text=f"Question {n}?")) for n in range(MOST_QUESTIONS)]
    for one in questions:
        take(made, one)
    with pytest.raises(Refused):
        take(made, signed(made, question(made, request, text="One more?")))
    take(made, questions[0])  # the same again is the same
    take(made, signed(made, question(made, request, WEST)), WEST)
    take(made, signed(made, question(made, made.submitted(int(time.time())), text="Another?")))


def test_replies_go_to_the_node_that_asked_in_the_order_they_came(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    for node_id in (EAST, WEST):
        take(made, signed(made, question(made, request, node_id)), node_id)
    east, west = sorted(asked(made.office), key=lambda q: q.kept.node_id)
    for text in ("One.", "Two.", "Three."):
        replied(made, text, east.name)
    replied(made, "To the west.", west.name)
    assert polled(made, EAST) == ["One.", "Two.", "Three."]
    assert polled(made, EAST, held=2) == ["Three."]
    assert polled(made, EAST, held=7) == []
    assert polled(made, WEST) == ["To the west."]


def test_only_an_analyst_who_is_listed_and_not_revoked_replies(made: MadeOffice) -> None:
    take(made, signed(made, question(made, made.submitted(int(time.time())))))
    [found] = asked(made.office)
    with pytest.raises(Unauthorised):
        reply(made.office, found, "Hello.", made.publisher, int(time.time()))
    revoke(made.office, ANALYST, "asker", int(time.time()))
    with pytest.raises(Unauthorised):
        replied(made)
    assert polled(made, EAST) == []


def test_at_most_so_many_replies_to_one_question(made: MadeOffice) -> None:
    take(made, signed(made, question(made, made.submitted(int(time.time())))))
    for n in range(MOST_REPLIES):
        replied(made, f"{n}.")
    with pytest.raises(Refused):
        replied(made, "One more.")


def test_a_question_after_the_close_is_kept_and_its_receipt_says_so(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    made.office.close_round(request.request_id, int(time.time()))
    assert take(made, signed(made, question(made, request))).late


def test_a_question_is_named_by_at_least_four_digits_that_fit_one(made: MadeOffice) -> None:
    take(made, signed(made, question(made, made.submitted(int(time.time())))))
    [found] = asked(made.office)
    assert find_question(made.office, found.name) == found
    for beginning in ("", found.name[:3], "nothing"):
        with pytest.raises(Refused):
            find_question(made.office, beginning)
