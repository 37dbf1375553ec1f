"""Seconds and months as dates, in UTC, and the words for periods. Pure."""

from __future__ import annotations

import calendar
import itertools
from datetime import UTC, date, datetime, timedelta


def date_of(second: int) -> date:
    """The day, in UTC, of a moment in seconds since 1970."""
    return datetime.fromtimestamp(second, UTC).date()


def in_words(second: int) -> str:
    """A moment for people: 2026-04-28 09:30 UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M UTC")


def months_on(day: date, months: int) -> date:
    """The same day of the month, some months on (or back, below 0); the month's last day where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def months_ending(cut: date, last_months: int, each_months: int) -> list[tuple[date, date]]:
    """Periods of `each_months` that follow one another and end on `cut`, oldest first; both days inside.

    Raises ValueError unless the periods fill `last_months`.
    """
    if last_months <= 0 or each_months <= 0 or last_months % each_months:
        raise ValueError("last_months must be a whole number of times each_months, both above 0")
    after = cut + timedelta(days=1)
    edges = [months_on(after, -back) for back in range(last_months, -1, -each_months)]
    return [(first, end - timedelta(days=1)) for first, end in itertools.pairwise(edges)]


def period_label(first: date, last: date) -> str:
    """ "Apr 2025", "Apr to Jun 2025", "Nov 2025 to Jan 2026"; ISO days where these are not whole months."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return f"{first.isoformat()} to {last.isoformat()}"
    start, end = (f"{calendar.month_abbr[d.month]} {d.year}" for d in (first, last))
    if start == end:
        return end
    return f"{calendar.month_abbr[first.month]} to {end}" if first.year == last.year else f"{start} to {end}"
