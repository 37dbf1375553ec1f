"""Small snapshots for query tests: rows as dictionaries, and hypothesis strategies that sit on every boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from lero_node.data.schema import SCHEMAS
from support.requests import CUT_DAY, HARTLEPOOL, NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE

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
JOINED = (None, CUT_DAY - 400, CUT_DAY - 365, CUT_DAY - 364, CUT_DAY - 100, CUT_DAY - 1, CUT_DAY, CUT_DAY + 1)
AFTER = (-31, -30, -29, 0, 7, 45, 46, 90, 91, 135, 136)
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


def _days() -> st.SearchStrategy[int]:
    """Days that lie on the edges of windows and periods of somebody's."""
    firsts = [day for day in JOINED if day is not None]
    return st.builds(lambda first, after: first + after, st.sampled_from(firsts), st.sampled_from(AFTER))


def _ids(count: int) -> st.SearchStrategy[str]:
    """Mostly members; at times someone who is in no members table, as an objector's leftover would be."""
    return st.sampled_from([f"m{n}" for n in range(count)] * 4 + ["ghost"])


def _reviews(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {
            "member_id": _ids(count),
            "day": st.none() | _days(),
            "wave": st.sampled_from((None, None, 0, 3, 7)),
            "measure": st.sampled_from(("sure.total", "sure.total", "sure.total", "gad7.total")),
            "score": st.none() | st.integers(-5, 70),
            "row_hash": HASHES,
        }
    )
    return st.lists(one, max_size=30, unique_by=lambda row: row["row_hash"])


def _activities(count: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {
            "member_id": _ids(count),
            "day": _days(),
            "kind": st.sampled_from(("group_meeting", "group_meeting", "one_to_one", "outreach", *ODD)),
            "row_hash": HASHES,
        }
    )
    return st.lists(one, max_size=40, unique_by=lambda row: row["row_hash"])


def snapshots(max_members: int = 10) -> st.SearchStrategy[Rows]:
    """Snapshots of at least one member."""
    counts = st.integers(1, max_members)
    return counts.flatmap(lambda n: st.builds(Rows, _members(n), _reviews(n), _activities(n)))
