"""The exact figures of a made-up population, over the records a careful node would accept. Never asked of a node.

Left out: later rows of a member id already seen, members who object, impossible scores. Memberships are counted, not
people: who is a member of two LEROs counts twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from lero_contract.axes import OUTSIDE_ENGLAND, elsewhere
from lero_contract.days import to_day
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_contract.geography import Geography
from lero_coordinator.demo.population.model import Lero, Population
from lero_coordinator.demo.population.template import read_template

_QUARTERS: Final = 4
_SURE_RANGE: Final = (21, 63)


@dataclass(frozen=True)
class WaveMean:
    """The mean of one measure at one wave, in points, and the members it is of."""

    members: int
    mean: float


@dataclass(frozen=True)
class Truth:
    """Exact figures on a cut date.

    memberships: all; the sum of `england`, `outside_england` and `area_not_known`. by_area: as landscapes publish them,
    authorities by the members of LEROs that serve them, the others of a region under "elsewhere:REGION".
    contacts: by the last day of each quarter, newest last, kind known. sure, swemwbs: by wave in months, over the LEROs
    that record the measure.
    """

    cut_date: date
    memberships: int
    england: int
    outside_england: int
    area_not_known: int
    by_region: Mapping[str, int]
    by_area: Mapping[str, int]
    contacts: Mapping[date, int]
    sure: Mapping[int, WaveMean]
    swemwbs: Mapping[int, WaveMean]


def truth(population: Population, cut_date: date) -> Truth:
    """Count everything afresh. cut_date: at the end of a month, at most the population's own."""
    geography = load_dictionary().geography
    by_region: Counter[str] = Counter({region: 0 for region in geography.regions if region.startswith("E")})
    by_area: Counter[str] = Counter()
    contacts: Counter[date] = Counter(dict.fromkeys(_quarter_ends(cut_date), 0))
    for lero in population.leros:
        members = accepted_members(lero, cut_date)
        here = members[members["left"].isna() | (members["left"] > to_day(cut_date))]["area"]
        by_area.update(_published_area(lero, code, geography) for code in here)
        by_region.update(_region(code, geography) for code in here)
        contacts.update(_contacts(lero, members, cut_date))
    outside, unknown = by_region.pop(OUTSIDE_ENGLAND, 0), by_region.pop(NOT_KNOWN, 0)
    england = sum(by_region.values())
    return Truth(
        cut_date=cut_date,
        memberships=england + outside + unknown,
        england=england,
        outside_england=outside,
        area_not_known=unknown,
        by_region=dict(sorted(by_region.items())),
        by_area=dict(sorted(by_area.items())),
        contacts={end: contacts[end] for end in _quarter_ends(cut_date)},
        sure=_means(_sure(lero, cut_date) for lero in population.leros),
        swemwbs=_means(_swemwbs(lero, cut_date) for lero in population.leros),
    )


def accepted_members(lero: Lero, cut_date: date) -> pd.DataFrame:
    """One row per member who joined by the cut date and does not object: the first row of each member id stands."""
    members = lero.members.drop_duplicates("member_id")
    return members[~members["objects"] & (members["joined"] <= to_day(cut_date)).fillna(False).astype(bool)]


def _published_area(lero: Lero, code: object, geography: Geography) -> str:
    """Where a landscape counts a member of this LERO living in `code`."""
    current = geography.current(code) if isinstance(code, str) else None
    if current in lero.areas:
        return str(current)
    region = _region(code, geography)
    return elsewhere(region) if region in geography.regions else region


def _region(code: object, geography: Geography) -> str:
    region = geography.region_of(code) if isinstance(code, str) else None
    if region is None:
        return NOT_KNOWN
    return region if region.startswith("E") else OUTSIDE_ENGLAND


def _quarter_ends(cut_date: date) -> list[date]:
    """The last days of the last four periods of three months, the newest being the cut date."""
    after = cut_date + timedelta(days=1)
    months = [after.year * 12 + after.month - 1 - 3 * back for back in range(_QUARTERS)]
    return [date(m // 12, m % 12 + 1, 1) - timedelta(days=1) for m in sorted(months)]


def _contacts(lero: Lero, members: pd.DataFrame, cut_date: date) -> Counter[date]:
    """Contacts of known kind in each quarter, uncapped."""
    rows = lero.activities[lero.activities["member_id"].isin(members["member_id"])]
    days = rows.loc[rows["kind"] != NOT_KNOWN, "day"]
    ends = _quarter_ends(cut_date)
    before = _quarter_ends(ends[0])[-2]
    edges = [to_day(end) for end in (before, *ends)]
    counts = pd.cut(days, edges, labels=ends).value_counts()
    return Counter({end: int(counts[end]) for end in ends})


def _sure(lero: Lero, cut_date: date) -> pd.DataFrame:
    """wave and score of every accepted SURE total."""
    rows = _accepted_reviews(lero, cut_date)
    rows = rows[rows["sure_total"].between(*_SURE_RANGE)]
    return pd.DataFrame({"wave": rows["wave"], "score": rows["sure_total"]})


def _swemwbs(lero: Lero, cut_date: date) -> pd.DataFrame:
    """wave and metric score of every accepted SWEMWBS; none where the LERO does not record it."""
    rows = _accepted_reviews(lero, cut_date)
    if not read_template(lero.template).records("swemwbs.metric"):
        rows = rows.head(0)
    metric = load_dictionary().instruments["swemwbs"].metric
    scores = pd.DataFrame({"wave": rows["wave"], "score": rows["swemwbs_raw"].map(metric)})
    return scores.dropna(subset="score")


def _accepted_reviews(lero: Lero, cut_date: date) -> pd.DataFrame:
    members = accepted_members(lero, cut_date)
    rows = lero.reviews
    return rows[rows["member_id"].isin(members["member_id"]) & (rows["day"] <= to_day(cut_date))]


def _means(parts: Iterable[pd.DataFrame]) -> dict[int, WaveMean]:
    """By wave. A member has at most one review of a wave."""
    waves = pd.concat(list(parts)).groupby("wave")["score"].agg(["size", "mean"])
    return {int(w): WaveMean(int(n), float(m)) for w, n, m in waves.reset_index().itertuples(index=False)}
