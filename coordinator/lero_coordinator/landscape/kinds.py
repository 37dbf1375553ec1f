"""What each kind of table says on a page: what it counts, how its lines are named, and what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lero_contract.dictionary import Dictionary
from lero_contract.instruments import Measure
from lero_contract.kinds import (
    Activity,
    Basis,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Recovery,
    Retention,
    TableKind,
    Unit,
)
from lero_contract.kinds.recovery import STATUS
from lero_contract.request import Table

_CURVE = (
    "Line: the share at each point. Shaded: its 95% interval there. Points stand evenly, however far apart in time. "
    "The chart's figures are in the table."
)
_DOTS = "Dot: the figure. Line: its 95% interval. The chart's figures are in the table."


class PageWords:
    """The words of one kind; these, of counts of members, unless it says otherwise.

    value_head: of the column of figures, empty for what the table counts. beside_head: of the column of members beside
    each figure, empty where there are bars instead. beside: the statistic whose figure stands in that column, empty for
    the members a figure is of. hidden: statistics that have no line of their own. widest: statistics shown on the page
    for the widest place alone; the data file has them all. unnamed: axes that are not named in a line.
    chart: "dots", "curve" or none; chart_words: what its marks are.
    """

    value_head: ClassVar[str] = ""
    beside_head: ClassVar[str] = ""
    beside: ClassVar[str] = ""
    hidden: ClassVar[frozenset[str]] = frozenset()
    widest: ClassVar[frozenset[str]] = frozenset()
    unnamed: ClassVar[frozenset[str]] = frozenset()
    chart: ClassVar[str] = ""
    chart_words: ClassVar[str] = _DOTS

    def counted(self, table: Table) -> str:
        """What the table counts, as a plural noun: one person at two LEROs is two memberships."""
        return "memberships"

    def head(self, table: Table) -> str:
        """Of the column of figures: what they are of where that is one thing."""
        return self.value_head or self.counted(table).capitalize()

    def about(self, table: Table, dictionary: Dictionary) -> str:
        """What a reader must know before the figures; empty where the title says it all."""
        return ""


class _Members(PageWords):
    def counted(self, table: Table) -> str:
        kind = table.kind
        basis = kind.basis if isinstance(kind, Headcount) else Basis.EVER
        return {Basis.REFERRED: "referrals", Basis.JOINED: "new memberships"}.get(basis, "memberships")


class _Activities(PageWords):
    def counted(self, table: Table) -> str:
        kind = table.kind
        return "active members" if isinstance(kind, Activity) and kind.unit is Unit.ACTIVE_MEMBERS else "contacts"


class _Means(PageWords):
    value_head = "Mean score"
    beside_head = "Members reviewed"
    chart = "dots"
    chart_words = (
        "Dot: the mean. Line: its 95% interval. The axis shows the part of the range that the figures lie in. The "
        "chart's figures are in the table."
    )

    def counted(self, table: Table) -> str:
        return "points"

    def about(self, table: Table, dictionary: Dictionary) -> str:
        return (
            f"{_measure(table, dictionary)} Each line is of the members who completed that review: others each time, "
            "and no comparison group."
        )


class _Distributions(PageWords):
    value_head = "Figure"
    beside_head = "Members"
    beside = "count"
    hidden = frozenset({"count"})
    widest = frozenset({"share"})
    chart = "dots"

    def about(self, table: Table, dictionary: Dictionary) -> str:
        return (
            f"{_measure(table, dictionary)} Shares are of those with a score; how many were due and had none is beside "
            "them. Median and quartiles take scores as spread evenly within a band."
        )


class _Changes(PageWords):
    value_head = "Figure"
    beside_head = "Members"
    beside = "count"
    hidden = frozenset({"count"})
    chart = "dots"

    def about(self, table: Table, dictionary: Dictionary) -> str:
        kind = table.kind
        if not isinstance(kind, Change):
            return ""
        measure = dictionary.measures[kind.measure]
        return (
            f"{_measure(table, dictionary)} From {kind.baseline.label} to {kind.follow_up.label}, of people who "
            f"completed both, no comparison group. {_reliable(kind.threshold / measure.scale, measure)} How many were "
            "due and did not complete both is beside the shares: they may have done otherwise."
        )


def _reliable(least: float, measure: Measure) -> str:
    """What counts as a change, and whether that is the instrument's published value or this request's choice."""
    said = f"A change of less than {least:g} points is no reliable change"
    if measure.reliable_change is None:
        return f"{said}: a choice of this request, for no value is published."
    if measure.reliable_change != least:
        return f"{said}: a choice of this request; the published value is {measure.reliable_change:g}."
    return f"{said}, as published for this instrument."


class _Retentions(PageWords):
    value_head = "Still there"
    beside_head = "Members followed up"
    chart = "curve"
    chart_words = _CURVE

    def about(self, table: Table, dictionary: Dictionary) -> str:
        kind = table.kind
        gap = kind.gap_days if isinstance(kind, Retention) else 0
        return (
            "Of members who joined where records are complete, the share still there at each time after joining. Who "
            f"was not seen in the last {gap} days before the cut date has left, at last sight; who joined too recently "
            "counts for as long as they could be followed."
        )


class _Milestones(PageWords):
    value_head = "Reached"
    beside_head = "Members followed up"
    chart = "curve"
    chart_words = _CURVE

    def about(self, table: Table, dictionary: Dictionary) -> str:
        return (
            "Of members who joined where records are complete, the share who reached each milestone by each time after "
            "joining. One reached before joining does not count. Who was lost to sight is taken to be like those still "
            "seen."
        )


class _Recoveries(PageWords):
    value_head = "Figure"
    beside_head = "Members"
    beside = "count"
    hidden = frozenset({"count"})
    chart = "dots"

    def about(self, table: Table, dictionary: Dictionary) -> str:
        return (
            "Of all members who joined that long ago. In recovery, not in recovery and not known belong together: who "
            "has left, or was not asked, is not known, and is never taken for either."
        )


class _Completenesses(PageWords):
    value_head = "Known"
    beside_head = "Members of whom it is known"
    beside = "count"
    hidden = frozenset({"count"})
    unnamed = frozenset({STATUS})
    chart = "dots"

    def about(self, table: Table, dictionary: Dictionary) -> str:
        return "Of everyone who joined. What a LERO does not record at all is not known there."


_WORDS: Mapping[type[TableKind], PageWords] = {
    Headcount: _Members(),
    Activity: _Activities(),
    Mean: _Means(),
    Distribution: _Distributions(),
    Change: _Changes(),
    Retention: _Retentions(),
    Milestones: _Milestones(),
    Recovery: _Recoveries(),
    Completeness: _Completenesses(),
}


def words_of(table: Table) -> PageWords:
    """The words of the table's kind."""
    return _WORDS[type(table.kind)]


def counted_words(table: Table) -> str:
    """What a table counts, as a plural noun."""
    return words_of(table).counted(table)


def _measure(table: Table, dictionary: Dictionary) -> str:
    """The measure of a table of scores, with its range and its better end."""
    kind = table.kind
    if not isinstance(kind, Mean | Distribution | Change):
        return ""
    measure = dictionary.measures[kind.measure]
    return f"{measure.label}: from {measure.lower} to {measure.upper} points; {measure.direction} is better."
