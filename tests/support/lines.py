"""A node at work over a line in memory: each poll brings the next news, and what the node sends is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from lero_contract.codec import Answer, decode_refusal
from lero_contract.envelope import Envelope
from lero_contract.errors import Unavailable
from lero_node.link.relay import News, Relay
from lero_node.link.tls import Credentials, TlsFiles, open_tls
from lero_node.run import run
from support.nodes import KEY, MadeNode
from support.requests import table

BY_AREA = table(dimensions=["area"])
NOTHING = News((), (), ())


class Line(Relay):
    """A coordinator in memory. Each poll brings the next news; after the last the node is stopped."""

    def __init__(self, *news: News | Exception, fails: int = 0) -> None:
        self.news, self.stop = list(news), threading.Event()
        self.answers: list[Answer] = []
        self.refusals: list[Envelope] = []
        self.marks: list[Envelope | None] = []
        self.fails = fails  # how many answers are received without the node's learning of it
        self.certify: Callable[[bytes], Credentials]
        self.dialled: list[TlsFiles] = []  # after the first

    def poll(
        self,
        roster_version: int,
        held: Sequence[str],
        wait_s: int,
        software_version: str,
        replies_held: int = 0,
        ledger_mark: Envelope | None = None,
    ) -> News:
        self.marks.append(ledger_mark)
        if not self.news:
            self.stop.set()
            return NOTHING
        now = self.news.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    def send_answer(self, answer: Answer) -> bool:
        self.answers.append(answer)
        if len(self.answers) <= self.fails:
            raise Unavailable
        return False

    def send_refusal(self, refusal: Envelope) -> None:
        self.refusals.append(refusal)

    def renew(self, tls_request: bytes) -> Credentials:
        return self.certify(tls_request)

    def reconnect(self, tls: TlsFiles) -> None:
        self.tls = tls
        self.dialled.append(tls)


def go(made: MadeNode, line: Line, tell: Callable[[str], None] = lambda line: None) -> Line:
    line.tls = open_tls(made.home.tls, KEY)
    line.certify = made.inviter.certified
    run(made.node, line, line.stop, tell)
    return line


def offers(made: MadeNode, *numbers: int, **changes: object) -> News:
    return News((), tuple(made.signed(made.asked(BY_AREA, number=n, **changes)) for n in numbers), ())


def codes(line: Line) -> list[str]:
    return [decode_refusal(r.payload).code for r in line.refusals]
