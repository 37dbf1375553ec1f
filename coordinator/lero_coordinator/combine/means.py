"""The mean of a measure at each review: a centred sum over a weighted count, with the people it is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lero_contract.instruments import Measure
from lero_contract.kinds import Centring, Mean
from lero_coordinator.combine.distributions import spread_of_bins
from lero_coordinator.combine.estimates import Estimate, Noisy, Scale, count_estimate, design_effect, ratio_estimate
from lero_coordinator.combine.family import Family, Reading, Slot, Sums
from lero_coordinator.combine.statistic import MEAN, Statistic


def mean_estimate(
    weighted_count: float,
    centred_sum: float,
    noise_variance: float,
    leros: int,
    centring: Centring,
    measure: Measure,
    *,
    sampling: bool = True,
    spread: float | None = None,
) -> Estimate | None:
    """The mean score in the instrument's points; None where it is too few to show.

    weighted_count, centred_sum: totals in cell units, each with `noise_variance`. leros: LEROs whose members are in it.
    sampling: False gives the interval of the noise alone. spread: standard deviation of the scores in points, where it
    is known; else the dictionary's conservative one.
    Too few: the noisy count is under 5 of its noise standard deviations, or Fieller's interval is unbounded.
    """
    reviews = max(0.0, weighted_count / centring.weight)
    in_cells = centring.factor * measure.scale  # of one point
    deviation = (measure.standard_deviation if spread is None else spread) * in_cells
    effect = design_effect(reviews, max(leros, 1), measure.intraclass_correlation)
    points = Scale(float(measure.lower), float(measure.upper), centring.weight / in_cells, centring.middle / in_cells)
    return ratio_estimate(
        Noisy(centred_sum, noise_variance),
        Noisy(weighted_count, noise_variance),
        points,
        sampling=reviews * deviation**2 * effect if sampling else 0.0,
    )


class Means(Family):
    """One mean for each review window."""

    @property
    def main(self) -> Statistic:
        return MEAN

    @property
    def slots(self) -> Sequence[Slot]:
        [waves] = self.axes
        return [Slot(MEAN, (wave,)) for wave in waves.codes]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        return {slot: self._reading(sums, slot.codes[0]) for slot in self.slots}

    def _reading(self, sums: Sums, wave: str) -> Reading:
        kind, centring = self.question.table.kind, self.question.parts[""].centring
        assert isinstance(kind, Mean)
        assert centring is not None
        measure = self.measure(kind.measure)
        count, centred_sum = sums.of(wave), sums.of(wave, position=1)
        mean = mean_estimate(
            count.value,
            centred_sum.value,
            count.variance,
            sums.leros,
            centring,
            measure,
            sampling=self.question.sampling,
            spread=spread_of_bins(sums.beside, wave, measure) if sums.beside is not None else None,
        )
        people = count_estimate(round(count.value / centring.weight), count.variance / centring.weight**2)
        return Reading(mean, people if mean is not None else None)
