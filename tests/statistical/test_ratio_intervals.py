"""The noise's own part of the intervals of shares, changes, quantiles and curves holds 95 times in 100.

Cells are stated, noise is drawn with the sampler that nodes use, and the interval without sampling must hold the ratio
of the stated cells. Each assertion raises a false alarm less than once in 1,000,000 runs: hits are held to quantiles of
a binomial law. Fieller's interval is exact for normal noise; those of quantiles and curves are not, so that their
coverage may lie between 0.94 and 0.96. Below, about: published intervals of members drawn afresh, sampling included.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from scipy.stats import binom, chi2

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Bin
from lero_coordinator.combine.changes import mean_change_estimate
from lero_coordinator.combine.counts import share_left_out
from lero_coordinator.combine.estimates import Estimate, Noisy
from lero_coordinator.combine.quantiles import quantile_estimate
from lero_coordinator.combine.shares import share_estimate
from lero_coordinator.combine.survival import Course, survival_estimates
from lero_node.privacy.noise import draw

FALSE_ALARM = 1e-6
TRIALS = 4000
SCALE = 6.0
VARIANCE = SCALE**2
SURE = load_dictionary().measures["sure.total"]
BINS = (Bin(21, 30), Bin(31, 40), Bin(41, 50), Bin(51, 63))


def noisy_cells(cells: Sequence[int], trials: int = TRIALS) -> Iterator[list[int]]:
    """The cells with fresh noise, so many times."""
    drawn = iter(draw(SCALE, trials * len(cells)))
    for _ in range(trials):
        yield [cell + next(drawn) for cell in cells]


def hits(estimates: Iterator[Estimate | None], exact: float) -> int:
    found = list(estimates)
    assert len(found) == TRIALS
    assert None not in found, "every figure here is large enough to be shown"
    return sum(one.lower <= exact <= one.upper for one in found if one is not None)


def assert_coverage(held: int, least: float, most: float, trials: int = TRIALS) -> None:
    low, high = binom.ppf(FALSE_ALARM / 2, trials, least), binom.ppf(1 - FALSE_ALARM / 2, trials, most)
    assert low <= held <= high, f"{held} of {trials}, expected {low:.0f} to {high:.0f}"


@pytest.mark.parametrize("cells", [(120, 60, 20), (8, 90, 30), (600, 900, 200)])
def test_shares_of_a_noisy_whole(cells: tuple[int, ...]) -> None:
    shares = (
        share_estimate(Noisy(own[0], VARIANCE), Noisy(sum(own), 3 * VARIANCE), 9, 0.06, sampling=False)
        for own in noisy_cells(cells)
    )
    assert_coverage(hits(shares, 100 * cells[0] / sum(cells)), 0.95, 0.95)


@pytest.mark.parametrize(("total", "cells"), [(450, (60, 25, 15)), (-80, (30, 60, 40))])
def test_the_mean_change_over_a_noisy_number_of_people(total: int, cells: tuple[int, ...]) -> None:
    widest = 42 * SCALE  # the sum's noise, at the price of the outcomes'
    drawn = draw(widest, TRIALS)
    changes = (
        mean_change_estimate(Noisy(total + more, widest**2), Noisy(sum(own), 3 * VARIANCE), 9, SURE, sampling=False)
        for more, own in zip(drawn, noisy_cells(cells), strict=True)
    )
    held = [
        None if one is None else one.lower <= total / sum(cells) <= one.upper for one in changes
    ]  # cut at the ends of the range, which the exact change is within
    assert_coverage(sum(bool(one) for one in held), 0.95, 0.95, sum(one is not None for one in held))


def test_the_share_that_a_cap_leaves_out() -> None:
    shares = (
        share_left_out(Noisy(kept, VARIANCE), Noisy(amount, VARIANCE)) for kept, amount in noisy_cells((900, 120))
    )
    assert_coverage(hits(shares, 100 * 120 / 1020), 0.95, 0.95)


@pytest.mark.parametrize("q", [0.25, 0.5, 0.75])
def test_quantiles_of_noisy_bins(q: float) -> None:
    cells = (80, 150, 210, 90)
    exact = quantile_estimate(BINS, cells, 0.0, q, 1, 0.0, sampling=False)
    assert exact is not None
    found = (quantile_estimate(BINS, own, VARIANCE, q, 9, 0.06, sampling=False) for own in noisy_cells(cells))
    assert_coverage(hits(found, exact.value), 0.94, 0.96)


# Events by each of four points, then followed to the start and to each: 700 members who drift away quickly.
COURSE = (210, 90, 50, 30, 20, 40, 40, 60, 160)


def course_of(cells: Sequence[float], variance: float = VARIANCE) -> Course:
    return Course(tuple(cells[:4]), tuple(cells[4:]), variance)


@pytest.mark.parametrize("position", range(4))
def test_curves_of_noisy_cells(position: int) -> None:
    exact = survival_estimates(course_of(COURSE, 0.0), 1, 0.0)[position]
    assert exact is not None
    found = (survival_estimates(course_of(own), 9, 0.06, sampling=False)[position] for own in noisy_cells(COURSE))
    assert_coverage(hits(found, exact.value), 0.94, 0.96)


@pytest.mark.parametrize("position", range(4))
def test_the_delta_methods_variance_of_a_curve_is_that_of_many_curves(position: int) -> None:
    # Ten times the members: the noise is so small beside them that the curve is a straight line in it.
    many = [10 * cell for cell in COURSE]
    told = survival_estimates(course_of(many), 1, 0.0, sampling=False)[position]
    assert told is not None
    seen = [survival_estimates(course_of(own), 1, 0.0)[position] for own in noisy_cells(many)]
    values = [one.noisy for one in seen if one is not None]
    middle = sum(values) / TRIALS
    ratio = sum((v - middle) ** 2 for v in values) / told.variance
    low, high = chi2.ppf(FALSE_ALARM / 2, TRIALS - 1), chi2.ppf(1 - FALSE_ALARM / 2, TRIALS - 1)
    assert low <= ratio <= high, f"{ratio / (TRIALS - 1):.3f} of the variance expected"


def published(members_of: Callable[[random.Random], Estimate | None], exact: float, trials: int) -> int:
    source = random.Random(20260331)
    found = [members_of(source) for _ in range(trials)]
    assert None not in found
    return sum(one.lower <= exact <= one.upper for one in found if one is not None)


def test_published_shares_hold_the_share_that_members_were_drawn_from() -> None:
    # 40 LEROs of 15 members, as alike within a LERO as the dictionary says: rates of a beta law whose intra-class
    # correlation is 1 / (a + b + 1).
    icc, leros, size, p = load_dictionary().share_icc, 40, 15, 0.4
    strength = 1 / icc - 1
    drawn = iter(draw(2.0, 2 * 1500))

    def one(source: random.Random) -> Estimate | None:
        yes = 0
        for _ in range(leros):
            rate = source.betavariate(p * strength, (1 - p) * strength)
            yes += sum(source.random() < rate for _ in range(size))
        part = yes + next(drawn)
        return share_estimate(Noisy(part, 4.0), Noisy(part + leros * size - yes + next(drawn), 8.0), leros, icc)

    assert_coverage(published(one, 100 * p, 1500), 0.94, 0.96, 1500)


def test_published_curves_hold_the_curve_that_members_were_drawn_from() -> None:
    # 300 members, each of whom leaves within each of two intervals with chance 0.3 and 0.2, and of whom one in ten is
    # followed no further at each point.
    exact = 100 * 0.7 * 0.8
    drawn = iter(draw(2.0, 5 * 1500))

    def one(source: random.Random) -> Estimate | None:
        cells = [0, 0, 0, 0, 0]  # gone by the first, by the second; followed to the start, the first, the second
        for _ in range(300):
            if source.random() < 0.1:
                cells[2] += 1
            elif source.random() < 0.3:
                cells[0] += 1
            elif source.random() < 0.1:
                cells[3] += 1
            else:
                cells[1 if source.random() < 0.2 else 4] += 1
        noisy = [cell + next(drawn) for cell in cells]
        return survival_estimates(Course(tuple(noisy[:2]), tuple(noisy[2:]), 4.0), 1, 0.0)[1]

    assert_coverage(published(one, exact, 1500), 0.94, 0.96, 1500)


def test_the_tests_would_see_half_of_the_noise() -> None:
    # Told a quarter of the variance, Fieller's interval holds the share as a normal law does within 0.98 deviations.
    shares = (
        share_estimate(Noisy(own[0], VARIANCE / 4), Noisy(sum(own), 3 * VARIANCE / 4), 9, 0.06, sampling=False)
        for own in noisy_cells((120, 60, 20))
    )
    held = hits(shares, 60.0)
    assert held < binom.ppf(FALSE_ALARM / 2, TRIALS, 0.95)
    assert held == pytest.approx(TRIALS * math.erf(0.98 / math.sqrt(2)), rel=0.06)
