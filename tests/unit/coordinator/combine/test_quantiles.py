"""Median and quartiles from bins, worked out by hand and by brute force over the cumulative count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.kinds import Bin
from lero_contract.price import Z95
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.quantiles import quantile_estimate, spread

THREE = (Bin(0, 9), Bin(10, 19), Bin(20, 29))


def quantile(counts: list[float], q: float, variance: float = 0.0, *, sampling: bool = False) -> Estimate:
    found = quantile_estimate(THREE, counts, variance, q, 1, 0.0, sampling=sampling)
    assert found is not None
    return found


def test_the_median_of_even_bins_is_the_middle_of_the_range() -> None:
    # 10, 20, 10: half of 40 is reached half-way through the middle bin, which reaches from 9.5 to 19.5.
    assert quantile([10, 20, 10], 0.5).value == pytest.approx(14.5)


@pytest.mark.parametrize(("q", "expected"), [(0.25, 9.5), (0.75, 19.5), (0.125, 4.5), (0.5, 14.5)])
def test_a_quantile_lies_where_the_cumulative_count_reaches_it(q: float, expected: float) -> None:
    # Each bin is ten wide; 5 of 40 lie half-way through the first.
    assert quantile([10, 20, 10], q).value == pytest.approx(expected)


def test_a_median_between_two_groups_is_the_middle_of_the_gap() -> None:
    assert quantile([10, 0, 10], 0.5).value == pytest.approx(14.5)


def test_without_noise_or_sampling_a_quantile_has_no_width() -> None:
    found = quantile([7, 20, 13], 0.5)
    # 20 of 40: 7 below 9.5, then 13 of the next 20.
    assert (found.value, found.lower, found.upper) == pytest.approx((9.5 + 6.5, 16, 16))
    assert found.variance == pytest.approx(0)


def test_sampling_alone_is_woodruffs_interval() -> None:
    # 400 members, 200 in the middle bin: the count at the median is 200 +- 1.96 sqrt(400 * 0.25) = 19.6, and 20 members
    # lie within each unit of the middle bin.
    found = quantile([100, 200, 100], 0.5, sampling=True)
    assert (found.lower, found.upper) == pytest.approx((14.5 - Z95 * 10 / 20, 14.5 + Z95 * 10 / 20))
    assert found.variance == pytest.approx((10 / 20) ** 2)


def test_likeness_within_leros_widens_it() -> None:
    found = quantile_estimate(THREE, [100, 200, 100], 0.0, 0.5, 4, 0.06)
    assert found is not None
    assert found.upper - 14.5 == pytest.approx(Z95 * 10 / 20 * (1 + 99 * 0.06) ** 0.5)


def held_by_trying(counts: list[float], q: float, variance: float) -> tuple[float, float]:
    """The first and last x with |C(x) - q N| <= z sd, of 3,001 that are tried."""
    total = sum(counts)
    held = []
    for i in range(3_001):
        x = -0.5 + i / 100
        reached = [min(max((x - (one.lower - 0.5)) / 10, 0.0), 1.0) for one in THREE]
        distance = sum(f * count for f, count in zip(reached, counts, strict=True)) - q * total
        if distance**2 <= Z95**2 * variance * sum((f - q) ** 2 for f in reached):
            held.append(x)
    return min(held), max(held)


@settings(max_examples=50)
@given(
    st.lists(st.integers(-30, 400), min_size=3, max_size=3).filter(lambda counts: sum(counts) > 100),
    st.sampled_from([0.25, 0.5, 0.75]),
    st.sampled_from([25.0, 100.0]),
)
def test_the_interval_holds_every_score_that_the_noise_allows(counts: list[int], q: float, variance: float) -> None:
    numbers = [float(count) for count in counts]
    found = quantile(numbers, q, variance)
    lower, upper = (min(max(x, 0.0), 29.0) for x in held_by_trying(numbers, q, variance))
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=0.02)
    assert found.lower <= found.value <= found.upper


def test_a_cumulative_count_that_noise_bends_back_shows_the_middle_of_its_crossings() -> None:
    # C: 60 at 9.5, 40 at 19.5, 100 at 29.5. It passes 50 on the first rise, half-way down the fall, and on the second.
    found = quantile([60, -20, 60], 0.5, 1.0)
    first, last = -0.5 + 10 * 50 / 60, 19.5 + 10 * 10 / 60
    assert found.value == pytest.approx((first + last) / 2)
    assert found.lower < first < last < found.upper


def test_quantiles_of_too_few_are_not_shown() -> None:
    assert quantile_estimate(THREE, [20, 20, 3], 25.0, 0.5, 1, 0.0) is None  # 5 sqrt(75) is 43.3
    assert quantile_estimate(THREE, [20, 20, 4], 25.0, 0.5, 1, 0.0) is not None
    assert quantile_estimate(THREE, [0, 0, 0], 0.0, 0.5, 1, 0.0) is None


def test_the_spread_is_that_of_the_middles_of_the_bins() -> None:
    # Middles 4.5, 14.5, 24.5; mean 14.5; variance (10 * 100 + 10 * 100) / 40 = 50.
    assert spread(THREE, [10, 20, 10], 0.0) == pytest.approx(50**0.5)


def test_a_bin_that_noise_made_negative_counts_nothing_towards_the_spread() -> None:
    assert spread(THREE, [-5, 40, 0], 1.0) == 0


def test_there_is_no_spread_of_too_few() -> None:
    assert spread(THREE, [10, 20, 10], 100.0) is None
