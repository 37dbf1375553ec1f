"""How scores are spread: the share in each band of those with a score, a share above a threshold, median, quartiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lero_contract.dictionary import NOT_KNOWN
from lero_contract.instruments import Measure
from lero_contract.kinds import Bin, Distribution
from lero_coordinator.combine.estimates import Estimate, Noisy
from lero_coordinator.combine.family import TOO_FEW, Reading, Slot, Sums
from lero_coordinator.combine.quantiles import quantile_estimate, spread
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.shares import Shares
from lero_coordinator.combine.statistic import (
    COUNT,
    DONE,
    DUE,
    LOWER_QUARTILE,
    MEDIAN,
    SHARE,
    UPPER_QUARTILE,
    Statistic,
    share_above,
)

_QUANTILES = {LOWER_QUARTILE: 0.25, MEDIAN: 0.5, UPPER_QUARTILE: 0.75}
_SCORED = replace(DONE, label="With a score")


def spread_of_bins(sums: Sums, wave: str, measure: Measure) -> float | None:
    """Standard deviation of the scores of one window, in points, from the bins of a distribution's sums."""
    codes = [own for own in sums.totals[""] if own[0] == wave and own[1] not in (EVERY, NOT_KNOWN)]
    bins = [Bin(*(int(end) for end in code.split("_to_"))) for _, code in codes]
    cells = [sums.of(*own) for own in codes]
    found = spread(bins, [cell.value for cell in cells], cells[0].variance)
    return None if found is None else found / measure.scale


@dataclass(frozen=True)
class _Window:
    """The cells of one window, in the order of the bins. whole: those with a score. due: with the others too."""

    name: str
    bins: Mapping[str, Noisy]
    whole: Noisy
    due: Noisy


class Distributions(Shares):
    """Counts and shares by band, position measures, and how many were due and had a score."""

    @property
    def kind(self) -> Distribution:
        """Of the table."""
        kind = self.question.table.kind
        assert isinstance(kind, Distribution)
        return kind

    @property
    def above(self) -> Statistic | None:
        """The share at or above the threshold, where one is declared."""
        threshold = self.kind.threshold
        return None if threshold is None else share_above(Bin(threshold, threshold).words(self.measure_asked))

    @property
    def measure_asked(self) -> Measure:
        """The measure of the table."""
        return self.measure(self.kind.measure)

    @property
    def slots(self) -> Sequence[Slot]:
        codes = [one.code for one in self.kind.bins]
        above = [self.above] if self.above is not None else []
        whole = (*above, LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE, _SCORED, DUE)
        return [
            slot
            for window in self.kind.windows
            for slot in (
                *(Slot(SHARE, (window.label, code)) for code in codes),
                *(Slot(COUNT, (window.label, code)) for code in (*codes, NOT_KNOWN)),
                *(Slot(statistic, (window.label, EVERY)) for statistic in whole),
            )
        ]

    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        found: dict[Slot, Reading] = {}
        for window in self.kind.windows:
            found |= self._of(self._window(sums, window.label), sums)
        return found

    def _window(self, sums: Sums, name: str) -> _Window:
        bins = {one.code: sums.of(name, one.code) for one in self.kind.bins}
        whole = Noisy(sum(n.value for n in bins.values()), sum(n.variance for n in bins.values()))
        return _Window(name, bins, whole, sums.of(name, EVERY))

    def _of(self, window: _Window, sums: Sums) -> Mapping[Slot, Reading]:
        done = self.count(window.whole, sums, parts=len(window.bins))
        due = self.count(window.due, sums, parts=len(window.bins) + 1)
        every = (window.name, EVERY)
        found = {Slot(_SCORED, every): done, Slot(DUE, every): due}
        for code, noisy in window.bins.items():
            found[Slot(SHARE, (window.name, code))] = self.share(noisy, window.whole, sums, done)
            found[Slot(COUNT, (window.name, code))] = self.count(noisy, sums)
        found[Slot(COUNT, (window.name, NOT_KNOWN))] = self.count(sums.of(window.name, NOT_KNOWN), sums)
        if self.above is not None:
            upper = [window.bins[one.code] for one in self.kind.bins if one.lower >= (self.kind.threshold or 0)]
            part = Noisy(sum(n.value for n in upper), sum(n.variance for n in upper))
            found[Slot(self.above, every)] = self.share(part, window.whole, sums, done)
        for statistic, q in _QUANTILES.items():
            found[Slot(statistic, every)] = self._quantile(window, q, sums, done)
        return found

    def _quantile(self, window: _Window, q: float, sums: Sums, done: Reading) -> Reading:
        counts = [noisy.value for noisy in window.bins.values()]
        variance = next(iter(window.bins.values())).variance
        estimate = quantile_estimate(
            self.kind.bins, counts, variance, q, sums.leros, self.icc, sampling=self.question.sampling
        )
        return TOO_FEW if estimate is None else Reading(_in_points(estimate, self.measure_asked), done.estimate)


def _in_points(stored: Estimate, measure: Measure) -> Estimate:
    scale = measure.scale
    return Estimate(
        stored.noisy / scale,
        stored.variance / scale**2,
        stored.value / scale,
        stored.lower / scale,
        stored.upper / scale,
    )
