"""The five layers of the map, and the descriptions of its tiles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_coordinator.combine.release import AreaCoverage, Release
from lero_coordinator.landscape.layers import Layer, MapTile, count_layers, map_tiles
from lero_coordinator.landscape.tiles import load_tiles
from support.releases import england, three_areas

GEOGRAPHY = load_dictionary().geography


def tiles_of(release: Release) -> dict[str, MapTile]:
    return {tile.tile.code: tile for tile in map_tiles(release, load_tiles(GEOGRAPHY), GEOGRAPHY)}


def test_every_area_has_exactly_one_tile() -> None:
    tiles = map_tiles(three_areas(), load_tiles(GEOGRAPHY), GEOGRAPHY)
    assert Counter(tile.tile.code for tile in tiles) == Counter(list(GEOGRAPHY.areas))
    assert len(tiles) == 153 + 3


def test_three_leros_that_agreed_are_shown_a_silent_one_and_a_late_one_are_not() -> None:
    tiles = tiles_of(three_areas())
    assert {code: tiles[code].layer.code for code in ("E06000001", "E06000002", "E06000003")} == {
        "E06000001": "shown",
        "E06000002": "shown",
        "E06000003": "shown",
    }
    assert tiles["E06000004"].layer is Layer.NOT_ANSWERED
    assert tiles["E06000005"].layer is Layer.STALE
    assert tiles["E06000057"].layer is Layer.NONE


def test_the_layers_of_every_tile_add_up_to_all_tiles() -> None:
    tiles = tuple(tiles_of(three_areas()).values())
    assert count_layers(tiles) == {"shown": 3, "region": 0, "not answered": 1, "stale": 1, "none": 151}


def test_a_shown_tile_says_name_value_interval_and_layer() -> None:
    release = three_areas()
    estimate = release.table("members_by_area").figure("E06000001").estimate
    assert estimate is not None
    said = f"Hartlepool: {estimate.value:,.0f} memberships, {estimate.lower:,.0f} to {estimate.upper:,.0f}; shown"
    assert tiles_of(release)["E06000001"].description == said


def test_authorities_of_leros_that_did_not_agree_are_shown_for_their_region() -> None:
    release = three_areas(agrees=False)
    tile = tiles_of(release)["E06000001"]
    region = release.table("members_by_area").figure("E12000001").estimate
    assert region is not None
    assert tile.layer is Layer.REGION
    assert tile.value is None
    assert tile.description.startswith("Hartlepool: withheld, in North East with ")
    assert tile.description.endswith("; shown for the region")


def test_a_hatched_tile_has_its_regions_figure_shared_over_the_authorities_that_answered() -> None:
    release = three_areas(agrees=False)
    region = release.table("members_by_area").figure("E12000001").estimate
    assert region is not None
    assert tiles_of(release)["E06000002"].shade == pytest.approx(region.value / 3)


def test_without_a_table_by_authority_the_map_says_only_who_answered() -> None:
    tiles = tiles_of(three_areas(bundle="outcomes"))
    assert tiles["E06000001"].layer is Layer.REGION
    assert tiles["E06000001"].description == "Hartlepool: answered; counted in the figures for all"
    assert tiles["E06000001"].shade is None


def test_a_nation_with_an_answer_is_counted_in_the_figures_for_all() -> None:
    release = three_areas()
    release = replace(release, coverage={**release.coverage, "W92000004": AreaCoverage(1, 1, 0)})
    assert tiles_of(release)["W92000004"].description == "Wales: answered; counted in the figures for all"


def test_england_has_tiles_on_every_layer() -> None:
    counts = count_layers(tuple(tiles_of(england()).values()))
    assert sum(counts.values()) == 156
    assert min(counts.values()) > 0
