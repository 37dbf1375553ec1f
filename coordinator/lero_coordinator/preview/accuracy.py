"""From a wanted accuracy to the least price that buys it, and words for what no price can buy. Pure.

A wish is written as people say it: "±10 people in a region", "+/- 1 point of SURE", or short, "10@region".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from lero_contract.errors import DataNotValid
from lero_contract.request import MAX_NANO_RHO
from lero_coordinator.preview.widths import (
    AUTHORITY,
    CONTACTS,
    LERO,
    NATION,
    ONE_REGION,
    PEOPLE,
    PERCENT,
    POINTS,
    Width,
)

_LONG = re.compile(
    r"\s*(?:±|\+\s*/?\s*-)?\s*(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|[a-z ]*?)\s*"
    r"(?:\bof\s+[\w./-]+(?:\s+[\w./-]+)?)?\s*(?:\b(?:in|for|at|over|per)\s+(?P<place>[a-z ]+?))?\s*",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\s*±?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>%|pp)?\s*@\s*(?P<place>[a-z ]+?)\s*", re.IGNORECASE)
_PLACES = {
    "lero": LERO,
    "node": LERO,
    "authority": AUTHORITY,
    "authority with one lero": AUTHORITY,
    "area": AUTHORITY,
    "region": ONE_REGION,
    "nation": NATION,
    "england": NATION,
    "country": NATION,
}
_UNITS = {
    "people": PEOPLE,
    "person": PEOPLE,
    "member": PEOPLE,
    "members": PEOPLE,
    "contact": CONTACTS,
    "contacts": CONTACTS,
    "point": POINTS,
    "points": POINTS,
    "%": PERCENT,
    "pp": PERCENT,
    "percent": PERCENT,
    "per cent": PERCENT,
    "percentage point": PERCENT,
    "percentage points": PERCENT,
    "": "",
}
HOW = 'Write, for example, "±10 people in a region", "±1 point in the nation", "±5 percentage points" or "10@region".'


@dataclass(frozen=True)
class Wish:
    """Half of the 95% interval wanted of the middle figure of a place. unit: of a width, or empty."""

    amount: float
    unit: str
    place: str

    @property
    def words(self) -> str:
        """As in "± 10 people in a region"."""
        return " ".join(filter(None, (f"± {self.amount:g}", self.unit, f"in {self.place}")))


def read_wish(words: str) -> Wish:
    """Raises DataNotValid for words that are no wish. Without a place the nation is meant."""
    found = _SHORT.fullmatch(words) or _LONG.fullmatch(words)
    if found is None:
        raise DataNotValid(f'"{words}" is not an accuracy.', HOW)
    place = re.sub(r"^(a|an|the|each|one)\s+", "", (found["place"] or "nation").strip().lower())
    unit = (found["unit"] or "").strip().lower()
    if place not in _PLACES:
        known = "Use a LERO, an authority, a region or the nation."
        raise DataNotValid(f'"{words}": there is no place "{place}".', known)
    if unit not in _UNITS:
        units = "people, contacts, points or percentage points"
        raise DataNotValid(f'"{words}": "{unit}" is no unit.', f"Use {units}.")
    amount = float(found["amount"].replace(",", ""))
    if amount <= 0:
        raise DataNotValid(f'"{words}": an accuracy is above 0.', HOW)
    return Wish(amount, _UNITS[unit], _PLACES[place])


def least_price(wish: Wish, width_at: Callable[[int], Width]) -> int:
    """The least price of a table, in 1e-9 rho, at which its figure is as exact as wanted.

    width_at: the middle figure's width at a price; never wider at a higher one. Raises DataNotValid where no price
    reaches it, with the number that sampling alone allows and what to do.
    """
    dearest = width_at(MAX_NANO_RHO)
    if dearest.sampling >= wish.amount:
        raise DataNotValid(
            f"No price buys {wish.words}: sampling alone is ± {dearest.sampling:.2g} {dearest.unit} there, with about "
            f"{dearest.people:,.0f} people behind the figure.",
            f"Ask for ± {_above(dearest.sampling)} or more, at a larger place, or split by less.",
        )
    if dearest.half > wish.amount:
        raise DataNotValid(
            f"No price up to {MAX_NANO_RHO // 10**9} rho buys {wish.words}.", "Ask for less, or at a larger place."
        )
    low, high = 0, MAX_NANO_RHO
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width_at(middle).half <= wish.amount else (middle, high)
    return high


def _above(half: float) -> str:
    """The next number of two digits above a half-width: noise needs some room beside sampling."""
    step = 10.0 ** (math.floor(math.log10(half)) - 1)
    return f"{(math.floor(half / step) + 1) * step:.6g}"


def scaled(prices: dict[str, int], total: int) -> dict[str, int]:
    """Prices in the same proportions that together are exactly `total`, each at least 1; all in 1e-9 rho.

    The units that rounding leaves go to the largest remainders, the first where equal.
    """
    if total < len(prices):
        raise DataNotValid("The price is too small to share out over the tables.", "Give a larger --rho.")
    whole = sum(prices.values())
    found = {name: max(1, price * total // whole) for name, price in prices.items()}
    by_remainder = sorted(prices, key=lambda name: -(prices[name] * total % whole))
    spare = total - sum(found.values())
    for name in by_remainder[: max(0, spare)]:
        found[name] += 1
    for name in sorted(found, key=lambda name: -found[name])[:1]:
        found[name] += min(0, spare)  # where the least price of 1 lifted small ones
    return found
