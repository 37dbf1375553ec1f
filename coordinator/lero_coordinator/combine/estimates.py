"""Turns noisy totals into figures with 95% intervals. An interval is never narrower than the noise that was added.

A count describes the members that were recorded, so its interval is the noise alone. A mean speaks of members like
these too, so its interval adds sampling, with a design effect because members of one LERO resemble each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lero_contract.instruments import Measure
from lero_contract.plan import Centring
from lero_contract.price import Z95

LEAST_DENOMINATOR_SDS = 5


@dataclass(frozen=True)
class Estimate:
    """noisy, variance: before any adjustment. value, lower, upper: adjusted to what is possible, as shown."""

    noisy: float
    variance: float
    value: float
    lower: float
    upper: float


def count_half_width(variance: float) -> int:
    """Half of the 95% interval of a noisy count, in whole people: ceil(1.96 standard deviations)."""
    return math.ceil(Z95 * math.sqrt(variance))


def count_estimate(noisy: int, variance: float) -> Estimate:
    """A count with its noise interval; what is shown, and the interval's ends, are cut at 0.

    The interval is laid around the noisy value, not around the shown one. Cutting it at 0 loses no true count.
    """
    half_width = count_half_width(variance)
    return Estimate(noisy, variance, max(0, noisy), max(0, noisy - half_width), max(0, noisy + half_width))


def design_effect(members: float, leros: int, intraclass_correlation: float) -> float:
    """1 + (mean LERO size - 1) x ICC, at least 1: how much likeness within LEROs widens a sampling variance.

    Source: Kish (1965), Survey Sampling, section 5.4.
    """
    return 1 + max(0.0, members / leros - 1) * intraclass_correlation


def fieller(
    numerator: float, denominator: float, numerator_variance: float, denominator_variance: float, z: float = Z95
) -> tuple[float, float] | None:
    """The confidence set of a ratio of two independent, normally distributed estimates; None where it is unbounded.

    It is the set of t with (numerator - t denominator)^2 <= z^2 (numerator_variance + t^2 denominator_variance).
    Source: Fieller (1954), Some problems in interval estimation, with covariance 0.
    """
    leading = denominator**2 - z**2 * denominator_variance
    if leading <= 0:
        return None
    product = numerator * denominator
    # The discriminant with its large terms cancelled by hand: never negative, and exact where the noise is small.
    root = z * math.sqrt(numerator_variance * leading + numerator**2 * denominator_variance)
    return (product - root) / leading, (product + root) / leading


def mean_estimate(
    weighted_count: int, centred_sum: int, noise_variance: float, leros: int, centring: Centring, measure: Measure
) -> Estimate | None:
    """The mean score in the instrument's points; None where it is too few to show.

    weighted_count, centred_sum: totals in cell units, each with `noise_variance`. leros: LEROs whose members are in it.
    Too few: the noisy count is under 5 of its noise standard deviations, or Fieller's interval is unbounded.
    """
    if weighted_count < LEAST_DENOMINATOR_SDS * math.sqrt(noise_variance) or weighted_count <= 0:
        return None
    reviews = weighted_count / centring.weight
    spread = measure.standard_deviation * measure.scale * centring.factor  # of one score, in cell units
    sampling = reviews * spread**2 * design_effect(reviews, max(leros, 1), measure.intraclass_correlation)
    bounds = fieller(centred_sum, weighted_count, noise_variance + sampling, noise_variance)
    if bounds is None:
        return None
    ratio = centred_sum / weighted_count
    variance = (noise_variance + sampling + ratio**2 * noise_variance) / weighted_count**2
    points_in_ratio = centring.weight / (centring.factor * measure.scale)
    middle = centring.middle / (centring.factor * measure.scale)
    noisy, lower, upper = (middle + r * points_in_ratio for r in (ratio, *bounds))
    return Estimate(
        noisy, variance * points_in_ratio**2, _within(noisy, measure), _within(lower, measure), _within(upper, measure)
    )


def _within(points: float, measure: Measure) -> float:
    return min(max(points, float(measure.lower)), float(measure.upper))
