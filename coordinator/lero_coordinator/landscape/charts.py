"""Which figures of a table are drawn, and as what: means and shares as dots, curves over time as bands. Pure."""

from __future__ import annotations

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Mean
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure
from lero_coordinator.landscape.band_chart import draw_bands
from lero_coordinator.landscape.interval_chart import draw_intervals, room_for_names, span_of
from lero_coordinator.landscape.kinds import words_of
from lero_coordinator.landscape.lines import margins_of, name_in_chart, widest_level

_MOST_LINES = 24
_MOST_PANELS = 8


def chart_of(table: CombinedTable, dictionary: Dictionary, *, is_made_up: bool) -> str:
    """One <svg> of the widest place's main figures; empty where its kind has no chart, or it would not be readable."""
    kind = words_of(table.table).chart
    widest = widest_level(table)
    figures = [f for f in table.figures if f.place.level is widest and f.statistic == table.main]
    if kind == "curve":
        return _curves(table, figures, is_made_up)
    if kind == "dots":
        return _dots(table, figures, dictionary, is_made_up)
    return ""


def place_in_chart(table: CombinedTable) -> str:
    """The name of the place that a chart is of."""
    widest = widest_level(table)
    return next(figure.place.name for figure in table.figures if figure.place.level is widest)


def _dots(table: CombinedTable, figures: list[Figure], dictionary: Dictionary, is_made_up: bool) -> str:
    if len(figures) > _MOST_LINES:
        most = max(margins_of(f) for f in figures)
        figures = [f for f in figures if margins_of(f) == most]
    if not 0 < len(figures) <= _MOST_LINES:
        return ""
    lower, upper = 0.0, 100.0
    kind = table.table.kind
    if isinstance(kind, Mean):
        measure = dictionary.measures[kind.measure]
        lower, upper = float(measure.lower), float(measure.upper)
    names = {figure: name_in_chart(table, figure) for figure in figures}
    span = span_of(figures, lower, upper, left=room_for_names(list(names.values())))
    return draw_intervals(figures, table.table.title, span, is_made_up=is_made_up, naming=names.__getitem__)


def _curves(table: CombinedTable, figures: list[Figure], is_made_up: bool) -> str:
    """One panel for each group; only those that are least split where there would be too many."""
    panels: dict[str, list[Figure]] = {}
    for figure in figures:
        labels = [c.label for c in figure.group[:-1] if c.code != EVERY]
        panels.setdefault(", ".join(labels) or figure.place.name, []).append(figure)
    if len(panels) > _MOST_PANELS:
        least = max(margins_of(f) for f in figures)
        panels = {name: own for name, own in panels.items() if margins_of(own[0]) == least}
    if not 0 < len(panels) <= _MOST_PANELS:
        return ""
    return draw_bands(panels, table.table.title, is_made_up=is_made_up)
