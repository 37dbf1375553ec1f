"""Sensitivity, noise, rho and epsilon as pure arithmetic. A price is never rounded down, a noise scale never either.

Neighbouring data differ by all the records of one more member of one LERO. Noise is the integer discrete Gaussian.
Sources: Bun and Steinke (2016), zero-concentrated differential privacy; Canonne, Kamath, Steinke (2020), the discrete
Gaussian and the conversion to (epsilon, delta).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

NANO = 10**9  # units of price in one rho
DELTA = 1e-6
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Sensitivity:
    """The most one member can move a table's vector: cells touched, L1, and squared L2, all whole numbers.

    The L2 norm is kept squared: in floats sqrt(3) ** 2 < 3.
    """

    cells: int
    l1: int
    l2_squared: int


def count_sensitivity(cells: int, per_cell: int) -> Sensitivity:
    """A member adds at most `per_cell` to at most `cells` cells: L1 = k c, squared L2 = k c^2."""
    return Sensitivity(cells, cells * per_cell, cells * per_cell**2)


def mean_sensitivity(windows: int, weight: int, half_range: int) -> Sensitivity:
    """A member adds `weight` to a count and at most +-`half_range` to a centred sum, in each of `windows` windows.

    L1 = k (w + H), squared L2 = k (w^2 + H^2); w = H is the minimax choice for the mean.
    """
    l2_squared = windows * (weight**2 + half_range**2)
    return Sensitivity(2 * windows, windows * (weight + half_range), l2_squared)


def noise_scale(l2_squared: int, nano_rho: int) -> float:
    """The least float whose square, as a fraction, is at least L2^2 / (2 rho); rho = L2^2 / (2 sigma^2).

    l2_squared: whole number above 0. nano_rho: price in units of 1e-9 rho, above 0. Raises ValueError otherwise.
    """
    if l2_squared <= 0 or nano_rho <= 0:
        raise ValueError("sensitivity and price must be above 0")
    target = Fraction(l2_squared * NANO, 2 * nano_rho)
    scale = math.sqrt(target)
    while Fraction(scale) ** 2 < target:
        scale = math.nextafter(scale, math.inf)
    while Fraction(below := math.nextafter(scale, 0.0)) ** 2 >= target:
        scale = below
    return scale


def nano_rho_of(l2_squared: int, scale: float) -> int:
    """The price, in units of 1e-9 rho rounded up, of noise with standard deviation parameter `scale` (> 0, finite)."""
    if not (scale > 0 and math.isfinite(scale)):
        raise ValueError("a noise scale must be above 0 and finite")
    return math.ceil(Fraction(l2_squared * NANO, 2) / Fraction(scale) ** 2)


def epsilon_of(rho: float, delta: float = DELTA) -> float:
    """The least epsilon such that rho-zCDP implies (epsilon, delta)-DP by the bound below.

    exp((a-1)(a rho - epsilon)) (1 - 1/a)^a / (a-1) <= delta, minimised over a > 1.
    Source: Canonne, Kamath, Steinke (2020), proposition 12. rho 0 gives 0.
    """
    if rho < 0 or not 0 < delta < 1:
        raise ValueError("rho must not be negative and delta must lie between 0 and 1")
    if rho == 0:
        return 0.0

    def bound(log_order: float) -> float:
        above_one = math.exp(log_order)
        a = 1 + above_one
        return a * rho + (a * math.log1p(-1 / a) - log_order - math.log(delta)) / above_one

    return max(0.0, bound(_lowest(bound, -12.0, 25.0)))


def rho_for(epsilon: float, delta: float = DELTA) -> float:
    """The largest rho, within 1e-12, whose epsilon is at most the one wanted (> 0)."""
    if not epsilon > 0:
        raise ValueError("epsilon must be above 0")
    low, high = 0.0, epsilon  # epsilon_of(rho) > rho for the delta of this product
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if epsilon_of(middle, delta) <= epsilon else (low, middle)
    return low


def half_width(scale: float, answers: int) -> int:
    """Half of the 95% interval of a sum of `answers` cells, in whole units: ceil(1.96 scale sqrt(answers))."""
    return math.ceil(Z95 * scale * math.sqrt(answers))


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is lowest, by golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    f_left, f_right = function(left), function(right)
    for _ in range(120):
        if f_left < f_right:
            high, right, f_right = right, left, f_left
            left = high - ratio * (high - low)
            f_left = function(left)
        else:
            low, left, f_left = left, right, f_right
            right = low + ratio * (high - low)
            f_right = function(right)
    return (low + high) / 2
