"""Periods, windows and points: in order, apart, within living memory, each with words of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.kinds import Mean, Origin, Period, Point, Retention, Slice, Window
from support.requests import START, THREE_MONTHS
from support.shapes import refused


def mean(*windows: Window, origin: Origin = Origin.JOINING) -> Mean:
    return Mean("sure.total", windows, origin)


def points(*days: int) -> tuple[Point, ...]:
    return tuple(Point(f"{day} days", day) for day in days)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("must not end before it begins", lambda: Period(5, 4)),
        ("period must lie within living memory", lambda: Period(0, 10**5)),
        ("period must lie within living memory", lambda: Period(-(10**5), 0)),
        ("A period needs a label", lambda: Slice("", Period(0, 1))),
        ("A window needs a label", lambda: Window("", 0, 0, 1)),
        ("'Start' ends before it begins", lambda: Window("Start", 0, 2, 1)),
        ("window must lie within a lifetime", lambda: Window("Start", 0, -(2**31), 45)),
        ("window must lie within a lifetime", lambda: Window("Start", 0, 0, 2**31 - 1)),
        ("A point needs a label", lambda: Point("", 1)),
        ("'at once' must lie within a lifetime of joining", lambda: Point("at once", 0)),
        ("'before' must lie within a lifetime of joining", lambda: Point("before", -1)),
        ("'never' must lie within a lifetime of joining", lambda: Point("never", 10**5)),
    ],
)
def test_a_span_or_a_point_that_cannot_be_is_malformed(words: str, asked: Callable[[], object]) -> None:
    refused(words, asked)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("between 1 and 60 windows", lambda: mean()),
        ("between 1 and 60 windows", lambda: mean(*(Window(str(n), n, n, n) for n in range(61)))),
        ("Two windows have the same label", lambda: mean(START, replace(THREE_MONTHS, label="Start"))),
        ("Two windows have the same wave", lambda: mean(START, replace(THREE_MONTHS, wave=0))),
        ("Two windows overlap", lambda: mean(START, replace(THREE_MONTHS, from_day=45))),
        # In another order they overlap all the same.
        ("Two windows overlap", lambda: mean(replace(THREE_MONTHS, from_day=45), START)),
        # One inside the other.
        ("Two windows overlap", lambda: mean(START, replace(THREE_MONTHS, from_day=0, to_day=1))),
        ("or a window by the calendar names one", lambda: mean(THREE_MONTHS, origin=Origin.CALENDAR)),
    ],
)
def test_windows_in_which_a_review_could_count_twice_or_nowhere_are_malformed(
    words: str, asked: Callable[[], object]
) -> None:
    refused(words, asked)


def test_windows_need_not_be_in_the_order_of_their_days() -> None:
    assert mean(THREE_MONTHS, START).windows == (THREE_MONTHS, START)


def test_windows_by_the_calendar_all_name_wave_nought() -> None:
    later = Window("Spring", 0, 20_090, 20_180)
    assert mean(Window("Winter", 0, 20_000, 20_089), later, origin=Origin.CALENDAR).windows[1] == later


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("between 1 and 60 points", lambda: Retention(())),
        ("between 1 and 60 points", lambda: Retention(points(*range(1, 62)))),
        ("Two points have the same label", lambda: Retention((Point("soon", 1), Point("soon", 2)))),
        ("Each point must be later than the one before", lambda: Retention(points(180, 90))),
        ("Each point must be later", lambda: Retention((Point("a", 90), Point("b", 90)))),
    ],
)
def test_points_that_do_not_go_forward_are_malformed(words: str, asked: Callable[[], object]) -> None:
    refused(words, asked)
