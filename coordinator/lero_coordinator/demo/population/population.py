"""Puts a made-up population together. The only seeded randomness of the product is here, and it draws no noise."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary, load_dictionary
from lero_coordinator.demo.population.activities import draw_activities, draw_milestones
from lero_coordinator.demo.population.canaries import first_plain_member, plant_canaries
from lero_coordinator.demo.population.courses import Courses, draw_courses
from lero_coordinator.demo.population.faults import plant_birth_dates, plant_repeats, share_people
from lero_coordinator.demo.population.leros import draw_profiles
from lero_coordinator.demo.population.members import draw_members
from lero_coordinator.demo.population.model import CUT_DATE, FIRST_START, Lero, Population, Profile
from lero_coordinator.demo.population.reviews import draw_reviews


def make_population(leros: int, seed: int) -> Population:
    """`leros` made-up LEROs with their records to CUT_DATE, faults included.

    Raises ValueError outside 3 to 60 LEROs. About 21,400 current members at 55.
    """
    # (1) One generator for the LEROs, and one for each of them: what one LERO draws does not move another's records.
    dictionary = load_dictionary()
    first, cut = to_day(FIRST_START), to_day(CUT_DATE)
    root = np.random.default_rng(seed)
    profiles = draw_profiles(root, leros, dictionary.geography)
    streams = root.spawn(leros)
    # (2) Courses, then the people on them.
    courses = [
        draw_courses(rng, profile.current_members, profile.referrals_per_member, first, cut)
        for rng, profile in zip(streams, profiles, strict=True)
    ]
    members = [
        draw_members(rng, profile, course, dictionary.geography, first, cut)
        for rng, profile, course in zip(streams, profiles, courses, strict=True)
    ]
    members = share_people(root, profiles, members)
    # (3) What they did, and what went wrong in writing it down.
    found = zip(streams, profiles, courses, members, strict=True)
    return Population(seed, CUT_DATE, tuple(_lero(rng, p, c, m, dictionary) for rng, p, c, m in found))


def _lero(
    rng: np.random.Generator, profile: Profile, courses: Courses, members: pd.DataFrame, dictionary: Dictionary
) -> Lero:
    cut = to_day(CUT_DATE)
    members = plant_canaries(profile.node_id, members, first_plain_member(members))
    ids = members["member_id"].to_numpy()
    metric = dictionary.instruments["swemwbs"].metric
    return Lero(
        **{f.name: getattr(profile, f.name) for f in fields(profile)},
        reviews=_named(draw_reviews(rng, courses, metric, cut), ids),
        activities=_named(draw_activities(rng, courses, CUT_DATE), ids),
        milestones=_named(draw_milestones(rng, courses, cut), ids),
        members=plant_repeats(rng, plant_birth_dates(rng, members)),
    )


def _named(rows: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    """Member ids in place of positions."""
    rows.insert(0, "member_id", ids[rows.pop("member").to_numpy()])
    return rows
