"""The loop over a line in memory: what is due is sent in its slot, once it is acknowledged never again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lero_contract.codec import Answer, decode_ledger_mark
from lero_contract.errors import Corrupt, LeroError, Unavailable
from lero_node import answer as answering
from lero_node.compute import parent
from lero_node.compute.job import Job
from lero_node.gate.inbox import Decision
from lero_node.joining import join
from lero_node.link.relay import News
from lero_node.link.tls import open_tls
from lero_node.privacy.ledger import State
from lero_node.run import work
from support.lines import BY_AREA, NOTHING, Line, codes, go, offers
from support.nodes import KEY, POLICY, MadeNode, make_node, marks_beside
from support.requests import DAY_S, ISSUED_S


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """A node whose computation is replaced by twelve zeros (the child has tests of its own), near the end of a slot."""
    found = make_node(tmp_path)
    found.import_rows()
    found.clock.at_s = ISSUED_S + 1.99
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    monkeypatch.setattr("lero_node.run.FIRST_PAUSE_S", 0.01)
    yield found
    found.node.close()


def test_a_request_is_heard_answered_sent_once_and_settled(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1), NOTHING, NOTHING))
    assert len(line.answers) == 1
    assert made.node.ledger.existing(made.asked().request_id).state is State.SENT
    assert made.node.inbox.open_items() == []


def test_an_answer_whose_receipt_was_lost_is_sent_again_byte_for_byte(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1), NOTHING, NOTHING, NOTHING, fails=2))
    assert len(line.answers) == 3
    assert len({answer.to_bytes() for answer in line.answers}) == 1
    assert made.spent() == 20_000_000


def test_a_coordinator_that_offers_an_answered_request_again_gets_the_same_bytes(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1), NOTHING, offers(made, 1), NOTHING))
    assert len({answer.to_bytes() for answer in line.answers}) == 1
    assert len(line.answers) == 2
    assert made.spent() == 20_000_000


def test_a_refusal_is_sent_once_with_its_code_and_fixed_words(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1, purpose="holidays"), NOTHING, NOTHING))
    assert codes(line) == ["not_allowed"]
    assert line.answers == []
    assert made.spent() == 0


def test_stale_is_said_once_and_the_answer_follows_the_import(made: MadeNode) -> None:
    late = made.asked(BY_AREA, cut_date_day=made.asked().cut_date_day + 1)
    line = go(made, Line(News((), (made.signed(late),), ()), NOTHING, NOTHING))
    assert codes(line) == ["stale"]
    made.clock.at_s += DAY_S
    made.import_rows(complete_to=date(2026, 4, 1))
    line = go(made, Line(NOTHING))
    assert (codes(line), len(line.answers)) == ([], 1)


def test_a_request_that_closes_before_it_is_answered_is_dropped_and_costs_nothing(made: MadeNode) -> None:
    late = made.asked(BY_AREA, cut_date_day=made.asked().cut_date_day + 1)
    go(made, Line(News((), (made.signed(late),), ()), News((), (), (late.request_id,))))
    assert made.item(late).decision is Decision.CLOSED
    assert made.node.inbox.open_items() == []
    assert made.spent() == 0


def test_a_lost_line_is_tried_again_and_said_once(made: MadeNode) -> None:
    told: list[str] = []
    line = go(made, Line(Unavailable(), Unavailable(), offers(made, 1), NOTHING), told.append)
    assert len(line.answers) == 1
    assert len([words for words in told if "cannot be reached" in words]) == 1
    assert "Connected to localhost:1." in told


def test_a_disk_that_is_full_for_a_while_stops_nothing_for_good(made: MadeNode) -> None:
    connection = made.node.ledger._chain._connection
    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        if "ledger.sqlite" in words:  # the operator makes room
            connection.execute("PRAGMA query_only = OFF")

    connection.execute("PRAGMA query_only = ON")
    line = go(made, Line(offers(made, 1), NOTHING, NOTHING), tell)
    assert any("ledger.sqlite cannot be written" in words for words in told)
    assert len(line.answers) == 1


def test_what_does_not_verify_stops_the_node(made: MadeNode) -> None:
    with pytest.raises(Corrupt):
        go(made, Line(Corrupt("The coordinator acknowledged something else.")))


def test_a_computation_that_a_person_stops_costs_nothing_more_and_is_done_again(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, told = Line(offers(made, 1), NOTHING), list[str]()

    def stopped(job: object) -> None:
        line.stop.set()  # Ctrl-C reaches both

    monkeypatch.setattr(parent, "run", stopped)
    go(made, line, told.append)
    assert made.node.ledger.existing(made.asked().request_id).state is State.RESERVED
    assert (codes(line), line.answers) == ([], [])
    assert any("was stopped while it was computed" in words for words in told)
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    line = go(made, Line(NOTHING, NOTHING))
    assert len(line.answers) == 1
    assert made.spent() == 20_000_000


def test_an_answer_never_leaves_before_its_slot_because_the_node_is_stopped(made: MadeNode) -> None:
    line = Line(offers(made, 1), NOTHING)
    stop_in_the_wait = threading.Event()
    line.stop = stop_in_the_wait
    stop_in_the_wait.wait = lambda timeout=None: stop_in_the_wait.set() or True  # type: ignore[method-assign,func-returns-value]
    go(made, line)
    assert made.node.ledger.existing(made.asked().request_id).state is State.RELEASED
    assert line.answers == []


def test_trouble_with_a_file_is_said_in_words_and_tried_again(made: MadeNode) -> None:
    told: list[str] = []
    line = go(made, Line(PermissionError(13, "Permission denied"), offers(made, 1), NOTHING), told.append)
    assert "A file of this node cannot be written or read now: Permission denied. Trying again." in told
    assert len(line.answers) == 1


def test_a_node_that_is_not_listed_yet_says_so_once_and_goes_on_when_it_is(made: MadeNode) -> None:
    listed = made.node.rosters.newest
    unlisted = replace(listed, version=2, nodes=())
    made.accept(nodes=())
    told: list[str] = []
    asked = made.asked(BY_AREA)
    waiting = News((made.inviter.signed(unlisted),), (made.signed(asked),), ())
    line = go(made, Line(waiting, NOTHING), told.append)
    assert line.answers == [] and made.node.inbox.find(asked.request_id) is None
    assert len([words for words in told if "does not name this node yet" in words]) == 1
    following = News((made.inviter.signed(replace(listed, version=3)),), (made.signed(asked),), ())
    line = go(made, Line(following, NOTHING, NOTHING), told.append)
    assert len(line.answers) == 1
    assert len([words for words in told if "names this node now" in words]) == 1


def test_a_certificate_is_renewed_while_an_answer_waits_and_the_answer_is_sent_once(made: MadeNode) -> None:
    line = go(made, Line(replace(offers(made, 1), renew=True), NOTHING, NOTHING))
    assert line.dialled == [open_tls(made.home.tls, KEY)]
    assert len(line.answers) == 1
    assert "certificate renewed" in made.log()


def test_an_answer_that_was_being_sent_when_the_line_was_changed_is_sent_again(made: MadeNode) -> None:
    line = go(made, Line(replace(offers(made, 1), renew=True), NOTHING, NOTHING, fails=1))
    assert len(line.answers) == 2
    assert len({answer.to_bytes() for answer in line.answers}) == 1
    assert made.spent() == 20_000_000


def test_an_expired_certificate_is_said_once_and_one_that_is_brought_meanwhile_is_used(made: MadeNode) -> None:
    made.clock.at_s = made.inviter.now_s = ISSUED_S + 60 * DAY_S + 1
    told: list[str] = []
    home, inviter = made.home, made.inviter

    def tell(words: str) -> None:
        told.append(words)
        if "has expired" in words:  # the operator joins again, in another window
            invite = inviter.invite(made.node.rosters.newest, number=2)
            join(home, invite, KEY, inviter.enrol, made.node.now_s, marks_beside(home))

    line = go(made, Line(NOTHING), tell)
    assert line.dialled == [open_tls(home.tls, KEY)]
    assert len([words for words in told if "has expired" in words]) == 1
    assert told[-1] == "Connected to localhost:1."


def test_a_coordinator_that_offers_a_refused_request_without_end_is_asked_ever_more_slowly(made: MadeNode) -> None:
    refused = offers(made, 1, purpose="holidays")
    line, waits = Line(*[refused] * 6), list[float]()
    line.stop.wait = lambda timeout=None: waits.append(timeout or 0.0) or False  # type: ignore[method-assign,func-returns-value]
    go(made, line)
    assert waits[:5] == [0.01, 0.02, 0.04, 0.08, 0.16]


def test_every_poll_shows_where_the_ledger_stands(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1), NOTHING, NOTHING))
    shown = [decode_ledger_mark(mark.payload).head for mark in line.marks if mark is not None]
    assert [head.sequence for head in shown] == [1, 3, 4, 4]
    assert shown[-1] == made.node.ledger.head()


class Watched(Line):
    """A line on which the order of everything is seen, waits included."""

    def __init__(self, *news: News) -> None:
        super().__init__(*news)
        self.seen: list[str] = []
        self.stop.wait = lambda timeout=None: self.seen.append("wait") or False  # type: ignore[method-assign,func-returns-value]

    def poll(self, *given: Any, **named: Any) -> News:
        self.seen.append("poll")
        return super().poll(*given, **named)

    def send_answer(self, answer: Answer) -> bool:
        self.seen.append("answer")
        return super().send_answer(answer)


def test_after_a_computation_not_even_a_poll_leaves_before_the_slot(made: MadeNode) -> None:
    line = Watched(offers(made, 1), NOTHING)
    go(made, line)
    # The first poll brings the request; the computation follows; then the wait, and only then anything else: the
    # coordinator is shown the ledger that holds the answer before it is sent the answer.
    assert line.seen[:4] == ["poll", "wait", "poll", "answer"]


def test_what_travels_of_the_ledger_tells_the_slot_and_the_day_and_not_the_moment(made: MadeNode) -> None:
    line = go(made, Line(offers(made, 1), NOTHING, NOTHING))
    [released] = [row for row in made.node.ledger.rows() if row.values["state"] == State.RELEASED.value]
    at_s = released.values["at_s"]
    assert isinstance(at_s, int) and at_s % made.node.policy.gates.slot_s == 0
    marks = [decode_ledger_mark(mark.payload) for mark in line.marks if mark is not None]
    assert {mark.at_s % DAY_S for mark in marks} == {0}


def test_a_request_that_was_taken_in_and_not_decided_when_the_program_died_is_decided_at_the_next_start(
    made: MadeNode,
) -> None:
    asked = made.asked(BY_AREA)
    made.node.inbox.take(asked, made.signed(asked), "asker", Decision.WAITING, ISSUED_S)
    line = go(made, Line(NOTHING, NOTHING))  # a coordinator does not offer again what a node says it holds
    assert len(line.answers) == 1
    assert made.log().count("request heard") == 1


def test_what_waits_for_a_person_goes_on_waiting_after_a_restart(tmp_path: Path) -> None:
    made = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    made.import_rows()
    asked = made.asked(BY_AREA)
    go(made, Line(offers(made, 1)))
    go(made, Line(NOTHING))
    assert made.item(asked).decision is Decision.WAITING
    assert made.log().count("request heard") == 1
    made.node.close()


def test_a_computation_that_failed_as_the_program_died_is_told_at_the_next_start(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(job: Job) -> None:
        raise Corrupt("A fault.")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(parent, "run", failing)
        patched.setattr(answering, "_tell_failed", dies)  # the program ends between the ledger and the inbox
        with pytest.raises(KeyboardInterrupt):
            go(made, Line(offers(made, 1), NOTHING))
    line = go(made, Line(NOTHING))
    assert codes(line) == [LeroError.code]


def test_a_yes_that_was_taken_back_while_another_answer_was_computed_is_no_yes(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = made.asked(BY_AREA, number=1), made.asked(BY_AREA, number=2)
    for asked in (first, second):
        made.heard(asked)

    def meanwhile(job: Job) -> tuple[int, ...]:
        made.node.inbox.decide(second.request_id, Decision.WAITING, "Taken back.", "", ISSUED_S)
        return (0,) * 12

    monkeypatch.setattr(parent, "run", meanwhile)
    work(made.node, threading.Event(), lambda words: None)
    assert made.spent() == 20_000_000


def test_a_coordinator_cannot_make_a_node_remember_rounds_it_never_held(made: MadeNode) -> None:
    many = tuple(f"{number:032x}" for number in range(5_000))
    line = go(made, Line(offers(made, 1), News((), (), many), NOTHING, NOTHING))
    assert len(line.answers) == 1
    assert "request closed" not in made.log()
