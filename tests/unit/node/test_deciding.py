"""The gate between a finished answer and the line: nothing leaves unasked, and what is withheld never leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lero_contract.codec import decode_refusal
from lero_contract.conversation import REASONS
from lero_contract.errors import LeroError, Refused
from lero_node.answer import answer, receive, reconsider, stored_answer
from lero_node.compute import parent
from lero_node.deciding import let_go, waits_for_release, withhold
from lero_node.gate.in_force import confirm
from lero_node.gate.inbox import Decision
from lero_node.link.relay import News
from lero_node.privacy.ledger import State
from lero_node.run import take_in
from support.lines import BY_AREA, NOTHING, Line, go, offers
from support.nodes import POLICY, MadeNode, make_node
from support.requests import ISSUED_S

HOLDS = POLICY.replace('release = "automatic"', 'release = "ask"')


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """Computes unasked, twelve zeros, and asks before sending; near the end of a slot."""
    found = make_node(tmp_path, HOLDS)
    found.import_rows()
    found.clock.at_s = ISSUED_S + 1.99
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    monkeypatch.setattr("lero_node.run.FIRST_PAUSE_S", 0.01)
    yield found
    found.node.close()


def finished(made: MadeNode, number: int = 1) -> str:
    asked = made.asked(BY_AREA, number=number)
    answer(made.node, made.heard(asked))
    return asked.request_id


def test_a_finished_answer_stays_until_a_person_lets_it_go(made: MadeNode) -> None:
    line = go(made, Line(NOTHING, offers(made, 1), NOTHING, NOTHING, NOTHING))
    item = made.item(made.asked(BY_AREA))
    assert line.answers == []
    assert waits_for_release(made.node, item)
    assert made.node.ledger.existing(item.request_id).state is State.RELEASED
    let_go(made.node, item)
    line = go(made, Line(NOTHING, NOTHING, NOTHING))
    assert len(line.answers) == 1
    assert made.node.ledger.existing(item.request_id).state is State.SENT
    assert made.spent() == 20_000_000


def test_a_withheld_answer_is_refused_with_its_code_keeps_its_charge_and_never_leaves(made: MadeNode) -> None:
    request_id = finished(made)
    withhold(made.node, made.item(made.asked(BY_AREA)), "trustees-said-no")
    line = go(made, Line(NOTHING, NOTHING, offers(made, 1), NOTHING, NOTHING))
    [first, second] = [decode_refusal(refusal.payload) for refusal in line.refusals]
    assert (first.code, first.reason) == ("withheld", "trustees-said-no")
    assert second == first, "offered again, it is refused again with the same words"
    assert line.answers == []
    assert made.spent() == 20_000_000
    made.reopen()
    confirm(made.home, POLICY)  # answers leave without asking from now on; this one was withheld
    line = go(made, Line(NOTHING, offers(made, 1), NOTHING, NOTHING))
    assert line.answers == []
    assert made.node.ledger.existing(request_id).state is State.RELEASED
    with pytest.raises(Refused):
        let_go(made.node, made.item(made.asked(BY_AREA)))


def test_what_was_let_go_is_not_withheld_afterwards(made: MadeNode) -> None:
    finished(made)
    item = made.item(made.asked(BY_AREA))
    let_go(made.node, item)
    with pytest.raises(Refused):
        withhold(made.node, item, "")
    assert stored_answer(made.node, item) is not None


def test_a_crash_in_the_middle_of_withholding_sends_nothing_and_the_same_command_ends_it(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(made)
    item = made.item(made.asked(BY_AREA))
    with monkeypatch.context() as crash:
        crash.setattr(type(made.node.inbox), "decide", lambda *words: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            withhold(made.node, item, "")
    made.reopen()
    assert stored_answer(made.node, item) is None
    with pytest.raises(Refused, match="withheld already"):
        let_go(made.node, item)
    withhold(made.node, item, "no-time")
    assert made.item(made.asked(BY_AREA)).decision is Decision.WITHHELD


def test_an_answer_that_left_before_the_policy_changed_is_sent_again_when_asked_for(made: MadeNode) -> None:
    confirm(made.home, POLICY)
    first = go(made, Line(NOTHING, offers(made, 1), NOTHING, NOTHING))
    confirm(made.home, HOLDS)
    again = go(made, Line(NOTHING, offers(made, 1), NOTHING, NOTHING))
    assert [a.to_bytes() for a in again.answers] == [a.to_bytes() for a in first.answers]


def test_an_answer_that_waits_outlives_the_close_and_can_go_into_a_revision(made: MadeNode) -> None:
    request_id = finished(made)
    take_in(made.node, News((), (), (request_id,)))
    assert waits_for_release(made.node, made.item(made.asked(BY_AREA)))
    let_go(made.node, made.item(made.asked(BY_AREA)))
    assert len(go(made, Line(NOTHING, NOTHING, NOTHING)).answers) == 1


def test_a_round_told_closed_is_not_asked_about_again(made: MadeNode) -> None:
    request_id = finished(made)
    asked_about: list[list[str]] = []

    class Listening(Line):
        def poll(self, roster_version: int, held: list[str], *rest: object, **more: object) -> News:  # type: ignore[override]
            asked_about.append(list(held))
            return super().poll(roster_version, held, *rest, **more)  # type: ignore[arg-type]

    go(made, Listening(NOTHING, News((), (), (request_id,)), NOTHING))
    assert asked_about == [[request_id], [request_id], [], []]


def test_nothing_waits_where_nothing_is_finished(made: MadeNode) -> None:
    item = made.heard(made.asked(BY_AREA))
    for act in (let_go, lambda node, found: withhold(node, found, "")):
        with pytest.raises(Refused, match="No finished answer"):
            act(made.node, item)


def test_a_decline_carries_its_reason_and_none_where_none_was_given(tmp_path: Path) -> None:
    made = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    for number, reason in ((1, "not-our-purpose"), (2, "")):
        made.heard(made.asked(BY_AREA, number=number))
        made.node.inbox.decide_waiting(f"{number:032x}", Decision.DECLINED, "declined", made.node.now_s, reason)
    line = go(made, Line(NOTHING, NOTHING))
    found = [decode_refusal(refusal.payload) for refusal in line.refusals]
    assert [(r.code, r.reason) for r in found] == [("declined", "not-our-purpose"), ("declined", "")]
    assert made.item(made.asked(BY_AREA)).reason_words == REASONS["not-our-purpose"]
    made.node.close()


def test_a_policy_that_cannot_be_read_now_refuses_nobody(made: MadeNode) -> None:
    made.home.confirmed_policy.rename(made.home.folder / "aside")
    with pytest.raises(LeroError):
        receive(made.node, made.signed(made.asked(BY_AREA)))
    (made.home.folder / "aside").rename(made.home.confirmed_policy)
    item = made.item(made.asked(BY_AREA))
    assert item.decision is Decision.WAITING
    assert made.heard(made.asked(BY_AREA)).decision is Decision.APPROVED
    made.home.confirmed_policy.rename(made.home.folder / "aside")
    with pytest.raises(LeroError):
        answer(made.node, made.item(made.asked(BY_AREA)))
    (made.home.folder / "aside").rename(made.home.confirmed_policy)
    assert made.item(made.asked(BY_AREA)).decision is Decision.APPROVED


def test_reconsidering_leaves_alone_what_no_yes_covers(tmp_path: Path) -> None:
    made = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    made.heard(made.asked(BY_AREA))
    confirm(made.home, POLICY)  # from now on nobody is asked; what waits was asked before
    assert reconsider(made.node) == []
    assert made.item(made.asked(BY_AREA)).decision is Decision.WAITING
    made.node.close()


def test_one_poll_makes_a_node_look_at_so_many_requests_and_no_more(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lero_node.run.MOST_AT_ONCE", 3)
    take_in(made.node, offers(made, *range(1, 10)))
    assert [item.request_id[-1] for item in made.node.inbox.items()] == ["1", "2", "3"]
