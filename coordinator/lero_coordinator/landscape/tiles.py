"""Where each authority stands on the tile map, and the three letters by which it is known there."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lero_contract.geography import Geography
from lero_policies import ROOT

_SMALL_WORDS = frozenset({"and", "of", "the", "upon", "with", "city", "county", "isles", "isle"})


@dataclass(frozen=True)
class Tile:
    """One area's square. column from the left, row from the top, both from 0. label: three letters, unique."""

    code: str
    name: str
    region: str
    column: int
    row: int
    label: str


def load_tiles(geography: Geography) -> tuple[Tile, ...]:
    """One tile for each area of the geography, in code order. Raises ValueError where the layout lacks one."""
    text = ROOT.joinpath("geography", "tiles.csv").read_text(encoding="utf-8")
    placed = {row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(io.StringIO(text))}
    if placed.keys() != geography.areas.keys():
        raise ValueError("the tile layout and the geography do not hold the same areas")
    labels = short_labels({code: area.name for code, area in geography.areas.items()})
    return tuple(
        Tile(code, area.name, area.region, *placed[code], labels[code])
        for code, area in sorted(geography.areas.items())
    )


def short_labels(names: Mapping[str, str]) -> dict[str, str]:
    """Three letters for each name, no two alike; given out in the order of the names, so that they never wander."""
    taken: set[str] = set()
    found: dict[str, str] = {}
    for code, name in sorted(names.items(), key=lambda item: (item[1], item[0])):
        found[code] = _first_free(_candidates(name), taken)
        taken.add(found[code].lower())
    return found


def _candidates(name: str) -> Iterator[str]:
    """Beginning of the word, or the initials; then the first letter with any two later ones, in order."""
    words = [w for w in name.replace(",", "").replace("-", " ").split() if w.lower() not in _SMALL_WORDS]
    if len(words) >= 3:
        yield "".join(word[0] for word in words[:3]).upper()
    if len(words) >= 2:
        yield words[0][0] + words[1][:2].title()
        yield words[0][:2] + words[1][0]
    yield words[0][:3]
    letters = [letter for letter in "".join(words) if letter.isalpha()]
    for pair in itertools.combinations(letters[1:], 2):
        yield letters[0] + "".join(pair).lower()


def _first_free(candidates: Iterable[str], taken: set[str]) -> str:
    return next(c for c in candidates if len(c) == 3 and c.lower() not in taken)
