"""Arranges a table's figures for reading: place by place, group by group, every absence in words. Pure.

Within a region authorities stand in alphabetical order: this is never a league table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lero_coordinator.combine.marks import ESTIMATED, Status
from lero_coordinator.combine.release import EVERY, Category, CombinedTable, Figure, Level
from lero_coordinator.combine.statistic import PEOPLE, POINTS
from lero_coordinator.landscape.kinds import PageWords, words_of
from lero_coordinator.landscape.lines import (
    axes_of,
    broadest,
    dimensions_of,
    labels_of,
    lines_of,
    said_once,
    widest_level,
)
from lero_coordinator.landscape.words import interval_words, value_words

_ALL = "All"
_Heads = Callable[[Figure], tuple[str, ...]]


@dataclass(frozen=True)
class Bar:
    """A small picture beside a count, in hundredths of the table's longest."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Row:
    """One line. heads: its names, one for each head column. words: why there is no figure, or what its mark means.

    people: of the members beside the figure.
    """

    heads: tuple[str, ...]
    value: str
    interval: str
    mark: str
    words: str
    people: str
    leros: str
    bar: Bar | None
    is_total: bool


@dataclass(frozen=True)
class Section:
    """Lines under one heading; no heading for a table of one part. remark: what is left out, in words."""

    heading: str
    rows: tuple[Row, ...]
    remark: str = ""


@dataclass(frozen=True)
class TableView:
    """One table of the page. columns: heads of the leading columns. value_head: of the figure.

    beside_head: of the members beside it; empty where there are bars instead.
    """

    table_id: str
    title: str
    columns: tuple[str, ...]
    value_head: str
    sections: tuple[Section, ...]
    beside_head: str
    notes: tuple[str, ...]


def places_view(table: CombinedTable) -> TableView:
    """The whole, England, the regions and the rest: margins over every group."""
    wide = [f for f in lines_of(table) if f.is_total and f.place.level is not Level.AUTHORITY]
    return _view(table, ("Area",), (Section("", _rows(table, wide, lambda f: (f.place.name,))),))


def authorities_view(table: CombinedTable, region_names: Mapping[str, str]) -> TableView:
    """Every authority with a LERO, under its region, by name; those without are named in one sentence."""
    own = broadest([f for f in lines_of(table) if f.place.level is Level.AUTHORITY])
    listed, silent = said_once([f for f in own if f.status is not Status.NOT_ASKED])
    is_one_line = all(f.is_total and f.statistic == table.main for f in own)
    axes = () if is_one_line else axes_of(table, own)[dimensions_of(table) :]

    def heads_of(figure: Figure) -> tuple[str, ...]:
        if figure.place.code in silent:
            return (figure.place.name, *(_ALL for _ in axes))
        return (figure.place.name, *(labels_of(table, figure)[-len(axes) :] if axes else ()))

    rows: dict[str, list[Row]] = {}
    for figure, row in zip(listed, _rows(table, listed, heads_of), strict=True):
        rows.setdefault(figure.place.code, []).append(row)
    sections = []
    for region, name in region_names.items():
        inside = dict(sorted((f.place.name, f.place.code) for f in own if f.place.region == region))
        without = [name for name, code in inside.items() if code not in rows]
        remark = f"Not asked {Status.NOT_ASKED.mark}, no LERO is listed: {'; '.join(without)}." if without else ""
        here = tuple(row for code in inside.values() for row in rows.get(code, ()))
        if inside:
            sections.append(Section(name, here, remark))
    return _view(table, ("Authority", *axes), tuple(sections))


def groups_view(table: CombinedTable) -> TableView:
    """Every line above the authorities, by place where there are several, then by group."""
    figures = [f for f in lines_of(table) if f.place.level is not Level.AUTHORITY]
    axes = axes_of(table, figures)
    if len({f.place.code for f in figures}) > 1:
        return _by_part(table, figures, lambda f: f.place.name, axes) if axes else places_view(table)
    if len(axes) > 1:
        return _by_part(table, figures, lambda f: f"{axes[0]}: {labels_of(table, f)[0]}", axes[1:])
    rows = _rows(table, figures, lambda f: labels_of(table, f) or (f.place.name,))
    return _view(table, axes or ("Members",), (Section("", rows),))


