"""How complete records are: for each variable, members for whom it is known and for whom it is not."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.checking import distinct, require
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds.recovery import STATUS
from lero_contract.kinds.shape import COUNT, Axis, Shape, TableKind
from lero_contract.price import count_sensitivity

FIELD = "field"
KNOWN = "known"
_WORDS = {KNOWN: "Known", NOT_KNOWN: "Not known"}


@dataclass(frozen=True)
class Completeness(TableKind):
    """Variables of members, each known or not; one cell per member and variable.

    Of everyone who joined by the cut date. What a LERO does not collect at all is not known there.
    """

    variables: tuple[str, ...]

    def __post_init__(self) -> None:
        named = 0 < len(self.variables) <= 60 and distinct(self.variables)
        require(named, "A table of completeness needs between 1 and 60 variables, each once.")

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        known = {
            v.id: v.label
            for v in dictionary.variables.values()
            if v.table == "members" and v.type not in ("identifier", "flag")
        }
        for name in self.variables:
            if name not in known:
                raise Malformed(
                    f"The dictionary has no variable '{name}' of members.", f"Choose from: {', '.join(known)}."
                )
        labels = {name: known[name] for name in self.variables}
        axes = (Axis(FIELD, self.variables, labels), Axis(STATUS, tuple(_WORDS), _WORDS))
        return (Shape("", axes, (COUNT,), count_sensitivity(len(self.variables), 1), 1, price_nano_rho),)
