"""What a kind of table compiles to: grids of cells, and the most that one member can add to them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.instruments import Measure
from lero_contract.price import Sensitivity

COUNT = "count"
CENTRED_SUM = "centred_sum"


@dataclass(frozen=True)
class Axis:
    """A name and its codes, in the order of the cells. labels: words for codes that no closed list names."""

    name: str
    codes: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Centring:
    """How a bounded number becomes a whole number around the middle of its range.

    A number x (whole stored units) adds `factor * x - middle` to the sum, at most `half_range` either way, and `weight`
    to the count. factor is 2 where the range is odd, so that the middle is whole, else 1.
    """

    factor: int
    middle: int
    half_range: int
    weight: int

    @classmethod
    def between(cls, lower: int, upper: int) -> Centring:
        """For numbers of a range known in advance, so that the clamp leaks nothing; w = H is the minimax choice."""
        factor = 1 if (lower + upper) % 2 == 0 else 2
        half_range = factor * (upper - lower) // 2
        return cls(factor, factor * (lower + upper) // 2, half_range, half_range)

    @classmethod
    def of(cls, measure: Measure) -> Centring:
        """From the instrument's own range, in stored units."""
        return cls.between(measure.lower * measure.scale, measure.upper * measure.scale)


@dataclass(frozen=True)
class Shape:
    """One grid of a table, beside the table's dimensions, with one noise scale.

    part: "" for the table's main grid, else the name of the grid that stands beside it.
    axes: the kind's own, after the dimensions. is_split: whether the dimensions split it; a companion is of the whole.
    values: what each group of cells carries. greatest_cell: the most one member adds to one cell, either way.
    price_nano_rho: this grid's share of the table's price.
    """

    part: str
    axes: tuple[Axis, ...]
    values: tuple[str, ...]
    sensitivity: Sensitivity
    greatest_cell: int
    price_nano_rho: int
    centring: Centring | None = None
    is_split: bool = True

    @property
    def own_groups(self) -> int:
        """Groups of cells within one combination of the dimensions."""
        return math.prod(len(axis.codes) for axis in self.axes)


class TableKind(ABC):
    """One kind of question. Frozen; each checks itself when it is made, and raises Malformed in words.

    has_counts: whether it publishes counts, which are hidden where their noise is too wide; a mean alone has none.
    """

    has_counts: ClassVar[bool] = True

    @property
    def is_followed(self) -> bool:
        """Whether it follows members from their joining: then those who joined before records are complete are out."""
        return False

    def needs(self) -> frozenset[str]:
        """What a node must collect for it, beside its dimensions: variables, measures, or names of other tables."""
        return frozenset()

    def first_day(self) -> int | None:
        """The first calendar day it counts; None where it has none of its own."""
        return None

    @abstractmethod
    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        """Its grids, the main one first. Raises Malformed for a name or a bound that the dictionary does not have."""


def measure_of(name: str, dictionary: Dictionary) -> Measure:
    """A measure by its id. Raises Malformed for one that the dictionary does not have."""
    if name not in dictionary.measures:
        raise Malformed(f"The dictionary has no measure '{name}'.")
    return dictionary.measures[name]
