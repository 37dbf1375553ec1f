"""Draws the members table of one LERO: who joined, along their courses, and who was referred and never came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from lero_contract.geography import Geography
from lero_coordinator.demo.population import shares
from lero_coordinator.demo.population.codes import category, pick
from lero_coordinator.demo.population.courses import Courses, Flags, Ints, draw_days
from lero_coordinator.demo.population.model import Profile
from lero_coordinator.demo.population.names import member_names

PERSONAL: Final = ("birth_day", "sex", "ethnicity_group", "area", "primary_substance", "substance_group")
_NOTES: Final = np.array(["", "", "", "Prefers the café group", "Text, don’t ring", "Bus fare £3 owed"], dtype=object)
_WALES: Final = "W92000004"


def draw_members(
    rng: np.random.Generator, profile: Profile, courses: Courses, geography: Geography, first_day: int, cut_day: int
) -> pd.DataFrame:
    """One row per member: those of `courses` first, in their order, then those referred who never joined.

    Columns as `Lero.members` says; ids look as the LERO's case system writes them.
    """
    joined = len(courses.start)
    total = round(joined / shares.JOINS_PER_REFERRAL)
    referred = np.concatenate(
        [
            courses.start - np.minimum(rng.exponential(14, joined), 60).astype(np.int64),
            draw_days(rng, total - joined, first_day, cut_day),
        ]
    )
    primary = pick(rng, shares.PRIMARY_SUBSTANCE, total)
    return pd.DataFrame(
        {
            "member_id": _ids(profile.template, referred),
            "name": member_names(rng, total),
            "note": _NOTES[rng.integers(len(_NOTES), size=total)],
            "birth_day": referred - _ages_in_days(rng, total),
            "sex": _sexes(rng, profile.male_share, total),
            "ethnicity_group": pick(rng, _ethnicity(profile.region), total),
            "area": _areas(rng, profile, geography, total),
            "primary_substance": primary,
            "substance_group": _groups(rng, primary),
            "referral_source": pick(rng, shares.REFERRAL_SOURCE, total),
            "accommodation": pick(rng, shares.ACCOMMODATION, total),
            "employment": pick(rng, shares.EMPLOYMENT, total),
            "referred": referred,
            **_course_columns(rng, courses, total, cut_day),
            "objects": rng.random(total) < shares.OBJECTS,
        }
    )


def _course_columns(rng: np.random.Generator, courses: Courses, total: int, cut_day: int) -> dict[str, pd.Series]:
    """joined, left, leaving_reason and recovery_at_start; missing for those who never joined or have not left."""
    joined = len(courses.start)
    left = np.flatnonzero(~courses.is_current(cut_day))
    codes = [row[0] for row in shares.RECOVERY_AT_START]
    reason = pd.Series([None] * total, dtype="object")
    reason.iloc[left] = pick(rng, shares.LEAVING_REASON, len(left)).astype("object")
    recovery = pd.Series([None] * total, dtype="object")
    recovery.iloc[:joined] = np.array(codes, dtype=object)[courses.recovery_code]
    return {
        "joined": _days(total, np.arange(joined), courses.start),
        "left": _days(total, left, (courses.start + courses.stay)[left]),
        "leaving_reason": reason.astype(category([*shares.LEAVING_REASON])),
        "recovery_at_start": recovery.astype(category([*codes, "not_in_recovery", "not_known"])),
    }


def _days(total: int, rows: Ints, values: Ints) -> pd.Series:
    """A column of days, missing outside `rows`."""
    column = pd.Series(pd.NA, index=range(total), dtype="Int32")
    column.iloc[rows] = values
    return column


def _ids(template: str, referred: Ints) -> list[str]:
    """Numbers in the order of referral, dressed as each case system does."""
    order = np.empty(len(referred), dtype=np.int64)
    order[np.argsort(referred, kind="stable")] = np.arange(1, len(referred) + 1)
    numbers = order.tolist()
    if template == "demo-a":
        return [f"{number:06d}" for number in numbers]  # leading zeros, which spreadsheets like to eat
    if template == "demo-b":
        return [f"PER-{number * 7919 % 0xFFFFFB:06x}" for number in numbers]
    return [f"M/{number}" for number in numbers]


def _ages_in_days(rng: np.random.Generator, number: int) -> Ints:
    low, high, share = (np.array(column) for column in zip(*shares.AGES, strict=True))
    band = rng.choice(len(share), size=number, p=share)
    return (rng.uniform(low[band], high[band] + 1) * 365.25).astype(np.int64)


def _sexes(rng: np.random.Generator, male_share: float, number: int) -> pd.Categorical[str]:
    if male_share == 0:
        return pick(rng, {"male": 0.0, "female": 1.0, "other": 0.0, "not_known": 0.0}, number)
    known = 1 - shares.OTHER_SEX - shares.SEX_NOT_STATED
    male = male_share * known
    law = {"male": male, "female": known - male, "other": shares.OTHER_SEX, "not_known": shares.SEX_NOT_STATED}
    return pick(rng, law, number)


def _ethnicity(region: str) -> Mapping[str, float]:
    """Groups that are not White grow with their share of the region's residents."""
    scale = (1 - shares.WHITE_RESIDENTS[region]) / (1 - shares.WHITE_IN_ENGLAND)
    others = {code: share * scale for code, share in shares.ETHNICITY_NOT_WHITE.items()}
    white = 1 - sum(others.values()) - shares.ETHNICITY_NOT_STATED
    return {"white": white, **others, "not_known": shares.ETHNICITY_NOT_STATED}


