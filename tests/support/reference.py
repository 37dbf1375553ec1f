"""The exact vector of a plan once more, member by member in plain Python: slow and obvious on purpose.

Written from the contract and not from the SQL, which the property tests hold to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lero_contract.axes import Axis
from lero_contract.dictionary import Dictionary
from lero_contract.plan import TablePlan
from lero_contract.request import Activity, Basis, Headcount, Mean, Request
from support.tables import Row, Rows

OLDEST = 120  # an age beyond it is a slip of the pen: not known


def reference_vector(planned: TablePlan, request: Request, dictionary: Dictionary, rows: Rows) -> list[int]:
    """Cells in the declared order."""
    cells = [0] * planned.cell_count
    for member in rows.members:
        for cell, amount in contributions(planned, request, dictionary, rows, member):
            cells[cell] += amount
    return cells


def contributions(
    planned: TablePlan, request: Request, dictionary: Dictionary, rows: Rows, member: Row
) -> Iterator[tuple[int, int]]:
    """(cell, amount) pairs of one member."""
    cut = request.cut_date_day
    table = planned.table
    if not _is_meant(table.kind, member, cut):
        return
    if not all(_code(f.variable, member, dictionary, cut) in f.codes for f in table.filters):
        return
    places = [_place(axis, member, dictionary, cut) for axis in planned.axes[: len(table.dimensions)]]
    match table.kind:
        case Headcount():
            yield _index(planned, places), 1
        case Mean():
            yield from _mean(planned, places, member, rows, cut)
        case Activity():
            yield from _activity(planned, places, member, rows, cut)


def _is_meant(kind: Any, member: Row, cut: int) -> bool:
    joined, left = member.get("joined"), member.get("left")
    if isinstance(kind, Headcount) and kind.basis is Basis.REFERRED:
        referred = member.get("referred")
        return kind.period is not None and referred is not None and kind.period.first <= referred <= kind.period.last
    if joined is None or joined > cut:
        return False
    if isinstance(kind, Headcount) and kind.basis is Basis.AT_CUT_DATE:
        return left is None or left > cut
    if isinstance(kind, Headcount) and kind.basis is Basis.JOINED:
        return kind.period is not None and bool(kind.period.first <= joined <= kind.period.last)
    return True


def _code(variable: str, member: Row, dictionary: Dictionary, cut: int) -> str:
    """The code of a dimension that is not cut to the node: not_known for whatever is no code."""
    if variable == "region":
        region = dictionary.geography.region_of(member.get("area") or "")
        return region or "not_known"
    dimension = dictionary.dimensions[variable]
    if not dimension.bands:
        value = member.get(dimension.variable)
        return value if value in {c.code for c in dimension.categories} else "not_known"
    born = member.get("birth_year")
    if born is None:
        return "not_known"
    age = (date(1970, 1, 1) + timedelta(days=cut)).year - born
    found = [b.code for b in dimension.bands if b.lower <= age <= (OLDEST if b.upper is None else b.upper)]
    return found[0] if found else "not_known"


def _place(axis: Axis, member: Row, dictionary: Dictionary, cut: int) -> int:
    if axis.name != "area":
        return axis.codes.index(_code(axis.name, member, dictionary, cut))
    code = member.get("area") or ""
    geography = dictionary.geography
    today = [code] if code in geography.areas else list(geography.old_codes.get(code, ()))
    if len(today) == 1 and today[0] in axis.codes:
        return axis.codes.index(today[0])
    region = geography.region_of(code)
    if region is None:
        return axis.codes.index("not_known")
    return axis.codes.index(f"elsewhere:{region}" if region.startswith("E") else "outside_england")


def _mean(planned: TablePlan, places: list[int], member: Row, rows: Rows, cut: int) -> Iterator[tuple[int, int]]:
    mean, centring = planned.table.kind, planned.centring
    assert isinstance(mean, Mean) and centring is not None
    for number, window in enumerate(mean.windows):
        middle = (window.from_day + window.to_day) / 2
        found = []
        for review in rows.reviews:
            if review["member_id"] != member["member_id"] or review["measure"] != mean.measure:
                continue
            if review["score"] is None or (review["day"] is not None and review["day"] > cut):
                continue
            since = None if review["day"] is None else review["day"] - member["joined"]
            by_days = since is not None and window.from_day <= since <= window.to_day
            if review["wave"] == window.wave or (review["wave"] is None and by_days):
                away = 0 if since is None else abs(since - middle)
                found.append((away, review["row_hash"], review["score"]))
        if found:
            score = min(found)[2]
            moved = centring.factor * score - centring.middle
            group = _index(planned, [*places, number])
            yield 2 * group, centring.weight
            yield 2 * group + 1, max(-centring.half_range, min(centring.half_range, moved))


def _activity(planned: TablePlan, places: list[int], member: Row, rows: Rows, cut: int) -> Iterator[tuple[int, int]]:
    activity = planned.table.kind
    assert isinstance(activity, Activity)
    counted: Counter[tuple[int, ...]] = Counter()
    first_hash: dict[tuple[int, ...], int] = {}
    for row in rows.activities:
        if row["member_id"] != member["member_id"] or row["kind"] not in activity.kinds or row["day"] > cut:
            continue
        for number, part in enumerate(activity.slices):
            if part.period.first <= row["day"] <= part.period.last:
                kind = (activity.kinds.index(row["kind"]),) if activity.split_by_kind else ()
                counted[(number, *kind)] += 1
                first_hash[(number, *kind)] = min(row["row_hash"], first_hash.get((number, *kind), 2**63))
    for place in sorted(counted, key=lambda p: first_hash[p])[: activity.max_cells]:
        yield _index(planned, [*places, *place]), min(counted[place], activity.max_per_cell)


def _index(planned: TablePlan, places: list[int]) -> int:
    """Row-major over the axes."""
    assert len(places) == len(planned.axes)
    index = 0
    for axis, place in zip(planned.axes, places, strict=True):
        index = index * len(axis.codes) + place
    return index
