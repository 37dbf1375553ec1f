"""Plans worked out by hand: axes, offsets, cells, bounds, prices, and what the digest depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import (
    Basis,
    Bin,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Unit,
    Window,
)
from lero_contract.plan import Plan, compile_plan, joining_years
from lero_contract.price import Sensitivity
from lero_contract.request import Filter, Request
from lero_contract.roster import NodeEntry
from support.requests import (
    ALL_COLLECTED,
    CUT_DAY,
    RHO_02,
    START,
    SURE_TWICE,
    THREE_MONTHS,
    contacts,
    day,
    entry,
    request,
    table,
)

DICTIONARY = load_dictionary()
POINTS = (Point("6 months", 182), Point("a year", 365))
CHANGE = Change("sure.total", START, THREE_MONTHS, 5)
BY_AREA = table(dimensions=["area"])
SURE = table(SURE_TWICE, ["region"], table_id="sure")
SEEN = table(contacts(max_cells=3, split=True), ["sex"], table_id="seen", nano_rho=10_000_000)


def plan_of(asked: Request, of: NodeEntry | None = None) -> Plan:
    return compile_plan(asked, DICTIONARY, of or entry())


def without(*names: str) -> NodeEntry:
    return entry(collects=[name for name in ALL_COLLECTED if name not in names])


def test_three_tables_stand_one_after_the_other_and_a_companion_behind_its_table() -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN))
    assert [p.part_id for p in plan.parts] == ["members", "sure", "seen", "seen.left_out"]
    # One area, nine regions, outside, not known; 13 regions x 2 windows x (count, sum); 4 sexes x 2 periods x 2 kinds;
    # and (count, sum) of the whole node.
    assert [p.cell_count for p in plan.parts] == [12, 52, 16, 2]
    assert [p.groups for p in plan.parts] == [12, 26, 16, 1]
    assert [p.offset for p in plan.parts] == [0, 12, 64, 80]
    assert [p.values for p in plan.parts] == [
        ("count",),
        ("count", "centred_sum"),
        ("contacts",),
        ("count", "centred_sum"),
    ]
    assert plan.cell_count == 82
    assert plan.price_nano_rho == 50_000_000
    assert plan.not_collected == ()


def test_bounds_prices_and_noise_follow_from_the_tables_alone() -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN))
    # Of one member, contacts left out are 0 to 130 around 65, and the count weighs as much.
    assert [p.sensitivity for p in plan.parts] == [
        Sensitivity(1, 1, 1),
        Sensitivity(4, 2 * (21 + 21), 2 * (21**2 + 21**2)),
        Sensitivity(3, 90, 2700),
        Sensitivity(2, 65 + 65, 65**2 + 65**2),
    ]
    # Of the 0.01 of the contacts, their companion takes 0.002.
    assert [p.price_nano_rho for p in plan.parts] == [20_000_000, 20_000_000, 8_000_000, 2_000_000]
    # sqrt(1 / 0.04) = 5; sqrt(1764 / 0.04) = 210; sqrt(2700 / 0.016) = 410.79; sqrt(8450 / 0.004) = 1453.44.
    assert plan.parts[0].noise_scale == 5.0
    assert plan.parts[1].noise_scale == 210.0
    assert plan.parts[2].noise_scale == pytest.approx(410.792, abs=1e-3)
    assert plan.parts[3].noise_scale == pytest.approx(1453.444, abs=1e-3)
    assert [p.greatest_cell for p in plan.parts] == [1, 21, 30, 65]


@pytest.mark.parametrize(
    ("kind", "cells", "scales"),
    [
        # Two windows of two bins and "no score": L2^2 = 2; sqrt(2 / 0.04).
        (Distribution("sure.total", (START, THREE_MONTHS), (Bin(21, 40), Bin(41, 63))), [6], [7.0711]),
        # Half the price for four outcomes, half for a sum of up to 42: sqrt(1 / 0.02), sqrt(1764 / 0.02).
        (Change("sure.total", START, THREE_MONTHS, 5), [4, 1], [7.0711, 296.985]),
        # Two points: two events, and followed to nought, one and two. sqrt(1 / 0.04).
        (Retention(POINTS), [5], [5.0]),
        # Three milestones of five cells: sqrt(3 / 0.04).
        (Milestones(("paid_work", "own_home", "training"), POINTS), [15], [8.6603]),
        # Two windows of three: sqrt(2 / 0.04).
        (Recovery((START, THREE_MONTHS)), [6], [7.0711]),
        # Four variables, known or not: sqrt(4 / 0.04).
        (Completeness(("sex", "area", "left", "employment")), [8], [10.0]),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, list) else "",
)
def test_a_plan_of_each_kind_worked_by_hand(kind: Kind, cells: list[int], scales: list[float]) -> None:
    plan = plan_of(request(table(kind)))
    assert [p.cell_count for p in plan.parts] == cells
    assert [p.noise_scale for p in plan.parts] == pytest.approx(scales, abs=1e-3)
    assert sum(p.price_nano_rho for p in plan.parts) == RHO_02
    # Split by four sexes, every part of these kinds is four times as large and has the same noise.
    split = plan_of(request(table(kind, ["sex"])))
    assert [p.cell_count for p in split.parts] == [4 * n for n in cells]
    assert [p.noise_scale for p in split.parts] == [p.noise_scale for p in plan.parts]


def test_the_parts_of_a_table_are_found_by_its_id_and_tables_are_those_answered() -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN), without("area"))
    assert plan.tables == (SEEN,)
    assert [p.name for p in plan.parts_of("seen")] == ["", "left_out"]
    assert plan.parts_of("sure") == ()


def test_active_members_touch_a_cell_once() -> None:
    active = replace(contacts(max_cells=2, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS, companion=None)
    [part] = plan_of(request(table(active))).parts
    assert part.sensitivity == Sensitivity(2, 2, 2)


def test_a_table_without_dimensions_is_one_cell() -> None:
    assert plan_of(request(table())).cell_count == 1


@pytest.mark.parametrize(
    ("of", "dropped"),
    [
        (without("area"), ("members", "sure")),
        (without("sure.total"), ("sure",)),
        (without("activities"), ("seen",)),
        (without("sex"), ("seen",)),
        (without("phq9.total", "milestones"), ()),
    ],
)
def test_a_table_of_what_the_node_does_not_collect_drops_out_and_is_not_charged(
    of: NodeEntry, dropped: tuple[str, ...]
) -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN), of)
    kept = [t for t in (BY_AREA, SURE, SEEN) if t.table_id not in dropped]
    assert plan.not_collected == dropped
    assert list(plan.tables) == kept
    assert plan.price_nano_rho == sum(t.price_nano_rho for t in kept)
    assert plan.parts[0].offset == 0


def test_a_node_that_collects_nothing_asked_for_has_an_empty_plan_that_costs_nothing() -> None:
    plan = plan_of(request(SURE), without("sure.total"))
    assert (plan.parts, plan.cell_count, plan.price_nano_rho) == ((), 0, 0)


def test_a_table_that_begins_before_the_records_are_complete_drops_out() -> None:
    joined = table(Headcount(Basis.JOINED, Period(day(2025, 4, 1), CUT_DAY)), table_id="joined")
    asked = request(joined, SEEN, table(table_id="now"))
    assert plan_of(asked, entry(complete_from_day=day(2025, 4, 1))).not_collected == ()
    assert plan_of(asked, entry(complete_from_day=day(2025, 4, 2))).not_collected == ("joined",)
    assert plan_of(asked, entry(complete_from_day=day(2025, 10, 2))).not_collected == ("joined", "seen")


def test_a_table_by_the_calendar_drops_out_before_complete_records_and_one_from_joining_does_not() -> None:
    begins = day(2025, 10, 1)
    spring = Window("Autumn", 0, begins, begins + 89)
    by_calendar = table(Mean("sure.total", (spring,), Origin.CALENDAR), table_id="calendar")
    asked = request(by_calendar, table(Retention(POINTS), table_id="stay"))
    assert plan_of(asked, entry(complete_from_day=begins)).not_collected == ()
    assert plan_of(asked, entry(complete_from_day=begins + 1)).not_collected == ("calendar",)


def test_members_followed_from_joining_are_those_who_joined_where_records_are_complete() -> None:
    asked = request(BY_AREA, SURE, table(Retention(POINTS), table_id="stay"), table(CHANGE, table_id="change"))
    joined_from = {p.part_id: p.joined_from for p in plan_of(asked, entry(complete_from_day=19_000)).parts}
    assert joined_from == {"members": None, "sure": None, "stay": 19_000, "change": 19_000, "change.sum": 19_000}


def test_a_request_for_another_dictionary_is_malformed() -> None:
    with pytest.raises(Malformed, match="another dictionary"):
        plan_of(replace(request(), dictionary_digest=bytes(32)))


def test_an_unknown_name_is_malformed_even_where_the_table_would_drop_out() -> None:
    asked = request(table(SURE_TWICE, filters=[Filter("sex", ("femal",))]))
    with pytest.raises(Malformed, match="sex"):
        plan_of(asked, without("sure.total"))


def test_a_million_cells_are_too_many() -> None:
    # 7 ages x 7 substances x 9 referrals x 9 leavings = 3,969 cells a table; four times that with periods and kinds.
    crossed = [
        table(dimensions=["age_band_ten", "primary_substance", "referral_source", "leaving_reason"], table_id=f"t{n}")
        for n in range(100)
    ]
    assert plan_of(request(*crossed)).cell_count == 396_900
    wide = [replace(t, kind=contacts(split=True)) for t in crossed]
    with pytest.raises(Malformed, match="1,000,000 cells"):
        plan_of(request(*wide))


def test_joining_years_are_known_where_only_joiners_of_a_period_are_counted() -> None:
    joined = Headcount(Basis.JOINED, Period(day(2024, 4, 1), day(2025, 3, 31)))
    later = Headcount(Basis.JOINED, Period(day(2025, 4, 1), CUT_DAY))
    assert joining_years(request(table(joined))) == (2024, 2025)
    assert joining_years(request(table(joined), table(later, table_id="later"))) == (2024, 2026)
    assert joining_years(request(table(joined), table(table_id="now"))) == (0, 2026)
