"""Which tables count the same people: those are hidden as one, so that none can be subtracted from another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

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
    Window,
)
from lero_contract.request import Filter, Table
from lero_coordinator.combine.definitions import definitions_of
from support.requests import AT_CUT_DATE, CUT_DAY, EVER, START, SURE_TWICE, THREE_MONTHS, contacts, table

POINTS = (Point("1 year", 365),)
YEAR = (Window("1 year", 12, 320, 410),)
BINS = (Bin(21, 42), Bin(43, 63))
SURE_BANDS = Distribution("sure.total", (START,), BINS)
JOINED_ALL: Sequence[Kind] = (
    EVER,
    Retention(POINTS),
    Milestones(("paid_work",), POINTS),
    Recovery(YEAR),
    Completeness(("sex",)),
    SURE_BANDS,
    Change("sure.total", START, THREE_MONTHS, 6),
)


def named(*kinds: Kind) -> list[Table]:
    return [table(kind, table_id=f"t{number}") for number, kind in enumerate(kinds)]


def are_one(*kinds: Kind) -> bool:
    return len(set(definitions_of(named(*kinds)).values())) == 1


@pytest.mark.parametrize("kind", JOINED_ALL)
def test_all_that_count_everyone_who_joined_are_of_one_definition(kind: Kind) -> None:
    assert are_one(EVER, kind)


def test_a_mean_and_the_bands_of_its_measure_count_the_same_reviews() -> None:
    assert are_one(SURE_TWICE, SURE_BANDS)
    assert are_one(SURE_TWICE, Change("sure.total", START, THREE_MONTHS, 6))


def test_means_of_two_measures_do_not_count_the_same() -> None:
    assert not are_one(SURE_TWICE, Mean("swemwbs.metric", (START,)))


def test_two_tables_are_of_one_definition_where_a_third_links_them() -> None:
    assert not are_one(SURE_TWICE, EVER)
    assert are_one(SURE_TWICE, EVER, SURE_BANDS)
    assert are_one(SURE_BANDS, SURE_TWICE, EVER)


def test_members_at_the_cut_date_may_be_those_due_in_a_window_by_the_calendar() -> None:
    today = Window("today", 0, CUT_DAY, CUT_DAY)
    assert are_one(AT_CUT_DATE, Distribution("sure.total", (today,), BINS, origin=Origin.CALENDAR))
    assert not are_one(AT_CUT_DATE, SURE_BANDS)


def test_tables_that_count_different_people_stay_apart() -> None:
    joined = Headcount(Basis.JOINED, Period(CUT_DAY - 364, CUT_DAY))
    referred = Headcount(Basis.REFERRED, Period(CUT_DAY - 364, CUT_DAY))
    apart = definitions_of(named(AT_CUT_DATE, EVER, joined, referred, SURE_TWICE, contacts()))
    assert len(set(apart.values())) == len(apart) == 6


def test_filters_and_dimensions_do_not_set_tables_apart() -> None:
    women = table(AT_CUT_DATE, filters=[Filter("sex", ("female",))], table_id="women")
    by_area = table(AT_CUT_DATE, ["area"], table_id="by_area")
    assert len(set(definitions_of([women, by_area]).values())) == 1
