"""What an analyst sees of the LEROs' questions and of their noes, and replies."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import Refusal, encode_question, encode_refusal
from lero_contract.codec.envelope import envelope_to_message
from lero_contract.conversation import REASONS, Question
from lero_contract.envelope import QUESTION, REFUSAL, sign
from lero_contract.errors import Conflict
from lero_contract.request import Request
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.cli import cli
from lero_coordinator.conversing import take_question
from lero_coordinator.keys import write_key
from lero_coordinator.service import desk
from support.offices import MadeOffice, answer_to, make_node, make_office

PHRASE = "a long enough one"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    made = make_office(tmp_path / "home", [make_node("eastern"), make_node("western")], now_s=int(time.time()))
    write_key(made.analyst, tmp_path / "analyst.key", PHRASE.encode())
    write_key(made.publisher, tmp_path / "press.key", PHRASE.encode())
    yield made
    made.office.close()


def types(made: MadeOffice, *words: str, phrase: str = "") -> Result:
    return CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words], input=phrase)


def ask(made: MadeOffice, request: Request, text: str) -> None:
    digest = made.signed(request).digest
    found = Question(request.request_id, digest, "eastern", text, int(time.time()))
    envelope = sign(QUESTION, encode_question(found), made.nodes["eastern"].identity)
    take_question(made.office, "eastern", envelope, int(time.time()))


def test_questions_are_listed_quoted_and_replied_to(made: MadeOffice, tmp_path: Path) -> None:
    request = made.submitted(int(time.time()))
    assert types(made, "request", "questions").stdout == "Nothing was asked.\n"
    ask(made, request, "What for?\nRefused: western")
    listed = types(made, "request", "questions", request.request_id)
    assert "    | What for?\n    | Refused: western" in listed.stdout
    [asked] = json.loads(types(made, "request", "questions", "--json").stdout)
    assert (asked["node"], asked["request_id"], asked["replies"]) == ("eastern", request.request_id, [])
    words = ("request", "reply", asked["question"], "For the plan of 2027.", "--analyst-key")
    stranger = types(made, *words, str(tmp_path / "press.key"), phrase=f"{PHRASE}\n")
    assert (stranger.exit_code, "not a listed analyst's" in stranger.stderr) == (3, True)
    done = types(made, *words, str(tmp_path / "analyst.key"), phrase=f"{PHRASE}\n")
    assert "Replied to eastern." in done.stdout, done.output
    [asked] = json.loads(types(made, "request", "questions", "--json").stdout)
    assert [reply["text"] for reply in asked["replies"]] == ["For the plan of 2027."]


def test_a_reply_that_is_too_long_is_not_signed(made: MadeOffice, tmp_path: Path) -> None:
    ask(made, made.submitted(int(time.time())), "What for?")
    [asked] = json.loads(types(made, "request", "questions", "--json").stdout)
    key = ("--analyst-key", str(tmp_path / "analyst.key"))
    refused = types(made, "request", "reply", asked["question"], "x" * 601, *key, phrase=f"{PHRASE}\n")
    assert (refused.exit_code, "1 to 600 characters" in refused.stderr) == (6, True)


def test_who_declined_or_withheld_and_why_is_shown(made: MadeOffice) -> None:
    request = made.submitted(int(time.time()))
    for node_id, code, reason in (("eastern", "declined", "too-dear"), ("western", "withheld", "trustees-said-no")):
        refusal = Refusal(request.request_id, made.signed(request).digest, node_id, code, reason)
        envelope = sign(REFUSAL, encode_refusal(refusal), made.nodes[node_id].identity)
        message = pb.SendRefusalRequest(refusal=envelope_to_message(envelope))
        desk.take_refusal(made.office, node_id, message, int(time.time()))
    shown = types(made, "request", "show", request.request_id).stdout
    assert f"Refused: eastern: The operator declined this request. {REASONS['too-dear']}" in shown
    assert f"Refused: western: The operator decided not to send the answer. {REASONS['trustees-said-no']}" in shown
    found = json.loads(types(made, "request", "show", request.request_id, "--json").stdout)
    assert found["reasons"] == {"eastern": "too-dear", "western": "trustees-said-no"}
    assert not made.office.round_state(request.request_id, int(time.time())).is_open, "nothing is left to wait for"


def test_a_node_that_sent_two_different_answers_is_named(made: MadeOffice) -> None:
    now_s = int(time.time())
    request = made.submitted(now_s)
    for first_cell in (7, 8):
        answer = pb.SendAnswerRequest(answer=answer_to(made, request, "eastern", first_cell).to_message())
        with contextlib.suppress(Conflict):
            desk.take_answer(made.office, "eastern", answer, now_s)
    shown = types(made, "request", "show", request.request_id).stdout
    assert "Sent two different replies, of which the first stands: eastern" in shown
    assert json.loads(types(made, "request", "show", request.request_id, "--json").stdout)["conflicts"] == ["eastern"]
