"""The drawn map: its tiles by layer, its bytes, its words."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter

import pytest

from lero_contract.dictionary import load_dictionary
from lero_coordinator.combine.release import Release
from lero_coordinator.landscape.layers import MapTile, map_tiles
from lero_coordinator.landscape.tile_map import MapWords, draw_map
from lero_coordinator.landscape.tiles import load_tiles
from support.releases import england

WORDS = MapWords("Members by authority", "31 March 2026.", "memberships", True)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def release() -> Release:
    return england()


@pytest.fixture(scope="module")
def tiles(release: Release) -> tuple[MapTile, ...]:
    geography = load_dictionary().geography
    return map_tiles(release, load_tiles(geography), geography)


@pytest.fixture(scope="module")
def drawn(tiles: tuple[MapTile, ...]) -> str:
    return draw_map(tiles, WORDS)


def test_every_tile_is_one_mark_that_says_its_description(drawn: str, tiles: tuple[MapTile, ...]) -> None:
    marks = [e for e in ElementTree.fromstring(drawn).iter() if e.get("role") == "graphics-symbol"]
    assert Counter(m.get("aria-label") for m in marks) == Counter(t.description for t in tiles)


def test_each_tile_has_its_description_as_hover_title(drawn: str, tiles: tuple[MapTile, ...]) -> None:
    titles = [e.text for e in ElementTree.fromstring(drawn).iter(f"{SVG}title")]
    assert Counter(titles) == Counter(t.description for t in tiles)


def test_the_same_release_draws_the_same_bytes(drawn: str, tiles: tuple[MapTile, ...]) -> None:
    assert draw_map(tiles, WORDS) == drawn


def test_the_map_says_made_up_source_and_layers_in_words(drawn: str) -> None:
    words = " ".join(e.text or "" for e in ElementTree.fromstring(drawn).iter(f"{SVG}text"))
    for expected in (
        "Made-up data: Members by authority",
        "Crown copyright",
        "shown for the region (",
        "not answered (",
    ):
        assert expected in words


def test_every_font_list_ends_with_one_that_every_system_has(drawn: str) -> None:
    families = {e.get("font-family", "") for e in ElementTree.fromstring(drawn).iter(f"{SVG}text")}
    assert families and all(family.endswith("sans-serif") for family in families)
