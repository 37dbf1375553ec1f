"""Numbers and intervals in words, the same on every page, map and chart. Pure."""

from __future__ import annotations

import math
from datetime import date

from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.statistic import PERCENT, POINTS

MADE_UP = "Made-up data"


def day_words(day: date) -> str:
    """A date as people write it: 31 March 2026."""
    return f"{day.day} {day:%B %Y}"


def value_words(value: float, unit: str) -> str:
    """A figure in its unit: points and percent with one decimal, everything else whole with commas."""
    if unit == PERCENT:
        return f"{_one_decimal(value)}%"
    return _one_decimal(value) if unit == POINTS else f"{round(value):,}"


def interval_words(estimate: Estimate, unit: str) -> str:
    """Both ends of a 95% interval: "102 to 138"."""
    return f"{value_words(estimate.lower, unit)} to {value_words(estimate.upper, unit)}"


def _one_decimal(value: float) -> str:
    """With a minus sign that cannot be taken for a hyphen, and never one before a zero."""
    return f"{round(value, 1) or 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def about_words(estimate: Estimate) -> tuple[str, str, str]:
    """A count for a sentence: the figure to the nearest 10 from 1,000 up, the ends rounded outwards like it."""
    step = 10 if estimate.value >= 1000 else 1
    value = round(estimate.value / step) * step
    lower, upper = math.floor(estimate.lower / step) * step, math.ceil(estimate.upper / step) * step
    return f"{value:,}", f"{lower:,}", f"{upper:,}"


def delta_words(delta: float) -> str:
    """The small chance beside epsilon: "1e-6"."""
    return f"{delta:.0e}".replace("e-0", "e-")


def list_words(names: list[str]) -> str:
    """Names as a list in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
