"""What a made-up population is made of: frozen facts about each LERO, and the frames its case system holds.

Days are whole days since 1970-01-01. Nothing here resembles a real charity or person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

FIRST_START = date(2018, 4, 1)
CUT_DATE = date(2026, 3, 31)


@dataclass(frozen=True)
class Profile:
    """One LERO as a register would list it, and what shapes its members.

    areas: authorities served, current codes, sorted. area_shares: where its members live, in the order of `areas`.
    current_members: members on the cut date. referrals_per_member: referrals a year for each current member.
    """

    node_id: str
    organisation_id: str
    name: str
    region: str
    areas: tuple[str, ...]
    area_shares: tuple[float, ...]
    publish_alone: bool
    current_members: int
    referrals_per_member: float
    male_share: float
    template: str
    complete_from: date = FIRST_START

    @property
    def public_members(self) -> int:
        """Members as the LERO would say in public: to the nearest 50, at least 50."""
        return max(50, 50 * round(self.current_members / 50))


@dataclass(frozen=True)
class Lero(Profile):
    """A LERO with its records, faults included, as codes of the dictionary.

    members: one row per record: member_id, name, note, birth_day, the category variables, area, referred, joined, left
    (days, missing where it did not happen), objects. reviews: member_id, day, wave, sure_total, swemwbs_raw (as marked
    on the form, some impossible), recovery_now. activities and milestones: member_id, day, kind.
    """

    members: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, kw_only=True)
    reviews: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, kw_only=True)
    activities: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, kw_only=True)
    milestones: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, kw_only=True)


@dataclass(frozen=True)
class Population:
    """Every LERO of one seed. The same number of LEROs and the same seed give the same population."""

    seed: int
    cut_date: date
    leros: tuple[Lero, ...]
