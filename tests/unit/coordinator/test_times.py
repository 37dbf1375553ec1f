from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_coordinator.times import date_of, in_words, months_ending, months_on, period_label


def test_a_year_of_quarters_ends_on_the_cut_date() -> None:
    assert months_ending(date(2026, 3, 31), 12, 3) == [
        (date(2025, 4, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
    ]


def test_months_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError, match="whole number of times"):
        months_ending(date(2026, 3, 31), 12, 5)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
    ],
)
def test_a_day_that_a_month_lacks_becomes_its_last(day: date, months: int, expected: date) -> None:
    assert months_on(day, months) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 8))
def test_periods_follow_one_another_without_gap_and_end_on_the_cut(cut: date, each: int, count: int) -> None:
    periods = months_ending(cut, each * count, each)
    assert len(periods) == count
    assert periods[-1][1] == cut
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in itertools.pairwise(periods))
    assert all(first <= last for first, last in periods)


@pytest.mark.parametrize(
    ("first", "last", "label"),
    [
        (date(2025, 4, 1), date(2025, 4, 30), "Apr 2025"),
        (date(2025, 4, 1), date(2025, 6, 30), "Apr to Jun 2025"),
        (date(2025, 11, 1), date(2026, 1, 31), "Nov 2025 to Jan 2026"),
        (date(2025, 4, 2), date(2025, 6, 30), "2025-04-02 to 2025-06-30"),
    ],
)
def test_periods_are_named_as_people_name_them(first: date, last: date, label: str) -> None:
    assert period_label(first, last) == label


def test_moments_are_read_in_utc() -> None:
    assert date_of(1_775_000_000) == date(2026, 3, 31)
    assert in_words(1_775_000_000) == "2026-03-31 23:33 UTC"
