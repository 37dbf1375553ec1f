"""A federation whose processes and lines fail on command: killed, launched with faults, and joined by a bad line.

It is the demonstration's own federation: its nodes and its server are stood in for by ones that can be killed, and
every node is told the address of a `FaultProxy`, so whatever it joins by pins that.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import lero_coordinator.demo.federation as demo
from lero_contract.codec import decode_request, envelope_to_bytes
from lero_coordinator.demo import processes
from lero_coordinator.demo.federation import Federation, Site, federation
from lero_coordinator.demo.made_up import make_export_folder
from lero_coordinator.demo.population import CUT_DATE, make_population, write_exports
from lero_coordinator.demo.population.leros import FEWEST_LEROS
from lero_coordinator.demo.processes import NodeHome, Server
from lero_coordinator.store import papers, replies
from lero_policies import ROOT
from support.fault_proxy import FaultProxy

PATIENCE_S = 60.0
LEROS_SEED = 11
LARGE_TABLES = 20
LAUNCHER = str(Path(__file__).with_name("launch.py"))
HEADCOUNT: dict[str, Any] = {
    "title": "A small question",
    "question": "How many members does each LERO have?",
    "purpose": "demonstration",
    "closes_in_days": 28,
    "tables": [
        {
            "id": "members",
            "title": "Members on the cut date",
            "kind": "headcount",
            "basis": "at_cut_date",
            "dimensions": ["area"],
            "rho": 0.0005,
            "hide_wider_than": 400,
        }
    ],
}


def large_question() -> dict[str, Any]:
    """One whose answer is far longer than a poll, so that a proxy that sees bytes alone knows it."""
    table = {**HEADCOUNT["tables"][0], "dimensions": ["area", "sex"], "rho": 1e-8, "hide_wider_than": 100_000}
    tables = [{**table, "id": f"members{number}"} for number in range(LARGE_TABLES)]
    return {**HEADCOUNT, "title": "A large question", "tables": tables}


@dataclass(frozen=True)
class Launch:
    """How the next process of a home is started. before: words in front of Python, such as strace's.

    die: (place, "before" or "after", n-th call); change: constants; clock_s: how far its clock is ahead.
    """

    before: tuple[str, ...] = ()
    die: tuple[tuple[str, str, int], ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)
    clock_s: int = 0

    def words(self, module: str, words: Sequence[str]) -> list[str]:
        """The whole command."""
        faults = {
            "die": [{"place": place, "when": when, "nth": nth} for place, when, nth in self.die],
            "change": dict(self.change),
            "clock_s": self.clock_s,
        }
        return [*self.before, sys.executable, LAUNCHER, json.dumps(faults), module, *words]


_launches: dict[str, Launch] = {}
_plainly = processes._python


def _python(module: str, *words: str) -> list[str]:
    launch = _launches.get(words[words.index("--home") + 1])
    return launch.words(module, words) if launch else _plainly(module, *words)


@contextlib.contextmanager
def launched(home: Path, launch: Launch) -> Iterator[None]:
    """Every process of this home that starts in here starts so."""
    _launches[str(home)] = launch
    try:
        yield
    finally:
        del _launches[str(home)]


class FaultyNode(NodeHome):
    """A node's computer whose power can fail."""

    @property
    def pid(self) -> int:
        """Of `run`."""
        assert self._running is not None
        return self._running.pid

    @property
    def returncode(self) -> int | None:
        """None while `run` runs or was never started; minus the signal that killed it."""
        return None if self._running is None else self._running.poll()

    @property
    def is_running(self) -> bool:
        """Whether `run` was started and has not ended."""
        return self._running is not None and self._running.poll() is None

    @property
    def storage_key(self) -> bytes:
        """What must stand nowhere on a disk."""
        return self._key

    started_s = 0
    is_faulty = False

    def start(self) -> None:
        """`run`, in the background."""
        self.started_s = int(time.time())
        self.is_faulty = str(self.home) in _launches
        super().start()

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """One command, in the background."""
        return self._start(words, subprocess.PIPE, subprocess.PIPE)

    def start_afresh(self) -> None:
        """`run`, in a new second, so that the coordinator's sightings tell it from the run before."""
        time.sleep(1 - time.time() % 1)
        self.start()

    def start_with(self, launch: Launch) -> None:
        """`run`, with faults."""
        with launched(self.home, launch):
            self.start_afresh()

    def kill(self) -> None:
        """Signal 9, and waits for the end."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def await_death(self) -> int:
        """Waits until `run` has ended by itself."""
        assert self._running is not None
        return self._running.wait(PATIENCE_S)

    def signal(self, number: signal.Signals) -> None:
        """Stops or continues `run`, for instance."""
        os.kill(self.pid, number)

    def ledger_rows(self, columns: str = "state, request_id, nano_rho, answer") -> list[tuple[Any, ...]]:
        """What the ledger's file holds, oldest first. Raises sqlite3.OperationalError while a commit is unfinished."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home / 'ledger.sqlite'}?mode=ro", uri=True)) as ledger:
            return ledger.execute(f"SELECT {columns} FROM ledger ORDER BY sequence").fetchall()

    def states(self, request_id: str) -> list[str]:
        """A request's states in the ledger, in their order."""
        return [state for state, found, *_ in self.ledger_rows() if found == request_id]

    def spent(self) -> int:
        """Of all years, in 1e-9 rho."""
        return sum(price for state, _, price, _ in self.ledger_rows() if state == "reserved")

    def spent_on(self, request_id: str) -> int:
        """On one request, in 1e-9 rho."""
        return sum(price for state, found, price, _ in self.ledger_rows() if (state, found) == ("reserved", request_id))

    def spent_settled(self, request_id: str) -> int:
        """As `spent_on`, of a node that is not running: a commit it did not finish is undone first, as it would do."""
        with contextlib.closing(sqlite3.connect(self.home / "ledger.sqlite")) as ledger:
            ledger.execute("SELECT count(*) FROM ledger").fetchall()
        return self.spent_on(request_id)

    def answers(self) -> dict[str, bytes]:
        """By request, the bytes that were released."""
        return {request_id: answer for _, request_id, _, answer in self.ledger_rows() if answer is not None}

    def said(self) -> str:
        """Everything it has remarked."""
        return (self.folder / "node.log").read_text(encoding="utf-8", errors="replace")


