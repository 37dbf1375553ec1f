"""How much of the contacts a pair of bounds leaves out, and the bounds with the least whole error. Pure, on a model.

The model: a member's contacts in one cell are negative binomial, cells independent; members are active in some of the
months, as in `supposed`. A node keeps, of each member, the `max_cells` cells whose least keyed hash is smallest, each
up to `max_per_cell`. The whole error of the grand total is sqrt(bias^2 + variance of the noise): what is left out is
bias, and a wider bound buys less of it with more noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from lero_contract.kinds import Activity, Unit
from lero_contract.price import NANO, count_sensitivity
from lero_coordinator.preview.supposed import DAYS_A_MONTH, DISPERSION, kind_shares, months_active

Floats = NDArray[np.float64]
_CELLS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38)
_PER_CELL = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300)
_NODES = 48
_LEAST_MEAN, _MOST_MEAN = 0.05, 200.0


@dataclass(frozen=True)
class Bounds:
    """The two bounds of an activity table."""

    max_cells: int
    max_per_cell: int


@dataclass(frozen=True)
class Whole:
    """What a pair of bounds does to the grand total, all as shares of it."""

    bounds: Bounds
    left_out: float
    noise: float

    @property
    def error(self) -> float:
        """Bias and noise together."""
        return math.hypot(self.left_out, self.noise)


@dataclass(frozen=True)
class Crowd:
    """What the grand total adds up: cells with noise in it, and member-months behind it."""

    cells: int
    member_months: float


class Contacts:
    """The model of one activity table at a mean number of contacts a month of one active member."""

    def __init__(self, kind: Activity, mean_a_month: float) -> None:
        """mean_a_month: above 0, over every kind of contact, named by the table or not."""
        self._kind = kind
        self._groups = tuple(_group(kind, months, mean_a_month) for months in range(1, months_of(kind) + 1))
        self._weights = tuple(months_active(months_of(kind)).values())

    @property
    def wanted(self) -> float:
        """Expected amount of one member active at all, in the table's unit, before any bound."""
        return sum(w * g.wanted for w, g in zip(self._weights, self._groups, strict=True))

    def left_out(self, bounds: Bounds) -> float:
        """Expected share of the total that the bounds leave out, 0 to 1."""
        kept = sum(w * g.kept(bounds) for w, g in zip(self._weights, self._groups, strict=True))
        return max(0.0, 1 - kept / self.wanted)


def months_of(kind: Activity) -> int:
    """Whole months, at least one, that the slices of a table cover."""
    days = sum(s.period.last - s.period.first + 1 for s in kind.slices)
    return max(1, round(days / DAYS_A_MONTH))


def whole(model: Contacts, kind: Activity, bounds: Bounds, nano_rho: int, crowd: Crowd) -> Whole:
    """The grand total's whole error. nano_rho: what the table pays for it, beside its companion."""
    l2_squared = count_sensitivity(bounds.max_cells, bounds.max_per_cell).l2_squared
    noise = math.sqrt(l2_squared * NANO / (2 * nano_rho) * crowd.cells)
    # Of a stock of members, all are active; the model's `wanted` is of members active at all, in fewer months each.
    months = sum(m * share for m, share in months_active(months_of(kind)).items())
    total = crowd.member_months * model.wanted / months
    return Whole(bounds, model.left_out(bounds), noise / total)


def least(model: Contacts, kind: Activity, nano_rho: int, crowd: Crowd, most_cells: int) -> Whole:
    """The bounds of the grid with the least whole error. most_cells: that a member may touch under the usual policy."""
    cells = {k for k in (*_CELLS, kind.groups) if k <= min(kind.groups, most_cells)}
    per_cell = _PER_CELL if kind.unit is Unit.CONTACTS else (1,)
    tried = (whole(model, kind, Bounds(k, c), nano_rho, crowd) for k in sorted(cells) for c in per_cell)
    return min(tried, key=lambda found: found.error)


def fitted_mean(kind: Activity, bounds: Bounds, share_left_out: float) -> float:
    """Contacts a month for which the model leaves out this share at these bounds, between 0.05 and 200.

    share_left_out: as a companion measured it, above 0 and below 1. Raises ValueError otherwise.
    """
    if not 0 < share_left_out < 1:
        raise ValueError("a share left out lies between 0 and 1")
    low, high = _LEAST_MEAN, _MOST_MEAN
    for _ in range(30):
        middle = math.sqrt(low * high)
        more = Contacts(kind, middle).left_out(bounds) < share_left_out
        low, high = (middle, high) if more else (low, middle)
    return math.sqrt(low * high)


