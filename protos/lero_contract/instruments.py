"""Outcome instruments as data: ranges, direction and scoring facts, never an item's wording (most is copyright)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lero_policies import ROOT


@dataclass(frozen=True)
class Measure:
    """One number an instrument yields: its total or a subscale.

    id: instrument and measure, as in "sure.total". lower, upper: the instrument's own range in its own points.
    decimals: places a score may have; scores are stored as whole numbers of 10^-decimals points.
    direction: higher or lower, the better end. standard_deviation: a conservative one, in points, for sampling
    intervals. intraclass_correlation: between LEROs, for the design effect. reliable_change: in points, None where
    none is published.
    """

    id: str
    label: str
    lower: int
    upper: int
    decimals: int
    direction: str
    standard_deviation: float
    intraclass_correlation: float
    reliable_change: float | None
    note: str

    @property
    def scale(self) -> int:
        """Stored units in one point."""
        return int(10**self.decimals)


@dataclass(frozen=True)
class Instrument:
    """An instrument and where its facts come from. `basis` is "seen" or "memory".

    metric: raw score to metric score in points (SWEMWBS), empty where the raw score is reported.
    """

    id: str
    name: str
    version: str
    items: int
    item_range: str
    scoring: str
    licence: str
    basis: str
    source: str
    measures: tuple[Measure, ...]
    metric: Mapping[int, float]


def load_instruments() -> dict[str, Instrument]:
    """Every instrument by id. Raises ValueError where a file contradicts itself."""
    found: dict[str, Instrument] = {}
    for file in sorted(ROOT.joinpath("instruments").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            instrument = _instrument(tomllib.loads(file.read_text(encoding="utf-8")))
            found[instrument.id] = instrument
    return found


def _instrument(raw: Mapping[str, Any]) -> Instrument:
    return Instrument(
        id=raw["id"],
        name=raw["name"],
        version=raw["version"],
        items=raw["items"],
        item_range=raw["item_range"],
        scoring=raw["scoring"],
        licence=raw["licence"],
        basis=raw["basis"],
        source=raw["source"],
        measures=tuple(_measure(raw["id"], m) for m in raw["measures"]),
        metric={int(k): float(v) for k, v in raw.get("metric", {}).items()},
    )


def _measure(instrument: str, raw: Mapping[str, Any]) -> Measure:
    if not raw["lower"] < raw["upper"]:
        raise ValueError(f"{instrument}.{raw['id']}: lower must be below upper")
    if raw["direction"] not in ("higher", "lower"):
        raise ValueError(f"{instrument}.{raw['id']}: direction must be higher or lower")
    return Measure(
        id=f"{instrument}.{raw['id']}",
        label=raw["label"],
        lower=raw["lower"],
        upper=raw["upper"],
        decimals=raw.get("decimals", 0),
        direction=raw["direction"],
        standard_deviation=raw["standard_deviation"],
        intraclass_correlation=raw["intraclass_correlation"],
        reliable_change=raw.get("reliable_change"),
        note=raw.get("note", ""),
    )
