"""Counts and ratios with 95% intervals, worked out by hand, taken from a named source or found by brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.price import Z95
from lero_coordinator.combine.estimates import (
    PERCENT,
    Estimate,
    Noisy,
    Scale,
    count_estimate,
    count_half_width,
    design_effect,
    fieller,
    ratio_estimate,
)


def test_half_of_a_counts_interval_is_1_96_standard_deviations_rounded_up() -> None:
    assert count_half_width(100.0) == 20  # 19.6


def test_a_count_keeps_its_noisy_value_beside_the_one_shown() -> None:
    assert count_estimate(412, 100.0) == Estimate(412, 100.0, 412, 392, 432)


def test_a_count_is_never_shown_below_zero_but_its_interval_is_laid_around_the_noisy_value() -> None:
    assert count_estimate(-7, 25.0) == Estimate(-7, 25.0, 0, 0, 3)  # half-width 10


def test_the_design_effect_grows_with_the_mean_size_of_a_lero() -> None:
    assert design_effect(100, 4, 0.06) == pytest.approx(1 + 24 * 0.06)


def test_the_design_effect_never_narrows_an_interval() -> None:
    assert design_effect(2, 4, 0.06) == 1


def test_fiellers_interval_agrees_with_the_example_of_dcstats() -> None:
    # Colquhoun's FIELLER in DCSTATS: 14 (SD 3) over 7 (SD 2), t = 1.812461 gives 1.051413 to 4.414296.
    bounds = fieller(14, 7, 3.0**2, 2.0**2, z=1.812461)
    assert bounds == pytest.approx((1.051413, 4.414296), abs=1e-5)


def test_fiellers_interval_agrees_with_the_example_of_graphpad() -> None:
    # GraphPad QuickCalcs for the same means with standard errors 3 / sqrt(6) and 2 / sqrt(6), 10 degrees of freedom
    # (t = 2.228): 95% interval 1.46 to 2.83.
    bounds = fieller(14, 7, 9 / 6, 4 / 6, z=2.228139)
    assert bounds == pytest.approx((1.46, 2.83), abs=0.005)


def test_fiellers_interval_is_unbounded_where_the_denominator_may_be_zero() -> None:
    assert fieller(10, 1.9, 1.0, 1.0) is None
    assert fieller(10, 2.0, 1.0, 1.0) is not None


@given(st.floats(-1e4, 1e4), st.floats(20, 1e4), st.floats(0.01, 9), st.floats(0.01, 9))
def test_both_ends_of_fiellers_interval_lie_on_the_edge_of_the_confidence_set(
    numerator: float, denominator: float, numerator_variance: float, denominator_variance: float
) -> None:
    bounds = fieller(numerator, denominator, numerator_variance, denominator_variance)
    assert bounds is not None
    for ratio in bounds:
        distance = (numerator - ratio * denominator) ** 2
        assert distance == pytest.approx(
            Z95**2 * (numerator_variance + ratio**2 * denominator_variance), rel=1e-3, abs=1e-3
        )
    assert bounds[0] <= numerator / denominator <= bounds[1]


def confidence_set(
    numerator: float, denominator: float, own: float, other: float, covariance: float
) -> tuple[float, float]:
    """The ends of Fieller's set by trying 400,001 ratios: no algebra but its definition."""
    step, middle = 1e-5, numerator / denominator
    tried = [middle + step * i for i in range(-200_000, 200_001)]
    held = [
        t for t in tried if (numerator - t * denominator) ** 2 <= Z95**2 * (own - 2 * t * covariance + t**2 * other)
    ]
    return min(held), max(held)


@pytest.mark.parametrize(
    ("numerator", "denominator", "own", "other", "covariance"),
    [
        (40, 100, 100, 400, 100),  # a share: one cell of four
        (300, 400, 75, 100, 75),  # three cells of four
        (-5, 60, 25, 75, 25),  # noise made the part negative
        (50, 100, 40, 90, -30),
        (80, 100, 50, 50, 50),  # the whole itself: nothing but the whole moves
    ],
)
def test_fiellers_interval_with_a_covariance_is_the_set_that_its_definition_holds(
    numerator: float, denominator: float, own: float, other: float, covariance: float
) -> None:
    bounds = fieller(numerator, denominator, own, other, covariance=covariance)
    assert bounds == pytest.approx(confidence_set(numerator, denominator, own, other, covariance), abs=2e-5)


def test_a_whole_over_itself_is_one_without_doubt() -> None:
    assert fieller(100, 100, 50, 50, covariance=50) == pytest.approx((1, 1))


def test_a_covariance_narrows_the_interval_of_a_part() -> None:
    alone, together = fieller(40, 100, 100, 400), fieller(40, 100, 100, 400, covariance=100)
    assert alone is not None
    assert together is not None
    assert together[1] - together[0] < alone[1] - alone[0]


def test_a_denominator_that_is_known_has_no_covariance() -> None:
    with pytest.raises(ValueError, match="no covariance"):
        fieller(40, 100, 100, 0, covariance=1)


def test_a_ratio_is_scaled_moved_and_cut_to_what_is_possible() -> None:
    # 30 / 100 with variance 25 in the numerator alone: 0.3 +- 1.96 * 5 / 100, times 10, and 2 added.
    found = ratio_estimate(Noisy(30, 25), Noisy(100, 0), Scale(0, 5.5, factor=10, offset=2))
    assert found is not None
    assert (found.noisy, found.value, found.variance) == pytest.approx((5, 5, 0.25))
    assert (found.lower, found.upper) == pytest.approx((5 - Z95 / 2, 5.5))


def test_a_ratio_is_too_few_under_five_standard_deviations_of_its_denominator() -> None:
    assert ratio_estimate(Noisy(10, 1), Noisy(49.9, 100), PERCENT) is None
    assert ratio_estimate(Noisy(10, 1), Noisy(50, 100), PERCENT) is not None
    assert ratio_estimate(Noisy(0, 0), Noisy(0, 0), PERCENT) is None


def test_the_variance_of_a_ratio_is_that_of_the_delta_method() -> None:
    # r = 0.4: (100 - 2 * 0.4 * 100 + 0.16 * 400) / 100^2 = 84 / 10,000, in percent 84.
    found = ratio_estimate(Noisy(40, 100), Noisy(100, 400), PERCENT, covariance=100)
    assert found is not None
    assert found.variance == pytest.approx(84)
