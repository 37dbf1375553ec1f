"""Long-term recovery: of members due at each point, in recovery, not in recovery, and unknown, always together."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.kinds.shape import COUNT, Axis, Shape, TableKind
from lero_contract.kinds.times import Origin, Window, check_windows
from lero_contract.price import count_sensitivity

POINT = "point"
STATUS = "status"
IN_RECOVERY, NOT_IN_RECOVERY = "in_recovery", "not_in_recovery"
STATUSES = {IN_RECOVERY: "In recovery", NOT_IN_RECOVERY: "Not in recovery", NOT_KNOWN: "Not known"}


@dataclass(frozen=True)
class Recovery(TableKind):
    """What the review nearest the middle of each window says of recovery; one cell per member and window.

    A member is due at a window that is over by the cut date. Who has left, or was not asked, is not known: never left
    out, and never taken for either.
    """

    windows: tuple[Window, ...]

    def __post_init__(self) -> None:
        check_windows(self.windows, Origin.JOINING)

    @property
    def is_followed(self) -> bool:
        return True

    def needs(self) -> frozenset[str]:
        return frozenset({"recovery_now"})

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        axes = (Axis(POINT, tuple(w.label for w in self.windows)), Axis(STATUS, tuple(STATUSES), STATUSES))
        return (Shape("", axes, (COUNT,), count_sensitivity(len(self.windows), 1), 1, price_nano_rho),)
