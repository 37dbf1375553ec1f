"""Splits a public research file into its real sites, and computes from the same file what a federation should find.

The file is de-identified trial data from the United States; sites are put on English authorities for illustration only,
and every page made from them says so. Nothing here is ever asked of a node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_contract.errors import DataNotValid

AGES_TRUE_IN: Final = 2025  # the year the mapping for this file takes for its ages
CTN_CUT_DATE: Final = date(2025, 12, 31)

_COLUMNS: Final = frozenset({"person_id", "site", "age", "male", "period", "opioid_days"})
_SEXES: Final = {"Yes": "male", "No": "female", "": NOT_KNOWN}
# Three to five authorities of each region, in the order of the sites' names.
_AREAS: Final = (
    *("E06000002", "E08000024", "E08000037"),
    *("E06000008", "E08000003", "E08000012", "E08000006", "E10000017"),
    *("E06000010", "E08000032", "E08000035", "E08000039"),
    *("E06000015", "E06000016", "E06000018"),
    *("E06000021", "E08000025", "E08000026", "E08000031"),
    *("E06000031", "E06000033", "E10000020"),
    *("E09000011", "E09000012", "E09000022", "E09000028"),
    *("E06000043", "E06000044", "E06000045"),
    *("E06000023", "E06000026", "E06000052"),
)


@dataclass(frozen=True)
class RealSite:
    """One masked site of the trials as a node. frame: its rows as text, as they stand in the file."""

    node_id: str
    name: str
    area: str
    frame: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class ExactMean:
    """Mean days of use, of 28, and the people it is of."""

    people: int
    mean: float


@dataclass(frozen=True)
class ExactCtn:
    """What the file says. Periods count from -1; sexes and age bands are codes, every code present."""

    by_period: Mapping[int, ExactMean]
    by_sex: Mapping[str, Mapping[int, ExactMean]]
    by_age_band: Mapping[str, int]


def split_ctn(csv: Path) -> tuple[RealSite, ...]:
    """The file's sites in the order of their names. Raises DataNotValid where it is another file."""
    frame = _read(csv)
    sites = sorted(frame["site"].unique())
    if len(sites) > len(_AREAS):
        raise DataNotValid(f"{csv.name} has more sites than there are places for them.")
    return tuple(
        RealSite(f"site-{site.lower()}", f"Site {site}", area, frame[frame["site"] == site].reset_index(drop=True))
        for site, area in zip(sites, _AREAS, strict=False)
    )


def write_site_export(site: RealSite, folder: Path) -> Path:
    """One CSV of the site's rows with its `area` beside them, in an existing folder."""
    file = folder / f"{site.node_id}.csv"
    site.frame.assign(area=site.area).to_csv(file, index=False, encoding="utf-8")
    return file


def exact_ctn(csv: Path, cut_date: date = CTN_CUT_DATE) -> ExactCtn:
    """Mean opioid days by period and by sex and period, and people by ten-year age band. Empty days are no review."""
    frame = _read(csv)
    seen = frame[frame["opioid_days"] != ""]
    reviews = pd.DataFrame(
        {
            "sex": seen["male"].map(_SEXES),
            "period": seen["period"].astype(int),
            "days": seen["opioid_days"].astype(float),
        }
    )
    codes = [category.code for category in load_dictionary().dimensions["sex"].categories]
    return ExactCtn(
        by_period=_means(reviews),
        by_sex={code: _means(reviews[reviews["sex"] == code]) for code in codes},
        by_age_band=_age_bands(frame, cut_date),
    )


def _read(csv: Path) -> pd.DataFrame:
    """Every cell as text, empty where nothing stands."""
    try:
        frame = pd.read_csv(csv, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as reason:
        raise DataNotValid(f"{csv.name} cannot be read as CSV.", "Give the path of ctn_site_periods.csv.") from reason
    missing = sorted(_COLUMNS - set(frame.columns))
    if missing:
        raise DataNotValid(f"{csv.name} has no column {', '.join(missing)}.", "Give the path of ctn_site_periods.csv.")
    return frame


def _means(reviews: pd.DataFrame) -> dict[int, ExactMean]:
    """By period; each person has one row of a period."""
    table = reviews.groupby("period")["days"].agg(["size", "mean"]).reset_index()
    return {int(period): ExactMean(int(n), float(mean)) for period, n, mean in table.itertuples(index=False)}


def _age_bands(frame: pd.DataFrame, cut_date: date) -> dict[str, int]:
    """People by the age they reach in the year of the cut date."""
    dimension = load_dictionary().dimensions["age_band_ten"]
    stated = pd.to_numeric(frame.drop_duplicates("person_id")["age"], errors="coerce")
    ages = stated + cut_date.year - AGES_TRUE_IN
    counts = {
        band.code: int(ages.between(band.lower, band.upper if band.upper is not None else 120).sum())
        for band in dimension.bands
    }
    return {**counts, NOT_KNOWN: len(ages) - sum(counts.values())}
