"""Variables, dimensions, measures and geography as both sides read them from `lero_policies`, with one digest over all.

Two parties that hold the same digest compile the same request to the same cells.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lero_contract.geography import Geography, load_geography
from lero_contract.instruments import Instrument, Measure, load_instruments
from lero_policies import ROOT

NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Category:
    """One value of a closed list: the code that travels and its label in words."""

    code: str
    label: str


@dataclass(frozen=True)
class Variable:
    """One thing a LERO may record.

    table: members, reviews, activities or milestones.
    type: identifier, category, area, date, year, flag, whole or score.
    categories: the closed list, ending with "not known"; empty unless type is category.
    spellings: lower-case spellings seen in real exports, each with the code it means.
    """

    id: str
    table: str
    type: str
    label: str
    required: bool
    categories: tuple[Category, ...]
    spellings: Mapping[str, str]
    headings: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Band:
    """A closed interval of whole years; upper is None for an open end."""

    code: str
    label: str
    lower: int
    upper: int | None


@dataclass(frozen=True)
class Dimension:
    """A way to split members into cells, from one variable; the last category is "not known".

    bands: for a dimension cut from birth_year, by age in years at the request's cut date; else empty.
    """

    id: str
    label: str
    variable: str
    categories: tuple[Category, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Dictionary:
    """Everything a table may speak of. `digest` is SHA-256 over the files it was read from."""

    id: str
    version: int
    variables: Mapping[tuple[str, str], Variable]
    dimensions: Mapping[str, Dimension]
    instruments: Mapping[str, Instrument]
    measures: Mapping[str, Measure]
    purposes: Mapping[str, str]
    geography: Geography
    share_icc: float
    digest: bytes

    def variable(self, table: str, name: str) -> Variable:
        """The variable of that table. Raises KeyError for a name the dictionary does not have."""
        return self.variables[(table, name)]


@cache
def load_dictionary() -> Dictionary:
    """The core dictionary that this installation carries. Raises ValueError where a file contradicts itself."""
    raw = tomllib.loads(ROOT.joinpath("dictionary", "core-v1.toml").read_text(encoding="utf-8"))
    variables = {(v.table, v.id): v for v in (_variable(entry) for entry in raw["variables"])}
    instruments = load_instruments()
    measures = {m.id: m for instrument in instruments.values() for m in instrument.measures}
    geography = load_geography()
    return Dictionary(
        id=raw["id"],
        version=raw["version"],
        variables=variables,
        dimensions=_dimensions(raw["dimensions"], variables),
        instruments=instruments,
        measures=measures,
        purposes={p["code"]: p["label"] for p in raw["purposes"]},
        geography=geography,
        share_icc=raw["share_icc"],
        digest=_digest(),
    )


def _variable(raw: Mapping[str, Any]) -> Variable:
    categories = tuple(Category(c["code"], c["label"]) for c in raw.get("categories", ()))
    if raw["type"] == "category" and (not categories or categories[-1].code != NOT_KNOWN):
        raise ValueError(f"variable {raw['id']}: the closed list must end with {NOT_KNOWN}")
    return Variable(
        id=raw["id"],
        table=raw["table"],
        type=raw["type"],
        label=raw["label"],
        required=raw.get("required", False),
        categories=categories,
        spellings={s.lower(): c["code"] for c in raw.get("categories", ()) for s in c.get("spellings", ())},
        headings=tuple(raw.get("headings", ())),
        note=raw.get("note", ""),
    )


def _dimensions(extra: list[Mapping[str, Any]], variables: Mapping[tuple[str, str], Variable]) -> dict[str, Dimension]:
    """Every category variable of members is a dimension by its own name; age bands are declared beside them."""
    found = {
        v.id: Dimension(v.id, v.label, v.id, v.categories, ())
        for v in variables.values()
        if v.table == "members" and v.type == "category"
    }
    for raw in extra:
        bands = tuple(Band(b["code"], b["label"], b["lower"], b.get("upper")) for b in raw["bands"])
        categories = (*(Category(b.code, b.label) for b in bands), Category(NOT_KNOWN, "Not known"))
        found[raw["id"]] = Dimension(raw["id"], raw["label"], raw["from"], categories, bands)
    return found


def _digest() -> bytes:
    """SHA-256 over the name and bytes of every file that gives meaning to a cell, in name order."""
    total = hashlib.sha256(b"lero-dictionary-v1\0")
    for folder in ("dictionary", "geography", "instruments"):
        for file in sorted(ROOT.joinpath(folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith((".toml", ".csv")) and file.name != "tiles.csv":  # tiles are only drawn
                content = file.read_bytes()
                total.update(f"{folder}/{file.name}\0{len(content)}\0".encode())
                total.update(content)
    return total.digest()
