"""Geography: 153 authorities in nine regions and three nations, old codes accepted, tiles that hold together."""

from __future__ import annotations

import csv
import itertools
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from lero_contract.geography import NATIONS, load_geography
from lero_policies import ROOT

GEOGRAPHY = load_geography()
REPOSITORY = Path(__file__).parents[3]
SHARED = REPOSITORY.parent / "shared" / "geography"
TILES_FILE = REPOSITORY / "policies" / "lero_policies" / "geography" / "tiles.csv"

# ONS, authorities since April 2023.
PER_REGION = {
    "North East": 12,
    "North West": 24,
    "Yorkshire and The Humber": 15,
    "East Midlands": 10,
    "West Midlands": 14,
    "East of England": 11,
    "London": 33,
    "South East": 19,
    "South West": 15,
}


@pytest.fixture
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("../shared/geography is absent")
    return SHARED


@pytest.fixture
def tiles() -> dict[str, tuple[int, int]]:
    text = ROOT.joinpath("geography", "tiles.csv").read_text(encoding="utf-8")
    return {r["code"]: (int(r["column"]), int(r["row"])) for r in csv.DictReader(text.splitlines())}


def touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two tiles share an edge."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1


def test_england_has_153_authorities_in_nine_regions() -> None:
    english = [a for a in GEOGRAPHY.areas.values() if a.in_england]
    assert len(english) == 153
    assert Counter(GEOGRAPHY.regions[a.region] for a in english) == PER_REGION
    assert Counter(a.code[:3] for a in english) == {"E06": 63, "E08": 36, "E09": 33, "E10": 21}


def test_each_other_nation_is_one_area_and_its_own_region() -> None:
    assert [GEOGRAPHY.areas[code].name for code in NATIONS] == ["Wales", "Scotland", "Northern Ireland"]
    assert all(GEOGRAPHY.region_of(code) == code and code in GEOGRAPHY.regions for code in NATIONS)
    assert len(GEOGRAPHY.areas) == 156
    assert len(GEOGRAPHY.regions) == 12


def test_the_population_of_england_is_that_of_the_census_less_its_perturbation() -> None:
    assert sum(a.population for a in GEOGRAPHY.areas.values() if a.in_england) == 56_490_040


def test_names_and_codes_are_each_used_once_and_days_are_days() -> None:
    assert len({a.name for a in GEOGRAPHY.areas.values()}) == 156
    for area in GEOGRAPHY.areas.values():
        assert date(2009, 1, 1) <= date.fromisoformat(area.valid_from) <= date(2025, 4, 1)
        assert area.valid_to == ""


@pytest.mark.parametrize(
    ("old", "current", "region"),
    [
        ("E08000016", "E08000038", "E12000003"),  # Barnsley, recoded 2025
        ("E08000038", "E08000038", "E12000003"),
        ("E08000019", "E08000039", "E12000003"),  # Sheffield, recoded 2025
        ("E10000023", "E06000065", "E12000003"),  # North Yorkshire
        ("E06000028", "E06000058", "E12000009"),  # Bournemouth
        ("E10000021", None, "E12000004"),  # Northamptonshire, split in two
        ("E10000006", None, "E12000002"),  # Cumbria, split in two
        ("E99999999", None, None),
    ],
)
def test_retired_codes_are_accepted_and_a_split_one_still_tells_its_region(
    old: str, current: str | None, region: str | None
) -> None:
    assert GEOGRAPHY.current(old) == current
    assert GEOGRAPHY.region_of(old) == region


def test_no_retired_code_is_in_force_and_each_leads_to_codes_that_are() -> None:
    assert not GEOGRAPHY.old_codes.keys() & GEOGRAPHY.areas.keys()
    assert {new for codes in GEOGRAPHY.old_codes.values() for new in codes} <= GEOGRAPHY.areas.keys()
    assert GEOGRAPHY.old_codes["E10000021"] == ("E06000061", "E06000062")


def test_every_area_has_a_tile_and_no_two_share_a_place(tiles: dict[str, tuple[int, int]]) -> None:
    assert tiles.keys() == GEOGRAPHY.areas.keys()
    assert len(set(tiles.values())) == 156
    assert min(column for column, _ in tiles.values()) == 0
    assert min(row for _, row in tiles.values()) == 0


@pytest.mark.parametrize("region", sorted(GEOGRAPHY.regions))
def test_the_tiles_of_a_region_hold_together(region: str, tiles: dict[str, tuple[int, int]]) -> None:
    left = {place for code, place in tiles.items() if GEOGRAPHY.areas[code].region == region}
    reached = {left.pop()}
    while beside := {place for place in left if any(touch(place, other) for other in reached)}:
        reached |= beside
        left -= beside
    assert not left


def test_the_other_nations_stand_apart_from_england_and_from_each_other(tiles: dict[str, tuple[int, int]]) -> None:
    for nation, code in itertools.product(NATIONS, tiles):
        if code != nation:
            gap = max(abs(tiles[nation][0] - tiles[code][0]), abs(tiles[nation][1] - tiles[code][1]))
            assert gap > 1, f"{nation} touches {code}"


def test_regions_lie_as_they_do_on_a_map(tiles: dict[str, tuple[int, int]]) -> None:
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for code, place in tiles.items():
        places[GEOGRAPHY.regions[GEOGRAPHY.areas[code].region]].append(place)
    middle = {name: (sum(c for c, _ in p) / len(p), sum(r for _, r in p) / len(p)) for name, p in places.items()}
    west_to_east = ["South West", "West Midlands", "East Midlands", "East of England"]
    north_to_south = ["Scotland", "North East", "Yorkshire and The Humber", "East Midlands", "London", "South East"]
    assert sorted(west_to_east, key=lambda n: middle[n][0]) == west_to_east
    assert sorted(north_to_south, key=lambda n: middle[n][1]) == north_to_south


def test_codes_names_regions_and_populations_agree_with_the_shared_list(shared: Path) -> None:
    with (shared / "local_authorities.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    for line in listed:
        area = GEOGRAPHY.areas[GEOGRAPHY.current(line["code"]) or ""]
        found = (area.name, area.region, GEOGRAPHY.regions[area.region], area.population)
        assert found == (line["name"], line["region_code"], line["region_name"], int(line["population"]))
    assert len(listed) == 153


def test_every_change_of_code_in_the_shared_list_is_carried(shared: Path) -> None:
    with (shared / "code_changes.csv").open(encoding="utf-8", newline="") as file:
        changes = [(r["old_code"], r["new_code"]) for r in csv.DictReader(file) if r["new_code"]]
    assert all(new in GEOGRAPHY.old_codes[old] for old, new in changes)


def test_the_tiles_are_what_the_layout_computes_from_the_label_points(shared: Path, tmp_path: Path) -> None:
    made = tmp_path / "tiles.csv"
    script = REPOSITORY / "policies" / "make_tiles.py"
    points = shared / "local_authorities.csv"
    subprocess.run([sys.executable, script, "--points", points, "--out", made], check=True)
    assert made.read_text(encoding="utf-8") == TILES_FILE.read_text(encoding="utf-8")
