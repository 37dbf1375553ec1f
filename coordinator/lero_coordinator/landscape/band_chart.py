"""Draws shares over time since joining as curves with their 95% band, one panel each; where one ends it says why."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import altair as alt

from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.release import Figure
from lero_coordinator.combine.statistic import PERCENT, RETAINED
from lero_coordinator.landscape.drawing import BACKGROUND, Shape, Sheet
from lero_coordinator.landscape.shades import PAGE_INK
from lero_coordinator.landscape.words import interval_words, value_words

_LEFT = 48
_STEP = 96
_RIGHT = 60
_TITLE = 34
_PLOT = 170
_FOOT = 46
_PANEL = _TITLE + _PLOT + _FOOT
_INK = "#12436D"
_GRID = "#C3CCD4"
_FAINT = "#5A6772"
_TICKS = (0, 25, 50, 75, 100)
_START = "Joining"


def draw_bands(panels: Mapping[str, Sequence[Figure]], title: str, *, is_made_up: bool) -> str:
    """One <svg>. panels: by name, the figures of one curve in the order of their points, of one statistic.

    Points stand evenly, whatever lies between them, so that each can be read.
    """
    points = max(len(figures) for figures in panels.values())
    sheet = Sheet(_LEFT + _STEP * points + _RIGHT, _PANEL * len(panels))
    parts = [
        part
        for number, (name, figures) in enumerate(panels.items())
        for part in _panel(sheet, name, figures, _PANEL * number + _TITLE)
    ]
    said = f"{title}. Each curve is a share over time since joining; the band is its 95% interval"
    return sheet.to_svg(parts, said, is_made_up=is_made_up)


def _panel(sheet: Sheet, name: str, figures: Sequence[Figure], top: float) -> list[alt.Chart]:
    """One curve with its grid, its points in words, and its name above."""
    shown = _until_absent(figures)
    right, bottom = _x(len(figures)), top + _PLOT
    nothing = 100.0 if figures[0].statistic == RETAINED else 0.0
    ends = [Estimate(nothing, 0.0, nothing, nothing, nothing), *(estimate for _, estimate in shown)]
    places = [(_x(i), estimate) for i, estimate in enumerate(ends)]
    grid: list[Shape] = [{"x": _LEFT, "x2": right, "y": _y(t, top), "y2": _y(t, top)} for t in _TICKS]
    band: list[Shape] = [{"x": x, "y": _y(e.upper, top), "y2": _y(e.lower, top)} for x, e in places]
    curve: list[Shape] = [
        {"x": x, "y": _y(e.value, top), "x2": x2, "y2": _y(e2.value, top)}
        for (x, e), (x2, e2) in itertools.pairwise(places)
    ]
    dots: list[Shape] = [
        {"x": _x(i + 1), "y": _y(e.value, top), "said": _said(name, f, e)} for i, (f, e) in enumerate(shown)
    ]
    ticks = [_word(_LEFT - 8, _y(t, top), f"{t}%", _FAINT) for t in _TICKS]
    labels = [_START, *(figure.group[-1].label for figure in figures)]
    under = [_word(_x(i), bottom + 14, label, _FAINT) for i, label in enumerate(labels)]
    values = [_word(_x(i + 1), bottom + 30, value_words(e.value, PERCENT)) for i, (_, e) in enumerate(shown)]
    absent = [_word(_x(i + 1), bottom + 30, f.status.mark, _FAINT) for i, f in enumerate(figures) if i >= len(shown)]
    return [
        sheet.lines(grid, stroke=_GRID, strokeWidth=1),
        sheet.bands(band, color=_INK, opacity=0.2),
        sheet.lines(curve, stroke=_INK, strokeWidth=2.5),
        sheet.dots(dots, size=70, color=_INK, stroke=BACKGROUND, strokeWidth=1.5),
        sheet.words([_word(0, top - 20, name)], 13, align="left", fontWeight="bold"),
        sheet.words(ticks, 11, align="right"),
        sheet.words(under, 11, align="center"),
        sheet.words([*values, *absent], 12, align="center"),
    ]


def _until_absent(figures: Sequence[Figure]) -> list[tuple[Figure, Estimate]]:
    """The points of the curve before the first that has no figure."""
    found: list[tuple[Figure, Estimate]] = []
    for figure in figures:
        if figure.estimate is None or not figure.status.has_figure:
            break
        found.append((figure, figure.estimate))
    return found


def _x(position: int) -> float:
    return float(_LEFT + _STEP * position)


def _y(percent: float, top: float) -> float:
    return top + _PLOT * (100 - percent) / 100


def _said(name: str, figure: Figure, estimate: Estimate) -> str:
    value = f"{value_words(estimate.value, PERCENT)}, {interval_words(estimate, PERCENT)}"
    return f"{name}, {figure.group[-1].label}: {figure.statistic.label.lower()} {value}"


def _word(x: float, y: float, text: str, colour: str = PAGE_INK) -> Shape:
    return {"x": x, "y": y, "text": text, "colour": colour}