def _by_part(
    table: CombinedTable, figures: Sequence[Figure], heading_of: Callable[[Figure], str], axes: tuple[str, ...]
) -> TableView:
    """One section for each heading; its lines are named by the last axes."""
    figures, silent = said_once(figures)
    every = (_ALL,) * len(axes)
    rows = _rows(table, figures, lambda f: every if f.place.code in silent else labels_of(table, f)[-len(axes) :])
    parts: dict[str, list[Row]] = {}
    for figure, row in zip(figures, rows, strict=True):
        parts.setdefault(heading_of(figure), []).append(row)
    return _view(table, axes, tuple(Section(name, tuple(part)) for name, part in parts.items()))


def _rows(table: CombinedTable, figures: Sequence[Figure], heads_of: _Heads) -> tuple[Row, ...]:
    """Lines with bars to one scale. A sum of other lines has no bar: it would dwarf the others."""
    words = words_of(table.table)
    is_by_place = any(figure.place.level is not Level.ALL for figure in figures)
    beside = {(f.place.code, f.group): f for f in table.figures if f.statistic.code == words.beside}
    has_bar = [not words.beside_head and not _is_sum(figure, is_by_place) for figure in figures]
    parts = (f for f, is_drawn in zip(figures, has_bar, strict=True) if is_drawn and f.status.has_figure)
    longest = max((f.estimate.upper for f in parts if f.estimate is not None), default=0.0)
    return tuple(
        _row(table, figure, heads_of(figure), _people(figure, words, beside), longest if is_drawn else 0.0)
        for figure, is_drawn in zip(figures, has_bar, strict=True)
    )


def _people(figure: Figure, words: PageWords, beside: Mapping[tuple[str, tuple[Category, ...]], Figure]) -> str:
    """The members beside a figure: those it is of, or those it counts; nothing where no such number is shown."""
    if not words.beside:
        shown = figure.people
    else:
        other = beside.get((figure.place.code, figure.group))
        shown = other.estimate if other is not None and other.status.has_figure else None
    return value_words(shown.value, PEOPLE) if shown is not None else ""


def _is_sum(figure: Figure, is_by_place: bool) -> bool:
    """Whether other lines of the same table are parts of it."""
    is_whole = is_by_place and figure.place.level in (Level.ALL, Level.ENGLAND)
    return is_whole or any(category.code == EVERY for category in figure.group)


def _is_total(table: CombinedTable, figure: Figure) -> bool:
    """Whether it is the total of the lines it stands with."""
    if figure.statistic != table.main:
        return False
    if figure.group:
        return figure.group[-1].code == EVERY
    return figure.place.level in (Level.ALL, Level.ENGLAND)


def _row(table: CombinedTable, figure: Figure, heads: tuple[str, ...], people: str, longest: float) -> Row:
    shown, is_total = (figure.estimate if figure.status.has_figure else None), _is_total(table, figure)
    if shown is None:
        return Row(heads, "", "", figure.mark, figure.status.words, "", _leros(figure), None, is_total)
    unit = figure.statistic.unit
    points = " points" if unit == POINTS and table.unit != POINTS else ""
    bar = Bar(*(round(100 * v / longest, 1) for v in (shown.value, shown.lower, shown.upper))) if longest > 0 else None
    return Row(
        heads=heads,
        value=value_words(shown.value, unit) + points,
        interval=interval_words(shown, unit),
        mark=figure.mark,
        words=figure.status.words or ("a lower bound" if ESTIMATED in figure.mark else ""),
        people=people,
        leros=_leros(figure),
        bar=bar,
        is_total=is_total,
    )


def _leros(figure: Figure) -> str:
    """How many LEROs are behind a figure, in words where there is no number to give."""
    if figure.leros:
        return str(figure.leros)
    return "not shown" if figure.status is Status.WITHHELD else "none"


def _view(table: CombinedTable, columns: tuple[str, ...], sections: tuple[Section, ...]) -> TableView:
    words = words_of(table.table)
    notes = [table.lower_bound_words] if table.lower_bound_words else []
    notes.append(f"{table.answered} of {table.asked} LEROs asked are in this table.")
    if words.widest and widest_level(table) is not Level.ALL:
        notes.append("Shares by band are shown here for England; the data file has them for every place.")
    return TableView(
        table.table.table_id,
        table.table.title,
        columns,
        words.head(table.table),
        sections,
        words.beside_head,
        tuple(notes),
    )
