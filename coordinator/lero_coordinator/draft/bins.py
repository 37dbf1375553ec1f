"""Bins and thresholds in points become whole stored units, without gap or overlap, or it is said how to mend it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal

from lero_contract.instruments import Measure
from lero_coordinator.draft.parts import DraftBin, EachBins


class DraftFault(Exception):
    """A fault that only a draft can have. key: of the table, "" for the table itself; item: position in its list."""

    def __init__(self, key: str, words: str, item: int | None = None) -> None:
        super().__init__(words)
        self.key = key
        self.words = words
        self.item = item


def stored(points: Decimal, measure: Measure, key: str, item: int | None = None) -> int:
    """Points as whole stored units. Raises DraftFault for more decimal places than the measure has."""
    units = points * measure.scale
    if units != units.to_integral_value():
        allowed = f"at most {measure.decimals} decimal places" if measure.decimals else "whole points"
        raise DraftFault(key, f"{points} has too many decimal places: {measure.label} has {allowed}", item)
    return int(units)


def bins_of(bins: Sequence[DraftBin] | EachBins, threshold: int | None, measure: Measure) -> list[tuple[int, int]]:
    """Lower and upper end of every bin in stored units, both inside.

    threshold: in stored units; bins of equal width are laid so that one begins there, else from the lowest score on.
    """
    if isinstance(bins, EachBins):
        return _equal(stored(bins.each, measure, "bins"), threshold, measure)
    found = [(stored(b.lower, measure, "bins", i), stored(b.upper, measure, "bins", i)) for i, b in enumerate(bins)]
    for i, (lower, upper) in enumerate(found):
        if lower > upper:
            raise DraftFault("bins", "the bin ends before it begins", i)
    for i, ((_, upper), (lower, _)) in enumerate(itertools.pairwise(found), start=1):
        before = _points(lower - 1, measure)
        if lower <= upper:
            raise DraftFault(
                "bins", f"it overlaps the bin before: a score would count in both. End that one at {before}", i
            )
        if lower != upper + 1:
            raise DraftFault("bins", f"it leaves a gap after the bin before. End that one at {before}", i)
    return found


def _equal(width: int, threshold: int | None, measure: Measure) -> list[tuple[int, int]]:
    lowest, highest = measure.lower * measure.scale, measure.upper * measure.scale
    first = lowest if threshold is None else lowest + (threshold - lowest) % width
    starts = sorted({lowest, *range(first, highest + 1, width)})
    return [(start, after - 1) for start, after in itertools.pairwise([*starts, highest + 1])]


def _points(units: int, measure: Measure) -> str:
    return f"{units / measure.scale:.{measure.decimals}f}"
