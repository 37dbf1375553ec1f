"""Tiles, hatching, outlines and words of the map as shapes with places in pixels. Pure: nothing is drawn here.

Layers differ in more than colour: full tiles bear their figure, hatched ones say "region", the others say why they are
empty, so that the map reads in black and white.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lero_coordinator.landscape.drawing import Shape
from lero_coordinator.landscape.layers import Layer, MapTile
from lero_coordinator.landscape.shades import INK, PAPER, Scale, text_on
from lero_coordinator.landscape.words import value_words

SIDE = 52
GAP = 2
EMPTY = "#F1F3F5"
FAINT = "#5A6772"
LINE = "#3D4B57"
NO_SHADE = "#D5DBE0"

_IN_TILE = {
    Layer.REGION: "region",
    Layer.NOT_ANSWERED: "no answer",
    Layer.STALE: "out of date",
    Layer.NONE: "",
}


@dataclass(frozen=True)
class Box:
    """A square or oblong by its left, top, right and bottom."""

    x: float
    y: float
    x2: float
    y2: float

    def around(self, margin: float) -> Box:
        """The box widened by a margin on every side."""
        return Box(self.x - margin, self.y - margin, self.x2 + margin, self.y2 + margin)

    def shape(self, **more: str | float) -> dict[str, str | float]:
        """As a record for a mark."""
        return {"x": self.x, "y": self.y, "x2": self.x2, "y2": self.y2, **more}


def box_of(column: int, row: int, top: float) -> Box:
    """A tile's square, a gap within its place on the grid."""
    left, upper = column * SIDE, top + row * SIDE
    return Box(left, upper, left + SIDE, upper + SIDE).around(-GAP / 2)


def fill_of(tile: MapTile, scale: Scale) -> str:
    """The colour under a tile's words."""
    if tile.layer in (Layer.SHOWN, Layer.REGION):
        return scale.colour_of(tile.shade) if tile.shade is not None else NO_SHADE
    return EMPTY if tile.layer is Layer.NONE else PAPER


def squares(tiles: Sequence[MapTile], scale: Scale, top: float) -> list[Shape]:
    """One for each tile; `said` is its description."""
    return [
        box_of(t.tile.column, t.tile.row, top).shape(fill=fill_of(t, scale), said=t.description, edge=_edge(t))
        for t in tiles
    ]


def _edge(tile: MapTile) -> str:
    return {Layer.NONE: "#C3CCD4", Layer.NOT_ANSWERED: LINE, Layer.STALE: LINE}.get(tile.layer, INK)


def hatching(box: Box, spacing: float = 6.5) -> Iterator[Shape]:
    """Diagonal lines that stay within a box."""
    width, height = box.x2 - box.x, box.y2 - box.y
    offset = spacing
    while offset < width + height:
        start = (box.x + max(0.0, offset - height), box.y + min(offset, height))
        end = (box.x + min(offset, width), box.y + max(0.0, offset - width))
        yield {"x": start[0], "y": start[1], "x2": end[0], "y2": end[1]}
        offset += spacing


def plates(tiles: Sequence[MapTile], scale: Scale, top: float) -> list[Shape]:
    """A calm ground under the words of hatched tiles."""
    hatched = (t for t in tiles if t.layer is Layer.REGION)
    found = ((fill_of(t, scale), box_of(t.tile.column, t.tile.row, top)) for t in hatched)
    return [Box(b.x + 5, b.y + 9, b.x2 - 5, b.y2 - 7).shape(fill=fill) for fill, b in found]


def labels(tiles: Sequence[MapTile], scale: Scale, top: float) -> list[Shape]:
    """The three letters of each tile; in the middle where nothing stands below them."""
    return [_word(t, t.tile.label, 22 if _second(t) else SIDE / 2, top, scale) for t in tiles]


def figures(tiles: Sequence[MapTile], scale: Scale, top: float) -> list[Shape]:
    """The second line of full tiles: the figure."""
    return [_word(t, _second(t), 37, top, scale) for t in tiles if t.layer is Layer.SHOWN]


def reasons(tiles: Sequence[MapTile], scale: Scale, top: float) -> list[Shape]:
    """The second line of the others: why there is no figure."""
    return [_word(t, _second(t), 37, top, scale) for t in tiles if t.layer is not Layer.SHOWN and _second(t)]


def _second(tile: MapTile) -> str:
    if tile.layer is Layer.SHOWN and tile.value is not None:
        return value_words(tile.value, "people")
    return _IN_TILE[tile.layer]


def _word(tile: MapTile, text: str, down: float, top: float, scale: Scale) -> Shape:
    box = box_of(tile.tile.column, tile.tile.row, top)
    colour = FAINT if tile.layer is Layer.NONE else text_on(fill_of(tile, scale))
    return {"x": (box.x + box.x2) / 2, "y": box.y - GAP / 2 + down, "text": text, "colour": colour}


def region_outlines(tiles: Sequence[MapTile], top: float) -> list[Shape]:
    """The sides of tiles beyond which another region, or nothing, lies."""
    region_at = {(t.tile.column, t.tile.row): t.tile.region for t in tiles}
    found: list[Shape] = []
    for (column, row), region in sorted(region_at.items()):
        box = box_of(column, row, top).around(GAP / 2)
        sides = {
            (column - 1, row): (box.x, box.y, box.x, box.y2),
            (column + 1, row): (box.x2, box.y, box.x2, box.y2),
            (column, row - 1): (box.x, box.y, box.x2, box.y),
            (column, row + 1): (box.x, box.y2, box.x2, box.y2),
        }
        for beyond, (x, y, x2, y2) in sides.items():
            if region_at.get(beyond) != region:
                found.append({"x": x, "y": y, "x2": x2, "y2": y2})
    return found
