"""Shares of a whole that they are part of: long-term recovery and completeness of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lero_contract.dictionary import NOT_KNOWN
from lero_contract.kinds.completeness import KNOWN
from lero_coordinator.combine.estimates import PERCENT, Estimate, Noisy, design_effect, ratio_estimate
from lero_coordinator.combine.family import TOO_FEW, Family, Reading, Slot, Sums
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.statistic import COUNT, DUE, SHARE, Statistic


def share_estimate(
    part: Noisy, whole: Noisy, leros: int, intraclass_correlation: float, *, sampling: bool = True
) -> Estimate | None:
    """A share in percent; None where it is too few to show.

    part: a sum of some of the cells of `whole`, so that their noise has the covariance of the part's own variance.
    sampling: adds p (1 - p) / n with p from the noisy figures, cut to 0 and 1, times the design effect.
    """
    p = min(max(part.value / whole.value, 0.0), 1.0) if whole.value > 0 else 0.0
    effect = design_effect(max(0.0, whole.value), max(leros, 1), intraclass_correlation)
    spread = max(0.0, whole.value) * p * (1 - p) * effect if sampling else 0.0
    return ratio_estimate(part, whole, PERCENT, covariance=part.variance, sampling=spread)


class Shares(Family):
    """A family whose main figures are shares."""

    @property
    def main(self) -> Statistic:
        return SHARE

    def share(self, part: Noisy, whole: Noisy, sums: Sums, people: Reading) -> Reading:
        """One share. people: the count of the whole, which stands beside it where it may be shown."""
        estimate = share_estimate(part, whole, sums.leros, self.icc, sampling=self.question.sampling)
        return TOO_FEW if estimate is None else Reading(estimate, people.estimate)


class Recoveries(Shares):
    """At each point in recovery, not in recovery, not known: always together, as numbers and as shares of those due."""

    @property
    def slots(self) -> Sequence[Slot]:
        points, statuses = self.axes
        return [
            slot
            for point in points.codes
            for slot in (
                *(Slot(SHARE, (point, status)) for status in statuses.codes),
                *(Slot(COUNT, (point, status)) for status in statuses.codes),
                Slot(DUE, (point, EVERY)),
            )
        ]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        points, statuses = self.axes
        found: dict[Slot, Reading] = {}
        for point in points.codes:
            whole = sums.of(point, EVERY)
            due = self.count(whole, sums, parts=len(statuses.codes))
            cells = {status: sums.of(point, status) for status in statuses.codes}
            shares = {Slot(SHARE, (point, s)): self.share(cell, whole, sums, due) for s, cell in cells.items()}
            counts = {Slot(COUNT, (point, s)): self.count(cell, sums) for s, cell in cells.items()}
            found |= {**_together(shares), **_together(counts), Slot(DUE, (point, EVERY)): due}
        return found


class Completenesses(Shares):
    """For each variable the share of members of whom it is known, beside the numbers."""

    @property
    def slots(self) -> Sequence[Slot]:
        fields, _ = self.axes
        return [
            slot
            for name in fields.codes
            for slot in (
                Slot(SHARE, (name, KNOWN)),
                *(Slot(COUNT, (name, status)) for status in (KNOWN, NOT_KNOWN, EVERY)),
            )
        ]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        fields, _ = self.axes
        found: dict[Slot, Reading] = {}
        for name in fields.codes:
            known, everyone = sums.of(name, KNOWN), sums.of(name, EVERY)
            members = self.count(everyone, sums, parts=2)
            found |= {
                Slot(SHARE, (name, KNOWN)): self.share(known, everyone, sums, members),
                Slot(COUNT, (name, KNOWN)): self.count(known, sums),
                Slot(COUNT, (name, NOT_KNOWN)): self.count(sums.of(name, NOT_KNOWN), sums),
                Slot(COUNT, (name, EVERY)): members,
            }
        return found


def _together(readings: Mapping[Slot, Reading]) -> Mapping[Slot, Reading]:
    """All of them, or none: one that is hidden would be read off the others, and two alone would mislead."""
    is_whole = all(reading.estimate is not None for reading in readings.values())
    return readings if is_whole else dict.fromkeys(readings, TOO_FEW)
