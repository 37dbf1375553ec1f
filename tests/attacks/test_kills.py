"""Killed with signal 9 at every step: after the restart there are the same bytes or a clean first try, and one charge."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.faulty import Faulty, FaultyNode, Launch, launched, until
from support.killing import AFTER_EACH_STEP, BEFORE_EACH_STEP, COORDINATOR_POINTS, IMPATIENT, Point, examine

pytestmark = pytest.mark.real_run
KILLED = -9


@pytest.mark.attack("L1")
def test_nodes_killed_before_and_after_each_of_their_steps_answer_once_and_are_charged_once(attacked: Faulty) -> None:
    nodes = list(attacked.nodes.values())
    for node in nodes:
        node.stop()
    request_id = attacked.ask()
    with ThreadPoolExecutor() as both:
        sequences = [BEFORE_EACH_STEP, AFTER_EACH_STEP]
        for done in [both.submit(survive, *one, request_id) for one in zip(nodes, sequences, strict=True)]:
            done.result()
    attacked.check_answered_once(request_id)
    assert examine(attacked, [request_id]).wrong == []


def survive(node: FaultyNode, points: Sequence[Point], request_id: str) -> None:
    """Starts a node over and over, each time to be killed at the next point; then once for good."""
    spent = 0
    for point in points:
        with launched(node.home, point.launch()):
            node.start()
        assert node.await_death() == KILLED, point
        before, spent = spent, node.spent_settled(request_id)
        assert spent >= before, point
    node.start_with(Launch())


@pytest.mark.attack("L1", "L9")
def test_a_coordinator_killed_at_each_of_its_steps_loses_no_answer_and_takes_none_twice(attacked: Faulty) -> None:
    for node in attacked.nodes.values():
        node.stop()
        node.start_with(Launch(change=IMPATIENT))
    attacked.server.kill()
    request_id = attacked.ask()
    for point in COORDINATOR_POINTS:
        attacked.server.start_again(point.launch())
        assert attacked.server.await_death() == KILLED, point
    attacked.server.start_again()
    attacked.check_answered_once(request_id)
    assert examine(attacked, [request_id]).wrong == []
    until(lambda: not attacked.running.office.round_state(request_id, int(time.time())).is_open)
