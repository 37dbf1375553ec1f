"""When members start, how long they stay and when recovery breaks: the course on which reviews and contacts hang."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lero_contract.days import from_day
from lero_coordinator.demo.population.shares import RECOVERY_AT_START

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAYS_A_MONTH: Final = 365.25 / 12
NEVER: Final = np.inf

# Still active after so many months. Close to visits in real clinic trials; the tail beyond 60 months is assumed.
_MONTHS: Final = np.array([0.0, 3, 6, 12, 24, 36, 60, 120])
_ACTIVE: Final = np.array([1.0, 0.65, 0.48, 0.32, 0.20, 0.13, 0.07, 0.02])
# At so many referrals a year for each member, and 70% joining, stays of that curve keep up a growing membership.
_STEADY_REFERRALS: Final = 1.18
_GROWTH_A_YEAR: Final = 1.08
# A break in recovery in the first, second, ... year after joining.
_BREAK_IN_YEAR: Final = (0.35, 0.12, 0.08, 0.05, 0.05, 0.05, 0.05, 0.05)


@dataclass(frozen=True)
class Courses:
    """One entry per member who joined, aligned.

    start: day joined. stay: days until last sight, beyond the cut date where the member is still active.
    recovery: months since the last problem use at the start, by `recovery_code`. break_month: months after joining of a
    break in recovery, NEVER without one. returned: whether recovery began again within two months.
    """

    start: Ints
    stay: Ints
    recovery: Floats
    recovery_code: Ints
    break_month: Floats
    returned: Flags

    def seen_until(self, cut_day: int) -> Ints:
        """The last day on which each member was active and on the books, at most the cut date."""
        seen: Ints = np.minimum(self.start + self.stay, cut_day)
        return seen

    def is_current(self, cut_day: int) -> Flags:
        """Whether each member was still active on the cut date."""
        return self.start + self.stay > cut_day


def draw_courses(
    rng: np.random.Generator, current: int, referrals_per_member: float, first_day: int, cut_day: int
) -> Courses:
    """Members who started from `first_day` on, one after another until `current` of them are active on the cut date.

    A LERO with more referrals for its size loses members sooner: stays shrink in proportion.
    """
    scale = _STEADY_REFERRALS / referrals_per_member
    start = np.empty(0, dtype=np.int64)
    stay = np.empty(0, dtype=np.int64)
    while np.count_nonzero(start + stay > cut_day) < current:
        start = np.concatenate([start, draw_days(rng, 6 * current, first_day, cut_day)])
        stay = np.concatenate([stay, _stays(rng, 6 * current, scale)])
    last = int(np.flatnonzero(start + stay > cut_day)[current - 1])
    start, stay = start[: last + 1], stay[: last + 1]
    code, months = _recovery(rng, len(start))
    return Courses(start, stay, months, code, _breaks(rng, len(start)), rng.random(len(start)) < 0.5)


def draw_days(rng: np.random.Generator, number: int, first_day: int, last_day: int) -> Ints:
    """Days on which people came: growth of 8% a year, few from April to June 2020, fewer each December."""
    days = np.arange(first_day, last_day + 1)
    dates = [from_day(int(day)) for day in days]
    quiet = np.array([(d.year, d.month) in ((2020, 4), (2020, 5), (2020, 6)) for d in dates])
    december = np.array([d.month == 12 for d in dates])
    weight = _GROWTH_A_YEAR ** ((days - first_day) / 365.25)
    weight = weight * np.where(quiet, 0.4, 1.0) * np.where(december, 0.75, 1.0)
    position = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(number))
    drawn: Ints = first_day + position.astype(np.int64)
    return drawn


def _stays(rng: np.random.Generator, number: int, scale: float) -> Ints:
    """Days, from the curve of members still active, straight between its points on a log scale."""
    hazard = -np.log(rng.random(number))
    months = np.interp(hazard, -np.log(_ACTIVE), _MONTHS) * scale
    days: Ints = np.ceil(months * DAYS_A_MONTH).astype(np.int64)
    return days


def _recovery(rng: np.random.Generator, number: int) -> tuple[Ints, Floats]:
    """Position in RECOVERY_AT_START, and months within that band."""
    share = np.array([row[3] for row in RECOVERY_AT_START])
    code = rng.choice(len(share), size=number, p=share)
    low = np.array([row[1] for row in RECOVERY_AT_START])[code]
    high = np.array([row[2] for row in RECOVERY_AT_START])[code]
    return code, rng.uniform(low, high)


def _breaks(rng: np.random.Generator, number: int) -> Floats:
    """Months after joining of the first break in recovery."""
    month = np.full(number, NEVER)
    for year, chance in enumerate(_BREAK_IN_YEAR):
        breaks = np.isinf(month) & (rng.random(number) < chance)
        month[breaks] = rng.uniform(12 * year, 12 * (year + 1), int(breaks.sum()))
    return month
