"""Questions leave as they were signed, so many and no more; replies are heard from listed analysts alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_question, encode_reply
from lero_contract.conversation import Question, Reply
from lero_contract.envelope import QUESTION, REPLY, Envelope, key_id, open_one, public_bytes, sign
from lero_contract.errors import Malformed, Refused, Unavailable
from lero_node.conversing import ask, hear_reply
from lero_node.gate.inbox import Decision
from lero_node.gate.talk import MOST_QUESTIONS, MOST_REPLIES
from lero_node.link.relay import News
from lero_node.run import take_in
from support.lines import BY_AREA, NOTHING, Line, go
from support.nodes import POLICY, MadeNode, make_node

TEXT = "What will the figures be used for?"


class Talking(Line):
    """A coordinator that takes questions. refuses: it will not; loses: so many receipts are lost."""

    def __init__(self, *news: News | Exception, refuses: bool = False, loses: int = 0) -> None:
        super().__init__(*news)
        self.questions: list[Envelope] = []
        self.refuses, self.loses = refuses, loses

    def send_question(self, question: Envelope) -> None:
        if self.refuses:
            raise Refused
        self.questions.append(question)
        if len(self.questions) <= self.loses:
            raise Unavailable


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """Has heard one request, and asks a person."""
    found = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    found.heard(found.asked(BY_AREA))
    monkeypatch.setattr("lero_node.run.FIRST_PAUSE_S", 0.01)
    yield found
    found.node.close()


def asked(made: MadeNode, text: str = TEXT) -> Question:
    made.clock.at_s += 1
    return ask(made.node, made.item(made.asked(BY_AREA)), text)


def reply_to(made: MadeNode, question: Question, text: str = "For the plan of 2027.", **changes: object) -> Reply:
    [found] = [q for q in made.node.inbox.talk.about(question.request_id) if q.question == question]
    plain = Reply(question.request_id, found.envelope.digest, "harbour", text, made.node.now_s)
    return replace(plain, **changes)  # type: ignore[arg-type]


def signed(made: MadeNode, reply: Reply, key: Ed25519PrivateKey | None = None) -> Envelope:
    return sign(REPLY, encode_reply(reply), key or made.analyst)


def replies(made: MadeNode) -> list[tuple[str, str]]:
    return [(r.analyst_id, r.reply.text) for q in made.node.inbox.talk.about("0" * 31 + "1") for r in q.replies]


def test_a_question_is_signed_by_the_node_and_sent_once(made: MadeNode) -> None:
    question = asked(made)
    line = Talking(NOTHING, NOTHING, NOTHING, loses=1)
    go(made, line)
    identity = public_bytes(made.node.identity.signing)
    payload, _ = open_one(line.questions[-1], QUESTION, {key_id(identity): identity})
    assert decode_question(payload) == question
    assert (question.node_id, question.request_digest) == ("harbour", made.signed(made.asked(BY_AREA)).digest)
    assert len(line.questions) == 2, "the receipt of the first was lost"
    assert line.questions[0] == line.questions[1]
    assert [q.state for q in made.node.inbox.talk.about(question.request_id)] == ["sent"]


def test_a_question_the_coordinator_will_not_take_is_not_sent_for_ever(made: MadeNode) -> None:
    question = asked(made)
    go(made, Talking(NOTHING, NOTHING, refuses=True))
    assert [q.state for q in made.node.inbox.talk.about(question.request_id)] == ["not taken"]
    assert made.log().count("coordinator did not take a question") == 1


def test_a_reply_of_a_listed_analyst_is_heard_kept_and_counted(made: MadeNode) -> None:
    question = asked(made)
    reply = signed(made, reply_to(made, question))
    assert take_in(made.node, News((), (), (), (reply,)))
    made.reopen()
    assert replies(made) == [("asker", "For the plan of 2027.")]
    assert made.node.inbox.talk.replies_taken == 1
    assert not hear_reply(made.node, reply), "the same again is nothing new"


def test_a_poll_tells_how_many_replies_came_so_that_none_comes_twice(made: MadeNode) -> None:
    reply = signed(made, reply_to(made, asked(made)))
    told: list[int] = []

    class Counting(Talking):
        def poll(self, *words: object, **more: object) -> News:
            told.append(int(words[4]))  # type: ignore[call-overload]
            return super().poll(*words, **more)  # type: ignore[arg-type]

    go(made, Counting(NOTHING, News((), (), (), (reply, reply)), NOTHING))
    assert told == [0, 0, 2, 2]


def test_replies_of_anyone_else_or_to_anything_else_are_not_heard(made: MadeNode) -> None:
    question = asked(made)
    right = reply_to(made, question)
    stranger = Ed25519PrivateKey.generate()
    for wrong in (
        signed(made, right, stranger),
        signed(made, right, made.node.identity.signing),
        signed(made, replace(right, node_id="another")),
        signed(made, replace(right, question_digest=bytes(32))),
        signed(made, replace(right, request_id="f" * 32)),
        replace(signed(made, right), payload=encode_reply(replace(right, text="Something else."))),
        sign(QUESTION, encode_reply(right), made.analyst),
    ):
        assert not hear_reply(made.node, wrong)
    assert replies(made) == []
    assert "reply not heard" in made.log()


def test_an_analyst_taken_off_the_roster_is_not_heard(made: MadeNode) -> None:
    reply = signed(made, reply_to(made, asked(made)))
    made.accept(analysts=())
    assert not hear_reply(made.node, reply)


def test_at_most_so_many_questions_about_one_request_and_replies_to_one_question(made: MadeNode) -> None:
    found = [asked(made, f"Question {n}?") for n in range(MOST_QUESTIONS)]
    with pytest.raises(Refused, match="At most 20 questions"):
        asked(made)
    heard = [hear_reply(made.node, signed(made, reply_to(made, found[0], f"{n}."))) for n in range(MOST_REPLIES + 1)]
    assert heard == [True] * MOST_REPLIES + [False]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 601, "bell \x07", "turned \u202e round"])
def test_words_that_are_empty_too_long_or_not_plain_are_not_kept(made: MadeNode, text: str) -> None:
    with pytest.raises(Malformed):
        asked(made, text)
    assert made.node.inbox.talk.about("0" * 31 + "1") == []


def test_nothing_is_asked_about_a_closed_round(made: MadeNode) -> None:
    made.node.inbox.decide("0" * 31 + "1", Decision.CLOSED, "The round has closed.", "", made.node.now_s)
    with pytest.raises(Refused, match="closed"):
        asked(made)
