"""England's 153 upper-tier authorities with their regions, other nations as single areas; old codes accepted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from lero_policies import ROOT

NATIONS = ("W92000004", "S92000003", "N92000002")


@dataclass(frozen=True)
class Area:
    """An authority, or one of the other nations. Dates are ISO days; valid_to is empty while the code is in force."""

    code: str
    name: str
    region: str
    valid_from: str
    valid_to: str
    population: int

    @property
    def in_england(self) -> bool:
        """Whether the area lies in one of England's nine regions."""
        return self.code not in NATIONS


@dataclass(frozen=True)
class Geography:
    """Areas and regions by code. `old_codes` maps a retired code to the current codes it became, one or several.

    old_names: the name each retired code had.
    """

    areas: Mapping[str, Area]
    regions: Mapping[str, str]
    old_codes: Mapping[str, tuple[str, ...]]
    old_names: Mapping[str, str] = field(default_factory=dict)

    def region_of(self, code: str) -> str | None:
        """Region code of a current or retired area code; None for a code that is neither, or a split across regions."""
        if code in self.areas:
            return self.areas[code].region
        regions = {self.areas[new].region for new in self.old_codes.get(code, ())}
        return regions.pop() if len(regions) == 1 else None

    def current(self, code: str) -> str | None:
        """The one current code a code stands for; None where it is unknown, or was split (see `region_of`)."""
        if code in self.areas:
            return code
        successors = self.old_codes.get(code, ())
        return successors[0] if len(successors) == 1 else None


def load_geography() -> Geography:
    """Read from `lero_policies/geography`."""
    areas = {
        row["code"]: Area(
            row["code"],
            row["name"],
            row["region_code"],
            row["valid_from"],
            row["valid_to"],
            int(row["population"]),
        )
        for row in _rows("areas.csv")
    }
    old: dict[str, tuple[str, ...]] = {}
    old_names: dict[str, str] = {}
    for row in _rows("old_codes.csv"):
        old[row["old_code"]] = (*old.get(row["old_code"], ()), row["new_code"])
        old_names[row["old_code"]] = row["old_name"]
    regions = {row["code"]: row["name"] for row in _rows("regions.csv")}
    return Geography(areas, regions, old, old_names)


def _rows(name: str) -> list[dict[str, str]]:
    text = ROOT.joinpath("geography", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
