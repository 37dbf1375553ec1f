"""The one sentence a release comes down to: who answered, how many memberships, within which bounds. Pure."""

from __future__ import annotations

from lero_coordinator.combine.release import CombinedTable, Figure, Level, Release
from lero_coordinator.landscape.kinds import counted_words
from lero_coordinator.landscape.words import about_words


def headline(release: Release) -> str:
    """ "55 of 55 LEROs answered: about 21,790 memberships in England, between 21,590 and 22,000." """
    answered = f"{release.answered} of {len(release.request.cohort)} LEROs answered"
    found = headline_figure(release)
    if found is None:
        return f"{answered}."
    table, figure = found
    what = counted_words(table.table) + (" in England" if figure.place.level is Level.ENGLAND else "")
    if figure.estimate is None or not figure.status.has_figure:
        return f"{answered}. The number of {what} cannot be shown ({figure.status.words})."
    value, lower, upper = about_words(figure.estimate)
    return f"{answered}: about {value} {what}, between {lower} and {upper}."


def headline_figure(release: Release) -> tuple[CombinedTable, Figure] | None:
    """England's count from the map's table, else the whole of the first count of people; None where there is none."""
    table = release.map_table() or next((t for t in release.tables if t.unit == "people"), None)
    if table is None:
        return None
    totals = {f.place.level: f for f in table.figures if f.is_total}
    figure = totals.get(Level.ENGLAND) or totals.get(Level.ALL)
    return (table, figure) if figure is not None else None
