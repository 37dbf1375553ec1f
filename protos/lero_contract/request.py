"""What can be asked: a request and its tables, frozen, each checking its own shape on arrival.

Whether the names in it exist is the dictionary's business (plan.py); whether it is allowed is the node's (admission).
Days are whole days since 1970-01-01, times whole seconds since then in UTC, prices whole units of 1e-9 rho.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from lero_contract.checking import LINE, distinct, in_memory, is_line, is_text, require
from lero_contract.kinds import Kind
from lero_contract.price import NANO

MAX_TABLES = 100
MAX_NANO_RHO = 10 * NANO
MAX_TIME_S = 2**33  # the year 2242
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
_NODE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Mode(Enum):
    """How exact vectors become safe: noise at every node, or noise shares under masks."""

    STANDALONE = "standalone"
    POOLED = "pooled"


@dataclass(frozen=True)
class Filter:
    """Only members whose variable has one of these codes."""

    variable: str
    codes: tuple[str, ...]

    def __post_init__(self) -> None:
        require(
            bool(self.codes) and distinct(self.codes),
            f"The filter on '{self.variable}' needs codes, each once.",
        )


@dataclass(frozen=True)
class Table:
    """One question and its price.

    hide_wider_than: half-width of the noise, in people or contacts, past which a count is too few to show; a total of
    n categories of the table may be wider by the root of n. 0 for a mean: means have their own rule.
    """

    table_id: str
    title: str
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]
    price_nano_rho: int
    hide_wider_than: int
    kind: Kind

    def __post_init__(self) -> None:
        require(
            bool(_NAME.fullmatch(self.table_id)),
            "A table id is lower-case letters, digits and underscores.",
        )
        where = f"Table {self.table_id}: "
        require(is_line(self.title), where + f"a title is needed: {LINE}")
        require(
            len(self.dimensions) <= 4 and distinct(self.dimensions),
            where + "at most 4 dimensions, each once.",
        )
        require(not {"area", "region"} <= set(self.dimensions), where + "area already holds the region.")
        require(distinct(f.variable for f in self.filters), where + "one filter for each variable.")
        require(
            0 < self.price_nano_rho <= MAX_NANO_RHO,
            where + "the price must be above 0 and at most 10 rho.",
        )
        require(
            (self.hide_wider_than > 0) == self.kind.has_counts,
            where + "counts need hide_wider_than, means have none.",
        )


@dataclass(frozen=True)
class Request:
    """A signed bundle of tables with a purpose, a mode, a cohort, a deadline and a price."""

    request_id: str
    federation_id: str
    title: str
    question: str
    purpose: str
    mode: Mode
    dictionary_id: str
    dictionary_digest: bytes
    roster_version: int
    roster_digest: bytes
    cohort: tuple[str, ...]
    issued_at_s: int
    closes_at_s: int
    cut_date_day: int
    tables: tuple[Table, ...]
    price_nano_rho: int
    synthetic: bool

    def __post_init__(self) -> None:
        require(
            bool(_REQUEST_ID.fullmatch(self.request_id)),
            "A request id is 32 lower-case hex digits.",
        )
        require(
            bool(self.federation_id) and is_line(self.title) and is_text(self.question),
            f"A request needs words. Its title is {LINE}",
        )
        digests = (self.dictionary_digest, self.roster_digest)
        require(all(len(d) == 32 for d in digests), "A digest must be 32 bytes.")
        require(bool(self.cohort), "A request needs a cohort.")
        require(
            list(self.cohort) == sorted(set(self.cohort)),
            "The cohort must be sorted, each node once.",
        )
        require(
            all(_NODE_ID.fullmatch(n) is not None for n in self.cohort),
            "The cohort has a name no node can have.",
        )
        require(0 <= self.issued_at_s < self.closes_at_s, "A request must close after it was issued.")
        is_alive = self.closes_at_s < MAX_TIME_S and in_memory(self.cut_date_day)
        require(is_alive, "A request's days must lie within living memory.")
        require(0 < len(self.tables) <= MAX_TABLES, f"A request has between 1 and {MAX_TABLES} tables.")
        require(distinct(t.table_id for t in self.tables), "Two tables have the same id.")
        total = sum(t.price_nano_rho for t in self.tables)
        require(self.price_nano_rho == total, "The price of the request is not the sum over its tables.")


def is_node_id(name: str) -> bool:
    """Whether a name can be a node's: lower-case letters, digits and hyphens, at most 63."""
    return _NODE_ID.fullmatch(name) is not None
