"""The state of a round from the request, what came in, and the time: k of n, always labelled. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lero_contract.errors import Stale
from lero_contract.request import Request


@dataclass(frozen=True)
class Said:
    """What a round needs to know of one reply. kind: answer or refusal. code: of the error family, for a refusal."""

    node_id: str
    kind: str
    code: str
    late: bool


@dataclass(frozen=True)
class Round:
    """Who answered in time, who refused (with the code), who answered late, and who is still silent.

    closed_at_s: when it closed, by its deadline, by a person or by the last reply; None while it is open.
    """

    request_id: str
    title: str
    closes_at_s: int
    closed_at_s: int | None
    cohort: tuple[str, ...]
    answered: tuple[str, ...]
    refused: Mapping[str, str]
    late: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether an answer that arrives now counts."""
        return self.closed_at_s is None

    @property
    def k_of_n(self) -> str:
        """As in "48 of 55"."""
        return f"{len(self.answered)} of {len(self.cohort)}"

    @property
    def is_settled(self) -> bool:
        """Whether every node has spoken: there is nothing left to wait for."""
        return not self.waiting


def state_of(request: Request, said: Iterable[Said], closed_at_s: int | None, now_s: int) -> Round:
    """The round of a request. closed_at_s: as stored, None where nobody has closed it."""
    replies = [r for r in said if r.node_id in request.cohort]
    answered = {r.node_id for r in replies if r.kind == "answer" and not r.late}
    late = {r.node_id for r in replies if r.kind == "answer" and r.late}
    refused = {r.node_id: r.code for r in replies if r.kind == "refusal" and r.node_id not in answered | late}
    # A node whose records end too early has said so; it still answers after its next import.
    settled = answered | late | {node for node, code in refused.items() if code != Stale.code}
    ended = request.closes_at_s if now_s >= request.closes_at_s else None
    closed = min((moment for moment in (closed_at_s, ended) if moment is not None), default=None)
    return Round(
        request_id=request.request_id,
        title=request.title,
        closes_at_s=request.closes_at_s,
        closed_at_s=closed,
        cohort=request.cohort,
        answered=tuple(sorted(answered)),
        refused=dict(sorted(refused.items())),
        late=tuple(sorted(late)),
        waiting=tuple(node for node in request.cohort if node not in settled),
    )


def should_close(state: Round) -> bool:
    """Whether an open round has nothing left to wait for."""
    return state.is_open and state.is_settled
