"""A bad line: a TCP proxy between nodes and a coordinator, through which TLS passes unread, that fails on command.

It passes on, swallows without a word, delays, cuts, or loses exactly one large request or the reply to it. What it sees
are bytes: an answer is told from a poll by its size alone.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

CHUNK_BYTES = 65_536
HANDSHAKE_BYTES = 4_000  # more than a client of mutual TLS sends at a stretch while a line is set up


class Loss(Enum):
    """What of a large call is lost."""

    REQUEST = "request"
    REPLY = "reply"


@dataclass
class Line:
    """One connection. burst: bytes the node has sent since it last heard a byte."""

    node: socket.socket
    coordinator: socket.socket
    burst: int = 0
    is_silent_up: bool = False
    is_silent_down: bool = False

    def reset(self) -> None:
        """Both ends are told at once that the line is gone."""
        for end in (self.node, self.coordinator):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class FaultProxy:
    """Listens on a free port of the loopback address. dials: when each connection was asked for, monotonic seconds."""

    upstream: int
    port: int = 0
    dials: list[float] = field(default_factory=list)
    tripped: threading.Event = field(default_factory=threading.Event)
    _lines: list[Line] = field(default_factory=list)
    _delay_s: float = 0.0
    _is_silent: bool = False
    _loss: Loss | None = None
    _closing: bool = False

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """New lines go there. Those that led elsewhere, or are silent, are cut, so that the nodes dial again."""
        is_elsewhere, self.upstream = port != self.upstream, port
        if is_elsewhere or any(line.is_silent_up or line.is_silent_down for line in self._lines):
            self.cut()

    def pass_on(self) -> None:
        """Healthy again, for lines to come and for those that were not silenced for good."""
        self._delay_s, self._is_silent, self._loss = 0.0, False, None

    def swallow(self) -> None:
        """From now on nothing comes through on any line, and nobody is told: half open. New lines are silent too."""
        self._is_silent = True

    def silence_lines(self) -> None:
        """The lines that stand are dead for good, and nobody is told; new ones are healthy: a router that forgot."""
        for line in list(self._lines):
            line.is_silent_up = line.is_silent_down = True

    def delay(self, seconds: float) -> None:
        """Everything arrives, each piece so much later."""
        self._delay_s = seconds

    def lose(self, what: Loss) -> None:
        """The next large request, or the reply to it, does not arrive; its line is silent from then on.

        `tripped` is set as soon as the node has sent it.
        """
        self.tripped.clear()
        self._loss = what

    def cut(self) -> None:
        """Every line ends now, with a reset."""
        for line in list(self._lines):
            line.reset()
        self._lines.clear()

    def close(self) -> None:
        """Stops listening and cuts."""
        self._closing = True
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._closing:
            try:
                node, _ = self._listener.accept()
            except OSError:
                return
            self.dials.append(time.monotonic())
            try:
                coordinator = socket.create_connection(("127.0.0.1", self.upstream), timeout=10)
            except OSError:  # nobody listens there now: the node is told as TCP would tell it
                node.close()
                continue
            coordinator.settimeout(None)
            line = Line(node, coordinator)
            self._lines.append(line)
            for end, act in ((node, self._up), (coordinator, self._down)):
                threading.Thread(target=self._pump, args=(line, end, act), daemon=True).start()

    def _pump(self, line: Line, end: socket.socket, act: Callable[[Line, bytes], None]) -> None:
        """Pieces as they come from one end; a line that ends at one end, or breaks, ends at the other too."""
        with contextlib.suppress(OSError):
            while chunk := end.recv(CHUNK_BYTES):
                time.sleep(self._delay_s)
                if self._is_silent:  # what is lost once is lost: such a line never recovers
                    line.is_silent_up = line.is_silent_down = True
                act(line, chunk)
        if not (self._is_silent or line.is_silent_up or line.is_silent_down):
            line.reset()  # a silent line hides even its end

    def _up(self, line: Line, chunk: bytes) -> None:
        line.burst += len(chunk)
        is_lost = self._loss is not None and line.burst > HANDSHAKE_BYTES and not line.is_silent_up
        if is_lost:
            line.is_silent_down, line.is_silent_up = True, self._loss is Loss.REQUEST
            self._loss = None
        if not line.is_silent_up:
            line.coordinator.sendall(chunk)
        if is_lost:
            self.tripped.set()

    def _down(self, line: Line, chunk: bytes) -> None:
        line.burst = 0
        if not line.is_silent_down:
            line.node.sendall(chunk)
