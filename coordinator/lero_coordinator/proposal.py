"""The next draft's bounds from what an earlier release measured: the least whole error, written into the draft.

What is read of a release folder is `release.json` alone. For each table: its `id`, and where it had a companion
`left_out`, an object of three figures, `members`, `amount` and `share`, each an object with its number under `value`
(a plain number is read too); the share is in per cent. A release that lacks any of it is no fault: then
the table's bounds stay as they are, and that is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_contract.kinds import Activity, Unit
from lero_contract.plan import Part
from lero_contract.request import Request
from lero_contract.roster import NodeEntry
from lero_contract.toml_lines import line_of
from lero_coordinator.keys import read_file
from lero_coordinator.preview.preview import MOST_CELLS, crowd_of, stands_behind, taking_part
from lero_coordinator.preview.whole_error import Bounds, Contacts, Crowd, Whole, fitted_mean, least


@dataclass(frozen=True)
class Measured:
    """What an earlier release says of a capped table. share: of the total left out, 0 to 1; bounds: as it had them."""

    share: float
    bounds: Bounds | None


@dataclass(frozen=True)
class Proposed:
    """New bounds of one table. mean: contacts a month of an active member that the measured share implies."""

    table_id: str
    measured: Measured
    mean: float
    best: Whole
    most: int


def read_measured(folder: Path) -> dict[str, Measured]:
    """Capped tables of a release by id. Raises DataNotValid where the folder holds no release."""
    file = folder / "release.json"
    try:
        raw = json.loads(read_file(file))
        tables = {str(t["id"]): t for t in raw["tables"] if isinstance(t, dict)}
    except (ValueError, KeyError, TypeError) as reason:
        raise DataNotValid(f"{file} is not a release's statement.", "Give the folder that `publish` wrote.") from reason
    found = {name: _measured(table) for name, table in tables.items()}
    return {name: measured for name, measured in found.items() if measured is not None}


def propose(
    request: Request,
    measured: Mapping[str, Measured],
    dictionary: Dictionary,
    entries: Sequence[NodeEntry],
    members: int | None,
) -> tuple[list[Proposed], list[str]]:
    """New bounds for every capped table that the release measured, and a remark for each that it did not."""
    taking = taking_part(request, dictionary, entries)
    proposed, remarks = [], []
    for table in request.tables:
        kind = table.kind
        if not isinstance(kind, Activity) or not kind.is_capped:
            continue
        found = measured.get(table.table_id)
        if found is None:
            remarks.append(f"{table.table_id}: the release says nothing usable of what was left out; its bounds stay.")
        elif table.table_id in taking:
            part = taking[table.table_id][0][1]
            crowd_levels = stands_behind(part.part_id, taking, dictionary, members)
            proposed.append(_proposed(part, kind, found, crowd_of(part, crowd_levels)))
    return proposed, remarks


def with_bounds(text: str, draft_ids: Sequence[str], proposed: Sequence[Proposed], release: str) -> str:
    """The text of a draft with new bounds, with a comment that says from what. DataNotValid without their lines."""
    lines = text.splitlines(keepends=True)
    for change in proposed:
        i = draft_ids.index(change.table_id)
        why = f"    # from {release}: {change.measured.share:.1%} was left out; now about {change.best.left_out:.1%}"
        bounds = change.best.bounds
        for key, value, note in (
            ("max_cells", str(bounds.max_cells), why),
            ("max_per_cell", str(bounds.max_per_cell), ""),
            ("left_out", _most(lines, text, i, change.most), ""),
        ):
            number = _line(text, i, key)
            if number is None and key == "max_per_cell":
                continue
            if number is None:
                raise DataNotValid(f'table "{change.table_id}": no line begins with {key}.', "Put it on its own line.")
            lines[number] = f"{key} = {value}{note}\n"
    return "".join(lines)


def _proposed(part: Part, kind: Activity, found: Measured, crowd: Crowd) -> Proposed:
    had = found.bounds or Bounds(kind.max_cells, kind.max_per_cell)
    mean = fitted_mean(kind, had, found.share)
    best = least(Contacts(kind, mean), kind, part.price_nano_rho, crowd, MOST_CELLS)
    return Proposed(part.table.table_id, found, mean, best, most_of(kind, best.bounds))


def most_of(kind: Activity, bounds: Bounds) -> int:
    """The most that the companion measures of one member: a quarter above what is kept, in tens."""
    kept = bounds.max_cells * bounds.max_per_cell
    if kind.unit is Unit.ACTIVE_MEMBERS:
        return max(kept + 1, kind.groups)
    return -(-(kept * 5) // 40) * 10


def _line(text: str, i: int, key: str) -> int | None:
    number = line_of(text, ("tables", i, key))
    if number is None:
        return None
    line = text.splitlines()[number - 1]
    return number - 1 if re.match(rf"\s*{key}\s*=", line) else None


def _most(lines: Sequence[str], text: str, i: int, most: int) -> str:
    """The companion as written, with another `most`."""
    number = _line(text, i, "left_out")
    written = lines[number].partition("=")[2].strip() if number is not None else f"{{ most = {most} }}"
    return re.sub(r"\bmost\s*=\s*\d+", f"most = {most}", written)


def _measured(table: Mapping[str, Any]) -> Measured | None:
    left_out = table.get("left_out")
    share = _value(left_out.get("share")) if isinstance(left_out, dict) else None
    if share is None:
        return None
    if not 0 < share < 100:  # noise may put a small share at 0 or below it: nothing to fit
        return None
    cells, per_cell = table.get("max_cells"), table.get("max_per_cell")
    bounds = Bounds(cells, per_cell) if isinstance(cells, int) and isinstance(per_cell, int) else None
    return Measured(share / 100, bounds)


def _value(figure: object) -> float | None:
    if isinstance(figure, dict):
        figure = figure.get("value")
    return float(figure) if isinstance(figure, (int, float)) and not isinstance(figure, bool) else None