class _Group:
    """Members active in the same number of months: the kinds of their cells, how many of each, and their law."""

    def __init__(self, cells: int, laws: Sequence[Floats], counted_once: bool) -> None:
        """cells: of each kind, alike in law. laws: for each kind, the chance of 0, 1, ... contacts in a cell."""
        self._cells = cells
        self._laws = laws
        self._counted_once = counted_once
        self._shown: dict[int, Floats] = {}
        self.wanted = cells * sum(float(p @ self._values(len(p))) for p in laws)

    def kept(self, bounds: Bounds) -> float:
        """Expected amount kept of one member: of each cell its value, if fewer than max_cells come before it."""
        _, du = _quadrature()
        shown = self._shown_by(bounds.max_per_cell)
        limit = min(bounds.max_cells, self._cells * len(self._laws))
        return self._cells * float(np.sum(du * shown * self._fewer[:, limit - 1, :]))

    def _values(self, rows: int) -> Floats:
        x = np.arange(float(rows))
        return np.minimum(x, 1) if self._counted_once else x

    def _shown_by(self, cap: int) -> Floats:
        """By kind and u: the density with which a cell shows its least hash at u, times what is kept of it.

        A cell with x rows shows the least of x uniform hashes at u with density x (1 - u)^(x - 1).
        """
        if cap not in self._shown:
            u, _ = _quadrature()
            rows = []
            for p in self._laws:
                x = np.arange(1.0, len(p))
                rows.append((p[1:] * np.minimum(self._values(len(p))[1:], cap) * x) @ (1 - u) ** (x[:, None] - 1))
            self._shown[cap] = np.array(rows)
        return self._shown[cap]

    @cached_property
    def _fewer(self) -> Floats:
        """By kind, limit less one, and u: the chance that fewer than `limit` of the other cells are shown by u.

        The law of a sum of unlike coins, by its transform. Source: Hong (2013), the Poisson-binomial distribution.
        """
        u, _ = _quadrature()
        touched = [np.array([1 - float(p @ (1 - ui) ** np.arange(len(p))) for ui in u]) for p in self._laws]
        n = self._cells * len(self._laws) - 1
        turns = np.exp(2j * np.pi * np.arange(n + 1) / (n + 1))
        coins = [1 - chance[:, None] + chance[:, None] * turns[None, :] for chance in touched]
        found = []
        for j in range(len(coins)):
            transform = np.ones((len(u), n + 1), dtype=complex)
            for i, coin in enumerate(coins):
                transform *= coin ** (self._cells - (i == j))
            law = np.fft.fft(transform, axis=1).real / (n + 1)
            found.append(np.clip(np.cumsum(law, axis=1), 0.0, 1.0).T)
        return np.array(found)


def _group(kind: Activity, months: int, mean_a_month: float) -> _Group:
    """Active in `months` of them, one after another: in so many periods, each with its part of the months."""
    each = months_of(kind) / len(kind.slices)
    periods = min(len(kind.slices), max(1, math.ceil(months / each - 1e-9)))
    within = months / periods
    shares = kind_shares(kind.kinds)
    means = shares if kind.split_by_kind else (sum(shares),)
    laws = tuple(_negative_binomial(mean_a_month * within * share, DISPERSION * within) for share in means)
    return _Group(periods, laws, kind.unit is Unit.ACTIVE_MEMBERS)


def _negative_binomial(mean: float, size: float) -> Floats:
    """Probabilities of 0, 1, ... until all but 1e-9 is there; variance mean + mean^2 / size."""
    most = math.ceil(mean + 60 * math.sqrt(mean + mean**2 / size) + 20)
    x = np.arange(most)
    logs = np.concatenate([[0.0], np.cumsum(np.log((size + x[:-1]) / (x[:-1] + 1)))])
    chance = np.exp(size * math.log(size / (size + mean)) + logs + x * math.log(mean / (size + mean)))
    enough = int(np.searchsorted(np.cumsum(chance), 1 - 1e-9)) + 1
    found: Floats = chance[:enough] / chance[:enough].sum()
    return found


@cache
def _quadrature() -> tuple[Floats, Floats]:
    """Points and weights on 0 to 1, dense near 0: u = v^3 with Gauss and Legendre's points for v."""
    v, w = np.polynomial.legendre.leggauss(_NODES)
    v, w = (v + 1) / 2, w / 2
    return v**3, w * 3 * v**2
