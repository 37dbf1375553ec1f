"""Members at a date, joined or referred in a period, or ever: each in one cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lero_contract.checking import require
from lero_contract.dictionary import Dictionary
from lero_contract.kinds.shape import COUNT, Shape, TableKind
from lero_contract.kinds.times import Period
from lero_contract.price import count_sensitivity


class Basis(Enum):
    """Which members a headcount counts."""

    AT_CUT_DATE = "at_cut_date"
    JOINED = "joined"
    REFERRED = "referred"
    EVER = "ever"


@dataclass(frozen=True)
class Headcount(TableKind):
    """Members, each in one cell."""

    basis: Basis
    period: Period | None

    def __post_init__(self) -> None:
        wanted = self.basis in (Basis.JOINED, Basis.REFERRED)
        require((self.period is not None) == wanted, f"A headcount '{self.basis.value}' has its period wrong.")

    def needs(self) -> frozenset[str]:
        return frozenset({"referred"} if self.basis is Basis.REFERRED else ())

    def first_day(self) -> int | None:
        return self.period.first if self.period is not None else None

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        return (Shape("", (), (COUNT,), count_sensitivity(1, 1), 1, price_nano_rho),)
