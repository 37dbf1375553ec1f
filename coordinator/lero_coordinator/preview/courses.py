"""How exact a share over time will be: its sampling, and what noise in each cell does to the product. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lero_contract.kinds import Point
from lero_coordinator.preview.supposed import DAYS_A_MONTH, DAYS_A_YEAR


@dataclass(frozen=True)
class Course:
    """Supposed cells of one course axis: events by each point, and members followed to 0 and to each point."""

    events: tuple[float, ...]
    followed: tuple[float, ...]

    @property
    def at_risk(self) -> tuple[float, ...]:
        """For each point: members followed past the one before, to this one or to the event."""
        return tuple(sum(self.events[j:]) + sum(self.followed[j + 1 :]) for j in range(len(self.events)))


@dataclass(frozen=True)
class Exactness:
    """Of the share without the event at one point, 0 to 1.

    noise: its standard deviation for noise of standard deviation 1 in each cell. sampling: its standard deviation
    before any design effect. at_risk: members behind the last step. cells: that add up to them.
    """

    share: float
    noise: float
    sampling: float
    at_risk: float
    cells: int


def supposed_course(
    points: Sequence[Point],
    starters: float,
    years: float,
    free: Callable[[float], float],
    seen: Callable[[float], float] | None = None,
) -> Course:
    """Cells for members who started at an even pace over so many years up to the cut date.

    free: share without the event so many months after joining. seen: share still followed, all where it is None.
    """
    days = [0, *(point.day for point in points)]
    due = [_due(day, years) * (seen(day / DAYS_A_MONTH) if seen is not None else 1.0) for day in days]
    without = [free(day / DAYS_A_MONTH) for day in days]
    events = tuple(starters * (without[j] - without[j + 1]) * due[j + 1] for j in range(len(points)))
    followed = tuple(
        starters * without[j] * (due[j] - (due[j + 1] if j < len(points) else 0.0)) for j in range(len(days))
    )
    return Course(events, followed)


def exactness(course: Course, point: int) -> Exactness:
    """At one point (position from 0), by Greenwood's formula and the delta method.

    S = product of 1 - e / n over the points up to this one. Source: Greenwood (1926); the noise of a cell moves every n
    that it is part of. A course with nobody at risk has no share: at_risk is 0 and the rest not a number.
    """
    at_risk = course.at_risk[: point + 1]
    cells = 2 * (len(course.events) - point)
    if min(at_risk) <= 0:
        return Exactness(math.nan, math.nan, math.nan, 0.0, cells)
    hazards = [e / n for e, n in zip(course.events, at_risk, strict=False)]
    share = math.prod(1 - h for h in hazards)
    greenwood = sum(h / (n * (1 - h)) for h, n in zip(hazards, at_risk, strict=True))
    slopes = [
        _slope(hazards, at_risk, last, is_event) for last in range(len(course.events)) for is_event in (True, False)
    ]
    noise = share * math.sqrt(sum(slope**2 for slope in slopes))
    return Exactness(share, noise, share * math.sqrt(greenwood), at_risk[-1], cells)


def _slope(hazards: Sequence[float], at_risk: Sequence[float], last: int, is_event: bool) -> float:
    """Of log S, in the cell of members who had the event by point `last`, or were followed to it without."""
    own = 0.0
    for j, (hazard, n) in enumerate(zip(hazards, at_risk, strict=True)):
        if j <= last:
            own += hazard / n / (1 - hazard)
            if is_event and j == last:
                own -= 1 / n / (1 - hazard)
    return own


def _due(day: int, years: float) -> float:
    """Share of starters for whom a point is over on the cut date."""
    return max(0.0, 1 - day / DAYS_A_YEAR / years) if years > 0 else 0.0
