"""Draws at the scales about to be used and checks mean, variance, law and last bit; a failing sampler answers nothing.

OpenDP's samplers were biased at some scales before 0.16, so the check is made on every start, at the very scales. Each
test has a false-alarm rate of at most 1e-9; with DRAWS draws a scale wrong by a quarter, a bias of a sixth of the
scale, or a sampler that leaves out the odd numbers is found almost surely.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from lero_contract.errors import Corrupt

DRAWS = 2000
FALSE_ALARM = 1e-9
_SUMMED_UP_TO = 50.0  # above, the normal law with a half-unit correction differs by less than 1e-5

Sampler = Callable[[float, int], Sequence[int]]


def check_sampler(sampler: Sampler, scales: Iterable[float]) -> None:
    """Raises Corrupt where the draws at one of the scales do not look like the discrete Gaussian."""
    for scale in sorted(set(scales)):
        fault = fault_in(sampler(scale, DRAWS), scale)
        if fault:
            raise Corrupt(
                f"The noise sampler fails its check at scale {scale:g}: {fault}.",
                "Nothing is answered. Reinstall this software, and tell the national body.",
            )


def fault_in(draws: Sequence[int], scale: float) -> str:
    """What is wrong with the draws, in words; empty where nothing is."""
    count = len(draws)
    log_rate = math.log(2 / FALSE_ALARM)
    if abs(sum(draws) / count) > scale * math.sqrt(2 * log_rate / count):
        # A discrete Gaussian is subgaussian with parameter sigma: Canonne, Kamath, Steinke (2020), corollary 17.
        return "the mean is not zero"
    squares = sum(d * d for d in draws) / (scale**2)
    low, high = count - 2 * math.sqrt(count * log_rate), count + 2 * math.sqrt(count * log_rate) + 2 * log_rate
    if not _least_squares_share(scale) * low <= squares <= high:
        # Laurent and Massart (2000), lemma 1, tails of chi-squared.
        return "the variance is wrong"
    if _greatest_gap(sorted(draws), scale) > math.sqrt(log_rate / (2 * count)):
        # Massart (1990), the Dvoretzky-Kiefer-Wolfowitz inequality; it holds for discrete laws too.
        return "the distribution is wrong"
    even = sum(1 for d in draws if d % 2 == 0) / count
    if abs(even - _even_share(scale)) > math.sqrt(log_rate / (2 * count)):
        # Hoeffding (1963). At wide scales a rounding that favours some numbers hides from the test before.
        return "odd and even numbers are not as frequent as they should be"
    return ""


def _least_squares_share(scale: float) -> float:
    """The variance as a share of scale^2: just under 1 from scale 1 on, less below."""
    if scale > _SUMMED_UP_TO:
        return 1.0
    weights = _weights(scale)
    return sum(x * x * w for x, w in weights.items()) / sum(weights.values()) / scale**2


def _even_share(scale: float) -> float:
    """P(X is even): a half, but for the narrowest scales."""
    if scale > _SUMMED_UP_TO:
        return 0.5
    weights = _weights(scale)
    return sum(w for x, w in weights.items() if x % 2 == 0) / sum(weights.values())


def _greatest_gap(ordered: Sequence[int], scale: float) -> float:
    """Largest distance between the empirical and the true distribution function."""
    law = _law(scale)
    count, worst = len(ordered), 0.0
    for index, value in enumerate(ordered):
        if index + 1 == count or ordered[index + 1] != value:
            worst = max(worst, abs((index + 1) / count - law(value)))
        if index == 0 or ordered[index - 1] != value:
            worst = max(worst, abs(index / count - law(value - 1)))
    return worst


def _law(scale: float) -> Callable[[int], float]:
    """P(X <= x) of the discrete Gaussian."""
    if scale > _SUMMED_UP_TO:
        return lambda x: (1 + math.erf((x + 0.5) / (scale * math.sqrt(2)))) / 2
    weights = _weights(scale)
    total, running, table = sum(weights.values()), 0.0, {}
    for x, weight in weights.items():
        running += weight
        table[x] = running / total
    reach = max(weights)
    return lambda x: table[x] if -reach <= x <= reach else float(x > 0)


def _weights(scale: float) -> dict[int, float]:
    reach = math.ceil(12 * scale) + 2
    return {x: math.exp(-(x * x) / (2 * scale * scale)) for x in range(-reach, reach + 1)}
