"""Plants what real exports have: repeated rows, one person at two LEROs, birth dates of 1900; mends nothing."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from lero_contract.days import to_day
from lero_coordinator.demo.population import shares
from lero_coordinator.demo.population.members import PERSONAL
from lero_coordinator.demo.population.model import Profile

BIRTH_NOBODY_HAS: Final = date(1900, 1, 1)


def plant_birth_dates(rng: np.random.Generator, members: pd.DataFrame) -> pd.DataFrame:
    """0.3% of rows with the date a case system puts where nobody typed one."""
    wrong = rng.random(len(members)) < shares.BIRTH_1900
    return members.assign(birth_day=members["birth_day"].mask(wrong, to_day(BIRTH_NOBODY_HAS)))


def plant_repeats(rng: np.random.Generator, members: pd.DataFrame) -> pd.DataFrame:
    """1% of rows again at the end, alike, and 0.5% with another employment: a member's first row stands."""
    alike = members[rng.random(len(members)) < shares.SAME_ROW_TWICE]
    other = members[rng.random(len(members)) < shares.SAME_MEMBER_OTHERWISE]
    other = other[~other["member_id"].isin(alike["member_id"])]
    changed = np.where(other["employment"] == "employed", "unemployed", "employed")
    other = other.assign(employment=pd.Categorical(changed, categories=members["employment"].cat.categories))
    return pd.concat([members, alike, other], ignore_index=True)


def share_people(
    rng: np.random.Generator, profiles: tuple[Profile, ...], members: list[pd.DataFrame]
) -> list[pd.DataFrame]:
    """Make 2% of each LERO's members people who are also at another LERO of the region, under another member id.

    Without linking persons, which no part of the product does, they count twice. The women's LERO takes none.
    """
    shared = []
    for here, (profile, mine) in enumerate(zip(profiles, members, strict=True)):
        others = [i for i, other in enumerate(profiles) if i != here and other.region == profile.region]
        if not others or profile.male_share == 0:
            shared.append(mine)
            continue
        theirs = members[int(rng.choice(others))]
        rows = np.flatnonzero(rng.random(len(mine)) < shares.ALSO_AT_ANOTHER_LERO)
        donors = theirs.iloc[rng.integers(len(theirs), size=len(rows))]
        mine = mine.copy()
        for column in PERSONAL:
            values = mine[column].copy()
            values.iloc[rows] = donors[column].array
            mine[column] = values
        shared.append(mine)
    return shared
