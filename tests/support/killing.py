"""Named points at which a node or the coordinator is killed with signal 9, and what must be so when all is over."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.faulty import Faulty, FaultyNode

Point = tuple[str, str]
"""A function of the program, and whether the process dies "before" or "after" its next call."""

_NODE = (
    "lero_node.run:receive",  # verified, read, planned, admitted
    "lero_node.gate.inbox:Inbox.take",
    "lero_node.gate.inbox:Inbox.decide_if_waiting",
    "lero_node.answer:admit",
    "lero_node.privacy.ledger:Ledger.reserve",
    "lero_node.witness.witness:Witness.keep",
    "lero_node.compute.parent:run",
    "lero_node.privacy.ledger:Ledger.release",
    "lero_node.link.relay:Relay.send_answer",
    "lero_node.privacy.ledger:Ledger.mark_sent",
    "lero_node.gate.inbox:Inbox.settle",
    "lero_node.log:Log.write",
)
_COORDINATOR = (
    "lero_coordinator.service.desk:look",
    "lero_coordinator.service.desk:take_answer",
    "lero_coordinator.store.replies:keep",
    "lero_coordinator.store.papers:close_request",
    "lero_coordinator.service.witness:compare",
)
NODE_POINTS: tuple[Point, ...] = tuple((place, when) for place in _NODE for when in ("before", "after"))
COORDINATOR_POINTS: tuple[Point, ...] = tuple((place, when) for place in _COORDINATOR for when in ("before", "after"))


@dataclass(frozen=True)
class Toll:
    """What the faults cost; all of it must be 0. lost, doubled: answers. spend: in 1e-9 rho that no ledger has."""

    lost: int
    doubled: int
    spend: int


class SpendWatch:
    """Looks at every ledger all the time; `fell` counts how often one said less than before."""

    def __init__(self, nodes: Mapping[str, FaultyNode]) -> None:
        self._nodes = nodes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.fell = 0
        self.looks = 0

    def __enter__(self) -> SpendWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        most = dict.fromkeys(self._nodes, 0)
        while not self._stop.wait(0.2):
            for name, node in self._nodes.items():
                try:
                    spent = node.spent()
                except sqlite3.OperationalError:  # in the middle of a commit: looked at again in a moment
                    continue
                self.looks += 1
                self.fell += spent < most[name]
                most[name] = max(most[name], spent)


def toll_of(made: Faulty, asked: Sequence[str], spent_before: Mapping[str, int]) -> Toll:
    """Compares every ledger with the coordinator, when every answer should have arrived."""
    lost = doubled = spend = 0
    for name, node in made.nodes.items():
        released = node.answers()
        charges = Counter(request_id for state, request_id, *_ in node.ledger_rows() if state == "reserved")
        expected = spent_before[name] + sum(made.price(request_id) for request_id in asked)
        spend += abs(expected - node.spent())
        for request_id in asked:
            held = made.held(request_id).get(name)
            lost += held is None or held != released.get(request_id)
            doubled += charges[request_id] > 1 or name in made.conflicts(request_id)
    return Toll(lost, doubled, spend)
