"""Adds up answers, each laid out by its node's own plan, onto places and groups that all share. Pure.

The parts and their totals come from the same cells: an authority is one cell a node, a region those and the node's
"elsewhere in this region", England the regions. Variance follows from how many noisy cells went in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION, WAVE, Axis, region_of_code
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.plan import TablePlan
from lero_contract.request import Activity, Unit
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.withholding import ALL, ENGLAND

PLACE_AXES = frozenset({AREA, REGION})
Key = tuple[str, tuple[str, ...]]


@dataclass
class Total:
    """One place and group. values: summed noisy cells, in the plan's order. cells: noisy cells behind each value."""

    values: list[int]
    cells: int = 0
    leros: set[str] = field(default_factory=set)


def totals_of(table_id: str, accepted: Iterable[Accepted], dictionary: Dictionary) -> dict[Key, Total]:
    """Totals by place code and group codes, margins ("all") included."""
    found: dict[Key, Total] = {}
    for answer in accepted:
        planned = answer.cells_of(table_id)
        if planned is not None:
            _add(found, answer.organisation_id, *planned, dictionary)
    return found


def group_axes(planned: TablePlan) -> tuple[Axis, ...]:
    """The axes that are no places, in the table's order."""
    return tuple(axis for axis in planned.axes if axis.name not in PLACE_AXES)


def groups_of(planned: TablePlan) -> Iterator[tuple[str, ...]]:
    """Every group, margins first."""
    return itertools.product(*(_codes_and_margin(planned, axis) for axis in group_axes(planned)))


def places_of(axis_name: str, code: str, dictionary: Dictionary) -> Sequence[str]:
    """Codes of every place that a position on a place axis counts in; the whole alone where there is no such axis."""
    if axis_name not in PLACE_AXES:
        return (ALL,)
    if code in (NOT_KNOWN, OUTSIDE_ENGLAND):
        return (code, ALL)
    region = code if axis_name == REGION else region_of_code(code, dictionary)
    if region is None or not region.startswith("E"):
        return (OUTSIDE_ENGLAND, ALL)
    own = (code,) if axis_name == AREA and code in dictionary.geography.areas else ()
    return (*own, region, ENGLAND, ALL)


def _add(
    found: dict[Key, Total], organisation: str, planned: TablePlan, cells: Sequence[int], dictionary: Dictionary
) -> None:
    width = len(planned.values)
    for index, codes in enumerate(itertools.product(*(axis.codes for axis in planned.axes))):
        values = cells[index * width : (index + 1) * width]
        place = next(
            ((axis.name, code) for axis, code in zip(planned.axes, codes, strict=True) if axis.name in PLACE_AXES),
            ("", ""),
        )
        own = [code for axis, code in zip(planned.axes, codes, strict=True) if axis.name not in PLACE_AXES]
        wider = (
            (code, EVERY) if _has_margin(planned, axis) else (code,)
            for axis, code in zip(group_axes(planned), own, strict=True)
        )
        groups = list(itertools.product(*wider))
        for key in itertools.product(places_of(*place, dictionary), groups):
            total = found.setdefault(key, Total([0] * width))
            total.values = [a + b for a, b in zip(total.values, values, strict=True)]
            total.cells += 1
            total.leros.add(organisation)


def _codes_and_margin(planned: TablePlan, axis: Axis) -> tuple[str, ...]:
    return (EVERY, *axis.codes) if _has_margin(planned, axis) else axis.codes


def _has_margin(planned: TablePlan, axis: Axis) -> bool:
    """Members active in several periods would count several times in a sum; means at several waves have no sum."""
    if axis.name == WAVE:
        return False
    kind = planned.table.kind
    own_axis = axis.name not in planned.table.dimensions
    return not (isinstance(kind, Activity) and kind.unit is Unit.ACTIVE_MEMBERS and own_axis)
