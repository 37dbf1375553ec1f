"""Who is still there, or has reached a milestone, at each point after joining: a curve with a band. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.kinds import Axis, Milestones, Point, Retention
from lero_contract.kinds.followed import COURSE, MILESTONE, event_code, followed_code
from lero_contract.kinds.recovery import POINT
from lero_contract.price import Z95
from lero_coordinator.combine.estimates import Estimate, Noisy, design_effect
from lero_coordinator.combine.family import TOO_FEW, Codes, Family, Reading, Slot, Sums
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.statistic import FOLLOWED, REACHED, RETAINED, Statistic


@dataclass(frozen=True)
class Course:
    """The cells of one group of members: the event by each point; followed to the start and to each point without it.

    variance: of each cell's noise.
    """

    events: tuple[float, ...]
    followed: tuple[float, ...]
    variance: float

    @property
    def at_risk(self) -> tuple[Noisy, ...]:
        """For each point, those followed up to it or beyond, the event by it included."""
        points = len(self.events)
        return tuple(
            Noisy(sum(self.events[j:]) + sum(self.followed[j + 1 :]), 2 * (points - j) * self.variance)
            for j in range(points)
        )


def survival_estimates(
    course: Course, leros: int, intraclass_correlation: float, *, sampling: bool = True
) -> tuple[Estimate | None, ...]:
    """The percentage without the event at each point; None from the first point whose number at risk is too small.

    S_k = product over j <= k of (1 - event_j / at_risk_j). What is shown has each hazard cut to 0 and 1, so that the
    curve never rises. The interval lies around the product as it is: the noise by the delta method over the cells, and
    Greenwood's variance times the design effect for sampling. It is stretched where it would not hold the shown value.
    Sources: Kaplan and Meier (1958); Greenwood (1926), The natural duration of cancer.
    """
    at_risk = course.at_risk
    found: list[Estimate | None] = []
    for k in range(1, len(course.events) + 1):
        if any(noisy.is_too_small for noisy in at_risk[:k]):
            return (*found, *[None] * (len(course.events) - len(found)))
        hazards = [event / risk.value for event, risk in zip(course.events[:k], at_risk[:k], strict=True)]
        variance = _noise_variance(course, hazards, at_risk)
        if sampling:
            effect = design_effect(at_risk[0].value, max(leros, 1), intraclass_correlation)
            variance += _greenwood(hazards, at_risk) * effect
        found.append(_percentage(hazards, variance))
    return tuple(found)


def _percentage(hazards: Sequence[float], variance: float) -> Estimate:
    as_it_is = math.prod(1 - hazard for hazard in hazards)
    shown = math.prod(1 - min(max(hazard, 0.0), 1.0) for hazard in hazards)
    half = Z95 * math.sqrt(variance)
    lower, upper = max(0.0, min(as_it_is - half, shown)), min(1.0, max(as_it_is + half, shown))
    return Estimate(100 * as_it_is, 100**2 * variance, 100 * shown, 100 * lower, 100 * upper)


def _others(hazards: Sequence[float]) -> list[float]:
    """For each step, the product of all other steps: the curve's slope against its hazard, without a division."""
    steps = [1 - hazard for hazard in hazards]
    return [math.prod(steps[:j] + steps[j + 1 :]) for j in range(len(steps))]


def _noise_variance(course: Course, hazards: Sequence[float], at_risk: Sequence[Noisy]) -> float:
    """Variance of the noise in the product: the sum over the cells of its slope against each, squared.

    The hazard of step j is e_j / R_j. Against a cell of R_j its slope is -hazard / R_j, against e_j 1 / R_j more.
    """
    weights = [other / risk.value for other, risk in zip(_others(hazards), at_risk, strict=False)]
    pulls = [weight * hazard for weight, hazard in zip(weights, hazards, strict=True)]
    slopes: list[float] = []
    for i in range(len(course.events)):
        pulled = sum(pulls[: i + 1])  # every R_j with j <= i holds the event by point i, and those followed to it
        slopes += [pulled - (weights[i] if i < len(weights) else 0.0), pulled]
    return course.variance * sum(slope**2 for slope in slopes)


def _greenwood(hazards: Sequence[float], at_risk: Sequence[Noisy]) -> float:
    """Greenwood's variance, S^2 times the sum of h / (R (1 - h)), in a form that holds for h = 1. Hazards cut."""
    cut = [min(max(hazard, 0.0), 1.0) for hazard in hazards]
    return sum(
        other**2 * hazard * (1 - hazard) / risk.value
        for other, hazard, risk in zip(_others(cut), cut, at_risk, strict=False)
    )


def complement(left: Estimate) -> Estimate:
    """From the percentage without the event to the one with it."""
    return Estimate(100 - left.noisy, left.variance, 100 - left.value, 100 - left.upper, 100 - left.lower)


class Curves(Family):
    """Of retention: still there at each point. Of milestones: reached by each. And how many were followed at all."""

    @property
    def points(self) -> tuple[Point, ...]:
        """The published points."""
        kind = self.question.table.kind
        assert isinstance(kind, Retention | Milestones)
        return kind.points

    @property
    def main(self) -> Statistic:
        return RETAINED if isinstance(self.question.table.kind, Retention) else REACHED

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Points instead of the courses that members take."""
        points = Axis(POINT, tuple(point.label for point in self.points))
        return tuple(points if axis.name == COURSE else axis for axis in self.question.own_axes)

    @property
    def slots(self) -> Sequence[Slot]:
        return [
            slot
            for first in self._firsts()
            for slot in (
                *(Slot(self.main, (*first, point.label)) for point in self.points),
                Slot(FOLLOWED, (*first, EVERY)),
            )
        ]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        found: dict[Slot, Reading] = {}
        for first in self._firsts():
            course = self._course(sums, first)
            estimates = survival_estimates(course, sums.leros, self.icc, sampling=self.question.sampling)
            for position, (point, left) in enumerate(zip(self.points, estimates, strict=True)):
                found[Slot(self.main, (*first, point.label))] = self._reading(course, position, left, sums)
            parts = len(course.events) + len(course.followed)
            found[Slot(FOLLOWED, (*first, EVERY))] = self.count(sums.of(*first, EVERY), sums, parts=parts)
        return found

    def _firsts(self) -> Iterator[Codes]:
        """The codes before the point: of each milestone, none for retention."""
        milestones = [axis.codes for axis in self.question.own_axes if axis.name == MILESTONE]
        return ((code,) for code in milestones[0]) if milestones else iter([()])

    def _course(self, sums: Sums, first: Codes) -> Course:
        events = [sums.of(*first, event_code(point)) for point in self.points]
        days = (0, *(point.day for point in self.points))
        followed = (sums.of(*first, followed_code(day)).value for day in days)
        return Course(tuple(noisy.value for noisy in events), tuple(followed), events[0].variance)

    def _reading(self, course: Course, position: int, left: Estimate | None, sums: Sums) -> Reading:
        """The people beside a point are those at risk of the event by it."""
        if left is None:
            return TOO_FEW
        people = self.count(course.at_risk[position], sums, parts=2 * (len(course.events) - position))
        return Reading(left if self.main == RETAINED else complement(left), people.estimate)
