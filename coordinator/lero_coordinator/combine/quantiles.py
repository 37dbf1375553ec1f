"""Quantiles from noisy cumulative bins, with intervals by inverting a test of the cumulative share. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lero_contract.kinds import Bin
from lero_contract.price import Z95
from lero_coordinator.combine.estimates import Estimate, Noisy, design_effect

_ROUNDING = 1e-9  # of a place within a bin


def quantile_estimate(
    bins: Sequence[Bin],
    counts: Sequence[float],
    variance: float,
    q: float,
    leros: int,
    intraclass_correlation: float,
    *,
    sampling: bool = True,
) -> Estimate | None:
    """The score below which a share q of the members lie, in stored units; None where they are too few to show.

    counts: of each bin, with independent noise of `variance` each. A bin reaches half a unit beyond its ends, and
    scores are taken as spread evenly within it. Where noise lets the cumulative count C cross q N more than once, the
    middle of the first and the last crossing is shown. The interval holds every x with |C(x) - q N| <= z sd, sd of the
    noise and, with sampling, of N q (1 - q) times the design effect; variance: that of the interval, (half / z)^2.
    Source: Woodruff (1952), Confidence intervals for medians and other position measures, JASA 47.
    """
    total = Noisy(sum(counts), len(counts) * variance)
    if total.is_too_small:
        return None
    effect = design_effect(total.value, max(leros, 1), intraclass_correlation)
    drawn = total.value * q * (1 - q) * effect if sampling else 0.0
    crossings: list[float] = []
    held: list[float] = []
    below = -q * total.value  # C - q N at the bin's lower end
    for position, (one, count) in enumerate(zip(bins, counts, strict=True)):
        after = len(bins) - position - 1
        start, width = one.lower - 0.5, one.upper - one.lower + 1
        # At a fraction f of the bin, C - q N = below + f count. Its noise has the variance of a cell times (f - q)^2
        # for this bin, (1 - q)^2 for each one before and q^2 for each one after.
        constant = variance * (position * (1 - q) ** 2 + after * q**2)
        crossed = list(_within(_crossing(below, count)))
        edges = _within(_edges(below, count, variance, q, constant + drawn))
        crossings += [start + f * width for f in crossed]
        held += [start + f * width for f in (*crossed, *edges)]
        below += count
    lowest, highest = float(bins[0].lower), float(bins[-1].upper)
    middle = (min(crossings) + max(crossings)) / 2
    value, lower, upper = (min(max(x, lowest), highest) for x in (middle, min(held), max(held)))
    return Estimate(middle, ((max(held) - min(held)) / (2 * Z95)) ** 2, value, lower, upper)


def spread(bins: Sequence[Bin], counts: Sequence[float], variance: float) -> float | None:
    """Standard deviation of scores in stored units, each taken at the middle of its bin; None where too few.

    A count that noise made negative is none. That, and the noise in empty bins, make the spread rather too wide.
    """
    if Noisy(sum(counts), len(counts) * variance).is_too_small:
        return None
    weights = [max(0.0, count) for count in counts]
    middles = [(one.lower + one.upper) / 2 for one in bins]
    total = sum(weights)
    mean = sum(w * m for w, m in zip(weights, middles, strict=True)) / total
    return math.sqrt(sum(w * (m - mean) ** 2 for w, m in zip(weights, middles, strict=True)) / total)


def _crossing(below: float, count: float) -> Iterator[float]:
    """Where below + f count is 0."""
    if count:
        yield -below / count


def _edges(below: float, count: float, variance: float, q: float, other: float) -> Iterator[float]:
    """The ends, in the bin, of where (below + f count)^2 <= z^2 (variance (f - q)^2 + other): a quadratic in f."""
    square = Z95**2

    def excess(f: float) -> float:
        return (below + f * count) ** 2 - square * (variance * (f - q) ** 2 + other)

    yield from (f for f in (0.0, 1.0) if excess(f) <= 0)
    a = count**2 - square * variance
    half_b = below * count + square * variance * q
    c = excess(0.0)
    discriminant = half_b**2 - a * c
    if discriminant < 0:
        return
    # The root whose terms have one sign, and the other from the product of both: nothing cancels.
    far = -half_b - math.copysign(math.sqrt(discriminant), half_b)
    if a:
        yield far / a
    if far:
        yield c / far


def _within(fractions: Iterator[float]) -> Iterator[float]:
    """Those that lie in the bin, with room for rounding."""
    return (min(max(f, 0.0), 1.0) for f in fractions if -_ROUNDING <= f <= 1 + _ROUNDING)
