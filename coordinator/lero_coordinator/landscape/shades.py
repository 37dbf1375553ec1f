"""At most five steps from light to dark, cut at round numbers, each step with its words. Pure."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Sequential palette of the Government Analysis Function, lightest first; text on each passes 4.5 to 1.
PALETTE = ("#ADD1F1", "#6BACE6", "#2073BC", "#12436D", "#092135")
INK = "#0B1A26"
PAGE_INK = "#0B0C0C"  # of words and lines that lie on the page; in the dark the page turns it light
PAPER = "#FFFFFF"
_LIGHT_STEPS = 2


@dataclass(frozen=True)
class Scale:
    """Steps of a scale of colours. breaks: the least value of every step but the first, rising."""

    breaks: tuple[int, ...]

    @property
    def colours(self) -> tuple[str, ...]:
        """One for each step, spread over the palette so that neighbours differ as much as they can."""
        steps = len(self.breaks) + 1
        return tuple(PALETTE[round(i * (len(PALETTE) - 1) / max(1, steps - 1))] for i in range(steps))

    @property
    def words(self) -> tuple[str, ...]:
        """One for each step: "under 50", "50 to 99", "100 or more"."""
        if not self.breaks:
            return ("any number",)
        pairs = zip(self.breaks, self.breaks[1:], strict=False)
        middle = (f"{low:,} to {high - 1:,}" for low, high in pairs)
        return (f"under {self.breaks[0]:,}", *middle, f"{self.breaks[-1]:,} or more")

    def colour_of(self, value: float) -> str:
        """The colour of the step a value lies in, as it is rounded for people."""
        return self.colours[bisect.bisect_right(self.breaks, round(value))]


def scale_for(values: Iterable[float]) -> Scale:
    """Steps that each hold about a fifth of the values, cut at round numbers; fewer where these coincide."""
    ordered = sorted(values)
    if not ordered:
        return Scale(())
    fifths = (ordered[len(ordered) * i // 5] for i in range(1, 5))
    return Scale(tuple(sorted({round_number(v) for v in fifths if round_number(v) > 0})))


def text_on(colour: str) -> str:
    """Ink or paper, whichever reads on a colour of the palette."""
    return INK if colour not in PALETTE[_LIGHT_STEPS:] else PAPER


def round_number(value: float) -> int:
    """The nearest of 5, 10, 15 ... 100, 150, 200 ... 1,000, 1,500 and so on; 0 for a value under 1."""
    if value < 1:
        return 0
    step = max(1, int(10 ** math.floor(math.log10(value))) // 2)
    return math.floor(value / step + 0.5) * step


def shades_of(values: Sequence[float | None]) -> Scale:
    """`scale_for` the values there are."""
    return scale_for(value for value in values if value is not None)
