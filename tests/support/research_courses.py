"""Two public studies as courses of members from joining: the node's cells, and the same from the file with pandas.

CTN-0094: reviews, one at the beginning of each 28-day period, are the sightings. HELP: interviews are activities, and
first use after the intake is the milestone "break in recovery".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from lero_contract.days import to_day
from lero_contract.kinds import Milestones, Point, Retention
from lero_contract.plan import Part
from lero_contract.price import NANO
from lero_contract.request import Request
from support.requests import request, table
from support.research import CTN, HELP, HELP_CUT_DATE, Site, site

CTN_JOINED = date(2025, 1, 1)  # of the mapping ctn.toml
DAYS_EACH = 28
CTN_POINTS = tuple(Point(f"week {4 * period}", DAYS_EACH * period) for period in range(1, 8))
MONTH = 30  # days, for interviews that are known by their month
HELP_MONTHS = (6, 12, 18, 24)
HELP_POINTS = tuple(Point(f"{month} months", MONTH * month) for month in HELP_MONTHS)
USE = ["alcohol_days_30", "heroin_days_30", "cocaine_days_30"]
_HELP_MAPPING = """
version = 1
name = "Research clinic, interviews and first use"
[profile]
complete_from = "2022-01-01"
[members]
file = "people.csv"
[members.columns]
member_id = { column = "person_id" }
joined = { constant = "2023-01-01" }
[activities]
file = "interviews.csv"
[activities.columns]
member_id = { column = "person_id" }
date = { derive = "anchor_plus", anchor = "2023-01-01", column = "wave_month", days_each = 30 }
kind = { constant = "one_to_one" }
[milestones]
file = "use.csv"
[milestones.columns]
member_id = { column = "person_id" }
date = { derive = "anchor_plus", anchor = "2023-01-01", column = "wave_month", days_each = 30 }
kind = { constant = "break_in_recovery" }
"""


def retention_of_ctn(cut_day: int, gap_days: int) -> Request:
    """Retention at the end of each 28-day period. cut_day: days after joining."""
    asked = table(Retention(CTN_POINTS, gap_days, ("reviews",)), table_id="stay")
    return request(asked, cut_day=to_day(CTN_JOINED) + cut_day)


def ctn_courses(cut_day: int, gap_days: int) -> dict[str, int]:
    """People by course, from the file and DESIGN.md section 3a: a row with days of use is a sighting.

    Not seen in (D - gap, D] is left at last sight; else followed to D. Nobody can have left before joining.
    """
    rows = pd.read_csv(CTN)
    seen = rows[rows["opioid_days"].notna()].assign(day=lambda r: r["period"] * DAYS_EACH)
    last = seen[seen["day"] <= cut_day].groupby("person_id")["day"].max()
    last = last.reindex(rows["person_id"].unique()).fillna(0).clip(lower=0)
    over = [point.day for point in CTN_POINTS if point.day <= cut_day]
    found: Counter[str] = Counter()
    for day in last:
        missed = [point for point in over if point > day]
        if day <= cut_day - gap_days and missed:
            found[f"event_by_{missed[0]}"] += 1
        else:
            found[f"followed_to_{over[-1] if over else 0}"] += 1
    return dict(found)


def help_course_sites(folder: Path) -> list[Site]:
    """The HELP study, its people dealt out to eight nodes, as people, interviews and first use after the intake."""
    rows = pd.read_csv(HELP)
    used = rows[(rows["wave_month"] > 0) & (rows[USE] > 0).any(axis=1)]
    found = []
    for rest in range(8):
        export = folder / f"node-{rest}"
        export.mkdir()
        for name, table_rows in (("people", rows.drop_duplicates("person_id")), ("interviews", rows), ("use", used)):
            own = table_rows[table_rows["person_id"] % 8 == rest]
            own[["person_id", "wave_month"]].to_csv(export / f"{name}.csv", index=False)
        found.append(site(f"node-{rest}", export, _HELP_MAPPING, HELP_CUT_DATE))
    return found


def first_use_of_help() -> Request:
    """Who has used again by each interview; lost to follow-up at the last interview, 90 days having gone by since."""
    asked = table(
        Milestones(("break_in_recovery",), HELP_POINTS, 90, ("activities",)), table_id="use", nano_rho=NANO // 10
    )
    return request(asked, cut_day=to_day(HELP_CUT_DATE))


def help_durations() -> pd.DataFrame:
    """One line a person: month of first use (used = 1) or of the last interview (used = 0), from the file alone."""
    rows = pd.read_csv(HELP)
    used = rows[(rows["wave_month"] > 0) & (rows[USE] > 0).any(axis=1)].groupby("person_id")["wave_month"].min()
    last = rows.groupby("person_id")["wave_month"].max()
    month = used.reindex(last.index)
    return pd.DataFrame({"month": month.fillna(last), "used": month.notna().astype(int)})


def summed(sites: Iterable[Site], asked: Request, part_id: str) -> tuple[Part, list[int]]:
    """One part of the plan and its exact cells, summed over the sites."""
    total: list[int] = []
    parts: dict[str, Part] = {}
    for one in sites:
        plan, cells = one.cells(asked)
        parts = {part.part_id: part for part in plan.parts}
        total = [a + b for a, b in zip(total or [0] * len(cells[part_id]), cells[part_id], strict=True)]
    return parts[part_id], total


def by_course(part: Part, cells: Sequence[int]) -> dict[str, int]:
    """Cells that are not 0, by the code of the course axis."""
    return {code: count for code, count in zip(part.axes[-1].codes, cells, strict=True) if count}


def without_event(courses: Mapping[str, int], points: Sequence[Point]) -> list[float]:
    """Share without the event at each point: the product of 1 - event / at risk (Kaplan and Meier 1958)."""
    left, curve = 1.0, []
    for j, point in enumerate(points):
        event = courses.get(f"event_by_{point.day}", 0)
        later = [f"event_by_{p.day}" for p in points[j:]] + [f"followed_to_{p.day}" for p in points[j:]]
        left *= 1 - event / sum(courses.get(code, 0) for code in later)
        curve.append(left)
    return curve
