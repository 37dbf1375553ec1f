"""What can be asked: a request and its tables, frozen, each checking its own shape on arrival.

Whether the names in it exist is the dictionary's business (plan.py); whether it is allowed is the node's (admission).
Days are whole days since 1970-01-01, times whole seconds since then in UTC, prices whole units of 1e-9 rho.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import Enum

from lero_contract.errors import Malformed

NANO = 10**9
MAX_TABLES = 100
MAX_NANO_RHO = 10 * NANO
MAX_CONTACTS = 10_000
MAX_DAY = 10**5  # the year 2243
MAX_TIME_S = 2**33  # the year 2242
MAX_TITLE = 200
MAX_QUESTION = 2_000
_LINE = f"one line of plain text, at most {MAX_TITLE} characters."
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_REQUEST_ID = re.compile(r"[0-9a-f]{32}")
_NODE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Mode(Enum):
    """How exact vectors become safe: noise at every node, or noise shares under masks."""

    STANDALONE = "standalone"
    POOLED = "pooled"


class Basis(Enum):
    """Which members a headcount counts."""

    AT_CUT_DATE = "at_cut_date"
    JOINED = "joined"
    REFERRED = "referred"
    EVER = "ever"


class Unit(Enum):
    """What an activity table counts."""

    CONTACTS = "contacts"
    ACTIVE_MEMBERS = "active_members"


@dataclass(frozen=True)
class Period:
    """Two days, both inside."""

    first: int
    last: int

    def __post_init__(self) -> None:
        _require(self.first <= self.last, "A period must not end before it begins.")
        _require(
            abs(self.first) < MAX_DAY and abs(self.last) < MAX_DAY,
            "A period must lie within living memory.",
        )


@dataclass(frozen=True)
class Headcount:
    """Members, each in one cell."""

    basis: Basis
    period: Period | None

    def __post_init__(self) -> None:
        wanted = self.basis in (Basis.JOINED, Basis.REFERRED)
        _require(
            (self.period is not None) == wanted,
            f"A headcount '{self.basis.value}' has its period wrong.",
        )


@dataclass(frozen=True)
class Window:
    """A review window: the wave where the review names one, else days after joining (first and last inside)."""

    label: str
    wave: int
    from_day: int
    to_day: int

    def __post_init__(self) -> None:
        _require(_is_line(self.label), f"A window needs a label: {_LINE}")
        _require(max(abs(self.from_day), abs(self.to_day)) < MAX_DAY, "A window must lie within a lifetime.")
        _require(self.from_day <= self.to_day, f"The window '{self.label}' ends before it begins.")


@dataclass(frozen=True)
class Mean:
    """The mean of one measure in each window; one value per member and window."""

    measure: str
    windows: tuple[Window, ...]

    def __post_init__(self) -> None:
        _require(0 < len(self.windows) <= 60, "A mean needs between 1 and 60 windows.")
        _require(_distinct(w.label for w in self.windows), "Two windows have the same label.")
        _require(_distinct(w.wave for w in self.windows), "Two windows have the same wave.")
        spans = sorted((w.from_day, w.to_day) for w in self.windows)
        apart = all(a[1] < b[0] for a, b in itertools.pairwise(spans))
        _require(apart, "Two windows overlap; a review could count in both.")


@dataclass(frozen=True)
class Slice:
    """One labelled period of an activity table."""

    label: str
    period: Period

    def __post_init__(self) -> None:
        _require(_is_line(self.label), f"A period needs a label: {_LINE}")


@dataclass(frozen=True)
class Activity:
    """Contacts, or active members, by period; each member touches at most `max_cells` cells, each by `max_per_cell`."""

    unit: Unit
    slices: tuple[Slice, ...]
    kinds: tuple[str, ...]
    split_by_kind: bool
    max_cells: int
    max_per_cell: int

    def __post_init__(self) -> None:
        _require(0 < len(self.slices) <= 120, "An activity table needs between 1 and 120 periods.")
        _require(_distinct(s.label for s in self.slices), "Two periods have the same label.")
        spans = [s.period for s in self.slices]
        apart = all(a.last < b.first for a, b in itertools.pairwise(spans))
        _require(apart, "The periods of an activity table must be in order and apart.")
        _require(
            bool(self.kinds) and _distinct(self.kinds),
            "An activity table needs its kinds, each once.",
        )
        _require(
            0 < self.max_cells <= self.groups,
            "max_cells must be between 1 and the cells a member could touch.",
        )
        _require(
            0 < self.max_per_cell <= MAX_CONTACTS,
            f"max_per_cell must be between 1 and {MAX_CONTACTS}.",
        )
        counted_once = self.unit is Unit.CONTACTS or self.max_per_cell == 1
        _require(counted_once, "An active member counts once in a cell: max_per_cell must be 1.")

    @property
    def groups(self) -> int:
        """Cells one member could touch without a bound."""
        return len(self.slices) * (len(self.kinds) if self.split_by_kind else 1)


Kind = Headcount | Mean | Activity


@dataclass(frozen=True)
class Filter:
    """Only members whose variable has one of these codes."""

    variable: str
    codes: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(
            bool(self.codes) and _distinct(self.codes),
            f"The filter on '{self.variable}' needs codes, each once.",
        )


@dataclass(frozen=True)
class Table:
    """One question and its price.

    hide_wider_than: half-width of the noise, in people or contacts, past which a figure is too few to show; a total of
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
        _require(
            bool(_NAME.fullmatch(self.table_id)),
            "A table id is lower-case letters, digits and underscores.",
        )
        where = f"Table {self.table_id}: "
        _require(_is_line(self.title), where + f"a title is needed: {_LINE}")
        _require(
            len(self.dimensions) <= 4 and _distinct(self.dimensions),
            where + "at most 4 dimensions, each once.",
        )
        _require(not {"area", "region"} <= set(self.dimensions), where + "area already holds the region.")
        _require(_distinct(f.variable for f in self.filters), where + "one filter for each variable.")
        _require(
            0 < self.price_nano_rho <= MAX_NANO_RHO,
            where + "the price must be above 0 and at most 10 rho.",
        )
        shown_by_width = not isinstance(self.kind, Mean)
        _require(
            (self.hide_wider_than > 0) == shown_by_width,
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
        _require(
            bool(_REQUEST_ID.fullmatch(self.request_id)),
            "A request id is 32 lower-case hex digits.",
        )
        _require(
            bool(self.federation_id) and _is_line(self.title) and _is_text(self.question),
            f"A request needs words. Its title is {_LINE}",
        )
        digests = (self.dictionary_digest, self.roster_digest)
        _require(all(len(d) == 32 for d in digests), "A digest must be 32 bytes.")
        _require(bool(self.cohort), "A request needs a cohort.")
        _require(
            list(self.cohort) == sorted(set(self.cohort)),
            "The cohort must be sorted, each node once.",
        )
        _require(
            all(_NODE_ID.fullmatch(n) is not None for n in self.cohort),
            "The cohort has a name no node can have.",
        )
        _require(0 <= self.issued_at_s < self.closes_at_s, "A request must close after it was issued.")
        in_memory = self.closes_at_s < MAX_TIME_S and abs(self.cut_date_day) < MAX_DAY
        _require(in_memory, "A request's days must lie within living memory.")
        _require(0 < len(self.tables) <= MAX_TABLES, f"A request has between 1 and {MAX_TABLES} tables.")
        _require(_distinct(t.table_id for t in self.tables), "Two tables have the same id.")
        total = sum(t.price_nano_rho for t in self.tables)
        _require(self.price_nano_rho == total, "The price of the request is not the sum over its tables.")


def is_node_id(name: str) -> bool:
    """Whether a name can be a node's: lower-case letters, digits and hyphens, at most 63."""
    return _NODE_ID.fullmatch(name) is not None


def _is_line(words: str) -> bool:
    """Whether words are one line of plain text. A person decides by them: nothing may hide, or draw over the rest."""
    return _is_text(words) and "\n" not in words and len(words) <= MAX_TITLE


def _is_text(words: str) -> bool:
    """The same, over several lines. Refused: controls, marks of direction, surrogates, private characters."""
    drawn = all(c == "\n" or unicodedata.category(c) not in _UNSEEN for c in words)
    return bool(words.strip()) and drawn and len(words) <= MAX_QUESTION


def _distinct(names: Iterable[Hashable]) -> bool:
    seen = list(names)
    return len(seen) == len(set(seen))


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Malformed(otherwise)
