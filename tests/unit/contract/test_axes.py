"""Axes: every category is declared before a record is read, in a fixed order, and the last is "not known"."""

from __future__ import annotations

import pytest

from lero_contract.axes import dimensions_of, elsewhere, region_codes, region_of_code, variables_of
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import Basis, Completeness, Headcount, Milestones, Period, Point, Recovery, Retention
from lero_contract.request import Filter
from support.requests import (
    HARTLEPOOL,
    START,
    SURE_TWICE,
    WEST_NORTHAMPTONSHIRE,
    contacts,
    day,
    entry,
    table,
)
from support.vectors import part_of

DICTIONARY = load_dictionary()
ENGLISH_REGIONS = tuple(f"E1200000{n}" for n in range(1, 10))


def test_the_area_axis_is_own_areas_then_elsewhere_by_region_then_outside_england_then_not_known() -> None:
    [axis] = dimensions_of(table(dimensions=["area"]), DICTIONARY, entry(areas=[WEST_NORTHAMPTONSHIRE, HARTLEPOOL]))
    assert axis.codes == (
        HARTLEPOOL,
        WEST_NORTHAMPTONSHIRE,
        *(f"elsewhere:{region}" for region in ENGLISH_REGIONS),
        "outside_england",
        "not_known",
    )


def test_the_region_axis_is_nine_regions_three_nations_and_not_known() -> None:
    [axis] = dimensions_of(table(dimensions=["region"]), DICTIONARY, entry())
    assert axis.codes == (*ENGLISH_REGIONS, "N92000002", "S92000003", "W92000004", "not_known")
    assert region_codes(DICTIONARY) == axis.codes[:-1]


def test_dimensions_keep_their_order_and_the_tables_own_axes_come_last() -> None:
    axes = part_of(table(contacts(split=True), ["sex", "age_band"])).axes
    assert [axis.name for axis in axes] == ["sex", "age_band", "period", "kind"]
    assert axes[1].codes == ("under_18", "18_29", "30_49", "50_plus", "not_known")
    assert axes[3].codes == ("group_meeting", "one_to_one")


def test_a_companion_has_no_dimension_however_its_table_is_split() -> None:
    beside = part_of(table(contacts(split=True), ["sex", "age_band"]), name="left_out")
    assert (beside.axes, beside.dimensions, beside.groups) == ((), (), 1)


def test_a_code_of_an_area_axis_tells_its_region() -> None:
    assert region_of_code(elsewhere("E12000004"), DICTIONARY) == "E12000004"
    assert region_of_code(WEST_NORTHAMPTONSHIRE, DICTIONARY) == "E12000004"
    assert region_of_code("outside_england", DICTIONARY) is None
    assert region_of_code("not_known", DICTIONARY) is None


@pytest.mark.parametrize(
    "wrong",
    [
        table(dimensions=["shoe_size"]),
        table(dimensions=["birth_year"]),
        table(dimensions=["member_id"]),
        table(filters=[Filter("shoe_size", ("9",))]),
        table(filters=[Filter("area", (HARTLEPOOL,))]),
        table(filters=[Filter("sex", ("femal",))]),
        table(filters=[Filter("region", ("E12000010",))]),
    ],
    ids=lambda t: t.kind.__class__.__name__ + str(t.dimensions) + str(t.filters),
)
def test_a_name_or_code_the_dictionary_does_not_have_is_malformed(wrong: object) -> None:
    with pytest.raises(Malformed):
        dimensions_of(wrong, DICTIONARY, entry())  # type: ignore[arg-type]


def test_a_roster_entry_with_an_unknown_area_is_malformed() -> None:
    with pytest.raises(Malformed, match="E99999999"):
        dimensions_of(table(dimensions=["area"]), DICTIONARY, entry(areas=["E99999999"]))


def test_what_a_table_needs_collected_follows_from_its_dimensions_filters_and_kind() -> None:
    referred = Headcount(Basis.REFERRED, Period(day(2025, 4, 1), day(2026, 3, 31)))
    points = (Point("a year", 365),)
    for asked, wanted in [
        (table(), set()),
        (table(dimensions=["region", "age_band"]), {"area", "birth_year"}),
        (table(filters=[Filter("sex", ("female",))]), {"sex"}),
        (table(filters=[Filter("region", ("E12000001",))]), {"area"}),
        (table(referred), {"referred"}),
        (table(SURE_TWICE), {"sure.total"}),
        (table(contacts(), ["sex"]), {"activities", "sex"}),
        (table(Retention(points, seen_in=("reviews", "activities")), ["area"]), {"reviews", "area"}),
        (table(Milestones(("paid_work",), points)), {"milestones", "activities"}),
        (table(Recovery((START,)), filters=[Filter("age_band", ("18_29",))]), {"recovery_now", "birth_year"}),
        (table(Completeness(("sex", "left")), ["employment"]), {"employment"}),
    ]:
        assert variables_of(asked, DICTIONARY) == wanted
