"""An attacker who knows everything but one member, and how well they can tell whether that member is there.

Two neighbouring exact vectors are released many times each. The attacker looks at three numbers of a release: its
projection along the difference of the two, the fraction of that projection, and whether it is odd. On one set of
releases they choose the event that tells the two apart best; on fresh ones they measure it.

For any event, (epsilon, delta)-privacy says p <= exp(epsilon) q + delta, so epsilon >= ln((p - delta) / q). With
Clopper-Pearson bounds on both probabilities that is a lower bound on epsilon, wrong with probability at most
2 x FALSE_ALARM, for all deltas at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from lero_contract.price import DELTA, epsilon_of

FALSE_ALARM = 1e-6
# rho-zCDP promises an epsilon at every delta; a wide one shows a fault in far fewer releases than the published one.
DELTAS = (DELTA, 1e-4, 1e-3, 1e-2, 5e-2)
_TAILS = np.geomspace(1e-5, 1e-2, 12)
_QUANTILES = np.concatenate([np.linspace(0, 1, 60), _TAILS, 1 - _TAILS])

Numbers = NDArray[np.float64]
Release = Callable[[Sequence[int], int], Numbers]  # an exact vector, how often -> one row a release
Number = Callable[[Numbers], Numbers]  # what the attacker looks at, from projections


@dataclass(frozen=True)
class Event:
    """What the attacker waits for: a number of a release at or above a threshold, or not; more often with the member
    (or without, where `is_turned`)."""

    number: str
    threshold: float
    is_above: bool
    is_turned: bool

    def count(self, projections: Numbers) -> int:
        """In how many of the releases it happens."""
        above = _NUMBERS[self.number](projections) >= self.threshold
        return int(np.count_nonzero(above if self.is_above else ~above))


@dataclass(frozen=True)
class Attack:
    """The event chosen, and bounds on its two probabilities: p at least, q at most."""

    event: Event
    p_at_least: float
    q_at_most: float

    def epsilon_at(self, delta: float) -> float:
        """The lower bound on epsilon; 0 where the event shows nothing."""
        if self.p_at_least <= delta:
            return 0.0
        return max(0.0, math.log((self.p_at_least - delta) / self.q_at_most))

    def excess(self, rho: float, deltas: Sequence[float] = DELTAS) -> float:
        """By how much the bound passes what rho promises, at the delta where it does so most; 0 or less if it holds."""
        return max(self.epsilon_at(delta) - epsilon_of(rho, delta) for delta in deltas)


def attack(
    release: Release,
    without: Sequence[int],
    beside: Sequence[int],
    rho: float,
    draws: int,
    deltas: Sequence[float] = DELTAS,
) -> Attack:
    """without, beside: the exact vectors without the member and with them. draws: fresh releases of each."""
    along = np.array(beside, float) - np.array(without, float)
    trained = _look(release, without, beside, along, draws // 4)
    event = max(_events(*trained), key=lambda one: _measure(one, *trained, draws).excess(rho, deltas))
    return _measure(event, *_look(release, without, beside, along, draws), draws)


def _look(
    release: Release, without: Sequence[int], beside: Sequence[int], along: Numbers, draws: int
) -> tuple[Numbers, Numbers]:
    """Projections of releases without the member, and with them."""
    return release(without, draws) @ along, release(beside, draws) @ along


def _measure(event: Event, without: Numbers, beside: Numbers, draws: int) -> Attack:
    """With bounds as they would be, were the same shares seen in so many draws; to measure, all there are."""
    found, missed = (without, beside) if event.is_turned else (beside, without)
    p, q = (round(event.count(side) * draws / len(side)) for side in (found, missed))
    return Attack(event, _at_least(p, draws), _at_most(q, draws))


def _events(without: Numbers, beside: Numbers) -> Iterator[Event]:
    """Every number, cut at quantiles from end to end and far out in the tails, both ways."""
    for name, number in _NUMBERS.items():
        values = np.concatenate([number(without), number(beside)])
        cuts = np.unique(np.quantile(values, _QUANTILES, method="nearest"))
        for threshold in cuts:
            for is_above in (True, False):
                for is_turned in (True, False):
                    yield Event(name, float(threshold), is_above, is_turned)


def _at_least(found: int, draws: int) -> float:
    """Clopper and Pearson (1934): the true share is below this with probability at most FALSE_ALARM."""
    return float(beta.ppf(FALSE_ALARM, found, draws - found + 1)) if found else 0.0


def _at_most(found: int, draws: int) -> float:
    return float(beta.ppf(1 - FALSE_ALARM, found + 1, draws - found)) if found < draws else 1.0


def _fraction(projections: Numbers) -> Numbers:
    # Rounded: a sum of floats that should be whole may miss by a last bit, which is the attacker's own arithmetic.
    found: Any = np.round(projections % 1.0, 9) % 1.0
    return np.asarray(found, float)


_NUMBERS: dict[str, Number] = {
    "projection": lambda projections: projections,
    "fraction": _fraction,
    "odd": lambda projections: np.floor(projections) % 2,
}