class FaultyServer(Server):
    """A coordinator behind a bad line; it may be killed and comes back behind the same address."""

    made: FaultyServer

    def __init__(self, home: Path, log: Path) -> None:
        super().__init__(home, log)
        self.home, self._log = home, log
        self.own_port = int(self.address.rpartition(":")[2])
        self.proxy = FaultProxy(self.own_port)
        self.address = f"localhost:{self.proxy.port}"
        FaultyServer.made = self

    @property
    def pid(self) -> int:
        """Of `serve`."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Signal 9, and waits for the end."""
        self._process.kill()
        self._process.wait()

    def await_death(self) -> int:
        """Waits until it has ended by itself."""
        return self._process.wait(PATIENCE_S)

    def start_again(self, launch: Launch | None = None) -> None:
        """On another port, which the proxy leads to."""
        with launched(self.home, launch or Launch()):
            super().__init__(self.home, self._log)
        self.own_port = int(self.address.rpartition(":")[2])
        self.address = f"localhost:{self.proxy.port}"
        self.proxy.lead_to(self.own_port)
        self.proxy.cut()

    def stop(self) -> None:
        """As the demonstration's, and the line too."""
        super().stop()
        self.proxy.close()


@dataclass(frozen=True)
class Faulty:
    """A running federation with handles on all that may fail."""

    running: Federation
    server: FaultyServer
    nodes: Mapping[str, FaultyNode]
    folder: Path

    @property
    def proxy(self) -> FaultProxy:
        """The line of every node."""
        return self.server.proxy

    def ask(self, draft: Mapping[str, Any] = HEADCOUNT) -> str:
        """Signs and submits a request to everybody; returns its id."""
        return self.running.ask(draft, CUT_DATE)

    def held(self, request_id: str) -> dict[str, bytes]:
        """The answers at the coordinator, by node."""
        return {node: content for node, (content, _) in self.held_whole(request_id).items()}

    def held_whole(self, request_id: str) -> dict[str, tuple[bytes, bool]]:
        """By node: the answer's bytes, and whether it came late. Fails where one node has two."""
        with self.running.office.store.reading() as connection:
            found = [r for r in replies.replies_to(connection, request_id) if r.kind == replies.ANSWER]
        assert len({r.node_id for r in found}) == len(found)
        return {r.node_id: (r.content, r.late) for r in found}

    def conflicts(self, request_id: str) -> tuple[str, ...]:
        """Nodes that sent two different replies."""
        with self.running.office.store.reading() as connection:
            return replies.conflicts_of(connection, request_id)

    def await_answers(self, request_id: str) -> dict[str, bytes]:
        """Until every node's is held."""
        until(lambda: set(self.held(request_id)) == set(self.nodes))
        return self.held(request_id)

    def check_answered_once(self, request_id: str) -> None:
        """Every node charged once, and the coordinator holds what its ledger holds, once, and nothing against it."""
        held = self.await_answers(request_id)
        for node_id, node in self.nodes.items():
            until(lambda node=node: node.states(request_id) == ["reserved", "released", "sent"])  # type: ignore[misc]
            assert node.answers()[request_id] == held[node_id]
        assert self.conflicts(request_id) == ()

    def request_bytes(self, request_id: str) -> bytes:
        """The signed request as it is stored."""
        with self.running.office.store.reading() as connection:
            return envelope_to_bytes(papers.request_of(connection, request_id).envelope)

    def price(self, request_id: str) -> int:
        """What a request costs each node, in 1e-9 rho."""
        with self.running.office.store.reading() as connection:
            return decode_request(papers.request_of(connection, request_id).envelope.payload).price_nano_rho

    def mend(self) -> None:
        """Everything runs and every line is healthy, whatever was done to them."""
        self.proxy.pass_on()
        if not self.server.is_running:
            self.server.start_again()
        self.proxy.lead_to(self.server.own_port)
        for node in self.nodes.values():
            if node.is_faulty:
                node.stop()
            if not node.is_running:
                node.start_afresh()
        for node in self.nodes.values():
            self.await_heard(node)

    def await_heard(self, node: FaultyNode) -> None:
        """Until a node has reached the coordinator since it was last started."""
        until(lambda: self._last_heard_s(node) >= node.started_s)

    def _last_heard_s(self, node: FaultyNode) -> int:
        with self.running.office.store.reading() as connection:
            found = replies.all_sightings(connection).get(node.home.parent.name)
        return found.seen_at_s if found else 0


