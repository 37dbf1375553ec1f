"""Draws means as dots with their 95% intervals, one line for each review; an absent figure says why in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lero_coordinator.combine.release import Figure
from lero_coordinator.landscape.drawing import BACKGROUND, Shape, Sheet
from lero_coordinator.landscape.shades import PAGE_INK
from lero_coordinator.landscape.words import interval_words, value_words

_LINE = 34
_LEFT = 150
_PLOT = 400
_RIGHT = 130
_TOP = 14
_AXIS = 40
_DOT = "#12436D"
_GRID = "#C3CCD4"
_FAINT = "#5A6772"


@dataclass(frozen=True)
class Span:
    """The part of a measure's range that is drawn, in points, and the marks on its axis."""

    lower: float
    upper: float
    ticks: tuple[float, ...]
    left: float
    width: float

    def pixel(self, points: float) -> float:
        """Where a score lies, from the left of the drawing."""
        return self.left + self.width * (points - self.lower) / (self.upper - self.lower)


def span_of(
    figures: Sequence[Figure], lower: float, upper: float, *, left: float = _LEFT, width: float = _PLOT
) -> Span:
    """Room for every interval, widened to round numbers, within the range there is (lower, upper).

    left, width: where the drawing has room for it, in pixels.
    """
    shown = [f.estimate for f in figures if f.estimate is not None]
    least = min((e.lower for e in shown), default=lower)
    most = max((e.upper for e in shown), default=upper)
    step = _round_step((most - least) * 1.6 / 5)
    start = max(lower, math.floor((least - step / 2) / step) * step)
    end = min(upper, math.ceil((most + step / 2) / step) * step)
    first = math.ceil(start / step)
    ticks = tuple(i * step for i in range(first, math.floor(end / step + 1e-9) + 1))
    return Span(start, end, ticks, left, width)


def draw_intervals(figures: Sequence[Figure], title: str, span: Span, *, is_made_up: bool) -> str:
    """One <svg>; figures are drawn downwards in their order, each named by its group."""
    sheet = Sheet(_LEFT + _PLOT + _RIGHT, _TOP + _LINE * len(figures) + _AXIS)
    bottom = sheet.height - _AXIS
    rows = [(figure, _TOP + _LINE * (i + 0.5)) for i, figure in enumerate(figures)]
    shown = [(figure, figure.estimate, y) for figure, y in rows if figure.estimate is not None]
    grid: list[Shape] = [{"x": span.pixel(t), "x2": span.pixel(t), "y": _TOP, "y2": bottom} for t in span.ticks]
    intervals: list[Shape] = [
        {"x": span.pixel(e.lower), "x2": span.pixel(e.upper), "y": y, "y2": y} for _, e, y in shown
    ]
    dots: list[Shape] = [{"x": span.pixel(e.value), "y": y, "said": _said(f)} for f, e, y in shown]
    parts = [
        sheet.lines(grid, stroke=_GRID, strokeWidth=1),
        sheet.lines(intervals, stroke=_DOT, strokeWidth=4, opacity=0.55),
        sheet.dots(dots, size=90, color=_DOT, stroke=BACKGROUND, strokeWidth=1.5),
        sheet.words([_word(0, y, _name(f)) for f, y in rows], 13, align="left"),
        sheet.words([_word(_LEFT + _PLOT + 12, y, _beside(f)) for f, y in rows], 12, align="left"),
        sheet.words([_word(span.pixel(t), bottom + 12, f"{t:g}", _FAINT) for t in span.ticks], 11, align="center"),
        sheet.words([_word(_LEFT, bottom + 30, "mean score, in points", _FAINT)], 11, align="left"),
    ]
    return sheet.to_svg(parts, f"{title}. Each dot is a mean; the line is its 95% interval", is_made_up=is_made_up)


def _round_step(at_least: float) -> float:
    """The least of 0.1, 0.2, 0.5, 1, 2, 5, 10 ... that is at least as wide."""
    steps = (digit * 10**power for power in range(-1, 7) for digit in (1, 2, 5))
    return next((step for step in steps if step >= at_least), 10.0**7)


def _name(figure: Figure) -> str:
    return ", ".join(c.label for c in figure.group if c.code != "all") or figure.place.name


def _beside(figure: Figure) -> str:
    if figure.estimate is None:
        return figure.status.short
    return f"{value_words(figure.estimate.value, 'points')} ({interval_words(figure.estimate, 'points')})"


def _said(figure: Figure) -> str:
    if figure.estimate is None:
        return f"{_name(figure)}: {figure.status.words}"
    value = value_words(figure.estimate.value, "points")
    return f"{_name(figure)}: mean {value} points, {interval_words(figure.estimate, 'points')}"


def _word(x: float, y: float, text: str, colour: str = PAGE_INK) -> Shape:
    return {"x": x, "y": y, "text": text, "colour": colour}
