"""Turns noisy totals into figures with 95% intervals. An interval is never narrower than the noise that was added.

A count describes the members that were recorded, so its interval is the noise alone. A mean or a share speaks of
members like these too, so its interval adds sampling, with a design effect because members of one LERO are alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Noisy:
    """A sum of noisy cells. variance: of its noise."""

    value: float
    variance: float

    @property
    def is_too_small(self) -> bool:
        """Whether nothing may be divided by it: it is under 5 of its noise standard deviations, or not above 0."""
        return self.value <= 0 or self.value < LEAST_DENOMINATOR_SDS * math.sqrt(self.variance)


@dataclass(frozen=True)
class Scale:
    """From a ratio of sums to a figure: offset + factor * ratio, factor above 0, cut to `lower` and `upper`."""

    lower: float
    upper: float
    factor: float = 1.0
    offset: float = 0.0

    def within(self, figure: float) -> float:
        """The nearest figure that is possible."""
        return min(max(figure, self.lower), self.upper)


PERCENT = Scale(0.0, 100.0, factor=100.0)


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
    numerator: float,
    denominator: float,
    numerator_variance: float,
    denominator_variance: float,
    z: float = Z95,
    *,
    covariance: float = 0.0,
) -> tuple[float, float] | None:
    """The confidence set of a ratio of two normally distributed estimates; None where it is unbounded.

    It is the set of t with (numerator - t denominator)^2 <= z^2 (Vn - 2 t covariance + t^2 Vd).
    covariance: at most the root of the product of the variances, either way.
    Raises ValueError where there is a covariance and the denominator has no variance.
    Source: Fieller (1954), Some problems in interval estimation.
    """
    if covariance:
        if denominator_variance <= 0:
            raise ValueError("a denominator without variance has no covariance")
        # Take out of the numerator what moves with the denominator: the rest is independent of it, and the set is only
        # shifted. The discriminant below then never has to be the difference of two nearly equal numbers.
        slope = covariance / denominator_variance
        own_variance = max(0.0, numerator_variance - slope * covariance)
        rest = fieller(numerator - slope * denominator, denominator, own_variance, denominator_variance, z)
        return None if rest is None else (rest[0] + slope, rest[1] + slope)
    leading = denominator**2 - z**2 * denominator_variance
    if leading <= 0:
        return None
    product = numerator * denominator
    # The discriminant with its large terms cancelled by hand: never negative, and exact where the noise is small.
    root = z * math.sqrt(numerator_variance * leading + numerator**2 * denominator_variance)
    return (product - root) / leading, (product + root) / leading


def ratio_estimate(
    numerator: Noisy, denominator: Noisy, scale: Scale, *, covariance: float = 0.0, sampling: float = 0.0
) -> Estimate | None:
    """A ratio of two sums as a figure; None where it is too few to show.

    covariance: of the two sums' noise. sampling: variance of numerator - ratio * denominator beside the noise, in
    squared units of the numerator. variance of the result: by the delta method.
    """
    if denominator.is_too_small:
        return None
    spread = numerator.variance + sampling
    bounds = fieller(numerator.value, denominator.value, spread, denominator.variance, covariance=covariance)
    if bounds is None:
        return None
    ratio = numerator.value / denominator.value
    variance = (spread - 2 * ratio * covariance + ratio**2 * denominator.variance) / denominator.value**2
    noisy, lower, upper = (scale.offset + scale.factor * r for r in (ratio, *bounds))
    return Estimate(noisy, variance * scale.factor**2, scale.within(noisy), scale.within(lower), scale.within(upper))
