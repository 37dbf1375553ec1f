"""Draws, for each line of a table, every release's interval and the exact figure as a heavy stroke across them."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from lero_coordinator.landscape.compared import Beside, ComparedTable, Line
from lero_coordinator.landscape.drawing import BACKGROUND, Shape, Sheet
from lero_coordinator.landscape.interval_chart import Span, span_of
from lero_coordinator.landscape.shades import PAGE_INK
from lero_coordinator.landscape.words import interval_words, value_words

_COLOURS = ("#F46A25", "#12436D", "#2073BC", "#5A6772")
_SHAPES = ("square", "circle", "triangle", "diamond")
_LINE = 40
_APART = 13
_LEFT = 150
_PLOT = 400
_RIGHT = 150
_TOP = 44
_AXIS = 40
_KEY = 120
_GRID = "#C3CCD4"
_FAINT = "#5A6772"


def draw_comparison(table: ComparedTable, labels: Sequence[str], *, is_made_up: bool) -> str:
    """One <svg> for a table of a few lines. labels: of the releases, in the order of each line's figures."""
    sheet = Sheet(_LEFT + _PLOT + _RIGHT, _TOP + _LINE * len(table.lines) + _AXIS)
    span = _span(table)
    middles = [(line, _TOP + _LINE * (i + 0.5)) for i, line in enumerate(table.lines)]
    parts = [
        *_axis(sheet, span, table.counted),
        *(part for i in range(len(labels)) for part in _release(sheet, middles, i, labels, span, table.unit)),
        *_exact(sheet, middles, len(labels), span),
        sheet.words([_word(0, y, ", ".join(line.labels) or "All") for line, y in middles], 13, align="left"),
    ]
    said = f"{table.table.table.title}: intervals of {', '.join(labels)} beside the exact figures"
    return sheet.to_svg(parts, said, is_made_up=is_made_up)


def _axis(sheet: Sheet, span: Span, counted: str) -> list[alt.Chart]:
    bottom = sheet.height - _AXIS
    grid: list[Shape] = [{"x": span.pixel(t), "x2": span.pixel(t), "y": _TOP, "y2": bottom} for t in span.ticks]
    return [
        sheet.lines(grid, stroke=_GRID, strokeWidth=1),
        sheet.words([_word(span.pixel(t), bottom + 12, f"{t:,g}", _FAINT) for t in span.ticks], 11, align="center"),
        sheet.words([_word(_LEFT, bottom + 30, counted, _FAINT)], 11, align="left"),
    ]


def _release(
    sheet: Sheet,
    middles: Sequence[tuple[Line, float]],
    position: int,
    labels: Sequence[str],
    span: Span,
    unit: str,
) -> list[alt.Chart]:
    """One release's intervals, each a little below the middle of its line or above it, and its entry in the key."""
    label, colour, shape = labels[position], _COLOURS[position % 4], _SHAPES[position % 4]
    down = _APART * (position - (len(labels) - 1) / 2)
    lines, dots = _marks(middles, position, label, down, span, unit)
    key: Shape = {"x": _LEFT + _KEY * position, "y": 14, "said": f"Key: {label}"}
    return [
        sheet.lines(lines, stroke=colour, strokeWidth=3.5, opacity=0.6),
        sheet.dots([*dots, key], size=70, stroke=BACKGROUND, strokeWidth=1, color=colour, shape=shape),
        sheet.words([_word(_LEFT + _KEY * position + 10, 14, label)], 12, align="left"),
        sheet.words(_absences(middles, position, label, down), 10, align="left"),
    ]


def _exact(sheet: Sheet, middles: Sequence[tuple[Line, float]], releases: int, span: Span) -> list[alt.Chart]:
    """A stroke across a line's intervals, and its entry in the key."""
    reach, key = _APART * releases / 2 + 3, _LEFT + _KEY * releases
    strokes: list[Shape] = [
        {"x": span.pixel(line.exact), "x2": span.pixel(line.exact), "y": y - reach, "y2": y + reach}
        for line, y in middles
        if line.exact is not None
    ]
    strokes.append({"x": key, "x2": key, "y": 5, "y2": 23})
    return [
        sheet.lines(strokes, stroke=PAGE_INK, strokeWidth=2.5),
        sheet.words([_word(key + 9, 14, "exact, from the public file")], 12, align="left"),
    ]


def _span(table: ComparedTable) -> Span:
    figures = [beside.figure for line in table.lines for beside in line.beside]
    highest = max((b.estimate.upper for line in table.lines for b in line.beside if b.estimate), default=1.0)
    return span_of(figures, 0.0, max(1.0, highest * 1.1), left=_LEFT, width=_PLOT)


def _marks(
    middles: Sequence[tuple[Line, float]], position: int, label: str, down: float, span: Span, unit: str
) -> tuple[list[Shape], list[Shape]]:
    shown = [(line, line.beside[position], y + down) for line, y in middles]
    lines: list[Shape] = []
    dots: list[Shape] = []
    for line, beside, y in shown:
        if beside.estimate is not None:
            ends = beside.estimate
            lines.append({"x": span.pixel(ends.lower), "x2": span.pixel(ends.upper), "y": y, "y2": y})
            dots.append({"x": span.pixel(ends.value), "y": y, "said": _said(line, beside, label, unit)})
    return lines, dots


def _absences(middles: Sequence[tuple[Line, float]], position: int, label: str, down: float) -> list[Shape]:
    """Beside the drawing, why an interval is not in it."""
    absent = [(line.beside[position], y + down) for line, y in middles if line.beside[position].estimate is None]
    return [_word(_LEFT + _PLOT + 12, y, f"{label}: {b.figure.status.short}", _FAINT) for b, y in absent]


def _said(line: Line, beside: Beside, label: str, unit: str) -> str:
    ends = beside.estimate
    shown = f"{value_words(ends.value, unit)}, {interval_words(ends, unit)}" if ends is not None else "no figure"
    return f"{', '.join(line.labels) or 'All'}, {label}: {shown}; exact {line.exact_words(unit)}"


def _word(x: float, y: float, text: str, colour: str = PAGE_INK) -> Shape:
    return {"x": x, "y": y, "text": text, "colour": colour}
