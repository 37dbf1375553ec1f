"""Small snapshots for query tests: rows as dictionaries, in the columns of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from lero_node.data.schema import SCHEMAS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """The rows of one snapshot."""

    members: Sequence[Row] = ()
    reviews: Sequence[Row] = ()
    activities: Sequence[Row] = ()
    milestones: Sequence[Row] = ()
    ids: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", tuple(m["member_id"] for m in self.members))

    def arrow(self) -> dict[str, pa.Table]:
        """In the columns of a snapshot; what a row does not name is null."""
        return {
            name: pa.Table.from_pylist([dict.fromkeys(SCHEMAS[name].names) | dict(r) for r in rows], SCHEMAS[name])
            for name, rows in zip(("members", "reviews", "activities", "milestones"), self._all(), strict=True)
        }

    def only(self, *ids: str) -> Rows:
        """The rows of these members."""
        return Rows(*([r for r in rows if r["member_id"] in ids] for rows in self._all()))

    def without(self, member_id: str) -> Rows:
        """The same snapshot had this member never come."""
        return Rows(*([r for r in rows if r["member_id"] != member_id] for rows in self._all()))

    def turned(self) -> Rows:
        """The same rows in another order."""
        return Rows(*(rows[::-1] for rows in self._all()))

    def _all(self) -> tuple[Sequence[Row], ...]:
        return self.members, self.reviews, self.activities, self.milestones
