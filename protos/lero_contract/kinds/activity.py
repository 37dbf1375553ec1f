"""Contacts or active members by period and kind, capped for each member; what the cap cuts off is measured too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lero_contract.checking import are_apart, distinct, require
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds.shape import CENTRED_SUM, COUNT, Axis, Centring, Shape, TableKind
from lero_contract.kinds.times import Origin, Slice
from lero_contract.price import count_sensitivity, mean_sensitivity

MAX_CONTACTS = 10_000
PERIOD = "period"
KIND = "kind"
LEFT_OUT = "left_out"


class Unit(Enum):
    """What an activity table counts."""

    CONTACTS = "contacts"
    ACTIVE_MEMBERS = "active_members"


@dataclass(frozen=True)
class Companion:
    """The measure of what the cap cuts off: per member, min(wanted, most) - min(kept, most), as a (count, sum) pair.

    Only members of whom something is left out are counted. It is of the whole node, not split. most: in the table's
    unit, over all its cells together. price_nano_rho: its part of the table's price.
    """

    most: int
    price_nano_rho: int


@dataclass(frozen=True)
class Activity(TableKind):
    """Contacts, or active members, by period; each member touches at most `max_cells` cells, each by `max_per_cell`.

    origin: whether the slices are of the calendar or of the days since joining. companion: needed wherever the bounds
    can cut something.
    """

    unit: Unit
    slices: tuple[Slice, ...]
    kinds: tuple[str, ...]
    split_by_kind: bool
    max_cells: int
    max_per_cell: int
    companion: Companion | None = None
    origin: Origin = Origin.CALENDAR

    def __post_init__(self) -> None:
        require(0 < len(self.slices) <= 120, "An activity table needs between 1 and 120 periods.")
        require(distinct(s.label for s in self.slices), "Two periods have the same label.")
        spans = [(s.period.first, s.period.last) for s in self.slices]
        require(are_apart(spans), "The periods of an activity table must be in order and apart.")
        require(bool(self.kinds) and distinct(self.kinds), "An activity table needs its kinds, each once.")
        inside = 0 < self.max_cells <= self.groups
        require(inside, f"max_cells must be between 1 and {self.groups}, the cells a member could touch.")
        capped = 0 < self.max_per_cell <= MAX_CONTACTS
        require(capped, f"max_per_cell must be between 1 and {MAX_CONTACTS}.")
        counted_once = self.unit is Unit.CONTACTS or self.max_per_cell == 1
        require(counted_once, "An active member counts once in a cell: max_per_cell must be 1.")
        self._check_companion()

    def _check_companion(self) -> None:
        require(
            (self.companion is not None) == self.is_capped,
            "A table whose bounds can cut something needs its companion (left_out), any other has none.",
        )
        if self.companion is not None:
            most = MAX_CONTACTS * 10
            require(
                self.max_per_cell < self.companion.most <= most,
                f"left_out.most must be above max_per_cell ({self.max_per_cell}) and at most {most:,}: it is the most "
                "of one member, over all cells together, that is measured.",
            )
            require(self.companion.price_nano_rho > 0, "The companion needs a price above 0.")

    @property
    def groups(self) -> int:
        """Cells one member could touch without a bound."""
        return len(self.slices) * (len(self.kinds) if self.split_by_kind else 1)

    @property
    def is_capped(self) -> bool:
        """Whether the bounds can leave something out; active members who may count in every cell lose nothing."""
        return self.unit is Unit.CONTACTS or self.max_cells < self.groups

    @property
    def is_followed(self) -> bool:
        return self.origin is Origin.JOINING

    def needs(self) -> frozenset[str]:
        return frozenset({"activities"})

    def first_day(self) -> int | None:
        return self.slices[0].period.first if self.origin is Origin.CALENDAR else None

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        known = {c.code for c in dictionary.variable("activities", "kind").categories}
        if not set(self.kinds) <= known:
            raise Malformed("A kind of activity is not in the dictionary.", f"Choose from: {', '.join(sorted(known))}.")
        periods = Axis(PERIOD, tuple(s.label for s in self.slices))
        axes = (periods, Axis(KIND, self.kinds)) if self.split_by_kind else (periods,)
        beside = self.companion.price_nano_rho if self.companion is not None else 0
        if beside >= price_nano_rho:
            raise Malformed("The companion's price must be less than the price of its table.")
        bound = count_sensitivity(self.max_cells, self.max_per_cell)
        main = Shape("", axes, (self.unit.value,), bound, self.max_per_cell, price_nano_rho - beside)
        return (main,) if self.companion is None else (main, self.companion_shape(self.companion))

    @staticmethod
    def companion_shape(companion: Companion) -> Shape:
        """Two cells: how many members are cut, and by how much in all, around the middle of 0 to `most`."""
        centring = Centring.between(0, companion.most)
        return Shape(
            part=LEFT_OUT,
            axes=(),
            values=(COUNT, CENTRED_SUM),
            sensitivity=mean_sensitivity(1, centring.weight, centring.half_range),
            greatest_cell=centring.half_range,
            price_nano_rho=companion.price_nano_rho,
            centring=centring,
            is_split=False,
        )
