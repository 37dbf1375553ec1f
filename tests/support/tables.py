"""Small snapshots for query tests: rows as dictionaries, and hypothesis strategies that sit on every boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from lero_node.data.schema import SCHEMAS
from support.requests import CUT_DAY, HARTLEPOOL, NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE, day

Row = Mapping[str, Any]

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
JOINED = (None, CUT_DAY - 400, CUT_DAY - 365, CUT_DAY - 364, CUT_DAY - 91, CUT_DAY - 90, CUT_DAY, CUT_DAY + 1)
AFTER = (-31, -30, 7, 8, 45, 46, 90, 91, 135, 136)
GHOST = "ghost"  # in no members table, as the leftover of someone who objected would be
HASHES = st.integers(-(2**63), 2**63 - 1)


@dataclass(frozen=True)
class Rows:
    """The rows of one snapshot."""

    members: Sequence[Row] = ()
    reviews: Sequence[Row] = ()
    activities: Sequence[Row] = ()
    ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", tuple(m["member_id"] for m in self.members))

    def arrow(self) -> dict[str, pa.Table]:
        """In the columns of a snapshot; what a row does not name is null."""
        named = {"members": self.members, "reviews": self.reviews, "activities": self.activities, "milestones": ()}
        return {
            name: pa.Table.from_pylist([dict.fromkeys(SCHEMAS[name].names) | dict(r) for r in rows], SCHEMAS[name])
            for name, rows in named.items()
        }

    def only(self, *ids: str) -> Rows:
        """The rows of these members."""
        kept = ([r for r in rows if r["member_id"] in ids] for rows in (self.members, self.reviews, self.activities))
        return Rows(*kept)

    def without(self, member_id: str) -> Rows:
        """The same snapshot had this member never come."""
        return self.only(*(name for name in self.ids if name != member_id))

    def turned(self) -> Rows:
        """The same rows in another order."""
        return Rows(self.members[::-1], self.reviews[::-1], self.activities[::-1])


def _members(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {
            "birth_year": st.sampled_from((None, 1905, 1906, 1976, 1977, 1996, 1997, 2008, 2009, 2026, 2027)),
            "referred": st.sampled_from(JOINED),
            "joined": st.sampled_from(JOINED),
            "left": st.sampled_from(JOINED),
            "sex": st.sampled_from(("male", "female", "other", *ODD)),
            "area": st.sampled_from(AREAS),
            "employment": st.sampled_from(("employed", "homemaker", *ODD)),
        }
    )
    numbered = st.lists(one, min_size=count, max_size=count)
    return numbered.map(lambda rows: [{"member_id": f"m{n}", **row} for n, row in enumerate(rows)])


@st.composite
def _reviews(draw: st.DrawFn, members: Sequence[Row]) -> list[dict[str, Any]]:
    """Reviews on the edges of windows after their member's own joining, and on the edge of the cut date."""
    joined = {m["member_id"]: m["joined"] or CUT_DAY - 100 for m in members} | {GHOST: CUT_DAY - 100}
    one = st.fixed_dictionaries(
        {
            "member_id": st.sampled_from(sorted(joined)),
            "after": st.sampled_from(AFTER) | st.none(),
            "wave": st.sampled_from((None, None, None, 0, 3, 7)),
            "measure": st.sampled_from(("sure.total", "sure.total", "sure.total", "gad7.total")),
            "score": st.none() | st.integers(-5, 70),
            "row_hash": HASHES,
        }
    )
    rows = draw(st.lists(one, min_size=12, max_size=24, unique_by=lambda row: row["row_hash"]))
    for row in rows:
        after = row.pop("after")
        row["day"] = None if after is None else joined[row["member_id"]] + after
    return rows


def _activities(members: Sequence[Row]) -> st.SearchStrategy[list[dict[str, Any]]]:
    edges = (day(2025, 9, 30), day(2025, 10, 1), day(2025, 12, 29), day(2025, 12, 30), day(2026, 1, 1))
    one = st.fixed_dictionaries(
        {
            "member_id": st.sampled_from([*(m["member_id"] for m in members), GHOST]),
            "day": st.sampled_from((*edges, CUT_DAY - 1, CUT_DAY, CUT_DAY + 1)),
            "kind": st.sampled_from(("group_meeting", "group_meeting", "one_to_one", "one_to_one", "outreach", *ODD)),
            "row_hash": HASHES,
        }
    )
    return st.lists(one, min_size=15, max_size=30, unique_by=lambda row: row["row_hash"])


@st.composite
def snapshots(draw: st.DrawFn, max_members: int = 5) -> Rows:
    """Snapshots of at least one member, most with several rows each."""
    members = draw(_members(draw(st.integers(1, max_members))))
    return Rows(members, draw(_reviews(members)), draw(_activities(members)))
