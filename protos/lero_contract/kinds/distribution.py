"""How scores are spread over declared bins, among members whose window is over; those without a score have a cell."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from lero_contract.checking import in_memory, require
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Malformed
from lero_contract.instruments import Measure
from lero_contract.kinds.mean import WAVE
from lero_contract.kinds.shape import COUNT, Axis, Shape, TableKind, measure_of
from lero_contract.kinds.times import Origin, Window, check_windows, first_window_day
from lero_contract.price import count_sensitivity

BIN = "bin"


@dataclass(frozen=True)
class Bin:
    """Scores from `lower` to `upper`, both inside, in whole stored units."""

    lower: int
    upper: int

    def __post_init__(self) -> None:
        require(in_memory(self.lower, self.upper), "A bin must lie within an instrument's range.")
        require(self.lower <= self.upper, f"The bin from {self.lower} to {self.upper} ends before it begins.")

    @property
    def code(self) -> str:
        """As on the axis."""
        return f"{self.lower}_to_{self.upper}"

    def words(self, measure: Measure) -> str:
        """In points, as in "21 to 30"."""
        lower, upper = (f"{end / measure.scale:.{measure.decimals}f}" for end in (self.lower, self.upper))
        return f"{lower} to {upper}" if lower != upper else lower


@dataclass(frozen=True)
class Distribution(TableKind):
    """Scores of one measure in each window by bin: one cell per member and window.

    bins: in order, without a gap, over the whole range of the measure. threshold: the least score of the upper part
    whose share is published, a bin's lower end; None where no share is asked for.
    """

    measure: str
    windows: tuple[Window, ...]
    bins: tuple[Bin, ...]
    threshold: int | None = None
    origin: Origin = Origin.JOINING

    def __post_init__(self) -> None:
        check_windows(self.windows, self.origin)
        require(2 <= len(self.bins) <= 60, "A distribution needs between 2 and 60 bins.")
        for a, b in itertools.pairwise(self.bins):
            pair = f"The bins {a.lower} to {a.upper} and {b.lower} to {b.upper}"
            require(a.upper < b.lower, f"{pair} overlap: a score would count in both.")
            require(a.upper + 1 == b.lower, f"{pair} leave a gap: a score between them would count in neither.")
        inside = self.threshold is None or self.threshold in [b.lower for b in self.bins[1:]]
        require(inside, "The threshold must be where a bin begins, and not the first.")

    @property
    def is_followed(self) -> bool:
        return self.origin is Origin.JOINING

    def needs(self) -> frozenset[str]:
        return frozenset({self.measure})

    def first_day(self) -> int | None:
        return first_window_day(self.windows, self.origin)

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        measure = measure_of(self.measure, dictionary)
        ends = (measure.lower * measure.scale, measure.upper * measure.scale)
        if (self.bins[0].lower, self.bins[-1].upper) != ends:
            raise Malformed(
                f"The bins must run from {measure.lower} to {measure.upper}, the whole range of {measure.label}.",
                "Give the first and last bin those ends.",
            )
        labels = {b.code: b.words(measure) for b in self.bins} | {NOT_KNOWN: "No score"}
        bins = Axis(BIN, (*(b.code for b in self.bins), NOT_KNOWN), labels)
        axes = (Axis(WAVE, tuple(w.label for w in self.windows)), bins)
        return (Shape("", axes, (COUNT,), count_sensitivity(len(self.windows), 1), 1, price_nano_rho),)
