"""What is supposed before anyone has answered: each number named, with where it comes from. No record is behind any.

All are those of the made-up population of the demonstration (demo/population), which took them from published figures
where there are any and says so; they are here to be argued with. Every preview says in words which of them it used.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

DAYS_A_YEAR: Final = 365.25
DAYS_A_MONTH: Final = DAYS_A_YEAR / 12

# Of the members a LERO states in public: how many have a score in one window. About 82% of starters have a baseline,
# 16% of starters a review at 12 months; 40% of current members lies between, for windows of the first year.
SHARE_WITH_SCORE: Final = 0.4
MEMBERS_UNSTATED: Final = 100  # for a LERO that states no number
# Starts a year for each current member: about 16,500 starters a year beside 21,400 members in England.
JOIN_A_YEAR: Final = 0.77
MOST_YEARS: Final = 8.0  # of records that count, however long a LERO says they are complete
# Of members due at 12 months: 16% have that review, and 82% of those a baseline.
SHARE_WITH_BOTH: Final = 0.13
# A change has the spread of one score times sqrt(2 (1 - r)), r the correlation of baseline and follow-up.
CORRELATION: Final = 0.4
MEAN_CHANGE_SDS: Final = 0.7  # the mean change, in standard deviations of one score: SURE gains 5.5 to 7 on 8
HALF: Final = 0.5  # a share without a figure of its own: the widest
REACHED_A_YEAR: Final = 0.1  # of members who reach one milestone, such as paid work or training
# Still active after so many months; straight between the points on a log scale.
STILL_THERE: Final[Mapping[int, float]] = {0: 1.0, 3: 0.65, 6: 0.48, 12: 0.32, 24: 0.20, 36: 0.13, 60: 0.07, 120: 0.02}

CONTACTS_A_MONTH: Final = 5.0  # of an active member
DISPERSION: Final = 0.8  # of the negative binomial, for one member and month: 20% have none, a few have twenty
KIND_SHARES: Final[Mapping[str, float]] = {
    "group_meeting": 0.55,
    "one_to_one": 0.14,
    "phone_or_online": 0.12,
    "social_activity": 0.09,
    "training": 0.04,
    "volunteering_session": 0.04,
    "outreach": 0.01,
    "other": 0.005,
    "not_known": 0.005,
}


def still_there(months: float) -> float:
    """Share of starters still active after so many months (0 or more), as in STILL_THERE."""
    points = sorted(STILL_THERE)
    for before, after in itertools.pairwise(points):
        if months <= after:
            part = (months - before) / (after - before)
            return math.exp((1 - part) * math.log(STILL_THERE[before]) + part * math.log(STILL_THERE[after]))
    return STILL_THERE[points[-1]]


def reached(months: float) -> float:
    """Share of members who have reached one milestone so many months after joining."""
    return 1 - math.pow(1 - REACHED_A_YEAR, months / 12)


@cache
def months_active(window: int) -> Mapping[int, float]:
    """Of members active at all in a window of so many months: the share active in 1, 2, ... of them.

    Members start at an even pace, stay as in STILL_THERE, and come and go: a member who started j months before the
    window's end, or before it, is active from then on without a break.
    """
    longest = 120
    weight = dict.fromkeys(range(1, window + 1), 0.0)
    for start in range(-longest, window):
        for stay in range(1, longest + 1):
            inside = min(start + stay, window) - max(start, 0)
            if inside > 0:
                left = still_there(stay) if stay < longest else 0.0
                weight[inside] += still_there(stay - 1) - left
    total = sum(weight.values())
    return {months: w / total for months, w in weight.items()}


def kind_shares(kinds: Sequence[str]) -> tuple[float, ...]:
    """The part of all contacts that is of each kind. A kind without a figure counts as the rarest."""
    rarest = min(KIND_SHARES.values())
    return tuple(KIND_SHARES.get(kind, rarest) for kind in kinds)
