"""Lines that fail and hostile messages: every answer arrives once, and nobody's memory is filled from outside."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest

from lero_contract.codec.envelope import envelope_to_message
from lero_contract.errors import LeroError, Malformed
from lero_contract.rpc import MAX_MESSAGE_BYTES, from_call_error
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1 import relay_service_pb2_grpc as rim
from lero_coordinator.release import collect, keep
from support.call_proxy import Call, CallProxy, Lost, dial_as, in_the_middle, pass_on
from support.faulty import Faulty, Launch, until

pytestmark = pytest.mark.real_run
ANY_SIZE = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
SEND_ANSWER, POLL = "/lero_contract.v1.Relay/SendAnswer", "/lero_contract.v1.Relay/Poll"
BOUND_BYTES = 64 << 20  # by which a process may grow under a hostile message; the bombs are many times larger
# The program's own time limits, ten times shorter, so that a test need not be silent for an hour.
QUICK = {
    "lero_node.run:LONGEST_POLL_S": 3,
    "lero_node.run:NEAR_SLOT_S": 1,
    "lero_node.link.relay:CALL_LIMIT_S": 3,
    "lero_node.run:LONGEST_PAUSE_S": 6.0,
    "lero_node.run:FIRST_PAUSE_S": 0.5,
    "lero_node.link.relay:_KEEPALIVE": [
        ("grpc.keepalive_time_ms", 6_000),
        ("grpc.keepalive_timeout_ms", 2_000),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 6_000),
    ],
}


@pytest.fixture
def middle(attacked: Faulty) -> Iterator[CallProxy]:
    """Whoever has the coordinator's keys stands between it and the nodes."""
    with in_the_middle(attacked.running.office, attacked.server.own_port) as (proxy, port):
        attacked.proxy.lead_to(port)
        yield proxy
        proxy.rule = pass_on
        attacked.proxy.lead_to(attacked.server.own_port)


