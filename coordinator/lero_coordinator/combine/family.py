"""What a family of tables is: the figures it publishes for a group of members, and how noisy sums become them. Pure.

The figures and their order follow from the table alone, so that a withheld place lists the same ones.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.dictionary import Dictionary
from lero_contract.instruments import Measure
from lero_contract.kinds import Axis
from lero_contract.plan import Part
from lero_contract.request import Table
from lero_coordinator.combine.estimates import Estimate, Noisy, count_estimate, count_half_width
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.statistic import Statistic
from lero_coordinator.combine.totals import Total

Codes = tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One table as it is combined. parts: by name, "" the main one, as planned by a node that collects all of it.

    sampling: whether intervals of ratios add sampling to the noise; never False in what is published.
    """

    table: Table
    parts: Mapping[str, Part]
    dictionary: Dictionary
    sampling: bool = True

    @property
    def own_axes(self) -> tuple[Axis, ...]:
        """The kind's own axes of the main part."""
        return self.parts[""].shape.axes


@dataclass(frozen=True)
class Sums:
    """The noisy sums of one place and one combination of dimensions.

    totals: by part, then by the codes of the kind's own axes, margins included. leros: behind them.
    split: groups of dimensions that are added up in it. beside: the same group of a table of the same scores by bin.
    """

    totals: Mapping[str, Mapping[Codes, Total]]
    scales: Mapping[str, float]
    leros: int
    split: int = 1
    beside: Sums | None = None

    def of(self, *codes: str, part: str = "", position: int = 0) -> Noisy:
        """One sum. position: among the values that a group of cells carries."""
        total = self.totals[part][codes]
        return Noisy(total.values[position], total.cells * self.scales[part] ** 2)


@dataclass(frozen=True)
class Slot:
    """One figure of a group: the statistic, and one code for each of the kind's own axes."""

    statistic: Statistic
    codes: Codes


@dataclass(frozen=True)
class Reading:
    """What stands in a slot. estimate: None where it is too few to show. people: the members a ratio is of."""

    estimate: Estimate | None
    people: Estimate | None = None
    is_lower_bound: bool = False


TOO_FEW = Reading(None)


@dataclass(frozen=True)
class Family(ABC):
    """The figures of one table."""

    question: Question

    @property
    @abstractmethod
    def main(self) -> Statistic:
        """The statistic that the table is asked for."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The kind's own axes as they are published."""
        return self.question.own_axes

    @property
    @abstractmethod
    def slots(self) -> Sequence[Slot]:
        """Every figure of a group, in the order in which they are published."""

    @abstractmethod
    def readings(self, sums: Sums) -> Mapping[Slot, Reading]:
        """What stands in each slot."""

    def measure(self, name: str) -> Measure:
        """A measure of the dictionary."""
        return self.question.dictionary.measures[name]

    def count(self, noisy: Noisy, sums: Sums, *, parts: int = 1, is_lower_bound: bool = False) -> Reading:
        """A count, hidden where its noise is too wide: the plan alone decides, never its value.

        parts: declared groups it adds up beside the dimensions; a total of n may be wider by the root of n.
        """
        widest = self.question.table.hide_wider_than * math.sqrt(parts * sums.split)
        if count_half_width(noisy.variance) > widest:
            return TOO_FEW
        return Reading(count_estimate(round(noisy.value), noisy.variance), None, is_lower_bound)

    @property
    def icc(self) -> float:
        """Likeness of yes/no figures within a LERO."""
        return self.question.dictionary.share_icc


def with_margin(axis: Axis) -> Codes:
    """An axis's codes after the margin's."""
    return (EVERY, *axis.codes)
