"""Means with 95% intervals, worked out by hand."""

from __future__ import annotations

import math

import pytest

from lero_contract.instruments import Measure
from lero_contract.kinds import Centring
from lero_contract.price import Z95
from lero_coordinator.combine.estimates import fieller
from lero_coordinator.combine.means import mean_estimate


def measure(lower: int, upper: int, *, decimals: int = 0, deviation: float = 10.0, icc: float = 0.0) -> Measure:
    return Measure("made.up", "Made up", lower, upper, decimals, "higher", deviation, icc, None, "")


SURE_RANGE = measure(21, 63)


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


def test_the_interval_of_the_noise_alone_is_fiellers() -> None:
    centring, noise = Centring.of(SURE_RANGE), 60.0**2
    mean = mean_estimate(2100, 500, noise, 1, centring, SURE_RANGE, sampling=False)
    bounds = fieller(500, 2100, noise, noise)
    assert mean is not None
    assert bounds is not None
    assert (mean.lower, mean.upper) == pytest.approx((42 + 21 * bounds[0], 42 + 21 * bounds[1]))


def test_a_spread_that_is_known_takes_the_place_of_the_dictionarys() -> None:
    mean = mean_estimate(2100, 500, 0.0, 1, Centring.of(SURE_RANGE), SURE_RANGE, spread=4.0)
    assert mean is not None
    assert mean.upper - mean.value == pytest.approx(Z95 * 0.4)  # 4 / sqrt(100)
