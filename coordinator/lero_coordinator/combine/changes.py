"""Change of the same members between two reviews: four outcomes, shares of those who did both, and the mean change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lero_contract.instruments import Measure
from lero_contract.kinds import Change
from lero_contract.kinds.change import NOT_DONE, OUTCOMES, SUM
from lero_coordinator.combine.estimates import Estimate, Noisy, Scale, design_effect, ratio_estimate
from lero_coordinator.combine.family import TOO_FEW, Reading, Slot, Sums
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.shares import Shares
from lero_coordinator.combine.statistic import COUNT, DONE, DUE, MEAN_CHANGE, SHARE

_DONE_BOTH = tuple(outcome for outcome in OUTCOMES if outcome != NOT_DONE)
_BOTH = replace(DONE, label="Completed both reviews")


def mean_change_estimate(
    total: Noisy, done: Noisy, leros: int, measure: Measure, *, sampling: bool = True
) -> Estimate | None:
    """The mean change in points of those who completed both reviews; None where it is too few to show.

    total: summed change in whole stored units. done: people. Their noise is independent. The spread of a change is
    taken as that of two scores that have nothing to do with each other, sqrt(2) times the dictionary's: the widest.
    """
    people = max(0.0, done.value)
    deviation = math.sqrt(2) * measure.standard_deviation * measure.scale
    effect = design_effect(people, max(leros, 1), measure.intraclass_correlation)
    width = float(measure.upper - measure.lower)
    return ratio_estimate(
        total,
        done,
        Scale(-width, width, factor=1 / measure.scale),
        sampling=people * deviation**2 * effect if sampling else 0.0,
    )


class Changes(Shares):
    """Outcomes as numbers and shares, the mean change, and how many were due and completed both."""

    @property
    def slots(self) -> Sequence[Slot]:
        return [
            *(Slot(SHARE, (outcome,)) for outcome in _DONE_BOTH),
            *(Slot(COUNT, (outcome,)) for outcome in OUTCOMES),
            *(Slot(statistic, (EVERY,)) for statistic in (MEAN_CHANGE, _BOTH, DUE)),
        ]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        cells = {outcome: sums.of(outcome) for outcome in OUTCOMES}
        whole = Noisy(sum(cells[o].value for o in _DONE_BOTH), sum(cells[o].variance for o in _DONE_BOTH))
        done = self.count(whole, sums, parts=len(_DONE_BOTH))
        found = {Slot(SHARE, (outcome,)): self.share(cells[outcome], whole, sums, done) for outcome in _DONE_BOTH}
        found |= {Slot(COUNT, (outcome,)): self.count(cell, sums) for outcome, cell in cells.items()}
        found[Slot(MEAN_CHANGE, (EVERY,))] = self._mean(sums, whole, done)
        found[Slot(_BOTH, (EVERY,))] = done
        found[Slot(DUE, (EVERY,))] = self.count(sums.of(EVERY), sums, parts=len(OUTCOMES))
        return found

    def _mean(self, sums: Sums, whole: Noisy, done: Reading) -> Reading:
        kind = self.question.table.kind
        assert isinstance(kind, Change)
        mean = mean_change_estimate(
            sums.of(part=SUM), whole, sums.leros, self.measure(kind.measure), sampling=self.question.sampling
        )
        return TOO_FEW if mean is None else Reading(mean, done.estimate)
