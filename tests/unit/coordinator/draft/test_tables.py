"""Every kind of table from its draft, each figure worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import (
    Activity,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_coordinator.draft.bins import DraftFault
from lero_coordinator.draft.request import draft_from
from lero_coordinator.draft.tables import days_of_months, table_of

START = Window("Start", 0, -30, 45)
YEAR = Window("12 months", 12, 271, 545)
BASELINE = {"label": "Start", "wave": 0, "from_day": -30, "to_day": 45}
FOLLOW_UP = {"label": "12 months", "wave": 12, "from_day": 271, "to_day": 545}


def kind_of(**table: Any) -> Kind:
    """The kind that one table of a draft becomes, cut at the end of March 2026."""
    whole = {"id": "t", "title": "T", "rho": 0.02, **table}
    if table["kind"] != "mean":
        whole.setdefault("hide_wider_than", 100)
    head = {"title": "A", "question": "B?", "purpose": "commissioning", "closes_in_days": 1}
    [draft] = draft_from({**head, "tables": [whole]}).tables
    return table_of(draft, load_dictionary(), date(2026, 3, 31)).kind


def test_a_month_is_a_twelfth_of_a_year_of_365_and_a_quarter_days_with_halves_up() -> None:
    # 91.3125, 182.625, 365.25, 730.5, 1095.75 and 1826.25
    assert [days_of_months(m) for m in (3, 6, 12, 24, 36, 60)] == [91, 183, 365, 731, 1096, 1826]


def test_retention_has_the_usual_points_gap_and_sightings() -> None:
    points = [(3, 91), (6, 183), (12, 365), (24, 731), (36, 1096), (60, 1826)]
    usual = tuple(Point(f"{months} months", day) for months, day in points)
    assert kind_of(kind="retention") == Retention(usual, 90, ("activities", "reviews"))


def test_retention_at_points_of_its_own() -> None:
    asked = kind_of(kind="retention", points=[{"label": "4 weeks", "day": 28}], gap_days=30, seen_in=["reviews"])
    assert asked == Retention((Point("4 weeks", 28),), 30, ("reviews",))


def test_milestones_name_their_kinds_or_all_of_them() -> None:
    asked = kind_of(kind="milestones", kinds=["paid_work"], points_months=[1, 12])
    assert asked == Milestones(("paid_work",), (Point("1 month", 30), Point("12 months", 365)))
    everything = kind_of(kind="milestones", kinds="all", points_months=[12])
    assert isinstance(everything, Milestones)
    assert {"own_home", "not_known"} <= set(everything.kinds)


def test_recovery_is_asked_half_a_year_either_way_of_one_three_and_five_years() -> None:
    windows = (Window("1 year", 12, 271, 545), Window("3 years", 36, 911, 1275), Window("5 years", 60, 1641, 2005))
    assert kind_of(kind="recovery") == Recovery(windows)


def test_a_standard_window_may_be_named() -> None:
    assert kind_of(kind="mean", measure="sure.total", windows=["start", "12 months"]) == Mean(
        "sure.total", (START, YEAR)
    )


def test_dates_make_a_window_of_the_calendar() -> None:
    spring = {"label": "Spring", "from": date(2025, 4, 1), "to": "2025-06-30"}
    asked = kind_of(kind="mean", measure="sure.total", windows=[spring])
    window = Window("Spring", 0, to_day(date(2025, 4, 1)), to_day(date(2025, 6, 30)))
    assert asked == Mean("sure.total", (window,), Origin.CALENDAR)
    assert kind_of(kind="mean", measure="sure.total", windows=[spring], origin="calendar") == asked
    with pytest.raises(DraftFault, match="needs days after joining"):
        kind_of(kind="mean", measure="sure.total", windows=[spring], origin="joining")
    with pytest.raises(DraftFault, match="mixed"):
        kind_of(kind="mean", measure="sure.total", windows=[spring, "Start"])


def test_bins_are_in_points_and_stored_in_hundredths_where_the_measure_has_them() -> None:
    bins = [{"from": 7, "to": 19.49}, {"from": 19.5, "to": 35}]
    asked = kind_of(kind="distribution", measure="swemwbs.metric", windows=["Start"], bins=bins, threshold=19.5)
    assert asked == Distribution("swemwbs.metric", (START,), (Bin(700, 1949), Bin(1950, 3500)), 1950)


def test_bins_of_so_many_points_cover_the_whole_range() -> None:
    # SURE is 21 to 63: 21 to 30, 31 to 40, 41 to 50, 51 to 60, and what is left.
    asked = kind_of(kind="distribution", measure="sure.total", windows=["Start"], bins={"each": 10})
    assert isinstance(asked, Distribution)
    assert asked.bins == (Bin(21, 30), Bin(31, 40), Bin(41, 50), Bin(51, 60), Bin(61, 63))


def test_bins_of_so_many_points_are_laid_so_that_one_begins_at_the_threshold() -> None:
    # BARC-10 is 10 to 60; tens up and down from 47: 10 to 16, 17 to 26, 27 to 36, 37 to 46, 47 to 56, 57 to 60.
    asked = kind_of(kind="distribution", measure="barc10.total", windows=["Start"], bins={"each": 10}, threshold=47)
    assert isinstance(asked, Distribution)
    assert asked.bins == (Bin(10, 16), Bin(17, 26), Bin(27, 36), Bin(37, 46), Bin(47, 56), Bin(57, 60))
    assert asked.threshold == 47


@pytest.mark.parametrize(
    ("bins", "item", "words"),
    [
        ([{"from": 21, "to": 30}, {"from": 30, "to": 63}], 1, "overlaps the bin before.*End that one at 29"),
        ([{"from": 21, "to": 30}, {"from": 33, "to": 63}], 1, "gap after the bin before. End that one at 32"),
        (
            [{"from": 21, "to": 30.5}, {"from": 31, "to": 63}],
            0,
            "too many decimal places: SURE: total has whole points",
        ),
        ([{"from": 30, "to": 21}, {"from": 31, "to": 63}], 0, "ends before it begins"),
    ],
)
def test_bins_that_cannot_be_are_refused_with_the_fix(bins: list[dict[str, float]], item: int, words: str) -> None:
    with pytest.raises(DraftFault, match=words) as raised:
        kind_of(kind="distribution", measure="sure.total", windows=["Start"], bins=bins)
    assert (raised.value.key, raised.value.item) == ("bins", item)


def test_bins_that_miss_an_end_of_the_range_are_refused_when_the_request_is_made() -> None:
    kind = kind_of(kind="distribution", measure="sure.total", windows=["Start"], bins=[
        {"from": 21, "to": 30}, {"from": 31, "to": 62}])  # fmt: skip
    with pytest.raises(Malformed, match="from 21 to 63"):
        kind.shapes(load_dictionary(), 100)


def test_a_threshold_within_a_bin_is_refused() -> None:
    bins = [{"from": 10, "to": 45}, {"from": 46, "to": 60}]
    with pytest.raises(DraftFault, match="47 is not where a bin begins"):
        kind_of(kind="distribution", measure="barc10.total", windows=["Start"], bins=bins, threshold=47)


def test_change_takes_the_published_reliable_change_in_stored_units() -> None:
    asked = kind_of(kind="change", measure="swemwbs.metric", baseline=BASELINE, follow_up=FOLLOW_UP)
    assert asked == Change("swemwbs.metric", START, YEAR, 287)


def test_change_of_a_measure_without_one_must_say_its_own() -> None:
    table = {"kind": "change", "measure": "sure.total", "baseline": "Start", "follow_up": "12 months"}
    assert kind_of(**table, threshold=4) == Change("sure.total", START, YEAR, 4)
    with pytest.raises(DraftFault, match=r"no reliable change of SURE: total is published.*threshold = 4"):
        kind_of(**table)
    with pytest.raises(DraftFault, match="whole points"):
        kind_of(**table, threshold=4.5)


def test_a_baseline_after_its_follow_up_is_refused() -> None:
    with pytest.raises(DraftFault, match="begin after the baseline '12 months' has ended") as raised:
        kind_of(kind="change", measure="phq9.total", baseline=FOLLOW_UP, follow_up=BASELINE)
    assert raised.value.key == "follow_up"


def test_completeness_names_its_variables_or_all_that_can_be_known() -> None:
    assert kind_of(kind="completeness", variables=["sex", "area"]) == Completeness(("sex", "area"))
    everything = kind_of(kind="completeness", variables="all")
    assert isinstance(everything, Completeness)
    assert {"birth_year", "joined"} <= set(everything.variables)
    assert not {"member_id", "objects"} & set(everything.variables)


CONTACTS = {
    "kind": "activity",
    "unit": "contacts",
    "periods": {"last_months": 12, "each_months": 12},
    "kinds": ["outreach"],
    "max_cells": 1,
    "max_per_cell": 10,
}


def test_what_bounds_cut_off_is_measured_for_a_fifth_of_the_price_or_as_stated() -> None:
    asked = kind_of(**CONTACTS, left_out={"most": 40})
    assert isinstance(asked, Activity)
    assert asked.companion == Companion(40, 4_000_000)  # of 0.02
    stated = kind_of(**CONTACTS, left_out={"most": 40, "rho": 0.003})
    assert isinstance(stated, Activity)
    assert stated.companion == Companion(40, 3_000_000)


def test_active_members_who_may_count_everywhere_need_no_companion() -> None:
    asked = kind_of(kind="activity", unit="active_members", periods={"last_months": 6, "each_months": 3}, max_cells=2)
    assert isinstance(asked, Activity)
    assert (asked.unit, asked.max_per_cell, asked.companion) == (Unit.ACTIVE_MEMBERS, 1, None)


def test_activity_may_be_counted_from_joining() -> None:
    slices = [{"label": "First month", "from_day": 0, "to_day": 29}]
    table = {k: v for k, v in CONTACTS.items() if k != "periods"}
    asked = kind_of(**table, slices=slices, left_out={"most": 40})
    assert isinstance(asked, Activity)
    assert (asked.slices, asked.origin) == ((Slice("First month", Period(0, 29)),), Origin.JOINING)
    with pytest.raises(DraftFault, match="give slices in days"):
        kind_of(**CONTACTS, origin="joining", left_out={"most": 40})
