"""Curves over time since joining, by hand: the product, its noise cell by cell, Greenwood's variance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.price import Z95
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.survival import Course, complement, survival_estimates

# 100 joined: 5 not followed to a point; 20 gone by the first, 15 followed to it and no further; 12 gone by the second,
# 48 followed to it.
TWO_POINTS = Course((20, 12), (5, 15, 48), 0.0)


def shown(course: Course, *, icc: float = 0.0, leros: int = 1, sampling: bool = True) -> list[Estimate]:
    found = survival_estimates(course, leros, icc, sampling=sampling)
    assert all(estimate is not None for estimate in found)
    return [estimate for estimate in found if estimate is not None]


def test_those_at_risk_are_followed_to_the_point_or_beyond() -> None:
    assert [noisy.value for noisy in TWO_POINTS.at_risk] == [95, 60]
    # Each point's number adds up 2 m - 2 j cells: here 4, then 2.
    assert [noisy.variance for noisy in Course((20, 12), (5, 15, 48), 9.0).at_risk] == [36, 18]


def test_the_curve_is_the_product_over_the_points() -> None:
    first, second = shown(TWO_POINTS)
    assert first.value == pytest.approx(100 * 75 / 95)
    assert second.value == pytest.approx(100 * 75 / 95 * 48 / 60)


def test_without_losses_the_curve_is_the_share_that_is_left() -> None:
    # 100 joined, 30 and 20 gone, nobody lost: 70% and 50%, with the binomial's variance.
    first, second = shown(Course((30, 20), (0, 0, 50), 0.0))
    assert (first.value, second.value) == pytest.approx((70, 50))
    assert first.variance == pytest.approx(100**2 * 0.7 * 0.3 / 100)
    assert second.variance == pytest.approx(100**2 * 0.5 * 0.5 / 100)


def test_sampling_is_greenwoods_variance_times_the_design_effect() -> None:
    _, second = shown(TWO_POINTS, icc=0.06, leros=5)
    left = 75 / 95 * 48 / 60
    greenwood = left**2 * (20 / (95 * 75) + 12 / (60 * 48))
    half = Z95 * math.sqrt(greenwood * (1 + (95 / 5 - 1) * 0.06))
    assert (second.lower, second.upper) == pytest.approx((100 * (left - half), 100 * (left + half)))


def slopes_by_nudging(course: Course, position: int) -> float:
    """Sum over the cells of the product's squared slope, each found by moving that cell a little."""
    total = 0.0
    for i in range(len(course.events) + len(course.followed)):
        ends = []
        for step in (-1e-4, 1e-4):
            cells = [*course.events, *course.followed]
            cells[i] += step
            m = len(course.events)
            moved = Course(tuple(cells[:m]), tuple(cells[m:]), 0.0)
            hazards = [e / r.value for e, r in zip(moved.events, moved.at_risk, strict=True)]
            ends.append(math.prod(1 - h for h in hazards[: position + 1]))
        total += ((ends[1] - ends[0]) / 2e-4) ** 2
    return total


@given(
    st.lists(st.floats(-5, 60), min_size=3, max_size=3),
    st.lists(st.floats(0, 60), min_size=3, max_size=3),
    st.floats(80, 300),
)
def test_the_noise_of_the_curve_is_that_of_its_cells_times_its_slopes(
    events: list[float], followed: list[float], last: float
) -> None:
    quiet = Course(tuple(events), (*followed, last), 1.0)
    for position, estimate in enumerate(shown(quiet, sampling=False)):
        assert estimate.variance == pytest.approx(100**2 * slopes_by_nudging(quiet, position), rel=1e-4, abs=1e-6)


@given(st.lists(st.floats(-50, 300), min_size=4, max_size=4), st.lists(st.floats(-20, 100), min_size=4, max_size=4))
def test_the_shown_curve_never_rises_and_lies_in_its_band(events: list[float], followed: list[float]) -> None:
    found = survival_estimates(Course(tuple(events), (*followed, 200.0), 4.0), 3, 0.06)
    seen = [estimate for estimate in found if estimate is not None]
    assert found[: len(seen)] == tuple(seen)  # after one that is not shown none is
    assert [e.value for e in seen] == sorted((e.value for e in seen), reverse=True)
    assert all(0 <= e.lower <= e.value <= e.upper <= 100 for e in seen)


def test_noise_that_makes_a_loss_negative_is_cut_in_what_is_shown_and_kept_beside_it() -> None:
    [estimate] = shown(Course((-4,), (0, 104), 1.0), sampling=False)
    assert (estimate.noisy, estimate.value, estimate.upper) == pytest.approx((104, 100, 100))


def test_a_point_is_not_shown_once_those_at_risk_are_few_beside_the_noise_nor_any_after_it() -> None:
    # At the second point 2 cells of variance 25: 5 sqrt(50) is 35.4. At the first 4 cells: 50.
    def statuses(followed_to_the_end: float) -> list[bool]:
        course = Course((20, 5), (0, 40, followed_to_the_end), 25.0)
        return [estimate is not None for estimate in survival_estimates(course, 1, 0.0)]

    assert statuses(30) == [True, False]
    assert statuses(31) == [True, True]
    assert [e is not None for e in survival_estimates(Course((2, 2), (0, 0, 45), 25.0), 1, 0.0)] == [False, False]


def test_what_was_reached_is_what_is_not_left() -> None:
    assert complement(Estimate(80, 4, 80, 76, 84)) == Estimate(20, 4, 20, 16, 24)
