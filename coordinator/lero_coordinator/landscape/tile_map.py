"""Draws the tile map as SVG: one described square for each area, a legend in words, the source beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from lero_coordinator.landscape.drawing import Shape, Sheet
from lero_coordinator.landscape.layers import Layer, MapTile, count_layers
from lero_coordinator.landscape.map_shapes import (
    EMPTY,
    FAINT,
    LINE,
    NO_SHADE,
    SIDE,
    Box,
    box_of,
    figures,
    hatching,
    labels,
    plates,
    reasons,
    region_outlines,
    squares,
)
from lero_coordinator.landscape.shades import PAGE_INK, PAPER, Scale, shades_of
from lero_coordinator.landscape.words import MADE_UP

SOURCE = (
    "Contains OS data © Crown copyright and database right; source: Office for National Statistics",
    "licensed under the Open Government Licence v3.0. Each square is one authority, not to scale.",
)
_TOP = 64
_FOOT = 48
_KEY_COLUMN = 9.6
_KEY_ROW = 1.2
_KEY_STEP = 27
_KEY_SIZE = (26, 19)
_SWATCHES = {Layer.REGION: NO_SHADE, Layer.NOT_ANSWERED: PAPER, Layer.STALE: PAPER, Layer.NONE: EMPTY}


@dataclass(frozen=True)
class MapWords:
    """title: of the map. note: its second line. counted: what the figures are of, as a plural noun."""

    title: str
    note: str
    counted: str
    is_made_up: bool


def draw_map(tiles: Sequence[MapTile], words: MapWords) -> str:
    """The whole map as one <svg> element."""
    scale = shades_of([tile.shade for tile in tiles])
    columns = 1 + max(t.tile.column for t in tiles)
    rows = 1 + max(t.tile.row for t in tiles)
    sheet = Sheet(columns * SIDE + 2, _TOP + rows * SIDE + _FOOT)
    parts = [
        sheet.boxes(squares(tiles, scale, _TOP), "fill", "edge", "said", strokeWidth=1),
        *_patterns(sheet, [(t.layer, box_of(t.tile.column, t.tile.row, _TOP)) for t in tiles]),
        sheet.boxes(plates(tiles, scale, _TOP), "fill"),
        sheet.lines(region_outlines(tiles, _TOP), stroke=PAGE_INK, strokeWidth=1.6),
        sheet.words(labels(tiles, scale, _TOP), 13, fontWeight="bold"),
        sheet.words(figures(tiles, scale, _TOP), 10.5),
        sheet.words(reasons(tiles, scale, _TOP), 9),
        *_legend(sheet, tiles, scale, words.counted),
        *_frame(sheet, words),
    ]
    return sheet.to_svg(parts, f"{words.title}. {words.note}", is_made_up=words.is_made_up)


def _patterns(sheet: Sheet, boxes: Sequence[tuple[Layer, Box]]) -> list[alt.Chart]:
    """Hatching, a dashed frame, a double frame: the layers differ without colour and without words."""
    hatched = [line for layer, box in boxes if layer is Layer.REGION for line in hatching(box)]
    dashed = [box.around(-2).shape() for layer, box in boxes if layer is Layer.NOT_ANSWERED]
    double = [box.around(-2).shape() for layer, box in boxes if layer is Layer.STALE]
    return [
        sheet.lines(hatched, stroke=PAPER, strokeWidth=2),
        sheet.boxes(dashed, filled=False, stroke=LINE, strokeDash=[4, 3]),
        sheet.boxes(double, filled=False, stroke=LINE),
    ]


def _frame(sheet: Sheet, words: MapWords) -> list[alt.Chart]:
    """Title above, source below; made-up data says so first."""
    title = f"{MADE_UP}: {words.title}" if words.is_made_up else words.title
    foot = sheet.height - _FOOT
    source: list[Shape] = [
        {"x": 2, "y": foot + 18 + 15 * i, "text": line, "colour": FAINT} for i, line in enumerate(SOURCE)
    ]
    return [
        sheet.words([{"x": 2, "y": 14, "text": title, "colour": PAGE_INK}], 19, align="left", fontWeight="bold"),
        sheet.words([{"x": 2, "y": 38, "text": words.note, "colour": FAINT}], 12.5, align="left"),
        sheet.words(source, 10.5, align="left"),
    ]


def _legend(sheet: Sheet, tiles: Sequence[MapTile], scale: Scale, counted: str) -> list[alt.Chart]:
    """Every layer in words, with as many tiles as bear it; the steps of colour only where a colour is used."""
    left, top = _KEY_COLUMN * SIDE, _TOP + _KEY_ROW * SIDE
    entries = [*_steps(tiles, scale, counted), *_layer_entries(tiles)]
    lines = [(layer, fill, name, _swatch(left, top, i)) for i, (layer, fill, name) in enumerate(entries)]
    head: Shape = {"x": left, "y": top - 16, "text": "How to read the squares", "colour": PAGE_INK}
    names: list[Shape] = [
        {"x": left + 34, "y": (box.y + box.y2) / 2, "text": name, "colour": PAGE_INK} for _, _, name, box in lines
    ]
    return [
        sheet.boxes([box.shape(fill=fill, edge=LINE) for _, fill, _, box in lines], "fill", "edge", strokeWidth=1),
        *_patterns(sheet, [(layer, box) for layer, _, _, box in lines]),
        sheet.words([head], 13, align="left", fontWeight="bold"),
        sheet.words(names, 12, align="left"),
    ]


def _steps(tiles: Sequence[MapTile], scale: Scale, counted: str) -> list[tuple[Layer, str, str]]:
    if all(tile.shade is None for tile in tiles):
        return []
    pairs = zip(scale.colours, scale.words, strict=True)
    return [(Layer.SHOWN, fill, words if i else f"{words} {counted}") for i, (fill, words) in enumerate(pairs)]


def _layer_entries(tiles: Sequence[MapTile]) -> list[tuple[Layer, str, str]]:
    counts = count_layers(tiles)
    return [(layer, fill, f"{layer.words} ({counts[layer.code]})") for layer, fill in _SWATCHES.items()]


def _swatch(left: float, top: float, line: int) -> Box:
    upper = top + _KEY_STEP * line
    return Box(left, upper, left + _KEY_SIZE[0], upper + _KEY_SIZE[1])
