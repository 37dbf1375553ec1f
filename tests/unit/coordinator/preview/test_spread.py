"""Three LEROs on a small map, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_coordinator.preview.spread import Behind, Spread, spread_of
from support.offices import DRAFT, make_node, make_office

WEST_NORTHANTS, NORTH_NORTHANTS, LANCASHIRE = "E06000062", "E06000061", "E10000017"
WALES = "W92000004"


def spread_over(folder: Path, dimensions: list[str]) -> Spread:
    """one: 200 in West Northamptonshire; two: 100 over both; three: states none, in Lancashire and Wales."""
    nodes = [
        make_node("one", [WEST_NORTHANTS], public_members=200),
        make_node("two", [WEST_NORTHANTS, NORTH_NORTHANTS], public_members=100),
        make_node("three", [LANCASHIRE, WALES], public_members=0),
    ]
    made = make_office(folder / "home", nodes)
    request = made.draft({**DRAFT, "tables": [{**DRAFT["tables"][0], "dimensions": dimensions}]})
    made.office.close()
    plans = [(node.entry, compile_plan(request, load_dictionary(), node.entry).parts[0]) for node in nodes]
    return spread_of(plans, load_dictionary(), 60)


@pytest.mark.parametrize("dimensions", [[], ["sex"]])
def test_without_places_there_are_leros_and_the_nation(tmp_path: Path, dimensions: list[str]) -> None:
    assert spread_over(tmp_path, dimensions) == Spread(
        nodes=(Behind(1, 200, 1), Behind(1, 100, 1), Behind(1, 60, 1)),
        authorities=(),
        regions=(),
        nation=(Behind(3, 360, 3),),
    )


def test_by_region_every_lero_adds_one_cell_to_each_region(tmp_path: Path) -> None:
    spread = spread_over(tmp_path, ["region"])
    assert spread.nodes[0] == Behind(13, 200, 1)  # nine regions, three nations, not known
    assert spread.regions == (Behind(3, 30, 1), Behind(3, 300, 2))  # North West, East Midlands
    assert spread.nation == (Behind(27, 360, 3),)
    assert spread.authorities == ()


def test_by_area_a_region_adds_own_areas_and_elsewhere(tmp_path: Path) -> None:
    spread = spread_over(tmp_path, ["area"])
    assert [b.cells for b in spread.nodes] == [12, 13, 13]  # own areas, nine elsewhere, outside, not known
    # North Northamptonshire: half of two. West: one, and half of two. Lancashire: half of three. Wales is no authority.
    assert spread.authorities == (Behind(1, 50, 1), Behind(2, 250, 2), Behind(1, 30, 1))
    assert spread.regions == (Behind(4, 30, 1), Behind(6, 300, 2))
    assert spread.nation == (Behind(3 * 9 + 4, 360, 3),)
