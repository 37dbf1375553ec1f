"""Change of the same member between two windows: four outcomes, one cell each, beside the sum of change."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.checking import in_memory, require
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds.shape import COUNT, Axis, Centring, Shape, TableKind, measure_of
from lero_contract.kinds.times import Origin, Window, check_windows, first_window_day
from lero_contract.price import Sensitivity, count_sensitivity

OUTCOME = "outcome"
IMPROVED, NO_CHANGE, WORSENED, NOT_DONE = "improved", "no_reliable_change", "worsened", "not_done"
OUTCOMES = (IMPROVED, NO_CHANGE, WORSENED, NOT_DONE)
_WORDS = ("Reliably improved", "No reliable change", "Reliably worsened", "Due but not done")
SUM = "sum"


@dataclass(frozen=True)
class Change(TableKind):
    """From a baseline window to a follow-up window, of members whose follow-up window is over by the cut date.

    threshold: least change that counts as reliable, in whole stored units, above 0. Who completed both reviews is in
    one of the first three outcomes; who did not is due but not done. No comparison group is implied.
    """

    measure: str
    baseline: Window
    follow_up: Window
    threshold: int
    origin: Origin = Origin.JOINING

    def __post_init__(self) -> None:
        require(
            self.baseline.to_day < self.follow_up.from_day,
            f"The baseline '{self.baseline.label}' must end before the follow-up '{self.follow_up.label}' begins.",
        )
        check_windows((self.baseline, self.follow_up), self.origin)
        require(self.threshold > 0 and in_memory(self.threshold), "The threshold of a reliable change must be above 0.")

    @property
    def is_followed(self) -> bool:
        return self.origin is Origin.JOINING

    def needs(self) -> frozenset[str]:
        return frozenset({self.measure})

    def first_day(self) -> int | None:
        return first_window_day((self.baseline, self.follow_up), self.origin)

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        """Half of the price each for outcomes and sum: the same noise as one grid with count weight w = H."""
        measure = measure_of(self.measure, dictionary)
        whole = (measure.upper - measure.lower) * measure.scale
        if self.threshold > whole:
            raise Malformed(f"The threshold is above the whole range of {measure.label}.")
        half = price_nano_rho // 2
        if not half:
            raise Malformed("A change table needs a price of at least 2e-9 rho.")
        outcomes = Axis(OUTCOME, OUTCOMES, dict(zip(OUTCOMES, _WORDS, strict=True)))
        # A change lies within the range either way; its middle is 0, and nothing is counted beside it.
        centring = Centring(1, 0, whole, 0)
        bound = Sensitivity(1, whole, whole**2)
        return (
            Shape("", (outcomes,), (COUNT,), count_sensitivity(1, 1), 1, price_nano_rho - half),
            Shape(SUM, (), ("sum",), bound, whole, half, centring),
        )
