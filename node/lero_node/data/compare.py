"""What changed between two imports, in counts and words: enough to notice a wrong export, and no member in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from lero_contract.dictionary import NOT_KNOWN

_EMPTIED_BELOW = 0.1  # a variable known for less than a tenth of the share before has probably lost its column


@dataclass(frozen=True)
class Comparison:
    """Members by what happened to them; rows of the other tables (before, now); variables that seem lost."""

    added: int
    gone: int
    changed: int
    unchanged: int
    rows: Mapping[str, tuple[int, int]]
    emptied: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    def to_text(self) -> str:
        """For the screen."""
        lines = [
            f"Members: {self.added:,} new, {self.gone:,} no longer in the export, {self.changed:,} with changes, "
            f"{self.unchanged:,} as before."
        ]
        lines += [f"{name.capitalize()}: {before:,} before, {now:,} now." for name, (before, now) in self.rows.items()]
        lines += [
            f"'{name}' was known for many members before and is known for hardly any now. "
            "Was its column renamed or emptied, or its words changed?"
            for name in self.emptied
        ]
        return "\n".join(lines)


def compare(before: Mapping[str, pa.Table], now: Mapping[str, pa.Table]) -> Comparison:
    """Two snapshots' tables, as the store gives them."""
    old, new = _by_id(before["members"]), _by_id(now["members"])
    both = old.keys() & new.keys()
    changed = sum(old[member] != new[member] for member in both)
    return Comparison(
        added=len(new.keys() - old.keys()),
        gone=len(old.keys() - new.keys()),
        changed=changed,
        unchanged=len(both) - changed,
        rows={name: (table.num_rows, now[name].num_rows) for name, table in before.items() if name != "members"},
        emptied=_emptied(before["members"], now["members"]),
    )


def _by_id(members: pa.Table) -> dict[str, tuple[object, ...]]:
    columns = [members[name].to_pylist() for name in members.column_names if name != "member_id"]
    return dict(zip(members["member_id"].to_pylist(), zip(*columns, strict=True), strict=True))


def _emptied(before: pa.Table, now: pa.Table) -> tuple[str, ...]:
    # `left` is empty for most members of a healthy LERO, and may well become so.
    names = [name for name in before.column_names if name not in ("member_id", "left", "leaving_reason")]
    return tuple(name for name in names if _known_share(now, name) < _EMPTIED_BELOW * _known_share(before, name))


def _known_share(members: pa.Table, name: str) -> float:
    values = members[name].to_pylist()
    return sum(value not in (None, NOT_KNOWN) for value in values) / len(values) if values else 0.0
