"""Draws ratios as dots with their 95% intervals, one line each; an absent figure says why in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lero_coordinator.combine.release import EVERY, Figure
from lero_coordinator.combine.statistic import PERCENT
from lero_coordinator.landscape.drawing import BACKGROUND, Shape, Sheet
from lero_coordinator.landscape.shades import PAGE_INK
from lero_coordinator.landscape.words import interval_words, value_words

_LINE = 34
_LEFT = 150
_MOST_LEFT = 320
_LETTER = 7  # pixels that a letter of a line's name takes, at most
_PLOT = 400
_RIGHT = 160
_TOP = 14
_AXIS = 40
_DOT = "#12436D"
_GRID = "#C3CCD4"
_FAINT = "#5A6772"

Naming = Callable[[Figure], str]


@dataclass(frozen=True)
class Span:
    """The part of a figure's range that is drawn, in its own unit, and the marks on its axis."""

    lower: float
    upper: float
    ticks: tuple[float, ...]
    left: float
    width: float

    def pixel(self, points: float) -> float:
        """Where a figure lies, from the left of the drawing."""
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


def name_of(figure: Figure) -> str:
    """By its group, else by its place."""
    return ", ".join(c.label for c in figure.group if c.code != EVERY) or figure.place.name


def room_for_names(names: Sequence[str]) -> float:
    """Pixels left of the drawing."""
    return float(min(_MOST_LEFT, max(_LEFT, *(_LETTER * len(name) + 12 for name in names))))


def draw_intervals(
    figures: Sequence[Figure], title: str, span: Span, *, is_made_up: bool, naming: Naming = name_of
) -> str:
    """One <svg>; figures are drawn downwards in their order. All are of one statistic."""
    statistic = figures[0].statistic
    sheet = Sheet(round(span.left + span.width + _RIGHT), _TOP + _LINE * len(figures) + _AXIS)
    bottom, beside = sheet.height - _AXIS, span.left + span.width + 12
    sign = PERCENT if statistic.unit == PERCENT else ""
    rows = [(figure, _TOP + _LINE * (i + 0.5)) for i, figure in enumerate(figures)]
    shown = [(figure, figure.estimate, y) for figure, y in rows if figure.estimate is not None]
    grid: list[Shape] = [{"x": span.pixel(t), "x2": span.pixel(t), "y": _TOP, "y2": bottom} for t in span.ticks]
    intervals: list[Shape] = [
        {"x": span.pixel(e.lower), "x2": span.pixel(e.upper), "y": y, "y2": y} for _, e, y in shown
    ]
    dots: list[Shape] = [{"x": span.pixel(e.value), "y": y, "said": _said(f, naming)} for f, e, y in shown]
    ticks = [_word(span.pixel(t), bottom + 12, f"{t:g}{sign}", _FAINT) for t in span.ticks]
    parts = [
        sheet.lines(grid, stroke=_GRID, strokeWidth=1),
        sheet.lines(intervals, stroke=_DOT, strokeWidth=4, opacity=0.55),
        sheet.dots(dots, size=90, color=_DOT, stroke=BACKGROUND, strokeWidth=1.5),
        sheet.words([_word(0, y, naming(f)) for f, y in rows], 13, align="left"),
        sheet.words([_word(beside, y, _beside(f)) for f, y in rows], 12, align="left"),
        sheet.words(ticks, 11, align="center"),
        sheet.words([_word(span.left, bottom + 30, _axis_words(figures[0]), _FAINT)], 11, align="left"),
    ]
    said = f"{title}. Each dot is a {statistic.label.lower()}; the line is its 95% interval"
    return sheet.to_svg(parts, said, is_made_up=is_made_up)


def _axis_words(figure: Figure) -> str:
    unit = "percent" if figure.statistic.unit == PERCENT else figure.statistic.unit
    return f"{figure.statistic.label.lower()}, in {unit}"


def _round_step(at_least: float) -> float:
    """The least of 0.1, 0.2, 0.5, 1, 2, 5, 10 ... that is at least as wide."""
    steps = (digit * 10**power for power in range(-1, 7) for digit in (1, 2, 5))
    return next((step for step in steps if step >= at_least), 10.0**7)


def _beside(figure: Figure) -> str:
    if figure.estimate is None:
        return figure.status.short
    unit = figure.statistic.unit
    return f"{value_words(figure.estimate.value, unit)} ({interval_words(figure.estimate, unit)})"


def _said(figure: Figure, naming: Naming) -> str:
    if figure.estimate is None:
        return f"{naming(figure)}: {figure.status.words}"
    unit = figure.statistic.unit
    value = f"{value_words(figure.estimate.value, unit)}{'' if unit == PERCENT else f' {unit}'}"
    return f"{naming(figure)}: {figure.statistic.label.lower()} {value}, {interval_words(figure.estimate, unit)}"


def _word(x: float, y: float, text: str, colour: str = PAGE_INK) -> Shape:
    return {"x": x, "y": y, "text": text, "colour": colour}
