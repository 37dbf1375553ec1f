"""Which figures of a table have a line of their own on the page, and what names each line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.axes import AREA, REGION
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure, Level
from lero_coordinator.landscape.kinds import words_of


def lines_of(table: CombinedTable) -> list[Figure]:
    """The figures that have a line of their own on the page."""
    words, widest = words_of(table.table), widest_level(table)
    return [
        figure
        for figure in table.figures
        if figure.statistic.code not in words.hidden
        and (figure.statistic.code not in words.widest or figure.place.level is widest)
    ]


def said_once(figures: Sequence[Figure]) -> tuple[list[Figure], frozenset[str]]:
    """One line for each place of which every line would say the same reason for no figure; and the codes of those."""
    by_place: dict[str, list[Figure]] = {}
    for figure in figures:
        by_place.setdefault(figure.place.code, []).append(figure)
    silent = frozenset(
        code
        for code, own in by_place.items()
        if len(own) > 1 and len({f.status for f in own}) == 1 and not own[0].status.has_figure
    )
    return [f for f in figures if f.place.code not in silent or f is by_place[f.place.code][0]], silent


def broadest(figures: Sequence[Figure]) -> list[Figure]:
    """Of each statistic the figures that are least split."""
    most: dict[str, int] = {}
    for figure in figures:
        most[figure.statistic.code] = max(most.get(figure.statistic.code, 0), margins_of(figure))
    return [figure for figure in figures if margins_of(figure) == most[figure.statistic.code]]


def margins_of(figure: Figure) -> int:
    """On how many axes it is of all categories together."""
    return sum(category.code == EVERY for category in figure.group)


def dimensions_of(table: CombinedTable) -> int:
    """How many of the axes are dimensions of the table; the others are its kind's own."""
    return sum(name not in (AREA, REGION) for name in table.table.dimensions)


def axes_of(table: CombinedTable, figures: Sequence[Figure]) -> tuple[str, ...]:
    """The axes that name a line."""
    unnamed = words_of(table.table).unnamed
    return tuple(c.axis_label for f in figures[:1] for c in f.group if c.axis not in unnamed)


def labels_of(table: CombinedTable, figure: Figure) -> tuple[str, ...]:
    """One for each axis that names a line; a figure of all categories is named by what it is."""
    unnamed = words_of(table.table).unnamed
    named = [category for category in figure.group if category.axis not in unnamed]
    labels = [category.label for category in named]
    if figure.statistic != table.main and named[-1].code == EVERY:
        labels[-1] = figure.statistic.label
    return tuple(labels)


def widest_level(table: CombinedTable) -> Level:
    """England where a table has places, else all."""
    return Level.ENGLAND if any(f.place.level is Level.ENGLAND for f in table.figures) else Level.ALL


def name_in_chart(table: CombinedTable, figure: Figure) -> str:
    """By the categories that name its line, else by its place."""
    unnamed = words_of(table.table).unnamed
    return ", ".join(c.label for c in figure.group if c.code != EVERY and c.axis not in unnamed) or figure.place.name
