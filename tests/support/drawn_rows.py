"""Hypothesis snapshots that sit on every boundary: rows at and beside the edges that drawn tables are cut at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from support.requests import CUT_DAY, HARTLEPOOL, NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE
from support.tables import Row, Rows

# Codes and things that are none: an odd code, quotes, another list's code, and nothing at all.
ODD = (None, "not_known", "zebra", "", "'; DROP TABLE members; --", "FEMALE")
AREAS = (
    WEST_NORTHAMPTONSHIRE,  # the node's own
    NORTH_NORTHAMPTONSHIRE,  # elsewhere in its region
    HARTLEPOOL,  # elsewhere in another
    "E10000021",  # Northamptonshire, split in 2021: only its region is known
    "E08000038",  # Barnsley, and the code it had until 2025
    "E08000016",
    "W92000004",  # Wales
    "E12000004",  # a region is no authority
    *ODD,
)
# Numbers of days at which windows, slices, points and gaps begin or end, and between which rows fall: few, so that an
# example meets the edges and not the wide land between them.
EDGES = (0, 1, 28, 29, 45, 46, 90, 91, 135, 136, 180, 365)
COMPLETE_FROM = CUT_DAY - 365  # some joined before, some on that very day
WAVES = (-1, 0, 3, 6)
MEASURES = ("sure.total", "gad7.total", "swemwbs.metric")
ACTIVITY_KINDS = ("group_meeting", "one_to_one", "outreach")
MILESTONES = ("paid_work", "own_home", "break_in_recovery")
RECOVERY = ("under_3_months", "over_5_years", "not_in_recovery")
GHOST = "ghost"  # in no members table, as the leftover of someone who objected would be
HASHES = st.integers(-(2**63), 2**63 - 1)

_BACK = tuple(CUT_DAY - edge for edge in (*EDGES, 366))
_LONG_AGO = tuple(CUT_DAY - edge for edge in (135, 136, 179, 180, 364, 365))  # a window's last day, and the day after
_LIFE = (None, *_BACK, CUT_DAY + 1)  # a day in a member's life, or none


@st.composite
def snapshots(draw: st.DrawFn, max_members: int = 5) -> Rows:
    """Snapshots of at least one member, most with several rows each, and rows of somebody who is no member."""
    members = draw(_members(draw(st.integers(1, max_members))))
    return Rows(members, draw(_reviews(members)), draw(_activities(members)), draw(_milestones(members)))


def _members(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {
            "birth_year": st.sampled_from((None, 1905, 1906, 1976, 1977, 1996, 1997, 2008, 2009, 2026, 2027)),
            "referred": st.sampled_from(_LIFE),
            # Who joined long ago is in more tables than who has just come, or never did.
            "joined": st.sampled_from(_LONG_AGO) | st.sampled_from(_LONG_AGO) | st.sampled_from(_LIFE),
            "left": st.none() | st.sampled_from(_LIFE),
            "sex": st.sampled_from(("male", "female", "other", *ODD)),
            "area": st.sampled_from(AREAS),
            "employment": st.sampled_from(("employed", "homemaker", *ODD)),
        }
    )
    numbered = st.lists(one, min_size=count, max_size=count)
    return numbered.map(lambda rows: [{"member_id": f"m{n}", **row} for n, row in enumerate(rows)])


@st.composite
def _days(draw: st.DrawFn, joined: int) -> int:
    """On an edge after joining, before it, or on an edge before the cut date; some after the cut date."""
    if draw(st.integers(0, 3)):
        return joined + draw(st.sampled_from((-30, -1, *EDGES)))
    return CUT_DAY - draw(st.sampled_from((-1, *EDGES)))


@st.composite
def _dated(draw: st.DrawFn, members: Sequence[Row], row: st.SearchStrategy[dict[str, Any]], most: int) -> list[Any]:
    """Rows of members and of a ghost, with their day and their own hash."""
    joined = {m["member_id"]: m["joined"] or CUT_DAY - 100 for m in members} | {GHOST: CUT_DAY - 100}
    # Bounds and choices bite where one member has many rows: most are of the first.
    whose = st.sampled_from(("m0",) * 5 + tuple(sorted(joined)))
    rows: list[Any] = []
    for drawn in draw(st.lists(row, min_size=2 * most // 3, max_size=most)):
        member_id = draw(whose)
        rows.append({"member_id": member_id, "day": draw(_days(joined[member_id])), **drawn})
    hashes = draw(st.lists(HASHES, min_size=len(rows), max_size=len(rows), unique=True))
    return [{**row, "row_hash": row_hash} for row, row_hash in zip(rows, hashes, strict=True)]


@st.composite
def _reviews(draw: st.DrawFn, members: Sequence[Row]) -> list[dict[str, Any]]:
    """With a day or a wave, or both; some with neither, which are placed nowhere."""
    one = st.fixed_dictionaries(
        {
            "wave": st.sampled_from((*(None,) * 12, *WAVES, 7)),
            "measure": st.sampled_from(("sure.total",) * 6 + MEASURES),
            "score": st.sampled_from((None, -5, 20, 21, 35, 40, 44, 45, 63, 64, 700, 2100, 3500, 10**6))
            | st.integers(0, 63),
            "recovery_now": st.sampled_from((*RECOVERY, *ODD)),
        }
    )
    rows = draw(_dated(members, one, 20))
    undated = draw(st.sets(st.integers(0, len(rows) - 1), max_size=len(rows) // 8))
    return [{**row, "day": None} if n in undated else row for n, row in enumerate(rows)]


def _activities(members: Sequence[Row]) -> st.SearchStrategy[list[dict[str, Any]]]:
    kinds = st.sampled_from((*ACTIVITY_KINDS * 4, "training", *ODD))
    return _dated(members, st.fixed_dictionaries({"kind": kinds}), 24)


def _milestones(members: Sequence[Row]) -> st.SearchStrategy[list[dict[str, Any]]]:
    kinds = st.sampled_from((*MILESTONES, "volunteering", *ODD))
    return _dated(members, st.fixed_dictionaries({"kind": kinds}), 10)
