"""The mean of an instrument or subscale in each window: a count and a centred sum of one value per member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lero_contract.dictionary import Dictionary
from lero_contract.kinds.shape import CENTRED_SUM, COUNT, Axis, Centring, Shape, TableKind, measure_of
from lero_contract.kinds.times import Origin, Window, check_windows, first_window_day
from lero_contract.price import mean_sensitivity

WAVE = "wave"


@dataclass(frozen=True)
class Mean(TableKind):
    """The mean of one measure in each window; one value per member and window.

    It speaks of those who were reviewed, whoever else joined: nobody is due.
    """

    has_counts: ClassVar[bool] = False

    measure: str
    windows: tuple[Window, ...]
    origin: Origin = Origin.JOINING

    def __post_init__(self) -> None:
        check_windows(self.windows, self.origin)

    def needs(self) -> frozenset[str]:
        return frozenset({self.measure})

    def first_day(self) -> int | None:
        return first_window_day(self.windows, self.origin)

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        centring = Centring.of(measure_of(self.measure, dictionary))
        bound = mean_sensitivity(len(self.windows), centring.weight, centring.half_range)
        axes = (Axis(WAVE, tuple(w.label for w in self.windows)),)
        return (Shape("", axes, (COUNT, CENTRED_SUM), bound, centring.half_range, price_nano_rho, centring),)
