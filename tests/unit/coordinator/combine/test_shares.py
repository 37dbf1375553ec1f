"""Shares of a whole that they are part of, worked out by hand."""

from __future__ import annotations

import math

import pytest

from lero_contract.price import Z95
from lero_coordinator.combine.estimates import Noisy, fieller
from lero_coordinator.combine.shares import share_estimate


def test_a_share_without_noise_has_the_binomial_interval() -> None:
    # 40 of 100: 40% +- 1.96 sqrt(0.4 * 0.6 / 100), which is 9.6 points.
    share = share_estimate(Noisy(40, 0), Noisy(100, 0), 1, 0.0)
    assert share is not None
    assert share.value == pytest.approx(40)
    assert (share.lower, share.upper) == pytest.approx((40 - 9.6018, 40 + 9.6018), abs=1e-4)


def test_likeness_within_leros_widens_a_share() -> None:
    share = share_estimate(Noisy(40, 0), Noisy(100, 0), 4, 0.06)
    assert share is not None
    assert share.upper - share.value == pytest.approx(100 * Z95 * math.sqrt(0.24 / 100 * (1 + 24 * 0.06)))


def test_the_noise_of_a_share_knows_that_the_part_is_in_the_whole() -> None:
    share = share_estimate(Noisy(40, 25), Noisy(100, 75), 1, 0.0, sampling=False)
    bounds = fieller(40, 100, 25, 75, covariance=25)
    assert share is not None
    assert bounds is not None
    assert (share.lower, share.upper) == pytest.approx((100 * bounds[0], 100 * bounds[1]))


def test_shares_of_all_parts_add_up_to_one_hundred_before_they_are_cut() -> None:
    parts = [Noisy(-6, 25), Noisy(66, 25), Noisy(140, 25)]
    whole = Noisy(200, 75)
    shares = [share_estimate(part, whole, 3, 0.06) for part in parts]
    assert sum(share.noisy for share in shares if share is not None) == pytest.approx(100)
    assert [share.value for share in shares if share is not None] == pytest.approx([0, 33, 70])


def test_a_part_that_noise_made_negative_has_no_sampling_and_ends_at_zero() -> None:
    # p is cut to 0, so that p (1 - p) is 0 and both intervals are the same.
    both = [share_estimate(Noisy(-6, 25), Noisy(200, 75), 3, 0.06, sampling=on) for on in (True, False)]
    assert both[0] == both[1]
    assert both[0] is not None
    assert (both[0].value, both[0].lower) == (0, 0)


def test_a_share_is_too_few_where_its_whole_is_small_beside_the_noise() -> None:
    assert share_estimate(Noisy(10, 25), Noisy(43, 75), 1, 0.0) is None  # 5 sqrt(75) is 43.3
    assert share_estimate(Noisy(10, 25), Noisy(44, 75), 1, 0.0) is not None
