"""Sets figures published at different prices beside the exact ones, and says which are of no use. Pure.

The exact figures come from a public file and were worked out elsewhere; no node was asked for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Mean
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.release import CombinedTable, Figure, Level, Release
from lero_coordinator.combine.statistic import PERCENT
from lero_coordinator.landscape.kinds import counted_words
from lero_coordinator.landscape.words import value_words

Exact = Mapping[tuple[str, tuple[str, ...]], float]
_EPSILON = 1e-9  # room for the last binary digit of an end of an interval


@dataclass(frozen=True)
class Beside:
    """One release's figure for a line. holds: whether its interval holds the exact figure, None where unknown.

    unusable: why the figure is of no use, empty where it is.
    """

    figure: Figure
    holds: bool | None
    unusable: str

    @property
    def estimate(self) -> Estimate | None:
        """As published; None where the figure is not shown."""
        return self.figure.estimate if self.figure.status.has_figure else None

    @property
    def holds_words(self) -> str:
        """The answer in words."""
        if self.estimate is None:
            return "no figure"
        return "not worked out" if self.holds is None else "holds it" if self.holds else "misses it"


@dataclass(frozen=True)
class Line:
    """One group of a table. labels: one for each axis. exact: None where it was not worked out."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    exact: float | None
    beside: tuple[Beside, ...]

    def exact_words(self, unit: str) -> str:
        """The exact figure in the table's unit."""
        return value_words(self.exact, unit) if self.exact is not None else "not worked out"


@dataclass(frozen=True)
class ComparedTable:
    """One table of the requests, line by line. counted: what its figures are of, in words."""

    table: CombinedTable
    axes: tuple[str, ...]
    lines: tuple[Line, ...]
    counted: str

    @property
    def unit(self) -> str:
        """Of every figure in it."""
        return self.table.unit


@dataclass(frozen=True)
class Tally:
    """How one release does: figures asked for, those with an exact figure that their interval holds, those unusable."""

    label: str
    figures: int
    shown: int
    held: int
    unusable: tuple[str, ...]


def compare(releases: Sequence[tuple[str, Release]], exact: Exact, dictionary: Dictionary) -> tuple[ComparedTable, ...]:
    """Every table of the releases, whose requests have the same tables. Raises ValueError where they do not."""
    ids = {tuple(t.table.table_id for t in release.tables) for _, release in releases}
    if len(ids) != 1:
        raise ValueError("the releases do not have the same tables")
    return tuple(_compared([r.table(table_id) for _, r in releases], exact, dictionary) for table_id in ids.pop())


def tally(label: str, position: int, tables: Sequence[ComparedTable]) -> Tally:
    """The release at a position, over every line of every table."""
    pairs = [(table, line, line.beside[position]) for table in tables for line in table.lines]
    judged = [beside.holds for _, _, beside in pairs if beside.holds is not None]
    unusable = tuple(
        f"{table.table.table.title}: {', '.join(line.labels) or 'all'} ({beside.unusable})"
        for table, line, beside in pairs
        if beside.unusable
    )
    return Tally(label, len(pairs), len(judged), sum(judged), unusable)


def why_unusable(figure: Figure, scale_width: float | None) -> str:
    """Empty for a figure of use. scale_width: of the instrument's own range in points, or 100%; None for a count."""
    if figure.estimate is None or not figure.status.has_figure:
        return figure.status.short
    width = figure.estimate.upper - figure.estimate.lower
    if scale_width is not None:
        return "interval wider than half the scale" if width > scale_width / 2 else ""
    return "interval wider than the figure" if width > figure.estimate.value else ""


def _compared(tables: Sequence[CombinedTable], exact: Exact, dictionary: Dictionary) -> ComparedTable:
    """Of each table the statistic that it is asked for."""
    first = tables[0]
    width, counted = _scale(first, dictionary)
    by_codes = [
        {
            tuple(c.code for c in f.group): f
            for f in table.figures
            if f.place.level is Level.ALL and f.statistic == table.main
        }
        for table in tables
    ]
    lines = []
    for codes, figure in by_codes[0].items():
        known = exact.get((first.table.table_id, codes))
        beside = tuple(_beside(found[codes], known, width) for found in by_codes if codes in found)
        lines.append(Line(codes, tuple(c.label for c in figure.group), known, beside))
    axes = next((tuple(c.axis_label for c in f.group) for f in by_codes[0].values()), ())
    return ComparedTable(first, axes, tuple(line for line in lines if len(line.beside) == len(tables)), counted)


def _scale(table: CombinedTable, dictionary: Dictionary) -> tuple[float | None, str]:
    """How wide the figures' own scale is, None for a count; and what they are of, in words."""
    if table.unit == PERCENT:
        return 100.0, table.main.label
    kind = table.table.kind
    if isinstance(kind, Mean):
        measure = dictionary.measures[kind.measure]
        return float(measure.upper - measure.lower), measure.label
    return None, counted_words(table.table)


def _beside(figure: Figure, exact: float | None, width: float | None) -> Beside:
    shown = figure.estimate if figure.status.has_figure else None
    holds = None
    if shown is not None and exact is not None:
        holds = shown.lower - _EPSILON <= exact <= shown.upper + _EPSILON
    return Beside(figure, holds, why_unusable(figure, width))
