"""Plans worked out by hand: axes, offsets, cells, bounds, prices, and what the digest depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_contract.plan import Plan, compile_plan, joining_years
from lero_contract.price import Sensitivity
from lero_contract.request import Basis, Filter, Headcount, Period, Request, Unit
from lero_contract.roster import NodeEntry
from support.requests import (
    ALL_COLLECTED,
    CUT_DAY,
    HARTLEPOOL,
    RHO_02,
    SURE_TWICE,
    WEST_NORTHAMPTONSHIRE,
    contacts,
    day,
    entry,
    request,
    table,
)

DICTIONARY = load_dictionary()
BY_AREA = table(dimensions=["area"])
SURE = table(SURE_TWICE, ["region"], table_id="sure")
SEEN = table(contacts(max_cells=3, split=True), ["sex"], table_id="seen", nano_rho=10_000_000)


def plan_of(asked: Request, of: NodeEntry | None = None) -> Plan:
    return compile_plan(asked, DICTIONARY, of or entry())


def without(*names: str) -> NodeEntry:
    return entry(collects=[name for name in ALL_COLLECTED if name not in names])


def test_three_tables_stand_one_after_the_other() -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN))
    # One area, nine regions, outside, not known; 13 regions x 2 windows x (count, sum); 4 sexes x 2 periods x 2 kinds.
    assert [t.cell_count for t in plan.tables] == [12, 52, 16]
    assert [t.groups for t in plan.tables] == [12, 26, 16]
    assert [t.offset for t in plan.tables] == [0, 12, 64]
    assert [t.values for t in plan.tables] == [("count",), ("count", "centred_sum"), ("contacts",)]
    assert plan.cell_count == 80
    assert plan.price_nano_rho == 50_000_000
    assert plan.not_collected == ()


def test_bounds_and_noise_follow_from_the_tables_alone() -> None:
    plan = plan_of(request(BY_AREA, SURE, SEEN))
    assert [t.sensitivity for t in plan.tables] == [
        Sensitivity(1, 1, 1),
        Sensitivity(4, 2 * (21 + 21), 2 * (21**2 + 21**2)),
        Sensitivity(3, 90, 2700),
    ]
    # sqrt(1 / 0.04) = 5; sqrt(1764 / 0.04) = 210; sqrt(2700 / 0.02) = 367.42.
    assert plan.tables[0].noise_scale == 5.0
    assert plan.tables[1].noise_scale == 210.0
    assert plan.tables[2].noise_scale == pytest.approx(367.423, abs=1e-3)
    assert [t.greatest_cell for t in plan.tables] == [1, 21, 30]


def test_active_members_touch_a_cell_once() -> None:
    active = replace(contacts(max_cells=2, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS)
    assert plan_of(request(table(active))).tables[0].sensitivity == Sensitivity(2, 2, 2)


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
    assert [t.table for t in plan.tables] == kept
    assert plan.price_nano_rho == sum(t.price_nano_rho for t in kept)
    assert plan.tables[0].offset == 0


def test_a_node_that_collects_nothing_asked_for_has_an_empty_plan_that_costs_nothing() -> None:
    plan = plan_of(request(SURE), without("sure.total"))
    assert (plan.tables, plan.cell_count, plan.price_nano_rho) == ((), 0, 0)


def test_a_table_that_begins_before_the_records_are_complete_drops_out() -> None:
    joined = table(Headcount(Basis.JOINED, Period(day(2025, 4, 1), CUT_DAY)), table_id="joined")
    asked = request(joined, SEEN, table(table_id="now"))
    assert plan_of(asked, entry(complete_from_day=day(2025, 4, 1))).not_collected == ()
    assert plan_of(asked, entry(complete_from_day=day(2025, 4, 2))).not_collected == ("joined",)
    assert plan_of(asked, entry(complete_from_day=day(2025, 10, 2))).not_collected == ("joined", "seen")


def test_the_plan_of_the_same_request_is_the_same() -> None:
    assert plan_of(request(BY_AREA, SURE)) == plan_of(request(BY_AREA, SURE))


def test_a_plan_does_not_depend_on_what_it_must_not() -> None:
    usual = plan_of(request(BY_AREA))
    assert plan_of(request(BY_AREA, cohort=["harbour", "quayside"])).digest == usual.digest
    assert plan_of(request(BY_AREA), replace(entry(), public_members=9, identity_key=b"k" * 32)).digest == usual.digest


@pytest.mark.parametrize(
    "other",
    [
        (request(BY_AREA, request_id="f" * 32), entry()),
        (request(table(dimensions=["region"])), entry()),
        (request(table(dimensions=["area"], nano_rho=RHO_02 + 1)), entry()),
        (request(table(dimensions=["area"], table_id="others")), entry()),
        (request(BY_AREA, SURE), entry()),
        (request(BY_AREA), entry(areas=[HARTLEPOOL])),
        (request(BY_AREA), entry(areas=[HARTLEPOOL, WEST_NORTHAMPTONSHIRE])),
        (request(BY_AREA), without("area")),
    ],
)
def test_the_digest_tells_plans_apart(other: tuple[Request, NodeEntry]) -> None:
    assert plan_of(*other).digest != plan_of(request(BY_AREA)).digest


def test_the_digest_tells_a_dropped_table_from_one_that_was_never_asked_for() -> None:
    assert plan_of(request(BY_AREA, SURE), without("sure.total")).digest != plan_of(request(BY_AREA)).digest


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
