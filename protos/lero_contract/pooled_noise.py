"""The noise of pooled rounds as pure arithmetic: each node's share of it, and the grid on which shares add up safely.

h = quorum - colluders nodes are counted on to be honest; together their shares are the whole noise. Source: Kairouz,
Liu, Steinke (2021), The distributed discrete Gaussian mechanism.
"""

from __future__ import annotations

import math
from fractions import Fraction

from lero_contract.price import NANO, Z95, noise_scale

LEAST_ON_GRID = 4  # a share's scale in points of the grid


def honest_nodes(quorum: int, colluders: int) -> int:
    """h, the nodes whose noise is counted on. Raises ValueError where there is none."""
    if colluders < 0 or quorum <= colluders:
        raise ValueError("a quorum must be larger than its colluders")
    return quorum - colluders


def share_scale(l2_squared: int, nano_rho: int, quorum: int, colluders: int) -> float:
    """The scale of one node's share, in units of a cell: s^2 = L2^2 / (2 rho h), rounded up."""
    return noise_scale(l2_squared, nano_rho * honest_nodes(quorum, colluders))


def grid_bits(share: float) -> int:
    """b, so that 2^b points a unit make a share's scale (> 0) at least LEAST_ON_GRID: max(0, ceil(log2(4 / s))).

    Data and noise are multiplied by 2^b. By doubling, not by a logarithm: that could fall just short.
    """
    if not (share > 0 and math.isfinite(share)):
        raise ValueError("a share's scale must be above 0 and finite")
    bits = 0
    while Fraction(share) * 2**bits < LEAST_ON_GRID:
        bits += 1
    return bits


def log_sum_term(share_on_grid: float, answers: int) -> float:
    """ln(tau), where tau says how far a sum of discrete Gaussians is from one of the same variance; -inf for one.

    tau = 10 sum over j = 1 .. n-1 of exp(-2 pi^2 s^2 j / (j + 1)): Kairouz, Liu, Steinke (2021). A logarithm, for on
    wide grids tau is smaller than a float can hold.
    """
    if answers < 1:
        raise ValueError("a sum has at least one answer")
    exponents = [-2 * (math.pi * share_on_grid) ** 2 * j / (j + 1) for j in range(1, answers)]
    if not exponents:
        return -math.inf
    greatest = max(exponents)
    return math.log(10) + greatest + math.log(sum(math.exp(e - greatest) for e in exponents))


def sum_price(l2_squared: int, share_on_grid: float, grid: int, honest: int, cells: int) -> float:
    """rho of a sum of `honest` shares: the plain L2^2 / (2 s^2 h), and what tau adds over the d cells of the vector.

    l2_squared: in units of a cell. grid: points a unit. The smaller of two bounds of Kairouz, Liu, Steinke (2021):
    eps = sqrt(D^2 / (n s^2) + tau d / 2) and eps = D / (sqrt(n) s) + tau sqrt(d), as rho = eps^2 / 2.
    """
    tau = math.exp(log_sum_term(share_on_grid, honest))
    plain_squared = l2_squared * (grid / share_on_grid) ** 2 / honest
    first = plain_squared + tau * cells / 2
    second = (math.sqrt(plain_squared) + tau * math.sqrt(cells)) ** 2
    return min(first, second) / 2


def pooled_deviation(share: float, answers: int) -> float:
    """Standard deviation of the noise in a total of so many answers: s sqrt(m)."""
    return share * math.sqrt(answers)


def pooled_half_width(share: float, answers: int) -> float:
    """Half of the 95% interval of a total, in units of a cell, on the grid: ceil(1.96 s sqrt(m) 2^b) / 2^b."""
    grid = 1 << grid_bits(share)
    return math.ceil(Z95 * pooled_deviation(share, answers) * grid) / grid


def price_against(nano_rho: int, quorum: int, colluders: int, answers: int, hostile: int) -> float:
    """The price, in rho, against a coordinator that knows the shares of `hostile` of those who answered.

    rho h / (answers - hostile): the plain price where only the colluders counted on are hostile in a bare quorum, and
    h times rho where all the others are. Raises ValueError where nobody's share is left.
    """
    if not 0 <= hostile < answers:
        raise ValueError("at least one share must be unknown")
    return nano_rho * honest_nodes(quorum, colluders) / (answers - hostile) / NANO
