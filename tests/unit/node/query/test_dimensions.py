"""Where a member is counted: every record lands in exactly one declared cell, whatever its columns hold."""

from __future__ import annotations

import pytest

from lero_contract.request import Filter
from support.requests import CUT_DAY, HARTLEPOOL, NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE, entry, table
from support.tables import Rows
from support.vectors import cells_of, counts_of


def members(**columns: object) -> Rows:
    """One member for each value of the columns, all joined a year ago."""
    [(name, values)] = columns.items()
    assert isinstance(values, list)
    return Rows([{"member_id": f"m{n}", "joined": CUT_DAY - 365, name: v} for n, v in enumerate(values)])


def test_own_areas_stand_alone_and_others_are_counted_elsewhere_in_their_region() -> None:
    rows = members(area=[WEST_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE, NORTH_NORTHAMPTONSHIRE, HARTLEPOOL])
    assert counts_of(table(dimensions=["area"]), rows) == {
        WEST_NORTHAMPTONSHIRE: 2,
        "elsewhere:E12000004": 1,
        "elsewhere:E12000001": 1,
    }


def test_the_other_nations_are_outside_england_unless_the_node_serves_them() -> None:
    rows = members(area=["W92000004", "S92000003", "N92000002"])
    assert counts_of(table(dimensions=["area"]), rows) == {"outside_england": 3}
    in_wales = entry(areas=["W92000004"])
    assert counts_of(table(dimensions=["area"]), rows, in_wales) == {"W92000004": 1, "outside_england": 2}


def test_a_retired_code_counts_as_the_authority_it_became() -> None:
    # Barnsley was E08000016 until 2025 and is E08000038 since; it lies in Yorkshire and The Humber.
    rows = members(area=["E08000016", "E08000038"])
    assert counts_of(table(dimensions=["area"]), rows, entry(areas=["E08000038"])) == {"E08000038": 2}
    assert counts_of(table(dimensions=["area"]), rows) == {"elsewhere:E12000003": 2}


def test_a_retired_code_that_was_split_still_tells_its_region() -> None:
    # Northamptonshire became North and West in 2021: which of them is not known, the East Midlands is.
    rows = members(area=["E10000021"])
    assert counts_of(table(dimensions=["area"]), rows) == {"elsewhere:E12000004": 1}
    assert counts_of(table(dimensions=["region"]), rows) == {"E12000004": 1}


@pytest.mark.parametrize("dimension", ["area", "region"])
def test_what_is_no_authority_is_not_known(dimension: str) -> None:
    rows = members(area=[None, "", "not_known", "E12000004", "Northampton", "e06000062", "' OR 1=1 --"])
    assert counts_of(table(dimensions=[dimension]), rows) == {"not_known": 7}


def test_a_code_of_no_list_is_not_known() -> None:
    rows = members(sex=["female", "male", "other", "not_known", None, "Female", "robot", "';"])
    assert counts_of(table(dimensions=["sex"]), rows) == {"male": 1, "female": 1, "other": 1, "not_known": 5}


def test_age_is_the_year_of_the_cut_date_less_the_year_of_birth() -> None:
    # In 2026: 17, 18, 29, 30, 49, 50, 120; then 121, -1 and nothing.
    rows = members(birth_year=[2009, 2008, 1997, 1996, 1977, 1976, 1906, 1905, 2027, None])
    assert counts_of(table(dimensions=["age_band"]), rows) == {
        "under_18": 1,
        "18_29": 2,
        "30_49": 2,
        "50_plus": 2,
        "not_known": 3,
    }


def test_two_dimensions_are_crossed_row_by_row() -> None:
    rows = Rows([{"member_id": "m", "joined": 0, "sex": "female", "birth_year": 1990}])
    cells = cells_of(table(dimensions=["sex", "age_band"]), rows)
    # Female is second of four sexes, 30 to 49 third of five bands: 1 x 5 + 2.
    assert [n for n, count in enumerate(cells) if count] == [7]
    assert len(cells) == 20


def test_a_filter_keeps_the_codes_named_and_not_known_is_a_code_like_any_other() -> None:
    rows = members(sex=["female", "female", "male", None, "robot"])
    only = [Filter("sex", ("female",))]
    assert cells_of(table(filters=only), rows) == (2,)
    assert cells_of(table(filters=[Filter("sex", ("female", "not_known"))]), rows) == (4,)
    assert cells_of(table(filters=[*only, Filter("employment", ("employed",))]), rows) == (0,)


def test_a_filter_by_region_finds_members_of_any_authority_in_it() -> None:
    rows = members(area=[WEST_NORTHAMPTONSHIRE, "E10000021", HARTLEPOOL, None])
    assert cells_of(table(filters=[Filter("region", ("E12000004",))]), rows) == (2,)
    assert cells_of(table(filters=[Filter("region", ("not_known", "E12000001"))]), rows) == (2,)
