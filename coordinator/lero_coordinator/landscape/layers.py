"""Puts each area on exactly one layer of the map, from the release alone. A tile never bears a figure not published.

The layers, in this order: its own figure is shown; a LERO here answered, and the region's figure is shown for it; the
only answers here are out of date; a LERO is listed here and none answered; no LERO is listed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from lero_contract.geography import Geography
from lero_coordinator.combine.release import AreaCoverage, CombinedTable, Figure, Release
from lero_coordinator.landscape.kinds import counted_words
from lero_coordinator.landscape.tiles import Tile
from lero_coordinator.landscape.words import interval_words, value_words

_NOWHERE = AreaCoverage(0, 0, 0)


class Layer(Enum):
    """What a tile says; `words` end its description."""

    SHOWN = ("shown", "shown")
    REGION = ("region", "shown for the region")
    NOT_ANSWERED = ("not answered", "not answered")
    STALE = ("stale", "records out of date")
    NONE = ("none", "no LERO here")

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        self.words = words


@dataclass(frozen=True)
class MapTile:
    """One tile as drawn. shade: what its colour stands for, None for no colour.

    value: the area's own figure, None unless layer is SHOWN. detail, words: the two parts of its description.
    """

    tile: Tile
    layer: Layer
    value: float | None
    interval: str
    shade: float | None
    detail: str
    words: str

    @property
    def description(self) -> str:
        """Name, value, interval and layer: what a screen reader says."""
        return f"{self.tile.name}: {self.detail}; {self.words}" if self.detail else f"{self.tile.name}: {self.words}"


def map_tiles(release: Release, tiles: Sequence[Tile], geography: Geography) -> tuple[MapTile, ...]:
    """One for each tile, in its order."""
    table = release.map_table()
    figures = {f.place.code: f for f in table.figures if f.is_total} if table is not None else {}
    answered = Counter(
        geography.areas[code].region for code, covered in release.coverage.items() if covered.answered > 0
    )
    return tuple(_map_tile(tile, release, table, figures, answered, geography) for tile in tiles)


def count_layers(tiles: Sequence[MapTile]) -> dict[str, int]:
    """Tiles by the layer's code, every layer named."""
    found = Counter(tile.layer.code for tile in tiles)
    return {layer.code: found[layer.code] for layer in Layer}


def _map_tile(
    tile: Tile,
    release: Release,
    table: CombinedTable | None,
    figures: Mapping[str, Figure],
    answered: Mapping[str, int],
    geography: Geography,
) -> MapTile:
    covered = release.coverage.get(tile.code, _NOWHERE)
    own = figures.get(tile.code)
    if table is not None and own is not None and own.status.has_figure and own.estimate is not None:
        value, interval = own.estimate.value, interval_words(own.estimate, table.unit)
        detail = f"{value_words(value, table.unit)} {counted_words(table.table)}, {interval}"
        return MapTile(tile, Layer.SHOWN, value, interval, value, detail, Layer.SHOWN.words)
    if covered.answered > 0:
        return _for_the_region(tile, table, own, figures, answered, geography)
    layer = Layer.NONE if not covered.listed else Layer.STALE if covered.stale else Layer.NOT_ANSWERED
    return MapTile(tile, layer, None, "", None, "", layer.words)


def _for_the_region(
    tile: Tile,
    table: CombinedTable | None,
    own: Figure | None,
    figures: Mapping[str, Figure],
    answered: Mapping[str, int],
    geography: Geography,
) -> MapTile:
    """Its colour is the region's figure shared evenly over the region's authorities where a LERO answered.

    That keeps one scale of colours for both kinds of tile; the region's whole figure would always be the darkest.
    """
    detail = own.status.short if own is not None else "answered"
    if not geography.areas[tile.code].in_england or table is None:
        return MapTile(tile, Layer.REGION, None, "", None, detail, "counted in the figures for all")
    region = figures.get(tile.region)
    if region is None or region.estimate is None or not region.status.has_figure:
        return MapTile(tile, Layer.REGION, None, "", None, detail, "counted in the figures for England")
    name, unit = geography.regions[tile.region], table.unit
    shown = f"{value_words(region.estimate.value, unit)} {counted_words(table.table)}"
    detail += f", in {name} with {shown}, {interval_words(region.estimate, unit)}"
    shade = region.estimate.value / max(1, answered[tile.region])
    return MapTile(tile, Layer.REGION, None, "", shade, detail, Layer.REGION.words)
