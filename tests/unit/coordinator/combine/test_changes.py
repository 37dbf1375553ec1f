"""The mean change of those who completed both reviews, worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.price import Z95
from lero_coordinator.combine.changes import mean_change_estimate
from lero_coordinator.combine.estimates import Noisy, fieller

SURE = replace(load_dictionary().measures["sure.total"], intraclass_correlation=0.0)  # 21 to 63, deviation 10.5


def test_the_mean_change_is_the_sum_over_those_who_did_both() -> None:
    # 400 points over 100 people; a change is taken to spread sqrt(2) times as far as a score.
    change = mean_change_estimate(Noisy(400, 0), Noisy(100, 0), 1, SURE)
    assert change is not None
    assert change.value == pytest.approx(4)
    assert change.upper - change.value == pytest.approx(Z95 * math.sqrt(2) * 10.5 / 10)


def test_the_noise_of_sum_and_count_is_fiellers() -> None:
    change = mean_change_estimate(Noisy(-400, 900), Noisy(100, 75), 1, SURE, sampling=False)
    assert change is not None
    assert (change.lower, change.upper) == pytest.approx(fieller(-400, 100, 900, 75))


def test_likeness_within_leros_widens_it() -> None:
    alike = replace(SURE, intraclass_correlation=0.06)
    change = mean_change_estimate(Noisy(400, 0), Noisy(100, 0), 4, alike)
    assert change is not None
    assert change.upper - change.value == pytest.approx(Z95 * 14.8492 / 10 * math.sqrt(1 + 24 * 0.06), rel=1e-4)


def test_scores_with_decimals_change_in_points() -> None:
    # SWEMWBS is stored in hundredths: 25,000 over 100 people is 2.5 points.
    swemwbs = load_dictionary().measures["swemwbs.metric"]
    change = mean_change_estimate(Noisy(25_000, 0), Noisy(100, 0), 1, swemwbs)
    assert change is not None
    assert change.value == pytest.approx(2.5)


def test_a_change_stays_within_the_range_of_the_measure_either_way() -> None:
    change = mean_change_estimate(Noisy(-3000, 10**6), Noisy(50, 75), 1, SURE, sampling=False)
    assert change is not None
    assert change.noisy == -60
    assert (change.value, change.lower) == (-42, -42)


def test_too_few_who_did_both_have_no_mean_change() -> None:
    assert mean_change_estimate(Noisy(100, 900), Noisy(43, 75), 1, SURE) is None  # 5 sqrt(75) is 43.3
