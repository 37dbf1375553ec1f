"""Which tables of a request count the same people, or parts of them: one could be subtracted from another. Pure.

Each kind names what its totals count. Tables that share a name are of one definition, and so are tables that a third
one links. Filters and kinds of activity are left out: tables of each part of a list add up to the table of the whole.
To name too much only withholds more. Not covered: headcounts of periods that add up to another table's.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from lero_contract.kinds import (
    Activity,
    Basis,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Origin,
    Recovery,
    Retention,
)
from lero_contract.request import Table

# Everyone who has joined, up to the cut date or up to some time before it: those followed, those due, those recorded.
_JOINED = "everyone who joined"
# Those who are members at some time: due in a window by the calendar, or members at the cut date.
_MEMBERS = "members at a time"


def definitions_of(tables: Sequence[Table]) -> dict[str, Hashable]:
    """By table id, a name that is equal for tables whose totals could be subtracted from one another."""
    groups: list[tuple[frozenset[Hashable], frozenset[str]]] = []
    for table in tables:
        counted, ids = counted_by(table), frozenset({table.table_id})
        linked = [group for group in groups if group[0] & counted]
        groups = [group for group in groups if group not in linked]
        groups.append((counted.union(*(c for c, _ in linked)), ids.union(*(i for _, i in linked))))
    return {table_id: counted for counted, ids in groups for table_id in ids}


def counted_by(table: Table) -> frozenset[Hashable]:
    """What the table's totals count, one name for each way in which they could be read."""
    match table.kind:
        case Headcount(basis=Basis.EVER):
            return frozenset({_JOINED})
        case Headcount(basis=Basis.AT_CUT_DATE):
            return frozenset({_MEMBERS})
        case Headcount() as kind:
            return frozenset({kind})
        case Activity(unit=unit):
            return frozenset({unit})
        case Mean(measure=measure):
            return frozenset({measure})
        case Distribution(measure=measure, origin=origin) | Change(measure=measure, origin=origin):
            return frozenset({measure, _JOINED if origin is Origin.JOINING else _MEMBERS})
        case Retention() | Milestones() | Recovery() | Completeness():
            return frozenset({_JOINED})
