"""What a round says, place by place and group by group, before anything is drawn. Frozen; holds no answer of one LERO.

A figure that is not shown carries no number here either, so that no page made from a release can show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from lero_contract.price import NANO
from lero_contract.request import Request, Table
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.statistic import Statistic

EVERY = "all"  # the code of a margin: every category of an axis together


class Level(Enum):
    """What kind of place a figure is of, the widest first."""

    ALL = "all"
    ENGLAND = "england"
    REGION = "region"
    AUTHORITY = "authority"
    OUTSIDE = "outside_england"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Place:
    """code: of the authority or region; E92000001 for England; the level's own name for the rest. name: in words."""

    level: Level
    code: str
    name: str
    region: str  # code of the region an authority lies in, else empty


@dataclass(frozen=True)
class Category:
    """One position on one axis that is no place: axis and code, each with its label in words."""

    axis: str
    axis_label: str
    code: str
    label: str


@dataclass(frozen=True)
class Figure:
    """One figure or one reason for its absence.

    group: one category for each axis that is no place, in the table's order; code "all" is a margin, or stands where
    the statistic is of all categories together. estimate: in the statistic's unit, None unless status.has_figure.
    people: for a ratio, the members it is of, where they may be shown; else None.
    leros: how many LEROs are behind it; of an authority or region, those that serve it.
    """

    place: Place
    group: tuple[Category, ...]
    statistic: Statistic
    status: Status
    mark: str
    estimate: Estimate | None
    people: Estimate | None
    leros: int

    @property
    def is_total(self) -> bool:
        """Whether it is a margin over every axis but places."""
        return all(category.code == EVERY for category in self.group)


@dataclass(frozen=True)
class LeftOut:
    """What the bounds of a capped table cut off, over all its figures; None where too few to show.

    members: of whom something is left out. amount: in the table's unit. share: in percent of kept and left out.
    is_added_back: whether the grand total has it added; not where the noise of both together would be too wide.
    """

    members: Estimate | None
    amount: Estimate | None
    share: Estimate | None
    is_added_back: bool


@dataclass(frozen=True)
class CombinedTable:
    """One table of the request with all its figures. main: the statistic that it is asked for.

    answered: nodes whose answer holds the table. asked: nodes in the cohort. noise_scale: of one node's cell.
    lower_bound_words: for a capped table, what the cap leaves out; else empty. left_out: the same measured, None where
    the table is not capped or its whole has no figure.
    """

    table: Table
    main: Statistic
    figures: tuple[Figure, ...]
    answered: int
    asked: int
    noise_scale: float
    lower_bound_words: str
    left_out: LeftOut | None = None

    @property
    def unit(self) -> str:
        """Of the main statistic: "people", "contacts", "active members", "points" or "%"."""
        return self.main.unit

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """All that its figures are, in their order."""
        return tuple(dict.fromkeys(figure.statistic for figure in self.figures))

    def figure(self, place_code: str, *codes: str, statistic: str = "") -> Figure:
        """The figure of a place and group, margins by default. Raises KeyError where there is none.

        statistic: its code; the main one by default.
        """
        wanted = statistic or self.main.code
        for figure in self.figures:
            is_group = tuple(c.code for c in figure.group) == codes if codes else figure.is_total
            if is_group and figure.place.code == place_code and figure.statistic.code == wanted:
                return figure
        raise KeyError((place_code, codes, wanted))


class Participation(Enum):
    """What became of one node in the round, in words."""

    ANSWERED = "answered"
    STALE = "its records end before the cut date"
    REFUSED = "declined or could not answer"
    REJECTED = "sent an answer that does not hold, and is left out"
    SILENT = "has not answered"


@dataclass(frozen=True)
class NodeCoverage:
    """One LERO's node in the round. All of this is public: it is on the roster or in the round's own record."""

    node_id: str
    organisation: str
    areas: tuple[str, ...]
    participation: Participation


@dataclass(frozen=True)
class AreaCoverage:
    """How many LEROs serve an authority, and how many of them are in the figures."""

    listed: int
    answered: int
    stale: int


@dataclass(frozen=True)
class Release:
    """One combined round.

    coverage: by code, of every authority and nation. answer_digests: SHA-256 of each combined answer's header by node.
    epsilon, epsilon_twice: at `delta`, for a person with one membership, and with two. year_allowance_rho: what a LERO
    usually allows in a year, None where the coordinator does not say.
    revision: from 1. added: nodes whose answers came in since the one before. unrevised: by id of the tables that took
    none of them, the number of the revision whose answers they are made of.
    """

    request: Request
    request_digest: bytes
    roster_digest: bytes
    tables: tuple[CombinedTable, ...]
    coverage: Mapping[str, AreaCoverage]
    nodes: tuple[NodeCoverage, ...]
    answer_digests: Mapping[str, str]
    withheld_authorities: frozenset[str]
    delta: float
    epsilon: float
    epsilon_twice: float
    year_allowance_rho: float | None = None
    revision: int = 1
    added: tuple[str, ...] = ()
    unrevised: Mapping[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Nodes whose answers are in the figures."""
        return sum(node.participation is Participation.ANSWERED for node in self.nodes)

    @property
    def rho(self) -> float:
        """The price of the whole request to one node, in rho."""
        return self.request.price_nano_rho / NANO

    def table(self, table_id: str) -> CombinedTable:
        """A table by its id. Raises KeyError."""
        for table in self.tables:
            if table.table.table_id == table_id:
                return table
        raise KeyError(table_id)

    def map_table(self) -> CombinedTable | None:
        """The table the map shows: the first headcount by authority, None where there is none."""
        by_area = (t for t in self.tables if "area" in t.table.dimensions and t.unit == "people")
        return next(by_area, None)
