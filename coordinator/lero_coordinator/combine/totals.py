"""Adds up answers, each laid out by its node's own plan, onto places and groups that all share. Pure.

The parts and their totals come from the same cells: an authority is one cell a node, a region those and the node's
"elsewhere in this region", England the regions. Variance follows from how many noisy cells went in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION, region_of_code
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.kinds import Activity, Axis, Unit
from lero_contract.kinds.completeness import FIELD
from lero_contract.kinds.followed import MILESTONE
from lero_contract.kinds.mean import WAVE
from lero_contract.kinds.recovery import POINT
from lero_contract.plan import Part
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.withholding import ALL, ENGLAND

PLACE_AXES = frozenset({AREA, REGION})
# A kind's own axes on which one member stands in several cells.
_SEVERAL_TIMES = frozenset({WAVE, POINT, MILESTONE, FIELD})
Key = tuple[str, tuple[str, ...]]


@dataclass
class Total:
    """One place and group. values: summed noisy cells, in the plan's order. cells: noisy cells behind each value."""

    values: list[int]
    cells: int = 0
    leros: set[str] = field(default_factory=set)


def totals_of(part_id: str, accepted: Iterable[Accepted], dictionary: Dictionary) -> dict[Key, Total]:
    """Totals of one part by place code and group codes, margins ("all") included. A main part has its table's id."""
    found: dict[Key, Total] = {}
    for answer in accepted:
        planned = answer.cells_of(part_id)
        if planned is not None:
            _add(found, answer.organisation_id, *planned, dictionary)
    return found


def group_axes(planned: Part) -> tuple[Axis, ...]:
    """The axes that are no places, in the table's order."""
    return tuple(axis for axis in planned.axes if axis.name not in PLACE_AXES)


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
    found: dict[Key, Total], organisation: str, planned: Part, cells: Sequence[int], dictionary: Dictionary
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


def _has_margin(planned: Part, axis: Axis) -> bool:
    """Whether a sum over the axis counts nobody twice: a member is in several periods, reviews, points or milestones.

    Contacts may be added up over periods: each is another contact.
    """
    kind = planned.table.kind
    is_own = axis.name not in planned.table.dimensions
    if isinstance(kind, Activity):
        return not is_own or kind.unit is Unit.CONTACTS
    return not is_own or axis.name not in _SEVERAL_TIMES