@contextlib.contextmanager
def faulty_federation(folder: Path, leros: int, seed: int = LEROS_SEED) -> Iterator[Faulty]:
    """Set up whole and running on healthy lines. folder: empty; everything is written under it."""
    sites = []
    for lero in make_population(max(leros, FEWEST_LEROS), seed).leros[:leros]:
        export = make_export_folder(folder, lero.node_id)
        write_exports(lero, export)
        sites.append(
            Site(
                node_id=lero.node_id,
                organisation_id=lero.organisation_id,
                name=lero.name,
                areas=lero.areas,
                public_members=lero.public_members,
                publish_alone=True,
                mapping=ROOT.joinpath("mappings", f"{lero.template}.toml").read_text(encoding="utf-8"),
                export=export,
                complete_to=CUT_DATE,
            )
        )
    with (
        _stood_in(processes, _python=_python),
        _stood_in(demo, NodeHome=FaultyNode, Server=FaultyServer),
        federation(folder, sites, synthetic=True, tell=lambda *_: None) as running,
    ):
        nodes = {node_id: node for node_id, node in running.nodes.items() if isinstance(node, FaultyNode)}
        yield Faulty(running, FaultyServer.made, nodes, folder)


@contextlib.contextmanager
def _stood_in(module: ModuleType, **others: Any) -> Iterator[None]:
    """Names of a module mean something else in here."""
    before = {name: getattr(module, name) for name in others}
    for name, other in others.items():
        setattr(module, name, other)
    try:
        yield
    finally:
        for name, was in before.items():
            setattr(module, name, was)


def until(happened: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Waits for something that must happen; a ledger in the middle of a commit is looked at again."""
    deadline = time.monotonic() + patience_s
    while True:
        with contextlib.suppress(sqlite3.OperationalError):
            if happened():
                return
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
