"""Days as whole numbers since 1970-01-01, and back: the only form in which dates travel and are compared."""

from __future__ import annotations

from datetime import date, timedelta

_FIRST = date(1970, 1, 1)


def to_day(when: date) -> int:
    """Days since 1970-01-01."""
    return (when - _FIRST).days


def from_day(day: int) -> date:
    """The date a day number stands for."""
    return _FIRST + timedelta(days=day)


def year_of(day: int) -> int:
    """The calendar year of a day number."""
    return from_day(day).year