def most_memory(pid: int) -> int:
    """The most memory a process ever had, in bytes."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


def fails_as(call: Callable[[], Any]) -> LeroError:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_call_error(raised.value)


@pytest.mark.attack("W1")
def test_a_line_that_is_silent_for_long_is_given_up_and_dialled_again_and_the_answer_arrives_once(
    attacked: Faulty,
) -> None:
    for node in attacked.nodes.values():
        node.stop()
        node.start_with(Launch(change=QUICK))
        attacked.await_heard(node)
    attacked.proxy.silence_lines()
    request_id = attacked.ask()
    attacked.check_answered_once(request_id)


@pytest.mark.attack("W1")
def test_while_nothing_comes_through_a_node_tries_again_and_again_at_growing_uneven_distances(
    attacked: Faulty,
) -> None:
    first, *others = attacked.nodes.values()
    for other in others:
        other.stop()
    first.stop()
    first.start_with(Launch(change=QUICK))
    attacked.await_heard(first)
    attacked.proxy.cut()
    attacked.server.kill()  # every dial is refused at once, so that what lies between two is the node's own pause
    before = len(attacked.proxy.dials)
    until(lambda: len(attacked.proxy.dials) >= before + 6)
    dials = attacked.proxy.dials[before:]
    pauses = [later - earlier for earlier, later in itertools.pairwise(dials)]
    # Lower bounds alone: a slow machine makes a pause longer, never shorter.
    assert max(pauses) > 4 * 0.2 * 0.8
    assert len({round(pause, 2) for pause in pauses}) > 1
    request_id = attacked.ask()
    attacked.mend()
    attacked.check_answered_once(request_id)


@pytest.mark.attack("W2")
def test_every_message_twice_and_long_after_changes_nothing(attacked: Faulty, middle: CallProxy) -> None:
    kept: list[Call] = []

    def twice(call: Call) -> bytes:
        first, second = call.deliver(), call.deliver() if call.method != POLL else b""
        if call.method == SEND_ANSWER:
            kept.append(call)
            assert first == second
        return first

    middle.rule = twice
    request_id = attacked.ask()
    attacked.check_answered_once(request_id)
    before = attacked.held_whole(request_id)
    state = attacked.running.wait(request_id).state
    for call in kept:  # once more, when the round is over
        call.deliver()
    assert attacked.held_whole(request_id) == before
    assert attacked.running.wait(request_id).state == state
    assert len(kept) >= 2


@pytest.mark.attack("W2")
def test_first_attempts_that_arrive_after_the_later_ones_and_backwards_change_nothing(
    attacked: Faulty, middle: CallProxy
) -> None:
    kept: list[Call] = []

    def hold_first_attempts(call: Call) -> bytes:
        if call.method == SEND_ANSWER and call.message not in [held.message for held in kept]:
            kept.append(call)
            raise Lost
        return call.deliver()

    middle.rule = hold_first_attempts
    ids = [attacked.ask() for _ in range(2)]
    for request_id in ids:
        attacked.check_answered_once(request_id)
    before = [attacked.held_whole(request_id) for request_id in ids]
    assert len(kept) == 2 * len(attacked.nodes)
    for call in reversed(kept):
        call.deliver()
    assert [attacked.held_whole(request_id) for request_id in ids] == before
    assert [attacked.conflicts(request_id) for request_id in ids] == [(), ()]


@pytest.mark.attack("W2")
def test_an_old_poll_reply_given_again_is_heard_once(attacked: Faulty, middle: CallProxy) -> None:
    old: list[bytes] = []

    def stale_news(call: Call) -> bytes:
        if call.method != POLL:
            return call.deliver()
        if old:
            return old[0]
        reply = call.deliver()
        if pb.PollReply.FromString(reply).requests:
            old.append(reply)
        return reply

    middle.rule = stale_news
    request_id = attacked.ask()
    until(lambda: any(node.states(request_id)[-1:] == ["sent"] for node in attacked.nodes.values()))
    time.sleep(1)
    middle.rule = pass_on
    attacked.check_answered_once(request_id)


@pytest.mark.attack("W3")
def test_a_round_closes_without_a_slow_node_whose_answer_is_kept_for_a_revision(
    attacked: Faulty, middle: CallProxy
) -> None:
    slow, *others = attacked.nodes
    request_id, office = attacked.ask(), attacked.running.office

    def slowly(call: Call) -> bytes:
        if call.method == SEND_ANSWER and call.node_id == slow and request_id.encode() in call.message:
            raise Lost
        return call.deliver()

    middle.rule = slowly  # long before an answer is computed
    until(lambda: set(attacked.held(request_id)) == set(others))
    until(lambda: attacked.nodes[slow].states(request_id) == ["reserved", "released"])
    office.close_round(request_id, int(time.time()))
    first = collect(office, request_id, int(time.time()))
    keep(office, first)
    assert [one.node_id for one in first.accepted] == others
    middle.rule = pass_on
    until(lambda: set(attacked.held(request_id)) == set(attacked.nodes))
    assert {node: late for node, (_, late) in attacked.held_whole(request_id).items()} == {
        slow: True,
        **dict.fromkeys(others, False),
    }
    assert [one.node_id for one in collect(office, request_id, int(time.time())).accepted] == others
    revised = collect(office, request_id, int(time.time()), with_late=True)
    assert revised.added == (slow,)


@pytest.mark.attack("W3")
def test_a_node_that_had_not_begun_when_the_round_closed_charges_nothing(attacked: Faulty) -> None:
    slow, *others = attacked.nodes
    attacked.nodes[slow].signal(signal.SIGSTOP)
    try:
        request_id = attacked.ask()
        until(lambda: set(attacked.held(request_id)) == set(others))
        attacked.running.office.close_round(request_id, int(time.time()))
    finally:
        attacked.nodes[slow].signal(signal.SIGCONT)
    attacked.check_answered_once(attacked.ask())  # whatever it might still have done about the first, it did before
    assert attacked.nodes[slow].states(request_id) == []


@pytest.mark.attack("W4")
@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_wrong_touches_nothing_but_what_depends_on_dates(attacked: Faulty, days: int) -> None:
    wrong = next(iter(attacked.nodes.values()))
    wrong.stop()
    wrong.start_with(Launch(clock_s=days * 86_400))
    request_id = attacked.ask()
    if days > 0:
        attacked.check_answered_once(request_id)
        return
    # To this node roster and request are of tomorrow. It says so, and charges nothing; put right, it answers.
    until(lambda: "later than this computer's clock says" in wrong.command("log", "show"))
    assert wrong.states(request_id) == []
    attacked.mend()
    attacked.check_answered_once(request_id)


@pytest.mark.attack("W5")
def test_a_message_that_is_too_large_or_of_too_many_elements_is_refused_by_the_coordinator(attacked: Faulty) -> None:
    node_id, before = next(iter(attacked.nodes)), most_memory(attacked.server.pid)
    attempts = [
        pb.PollRequest(held=["0" * 32] * (64 * MAX_MESSAGE_BYTES // 34)),
        pb.PollRequest(held=[""] * (MAX_MESSAGE_BYTES // 2 - 100)),
        pb.PollRequest(software_version="9" * (MAX_MESSAGE_BYTES - 100)),
    ]
    with dial_as(attacked.running.office, node_id, attacked.server.own_port, ANY_SIZE) as channel:
        stub = rim.RelayStub(channel)  # type: ignore[no-untyped-call,unused-ignore]
        for attempt in attempts:
            for _ in range(3):
                assert isinstance(fails_as(partial(stub.Poll, attempt, timeout=60)), Malformed)
        answer = pb.SendAnswerRequest()
        for _ in range(MAX_MESSAGE_BYTES // 2 - 100):
            answer.answer.header.signatures.add()
        assert isinstance(fails_as(lambda: stub.SendAnswer(answer, timeout=60)), Malformed)
    assert most_memory(attacked.server.pid) - before < BOUND_BYTES
    attacked.check_answered_once(attacked.ask())


@pytest.mark.attack("W5", "W6")
def test_replies_that_are_too_large_of_too_many_elements_or_inflate_fill_no_nodes_memory(
    attacked: Faulty, middle: CallProxy
) -> None:
    before = {node_id: most_memory(node.pid) for node_id, node in attacked.nodes.items()}
    genuine = envelope_to_message(attacked.running.office.roster_envelope())
    bombs = [
        pb.PollReply(closed=["0" * 32] * (64 * MAX_MESSAGE_BYTES // 34)),
        pb.PollReply(closed=[""] * (MAX_MESSAGE_BYTES // 20)),
        pb.PollReply(rosters=[genuine] * (MAX_MESSAGE_BYTES // (len(genuine.SerializeToString()) + 8))),
        pb.PollReply(closed=["9" * (256 << 20)]),  # thrown squeezed
    ]
    left = list(bombs)

    def throw(call: Call) -> bytes:
        if call.method != POLL or not left:
            return call.deliver()
        middle.squeezes = len(left) <= 2  # the next call's, for which it is looked up before
        return left.pop(0).SerializeToString()

    middle.rule = throw
    attacked.proxy.cut()
    until(lambda: not left)
    middle.squeezes = False
    attacked.check_answered_once(attacked.ask())
    for node_id, node in attacked.nodes.items():
        assert most_memory(node.pid) - before[node_id] < BOUND_BYTES


@pytest.mark.attack("W6")
def test_a_small_message_that_inflates_to_a_huge_one_is_refused_and_never_inflated(attacked: Faulty) -> None:
    node_id, before = next(iter(attacked.nodes)), most_memory(attacked.server.pid)
    bomb = pb.PollRequest(software_version="9" * (256 << 20))  # a quarter of a megabyte when squeezed
    with dial_as(attacked.running.office, node_id, attacked.server.own_port, ANY_SIZE) as channel:
        stub = rim.RelayStub(channel)  # type: ignore[no-untyped-call,unused-ignore]
        failure = fails_as(lambda: stub.Poll(bomb, timeout=60, compression=grpc.Compression.Gzip))
    assert isinstance(failure, Malformed)  # and not Unavailable: it was received, and refused
    assert most_memory(attacked.server.pid) - before < BOUND_BYTES
    attacked.check_answered_once(attacked.ask())


@pytest.mark.attack("W7")
def test_both_commands_refuse_to_start_on_the_unguarded_parser(attacked: Faulty, monkeypatch: Any) -> None:
    monkeypatch.setenv("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python")
    node = next(iter(attacked.nodes.values()))
    node.stop()
    with pytest.raises(LeroError, match="unguarded parser"):
        node.command("run")
    words = ["-m", "lero_coordinator", "--home", str(attacked.server.home), "serve", "--port", "0"]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=90)
    assert done.returncode != 0
    assert "unguarded parser" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] == "python"
