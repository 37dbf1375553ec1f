"""Figures with 95% intervals, worked out by hand or taken from a named source."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.instruments import Measure
from lero_contract.plan import Centring
from lero_contract.price import Z95
from lero_coordinator.combine.estimates import (
    Estimate,
    count_estimate,
    count_half_width,
    design_effect,
    fieller,
    mean_estimate,
)


def measure(lower: int, upper: int, *, decimals: int = 0, deviation: float = 10.0, icc: float = 0.0) -> Measure:
    return Measure("made.up", "Made up", lower, upper, decimals, "higher", deviation, icc, None, "")


SURE_RANGE = measure(21, 63)


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


def test_a_mean_without_noise_has_the_sampling_interval_alone() -> None:
    # 100 reviews that lie 5 points above the middle of 21 to 63, which is 42; weight and half range are 21.
    mean = mean_estimate(2100, 500, 0.0, 1, Centring.of(SURE_RANGE), SURE_RANGE)
    assert mean is not None
    assert mean.value == pytest.approx(47)
    assert (mean.lower, mean.upper) == pytest.approx((47 - Z95, 47 + Z95))  # standard error 10 / sqrt(100)


def test_likeness_within_leros_widens_a_means_interval() -> None:
    alike = measure(21, 63, icc=0.06)
    mean = mean_estimate(2100, 500, 0.0, 4, Centring.of(alike), alike)
    assert mean is not None
    assert mean.upper - mean.value == pytest.approx(Z95 * math.sqrt(1 + 24 * 0.06))


def test_noise_widens_a_means_interval_further() -> None:
    quiet = mean_estimate(2100, 500, 0.0, 1, Centring.of(SURE_RANGE), SURE_RANGE)
    noisy = mean_estimate(2100, 500, 60.0**2, 1, Centring.of(SURE_RANGE), SURE_RANGE)
    assert quiet is not None
    assert noisy is not None
    assert noisy.lower < quiet.lower < quiet.upper < noisy.upper


def test_an_odd_range_is_worked_in_half_units() -> None:
    # PHQ-9: 0 to 27, middle 13.5. Ten people at 10 points: count 10 * 27, sum 10 * (2 * 10 - 27).
    phq = measure(0, 27)
    mean = mean_estimate(270, -70, 0.0, 1, Centring.of(phq), phq)
    assert mean is not None
    assert mean.value == pytest.approx(10)


def test_scores_with_decimals_come_back_in_points() -> None:
    # SWEMWBS: 7.00 to 35.00, middle 21.00, half range 1400 hundredths. Four people at 23.50.
    metric = measure(7, 35, decimals=2)
    mean = mean_estimate(4 * 1400, 4 * 250, 0.0, 1, Centring.of(metric), metric)
    assert mean is not None
    assert mean.value == pytest.approx(23.5)


def test_a_mean_and_its_interval_stay_within_the_instrument() -> None:
    mean = mean_estimate(210, 230, 30.0**2, 1, Centring.of(SURE_RANGE), SURE_RANGE)
    assert mean is not None
    assert mean.noisy == pytest.approx(42 + 23)
    assert (mean.value, mean.upper) == (63, 63)
    assert mean.lower >= 21


def test_a_mean_is_too_few_to_show_under_five_standard_deviations_of_the_noise() -> None:
    centring = Centring.of(SURE_RANGE)
    assert mean_estimate(499, 0, 100.0**2, 1, centring, SURE_RANGE) is None
    assert mean_estimate(500, 0, 100.0**2, 1, centring, SURE_RANGE) is not None


def test_a_mean_of_nobody_is_too_few_to_show() -> None:
    assert mean_estimate(0, 0, 0.0, 1, Centring.of(SURE_RANGE), SURE_RANGE) is None
    assert mean_estimate(-210, 0, 1.0, 1, Centring.of(SURE_RANGE), SURE_RANGE) is None
