from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.request import Request
from lero_coordinator.rounds import Said, should_close, state_of
from support.offices import NOW_S, make_node, make_office


@pytest.fixture(scope="module")
def request_of_three(tmp_path_factory: pytest.TempPathFactory) -> Request:
    home: Path = tmp_path_factory.mktemp("rounds") / "home"
    made = make_office(home, [make_node(name) for name in ("a", "b", "c")])
    request = made.draft()
    made.office.close()
    return request


def answered(node_id: str, late: bool = False) -> Said:
    return Said(node_id, "answer", "", late)


def refused(node_id: str) -> Said:
    return Said(node_id, "refusal", "budget_spent", False)


def test_everyone_is_in_exactly_one_place(request_of_three: Request) -> None:
    state = state_of(request_of_three, [answered("a"), refused("b")], None, NOW_S)
    assert (state.answered, dict(state.refused), state.late, state.waiting) == (
        ("a",),
        {"b": "budget_spent"},
        (),
        ("c",),
    )
    assert state.k_of_n == "1 of 3"
    assert state.is_open
    assert not should_close(state)


def test_an_answer_after_a_refusal_is_an_answer(request_of_three: Request) -> None:
    state = state_of(request_of_three, [answered("a"), refused("a")], None, NOW_S)
    assert (state.answered, dict(state.refused)) == (("a",), {})


def test_a_round_with_nothing_to_wait_for_should_close(request_of_three: Request) -> None:
    state = state_of(request_of_three, [answered("a"), refused("b"), answered("c")], None, NOW_S)
    assert should_close(state)


def test_a_round_closes_at_its_deadline_to_the_second(request_of_three: Request) -> None:
    deadline = request_of_three.closes_at_s
    assert state_of(request_of_three, [], None, deadline - 1).is_open
    assert state_of(request_of_three, [], None, deadline).closed_at_s == deadline


def test_the_earlier_of_person_and_deadline_closes(request_of_three: Request) -> None:
    deadline = request_of_three.closes_at_s
    assert state_of(request_of_three, [], deadline - 5, deadline + 5).closed_at_s == deadline - 5
    assert not should_close(state_of(request_of_three, [answered(n) for n in "abc"], NOW_S, NOW_S))


def test_late_answers_stand_apart_and_are_not_waited_for(request_of_three: Request) -> None:
    state = state_of(request_of_three, [answered("a", late=True)], NOW_S, NOW_S + 1)
    assert (state.answered, state.late, state.waiting, state.k_of_n) == ((), ("a",), ("b", "c"), "0 of 3")


def test_replies_of_strangers_count_for_nothing(request_of_three: Request) -> None:
    assert state_of(request_of_three, [answered("stranger")], None, NOW_S).k_of_n == "0 of 3"


def test_a_node_whose_records_end_too_early_is_still_waited_for(request_of_three: Request) -> None:
    said = [answered("a"), answered("b"), Said("c", "refusal", "stale", False)]
    state = state_of(request_of_three, said, None, NOW_S)
    assert dict(state.refused) == {"c": "stale"}
    assert state.waiting == ("c",)
    assert not should_close(state)
