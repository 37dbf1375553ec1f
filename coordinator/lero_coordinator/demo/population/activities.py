"""Draws contacts of the last fifteen months and milestones since the start, along the courses of members."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from lero_contract.days import to_day
from lero_coordinator.demo.population.codes import pick
from lero_coordinator.demo.population.courses import DAYS_A_MONTH, Courses, Floats
from lero_coordinator.demo.population.shares import ACTIVITY_KIND

MONTHS_WRITTEN: Final = 15  # enough for a year by quarters and the same quarter a year before; imports stay quick
_CONTACTS_A_MONTH: Final = 5.0  # in the first month of membership
_DISPERSION: Final = 0.8  # one in five active members has none in a month, a few have twenty
_KEPT_A_MONTH: Final = 0.97
_LERO_SD: Final = 0.2

# Months in recovery that are celebrated, and what else members reach, as a rate a year.
_IN_RECOVERY: Final = {
    "recovery_3_months": 3,
    "recovery_1_year": 12,
    "recovery_3_years": 36,
    "recovery_5_years": 60,
}
_RATES: Final = {"own_home": 0.06, "paid_work": 0.08, "volunteering": 0.12, "training": 0.10, "peer_supporter": 0.05}


def draw_activities(rng: np.random.Generator, courses: Courses, cut_date: date) -> pd.DataFrame:
    """One row per contact: member (position in `courses`), day, kind; in the order of days."""
    level = _CONTACTS_A_MONTH * float(np.exp(rng.normal(0, _LERO_SD)))
    members, days = [], []
    seen = courses.seen_until(to_day(cut_date))
    for first, after in _months(cut_date):
        begin, end = np.maximum(courses.start, first), np.minimum(seen, after - 1)
        rows = np.flatnonzero(begin <= end)
        present = (end - begin + 1)[rows]
        tenure = (begin - courses.start)[rows] / DAYS_A_MONTH
        mean = level * _KEPT_A_MONTH**tenure * present / (after - first)
        contacts = rng.negative_binomial(_DISPERSION, _DISPERSION / (_DISPERSION + mean))
        members.append(np.repeat(rows, contacts))
        days.append(rng.integers(np.repeat(begin[rows], contacts), np.repeat(end[rows] + 1, contacts)))
    member, day = np.concatenate(members), np.concatenate(days)
    order = np.argsort(day, kind="stable")
    kinds = pick(rng, ACTIVITY_KIND, len(day))
    return pd.DataFrame({"member": member[order], "day": day[order], "kind": kinds})


def draw_milestones(rng: np.random.Generator, courses: Courses, cut_day: int) -> pd.DataFrame:
    """One row per milestone that was seen: member (position in `courses`), day, kind; in the order of days."""
    reached: dict[str, Floats] = {
        kind: np.where(months - courses.recovery < courses.break_month, months - courses.recovery, np.inf)
        for kind, months in _IN_RECOVERY.items()
    }
    reached["break_in_recovery"] = courses.break_month
    for kind, rate in _RATES.items():
        reached[kind] = rng.exponential(12 / rate, len(courses.start))
    parts = []
    seen = courses.seen_until(cut_day)
    for kind, months in reached.items():
        day = courses.start + np.minimum(months * DAYS_A_MONTH, 10**6)
        rows = np.flatnonzero((months > 0) & (day <= seen))
        parts.append(pd.DataFrame({"member": rows, "day": day[rows].astype(np.int64), "kind": kind}))
    found = pd.concat(parts, ignore_index=True)
    found["kind"] = pd.Categorical(found["kind"], categories=[*reached, "not_known"])
    return found.sort_values("day", kind="stable", ignore_index=True)


def _months(cut_date: date) -> list[tuple[int, int]]:
    """First day of each month written, and the first day after it; the last month ends with the cut date."""
    last = cut_date.year * 12 + cut_date.month - 1
    starts = [to_day(date(m // 12, m % 12 + 1, 1)) for m in range(last - MONTHS_WRITTEN + 1, last + 1)]
    return list(zip(starts, [*starts[1:], to_day(cut_date) + 1], strict=True))
