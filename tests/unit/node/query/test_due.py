"""Distributions, changes and recovery: everyone due has a cell, and nobody who is not due has one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lero_contract.kinds import Bin, Change, Distribution, Origin, Recovery, Window
from support.requests import CUT_DAY, START, THREE_MONTHS, entry, table
from support.tables import Rows
from support.vectors import cells_of, counts_of

JOINED = CUT_DAY - 200  # both windows are over
MEMBER = [{"member_id": "m", "joined": JOINED}]
SPREAD = table(Distribution("sure.total", (START, THREE_MONTHS), (Bin(21, 40), Bin(41, 63))))
CHANGE = Change("sure.total", START, THREE_MONTHS, 5)
STATE = table(Recovery((START, THREE_MONTHS)))


def review(score: int | None, after: int | None, row_hash: int = 0, **more: Any) -> dict[str, Any]:
    day = None if after is None else JOINED + after
    return {"member_id": "m", "day": day, "measure": "sure.total", "score": score, "row_hash": row_hash, **more}


def joined(days_ago: int) -> Rows:
    return Rows([{"member_id": "m", "joined": CUT_DAY - days_ago}])


def test_a_score_stands_in_its_bin_and_no_score_in_the_last() -> None:
    rows = Rows(MEMBER, [review(40, 0), review(41, 90, wave=6)])
    assert counts_of(SPREAD, rows) == {"Start/21_to_40": 1, "3 months/not_known": 1}
    assert counts_of(SPREAD, Rows(MEMBER, [review(41, 0)])) == {"Start/41_to_63": 1, "3 months/not_known": 1}


def test_a_score_outside_the_range_stands_in_the_end_bin_even_if_import_let_it_through() -> None:
    rows = Rows(MEMBER, [review(-9, 0), review(10**6, 90)])
    assert counts_of(SPREAD, rows) == {"Start/21_to_40": 1, "3 months/41_to_63": 1}


def test_a_member_is_due_in_a_window_from_the_day_it_is_over() -> None:
    # The windows end 45 and 135 days after joining.
    assert counts_of(SPREAD, joined(44)) == {}
    assert counts_of(SPREAD, joined(45)) == {"Start/not_known": 1}
    assert counts_of(SPREAD, joined(134)) == {"Start/not_known": 1}
    assert counts_of(SPREAD, joined(135)) == {"Start/not_known": 1, "3 months/not_known": 1}


def test_a_review_in_a_window_that_is_not_over_does_not_count_yet() -> None:
    early = {"member_id": "m", "day": CUT_DAY - 1, "measure": "sure.total", "score": 50, "row_hash": 0}
    assert counts_of(SPREAD, Rows(joined(44).members, [early])) == {}
    # Nor where it names its wave without a day.
    assert counts_of(SPREAD, Rows(joined(44).members, [early | {"day": None, "wave": 0}])) == {}


def test_members_who_joined_before_records_are_complete_are_due_nowhere() -> None:
    assert counts_of(SPREAD, Rows(MEMBER), entry(complete_from_day=JOINED + 1)) == {}


WINTER = Window("Winter", 0, CUT_DAY - 99, CUT_DAY - 10)
BY_CALENDAR = table(Distribution("sure.total", (WINTER,), (Bin(21, 40), Bin(41, 63)), None, Origin.CALENDAR))


@pytest.mark.parametrize(
    ("came", "left", "due"),
    [
        (CUT_DAY - 10, None, True),
        (CUT_DAY - 9, None, False),
        (CUT_DAY - 300, CUT_DAY - 99, True),
        (CUT_DAY - 300, CUT_DAY - 100, False),
        (CUT_DAY - 300, CUT_DAY + 5, True),
    ],
)
def test_by_the_calendar_those_are_due_who_were_members_in_the_window(came: int, left: int | None, due: bool) -> None:
    rows = Rows([{"member_id": "m", "joined": came, "left": left}])
    assert counts_of(BY_CALENDAR, rows) == ({"Winter/not_known": 1} if due else {})


def test_by_the_calendar_a_review_goes_by_its_day_and_never_by_its_wave() -> None:
    inside, outside = CUT_DAY - 50 - JOINED, CUT_DAY - JOINED
    assert counts_of(BY_CALENDAR, Rows(MEMBER, [review(50, inside, wave=12)])) == {"Winter/41_to_63": 1}
    assert counts_of(BY_CALENDAR, Rows(MEMBER, [review(50, outside, wave=0)])) == {"Winter/not_known": 1}
    assert counts_of(BY_CALENDAR, Rows(MEMBER, [review(50, None, wave=0)])) == {"Winter/not_known": 1}


@pytest.mark.parametrize(
    ("first", "then", "outcome", "total"),
    [
        (40, 45, "improved", 5),
        (40, 44, "no_reliable_change", 4),
        (40, 36, "no_reliable_change", -4),
        (40, 35, "worsened", -5),
        (21, 10**6, "improved", 42),  # clamped to the range, whatever import let through
    ],
)
def test_a_change_is_reliable_from_the_threshold_on_either_way(first: int, then: int, outcome: str, total: int) -> None:
    rows = Rows(MEMBER, [review(first, 0), review(then, 90)])
    assert counts_of(table(CHANGE), rows) == {outcome: 1}
    assert cells_of(table(CHANGE), rows, name="sum") == (total,)


def test_of_a_measure_where_less_is_better_less_is_improved() -> None:
    anxiety = table(Change("gad7.total", START, THREE_MONTHS, 4))
    rows = Rows(MEMBER, [review(15, 0, measure="gad7.total"), review(9, 90, measure="gad7.total")])
    assert counts_of(anxiety, rows) == {"improved": 1}
    assert cells_of(anxiety, rows, name="sum") == (-6,)


@pytest.mark.parametrize("done", [[], [review(40, 0)], [review(40, 90)], [review(40, 0), review(None, 90)]])
def test_who_is_due_and_has_not_both_reviews_is_due_but_not_done(done: list[dict[str, Any]]) -> None:
    assert counts_of(table(CHANGE), Rows(MEMBER, done)) == {"not_done": 1}
    assert cells_of(table(CHANGE), Rows(MEMBER, done), name="sum") == (0,)


def test_nobody_changes_before_the_follow_up_is_over() -> None:
    assert counts_of(table(CHANGE), joined(134)) == {}
    assert counts_of(table(CHANGE), joined(135)) == {"not_done": 1}
    # Nor where both reviews are there already, by the waves they name.
    done = [review(40, None, 0, wave=0), review(60, None, 1, wave=3)]
    for days_ago, total in ((134, 0), (135, 20)):
        assert cells_of(table(CHANGE), Rows(joined(days_ago).members, done), name="sum") == (total,)


def test_a_change_by_the_calendar_is_between_two_seasons() -> None:
    autumn = replace(WINTER, label="Autumn", from_day=CUT_DAY - 199, to_day=CUT_DAY - 100)
    asked = table(Change("sure.total", autumn, WINTER, 5, Origin.CALENDAR))
    rows = Rows(MEMBER, [review(30, 20), review(50, 140)])
    assert counts_of(asked, rows) == {"improved": 1}
    assert counts_of(asked, Rows(MEMBER, [review(30, 20), review(50, 195)])) == {"not_done": 1}


def state(*said: tuple[str | None, int]) -> dict[str, int]:
    reviews = [review(None, after, n, recovery_now=now) for n, (now, after) in enumerate(said)]
    return counts_of(STATE, Rows(MEMBER, reviews))


def test_recovery_is_what_the_review_nearest_the_middle_says_of_it() -> None:
    # The middle of the start is day 7.5.
    assert state(("under_3_months", 8), ("not_in_recovery", 20))["Start/in_recovery"] == 1
    assert state(("under_3_months", 20), ("not_in_recovery", 8))["Start/not_in_recovery"] == 1


def test_who_was_not_asked_or_did_not_say_is_not_known_and_never_left_out() -> None:
    assert state() == {"Start/not_known": 1, "3 months/not_known": 1}
    assert state(("not_known", 8), (None, 9), ("zebra", 10)) == {"Start/not_known": 1, "3 months/not_known": 1}
    # One who says nothing at the nearest review but something at another has said something.
    assert state(("not_known", 8), ("over_5_years", 20))["Start/in_recovery"] == 1


def test_recovery_counts_only_those_whose_window_is_over() -> None:
    assert counts_of(STATE, joined(45)) == {"Start/not_known": 1}
    assert counts_of(STATE, joined(44)) == {}
