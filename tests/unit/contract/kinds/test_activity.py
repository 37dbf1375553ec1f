"""Contacts and active members: bounds that hold, and a companion wherever they can cut something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.kinds import Activity, Centring, Companion, Origin, Period, Slice, Unit
from lero_contract.price import Sensitivity
from support.requests import RHO_02, contacts, quarters
from support.shapes import refused, shapes_of

YEAR, LATER = Period(20_000, 20_364), Period(20_365, 20_400)
ACTIVE = replace(contacts(max_cells=2, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS, companion=None)


def activity(**changes: object) -> Activity:
    return replace(contacts(), **changes)  # type: ignore[arg-type]


def beside(most: int, nano_rho: int = 1) -> Companion:
    return Companion(most, nano_rho)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("between 1 and 120 periods", lambda: activity(slices=())),
        ("Two periods have the same label", lambda: activity(slices=(Slice("a", YEAR), Slice("a", LATER)))),
        ("must be in order and apart", lambda: activity(slices=(Slice("b", LATER), Slice("a", YEAR)))),
        ("in order and apart", lambda: activity(slices=(Slice("a", YEAR), Slice("b", Period(20_364, 20_400))))),
        ("needs its kinds, each once", lambda: activity(kinds=())),
        ("needs its kinds, each once", lambda: activity(kinds=("outreach", "outreach"))),
        ("max_cells must be between 1 and 2", lambda: activity(max_cells=0)),
        ("max_cells must be between 1 and 2", lambda: activity(max_cells=3)),
        ("max_cells must be between 1 and 4", lambda: activity(split_by_kind=True, max_cells=5)),
        ("max_per_cell must be between 1 and 10000", lambda: activity(max_per_cell=0)),
        ("max_per_cell must be between 1 and 10000", lambda: activity(max_per_cell=10_001)),
        ("max_per_cell must be 1", lambda: activity(unit=Unit.ACTIVE_MEMBERS, max_per_cell=2)),
    ],
)
def test_periods_kinds_and_bounds_that_cannot_be_are_malformed(words: str, asked: Callable[[], object]) -> None:
    refused(words, asked)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        # Contacts can always be cut; active members only where they may not count in every cell.
        ("needs its companion (left_out), any other has none", lambda: activity(companion=None)),
        ("needs its companion", lambda: replace(ACTIVE, max_cells=1)),
        ("any other has none", lambda: replace(ACTIVE, companion=beside(9))),
        ("left_out.most must be above max_per_cell (30)", lambda: activity(companion=beside(30))),
        ("at most 100,000", lambda: activity(companion=beside(100_001))),
        ("The companion needs a price above 0", lambda: activity(companion=beside(100, 0))),
        ("less than the price of its table", lambda: shapes_of(activity(companion=beside(100, RHO_02)))),
    ],
)
def test_a_companion_that_is_missing_needless_too_small_or_too_dear_is_malformed(
    words: str, asked: Callable[[], object]
) -> None:
    refused(words, asked)


def test_a_kind_of_activity_that_the_dictionary_does_not_have_is_malformed() -> None:
    refused("A kind of activity is not in the dictionary", lambda: shapes_of(activity(kinds=("knitting",))))


def test_contacts_have_periods_and_kinds_as_axes_and_a_companion_of_the_whole_node() -> None:
    asked = replace(contacts(split=True), max_cells=4, max_per_cell=30, companion=beside(200, 2_000_000))
    main, left_out = shapes_of(asked)
    assert [axis.name for axis in main.axes] == ["period", "kind"]
    assert [axis.codes for axis in main.axes] == [
        ("from 2025-10", "from 2026-01"),
        ("group_meeting", "one_to_one"),
    ]
    assert (main.part, main.values, main.is_split, main.greatest_cell) == ("", ("contacts",), True, 30)
    # 4 cells of 30: L1 = 4 x 30, squared L2 = 4 x 30^2.
    assert main.sensitivity == Sensitivity(cells=4, l1=120, l2_squared=3600)
    assert (left_out.part, left_out.axes, left_out.is_split) == ("left_out", (), False)
    assert left_out.values == ("count", "centred_sum")
    # 0 to 200 around 100; the count weighs as much. L1 = 100 + 100, squared L2 = 100^2 + 100^2.
    assert left_out.centring == Centring(factor=1, middle=100, half_range=100, weight=100)
    assert left_out.sensitivity == Sensitivity(cells=2, l1=200, l2_squared=20_000)
    assert left_out.greatest_cell == 100
    assert (main.price_nano_rho, left_out.price_nano_rho) == (18_000_000, 2_000_000)


def test_an_odd_most_is_worked_in_half_units() -> None:
    # 0 to 7 around 3.5: twice the amount less 7, at most 7 either way.
    asked = replace(contacts(), max_cells=1, max_per_cell=6, companion=beside(7))
    assert shapes_of(asked)[1].centring == Centring(factor=2, middle=7, half_range=7, weight=7)
    assert shapes_of(asked)[1].sensitivity == Sensitivity(cells=2, l1=14, l2_squared=98)


def test_active_members_who_may_count_everywhere_lose_nothing_and_have_no_companion() -> None:
    [shape] = shapes_of(ACTIVE)
    assert shape.values == ("active_members",)
    assert shape.sensitivity == Sensitivity(cells=2, l1=2, l2_squared=2)
    assert shape.price_nano_rho == RHO_02


def test_kinds_that_are_not_split_share_one_cell_a_period() -> None:
    assert [axis.name for axis in shapes_of(contacts(split=False))[0].axes] == ["period"]


def test_a_member_could_touch_every_period_of_every_kind_that_is_split() -> None:
    assert contacts().groups == 2
    assert contacts(split=True).groups == 4
    assert replace(contacts(split=True), slices=quarters((2025, 4), (2025, 7), (2025, 10))).groups == 6


def test_by_the_calendar_the_first_slice_is_the_first_day_and_from_joining_members_are_followed() -> None:
    assert activity(slices=(Slice("a", YEAR),), max_cells=1).first_day() == 20_000
    followed = activity(origin=Origin.JOINING, slices=(Slice("first month", Period(0, 27)),), max_cells=1)
    assert followed.first_day() is None
    assert followed.is_followed
    assert not contacts().is_followed
    assert contacts().needs() == {"activities"}
