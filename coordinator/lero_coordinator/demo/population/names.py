"""Names for made-up LEROs and members: coined words only, so that none is, or looks like, a real charity or person."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_STEMS: Final = (
    "Ambermoor", "Brackenfell", "Brindlewick", "Calderhythe", "Copperfen", "Cressholt", "Dapplemere", "Drovestone",
    "Eddermarsh", "Elderquay", "Fallowgarth", "Fernhollow", "Flintacre", "Foxglade", "Gorsewater", "Greyheron",
    "Hartsbeck", "Hazelstrand", "Heathervale", "Hollowmere", "Inglemoss", "Ivythorpe", "Juniperlea", "Kestrelholm",
    "Kingcuplea", "Lanternhithe", "Larkrigg", "Linnetshaw", "Lowtarn", "Maplegarth", "Marlstone", "Merlinfold",
    "Mistlebeck", "Nettlecombe", "Oakhanger", "Orchardmoss", "Osierbank", "Otterfleet", "Pebblecote", "Plovermead",
    "Quillbrook", "Ravelsea", "Redstartlow", "Rowanhithe", "Rushwater", "Sallowfield", "Sedgelands", "Silverholt",
    "Skylarkden", "Sorrelhead", "Starlingmoor", "Swallowgate", "Tansyford", "Teaselcroft", "Thistlequay", "Turnfold",
    "Umberdale", "Wagtailness", "Willowhythe", "Yarrowstead",
)  # fmt: skip
_KINDS: Final = (
    "Circle",
    "Kin",
    "Together",
    "Lanterns",
    "Hearth",
    "Ferry",
    "Commons",
    "Threshold",
    "Allotment",
    "Signal",
)
_FIRST: Final = ("Vor", "Quil", "Zem", "Tal", "Oru", "Bex", "Ild", "Nar", "Pel", "Yss", "Dro", "Uma")
_MIDDLE: Final = ("ani", "ovex", "ith", "ubra", "ellow", "azim", "oq", "unter", "ixa", "omb")
_LAST: Final = (
    "thwane",
    "quist",
    "morvel",
    "drixon",
    "pelloway",
    "zander",
    "bruskin",
    "vantle",
    "gribbin",
    "fettlemar",
)

MOST_LEROS: Final = len(_STEMS)


def lero_names(rng: np.random.Generator, number: int) -> list[str]:
    """`number` different invented names, at most MOST_LEROS."""
    stems = rng.permutation(len(_STEMS))[:number]
    return [f"{_STEMS[stem]} {_KINDS[index % len(_KINDS)]}" for index, stem in enumerate(stems)]


def member_names(rng: np.random.Generator, number: int) -> NDArray[np.object_]:
    """Coined names for members; no mapping reads them, so they must never be seen again."""
    first = np.array([a + b for a in _FIRST for b in _MIDDLE], dtype=object)
    last = np.array([a + b for a in _FIRST for b in _LAST], dtype=object)
    chosen: NDArray[np.object_] = (
        first[rng.integers(len(first), size=number)] + " " + last[rng.integers(len(last), size=number)]
    )
    return chosen