def _groups(rng: np.random.Generator, primary: pd.Categorical[str]) -> pd.Categorical[str]:
    """NDTMS groups by precedence: any opiate; alcohol with something else; something else alone; alcohol alone."""
    first = np.asarray(primary.astype(object))
    second = np.asarray(pick(rng, shares.PRIMARY_SUBSTANCE, len(first)).astype(object))
    second = np.where((rng.random(len(first)) < shares.SECOND_SUBSTANCE) & (second != "not_known"), second, first)
    opiate, alcohol = _either(first, second, "opiates"), _either(first, second, "alcohol")
    other = ~(np.isin(first, ["opiates", "alcohol"]) & np.isin(second, ["opiates", "alcohol"]))
    group = np.select(
        [first == "not_known", opiate, alcohol & other, other],
        ["not_known", "opiate", "non_opiate_and_alcohol", "non_opiate_only"],
        default="alcohol_only",
    )
    codes = ["opiate", "non_opiate_and_alcohol", "non_opiate_only", "alcohol_only", "not_known"]
    return pd.Categorical(group, categories=codes)


def _either(first: np.ndarray, second: np.ndarray, code: str) -> Flags:
    found: Flags = (first == code) | (second == code)
    return found


def _areas(rng: np.random.Generator, profile: Profile, geography: Geography, number: int) -> pd.Categorical[str]:
    """95.5% in the LERO's own authorities, 3% elsewhere in its region, 1% elsewhere in England, 0.5% in Wales.

    Some are missing, and some in recoded authorities still carry the retired code.
    """
    england = sorted(a.code for a in geography.areas.values() if a.in_england)
    near = [code for code in england if geography.areas[code].region == profile.region]
    own = rng.choice(np.array(profile.areas, dtype=object), size=number, p=np.array(profile.area_shares))
    where = rng.choice(4, size=number, p=[0.955, 0.03, 0.01, 0.005])
    code = np.select(
        [where == 0, where == 1, where == 2],
        [own, rng.choice(np.array(near, dtype=object), number), rng.choice(np.array(england, dtype=object), number)],
        default=_WALES,
    )
    retired = {new: old for old, news in sorted(geography.old_codes.items()) for new in news}
    old = pd.Series(code).map(retired)
    code = np.where(old.notna() & (rng.random(number) < shares.RETIRED_CODE), old, code)
    places = pd.Series(code, dtype="object").mask(rng.random(number) < shares.AREA_MISSING)
    return pd.Categorical(places, categories=sorted({*geography.areas, *geography.old_codes}))
