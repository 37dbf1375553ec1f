"""Dots and intervals: nothing cut off, nothing beyond the instrument."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from hypothesis import given
from hypothesis import strategies as st

from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import Category, Figure, Level, Place
from lero_coordinator.combine.statistic import MEAN
from lero_coordinator.landscape.interval_chart import draw_intervals, span_of
from support.releases import three_areas

WHOLE = Place(Level.ALL, "all", "All memberships", "")


def figure_of(value: float, lower: float, upper: float) -> Figure:
    group = (Category("wave", "Review", "Start", "Start"),)
    return Figure(WHOLE, group, MEAN, Status.SHOWN, "", Estimate(value, 1, value, lower, upper), None, 3)


@given(st.tuples(st.floats(21, 63), st.floats(21, 63), st.floats(21, 63)))
def test_every_interval_lies_within_the_drawing_and_the_drawing_within_the_range(ends: tuple[float, ...]) -> None:
    lower, value, upper = sorted(ends)
    span = span_of([figure_of(value, lower, upper)], 21, 63)
    assert 21 <= span.lower <= lower
    assert upper <= span.upper <= 63
    assert span.lower < span.upper
    assert all(span.lower - 1e-6 <= tick <= span.upper + 1e-6 for tick in span.ticks)


def test_each_mean_is_a_mark_that_says_its_interval() -> None:
    figures = three_areas().table("sure_by_wave").figures
    drawn = draw_intervals(figures, "SURE", span_of(figures, 21, 63), is_made_up=True)
    said = [e.get("aria-label", "") for e in ElementTree.fromstring(drawn).iter() if e.get("role") == "graphics-symbol"]
    shown = [f for f in figures if f.status.has_figure and f.estimate is not None]
    assert [text.partition(":")[0] for text in said] == [f.group[0].label for f in shown]


def test_an_absent_mean_says_why() -> None:
    absent = Figure(WHOLE, figure_of(0, 0, 0).group, MEAN, Status.TOO_FEW, "[u]", None, None, 3)
    drawn = draw_intervals([absent], "SURE", span_of([absent], 21, 63), is_made_up=False)
    assert "too few to show" in drawn
