"""Arranges a table's figures for reading: place by place, group by group, every absence in words. Pure.

Within a region authorities stand in alphabetical order: this is never a league table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lero_coordinator.combine.marks import ESTIMATED, Status
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure, Level
from lero_coordinator.landscape.words import counted_words, interval_words, value_words


@dataclass(frozen=True)
class Bar:
    """A small picture beside a count, in hundredths of the table's longest."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Row:
    """One line. heads: its names, one for each head column. words: why there is no figure, or what its mark means."""

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
    """One table of the page. columns: heads of the leading columns. value_head: of the figure."""

    table_id: str
    title: str
    columns: tuple[str, ...]
    value_head: str
    sections: tuple[Section, ...]
    is_mean: bool
    notes: tuple[str, ...]


def places_view(table: CombinedTable) -> TableView:
    """The whole, England, the regions and the rest: margins over every group."""
    wide = [f for f in table.figures if f.is_total and f.place.level is not Level.AUTHORITY]
    return _view(table, ("Area",), (Section("", _rows(wide, lambda f: (f.place.name,))),))


def authorities_view(table: CombinedTable, region_names: Mapping[str, str]) -> TableView:
    """Every authority with a LERO, under its region, by name; those without are named in one sentence."""
    own = [f for f in table.figures if f.is_total and f.place.level is Level.AUTHORITY]
    listed = [f for f in own if f.status is not Status.NOT_ASKED]
    rows = dict(zip((f.place.code for f in listed), _rows(listed, lambda f: (f.place.name,)), strict=True))
    sections = []
    for region, name in region_names.items():
        inside = sorted((f for f in own if f.place.region == region), key=lambda f: f.place.name)
        without = [f.place.name for f in inside if f.place.code not in rows]
        remark = f"Not asked {Status.NOT_ASKED.mark}, no LERO is listed: {'; '.join(without)}." if without else ""
        here = tuple(rows[f.place.code] for f in inside if f.place.code in rows)
        if inside:
            sections.append(Section(name, here, remark))
    return _view(table, ("Authority",), tuple(sections))


def groups_view(table: CombinedTable) -> TableView:
    """Every figure above the authorities, by place where there are several, then by group."""
    figures = [f for f in table.figures if f.place.level is not Level.AUTHORITY]
    axes = tuple(c.axis_label for f in figures[:1] for c in f.group)
    if len({f.place.code for f in figures}) > 1:
        return _by_part(table, figures, lambda f: f.place.name, axes) if axes else places_view(table)
    if len(axes) > 1:
        return _by_part(table, figures, lambda f: f"{axes[0]}: {f.group[0].label}", axes[1:])
    rows = _rows(figures, lambda f: _labels(f) or (f.place.name,))
    return _view(table, axes or ("Members",), (Section("", rows),))


def _by_part(
    table: CombinedTable, figures: Sequence[Figure], heading_of: Callable[[Figure], str], axes: tuple[str, ...]
) -> TableView:
    """One section for each heading; its lines are named by the last axes."""
    rows = _rows(figures, lambda f: _labels(f)[-len(axes) :])
    parts: dict[str, list[Row]] = {}
    for figure, row in zip(figures, rows, strict=True):
        parts.setdefault(heading_of(figure), []).append(row)
    return _view(table, axes, tuple(Section(name, tuple(part)) for name, part in parts.items()))


def _labels(figure: Figure) -> tuple[str, ...]:
    return tuple(category.label for category in figure.group)


def _rows(figures: Sequence[Figure], heads_of: Callable[[Figure], tuple[str, ...]]) -> tuple[Row, ...]:
    """Lines with bars to one scale. A sum of other lines has no bar: it would dwarf the others."""
    is_by_place = any(figure.place.level is not Level.ALL for figure in figures)
    summed = [_is_sum(figure, is_by_place) for figure in figures]
    parts = (f for f, is_sum in zip(figures, summed, strict=True) if not is_sum and f.status.has_figure)
    longest = max((f.estimate.upper for f in parts if f.estimate is not None), default=0.0)
    return tuple(
        _row(figure, heads_of(figure), 0.0 if is_sum else longest)
        for figure, is_sum in zip(figures, summed, strict=True)
    )


def _is_sum(figure: Figure, is_by_place: bool) -> bool:
    """Whether other lines of the same table are parts of it."""
    is_whole = is_by_place and figure.place.level in (Level.ALL, Level.ENGLAND)
    return is_whole or any(category.code == EVERY for category in figure.group)


def _is_total(figure: Figure) -> bool:
    """Whether it is the total of the lines it stands with."""
    if figure.group:
        return figure.group[-1].code == EVERY
    return figure.place.level in (Level.ALL, Level.ENGLAND)


def _row(figure: Figure, heads: tuple[str, ...], longest: float) -> Row:
    shown = figure.estimate if figure.status.has_figure else None
    if shown is None:
        return Row(heads, "", "", figure.mark, figure.status.words, "", _leros(figure), None, _is_total(figure))
    unit = "points" if figure.people is not None else "people"
    people = value_words(figure.people.value, "people") if figure.people is not None else ""
    has_bar = longest > 0 and unit == "people"
    return Row(
        heads=heads,
        value=value_words(shown.value, unit),
        interval=interval_words(shown, unit),
        mark=figure.mark,
        words=figure.status.words or ("a lower bound" if figure.mark == ESTIMATED else ""),
        people=people,
        leros=_leros(figure),
        bar=Bar(*(round(100 * v / longest, 1) for v in (shown.value, shown.lower, shown.upper))) if has_bar else None,
        is_total=_is_total(figure),
    )


def _leros(figure: Figure) -> str:
    """How many LEROs are behind a figure, in words where there is no number to give."""
    if figure.leros:
        return str(figure.leros)
    return "not shown" if figure.status is Status.WITHHELD else "none"


def _view(table: CombinedTable, columns: tuple[str, ...], sections: tuple[Section, ...]) -> TableView:
    is_mean = table.unit == "points"
    notes = [table.lower_bound_words] if table.lower_bound_words else []
    if table.answered < table.asked:
        notes.append(f"{table.answered} of {table.asked} LEROs asked are in this table.")
    head = "Mean score" if is_mean else counted_words(table.table).capitalize()
    return TableView(table.table.table_id, table.table.title, columns, head, sections, is_mean, tuple(notes))
