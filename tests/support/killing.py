"""Where a process is killed with signal 9, by name, and what must hold of everybody's books afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from support.faulty import Faulty, Launch


@dataclass(frozen=True)
class Point:
    """A step of a process, by the function that does it; the process kills itself before or after it is done."""

    name: str
    place: str
    when: str
    nth: int = 1

    def launch(self, nth: int = 0) -> Launch:
        """A start that ends when this point is come to for the n-th time."""
        return Launch(die=((self.place, self.when, nth or self.nth),), change=IMPATIENT)


# Whoever is refused again and again waits longer and longer. Here everybody is killed again and again.
IMPATIENT = {
    "lero_node.run:LONGEST_PAUSE_S": 1.0,
    "lero_node.link.relay:_KEEPALIVE": [
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.min_reconnect_backoff_ms", 2_000),
        ("grpc.max_reconnect_backoff_ms", 500),
    ],
}
_TRANSACTION = Point("in the middle of the ledger's transaction", "lero_node.chain:Chain.append", "after", nth=2)


def _before(name: str, place: str) -> Point:
    return Point(f"before {name}", place, "before")


def _after(name: str, place: str) -> Point:
    return Point(f"after {name}", place, "after")


def _both(name: str, place: str) -> tuple[Point, Point]:
    return _before(name, place), _after(name, place)


# Each in the order in which a node comes to them for one request, so that one request survives them all.
BEFORE_EACH_STEP: tuple[Point, ...] = (
    _before("a poll", "lero_node.link.relay:Relay.poll"),
    _before("verifying a request", "lero_node.answer:_verify"),
    _before("taking it into the inbox", "lero_node.gate.inbox:Inbox.take"),
    _before("deciding", "lero_node.gate.inbox:Inbox.decide"),
    _before("reserving its price", "lero_node.privacy.ledger:Ledger.reserve"),
    _TRANSACTION,  # the first row is the log's, that the node has started
    _before("the mark of the ledger", "lero_node.witness.marks:FileMarks.write"),
    _before("computing", "lero_node.compute.parent:run"),
    _before("storing the answer", "lero_node.privacy.ledger:Ledger.release"),
    _before("sending the answer", "lero_node.link.relay:Relay.send_answer"),
    _before("noting that it was sent", "lero_node.privacy.ledger:Ledger.mark_sent"),
    _before("settling it", "lero_node.gate.inbox:Inbox.settle"),
)
AFTER_EACH_STEP: tuple[Point, ...] = (
    _after("a poll", "lero_node.link.relay:Relay.poll"),
    _after("verifying a request", "lero_node.answer:_verify"),
    _after("taking it into the inbox", "lero_node.gate.inbox:Inbox.take"),
    _after("deciding", "lero_node.gate.inbox:Inbox.decide"),
    _after("the mark of the ledger", "lero_node.witness.marks:FileMarks.write"),
    _after("reserving its price", "lero_node.privacy.ledger:Ledger.reserve"),
    _after("computing", "lero_node.compute.parent:run"),
    _after("storing the answer", "lero_node.privacy.ledger:Ledger.release"),
    _after("sending the answer", "lero_node.link.relay:Relay.send_answer"),
    _after("noting that it was sent", "lero_node.privacy.ledger:Ledger.mark_sent"),
    _after("settling it", "lero_node.gate.inbox:Inbox.settle"),
)
NODE_POINTS = (*BEFORE_EACH_STEP, *AFTER_EACH_STEP)
COORDINATOR_POINTS: tuple[Point, ...] = (
    *_both("looking for news", "lero_coordinator.service.desk:look"),
    Point("noting who was heard", "lero_coordinator.store.replies:saw", "after"),
    _before("taking an answer in", "lero_coordinator.service.desk:take_answer"),
    Point("an answer written and not committed", "lero_coordinator.store.replies:keep", "after"),
    _after("taking an answer in", "lero_coordinator.service.desk:take_answer"),
    *_both("looking whether a round is settled", "lero_coordinator.office:Office.close_if_settled"),
    Point("a round closed and not committed", "lero_coordinator.store.papers:close_request", "after"),
)
PUBLISH_POINTS: tuple[Point, ...] = (
    *_both("collecting the answers", "lero_coordinator.release:collect"),
    *_both("combining them", "lero_coordinator.release:release_of"),
    *_both("keeping the revision", "lero_coordinator.release:keep"),
    Point("the revision written and not committed", "lero_coordinator.store.revisions:add", "after"),
    *_both("writing the pages", "lero_coordinator.landscape.folder:_write_all"),
    Point("the old pages put aside", "pathlib:Path.rename", "after"),
    *_both("publishing", "lero_coordinator.landscape:publish"),
)


@dataclass
class Findings:
    """What was wrong at the end. spend_lost: in 1e-9 rho. wrong: in words, for people."""

    answers_lost: int = 0
    answers_doubled: int = 0
    spend_lost: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Something that must not be."""
        self.wrong.append(words)


def examine(attacked: Faulty, request_ids: Sequence[str]) -> Findings:
    """Compares every node's ledger with the requests that were asked, and with what the coordinator holds.

    One charge for each request and not one more; the coordinator's bytes are the ledger's; nothing was sent that
    contradicts them. Every request must be answered by now.
    """
    found = Findings()
    price = {request_id: attacked.price(request_id) for request_id in request_ids}
    held = {request_id: attacked.held(request_id) for request_id in request_ids}
    for node_id, node in attacked.nodes.items():
        charges = Counter(request_id for state, request_id, _, _ in node.ledger_rows() if state == "reserved")
        stored = Counter(request_id for state, request_id, _, _ in node.ledger_rows() if state == "released")
        answers = node.answers()
        for request_id in request_ids:
            if node_id not in held[request_id]:
                found.answers_lost += 1
                found.note(f"{node_id} has no answer to {request_id}: {node.states(request_id)}")
            elif answers.get(request_id) != held[request_id][node_id]:
                found.answers_doubled += 1
                found.note(f"{node_id} holds another answer to {request_id} than the coordinator")
            if charges[request_id] > 1 or stored[request_id] > 1 or node_id in attacked.conflicts(request_id):
                found.answers_doubled += 1
                found.note(f"{node_id} charged, stored or sent {request_id} more than once")
        due = sum(price.values())
        if (spent := sum(node.spent_on(request_id) for request_id in request_ids)) != due:
            found.spend_lost += abs(due - spent)
            found.note(f"{node_id} has spent {spent} and should have spent {due}")
    return found
