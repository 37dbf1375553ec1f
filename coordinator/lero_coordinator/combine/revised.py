"""Marks, in a revision, every figure that replaces one published before. Pure."""

from __future__ import annotations

from dataclasses import replace

from lero_coordinator.combine.marks import REVISED
from lero_coordinator.combine.release import CombinedTable, Figure, Release

_Key = tuple[str, tuple[str, ...], str]


def mark_revised(release: Release, before: Release) -> Release:
    """The release with [r] beside each figure whose number or interval is not the one of the revision before.

    A figure that had none before is new, not revised; one that has none now says why.
    """
    earlier = {table.table.table_id: table for table in before.tables}
    return replace(release, tables=tuple(_marked(table, earlier[table.table.table_id]) for table in release.tables))


def _marked(table: CombinedTable, before: CombinedTable) -> CombinedTable:
    known = {_key(figure): figure for figure in before.figures if figure.status.has_figure}
    return replace(table, figures=tuple(_one(figure, known.get(_key(figure))) for figure in table.figures))


def _one(figure: Figure, before: Figure | None) -> Figure:
    if before is None or not figure.status.has_figure or figure.estimate == before.estimate:
        return figure
    return replace(figure, mark=f"{figure.mark} {REVISED}".strip())


def _key(figure: Figure) -> _Key:
    return figure.place.code, tuple(category.code for category in figure.group), figure.statistic.code
