"""Lists, days, shares and bars as an operator reads them, the same on every screen of the node."""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.days import from_day

BAR = 40


def listed(words: Sequence[str]) -> str:
    """As in "sex, age band and area"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def day_words(day: int) -> str:
    """A day number as people write it: 2 April 2026."""
    found = from_day(day)
    return f"{found.day} {found:%B %Y}"


def percent(share: float) -> str:
    """A share in whole per cent; a small one is "under 1%", never 0%."""
    return f"{100 * share:.0f}%" if share >= 0.01 or not share else "under 1%"


def bar(share: float, reserve: float = 0.0) -> str:
    """A line of BAR signs: # for a share, = for a reserve after it."""
    full = min(BAR, round(BAR * share))
    kept = min(BAR - full, round(BAR * reserve))
    return "[" + "#" * full + "=" * kept + "." * (BAR - full - kept) + "]"
