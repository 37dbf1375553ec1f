"""Which members a table is about, and the code each of them has on a dimension."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Activity as ActivityKind
from lero_contract.kinds import (
    Axis,
    Basis,
    Change,
    Distribution,
    Headcount,
    Milestones,
    Origin,
    Period,
    Recovery,
    Retention,
)
from lero_contract.plan import Part
from support.tables import Row

OLDEST = 120  # an age beyond it is a slip of the pen: not known


def is_meant(part: Part, member: Row, cut: int) -> bool:
    """Whether the table is about this member. Nothing that happened after the cut date is known."""
    kind = part.table.kind
    joined, left = member.get("joined"), member.get("left")
    if isinstance(kind, Headcount) and kind.basis is Basis.REFERRED:
        referred = member.get("referred")
        return referred is not None and referred <= cut and _inside(kind.period, referred)
    if joined is None or joined > cut:
        return False
    if isinstance(kind, Headcount) and kind.basis is Basis.AT_CUT_DATE:
        return left is None or left > cut
    if isinstance(kind, Headcount) and kind.basis is Basis.JOINED:
        return _inside(kind.period, joined)
    return not _follows_from_joining(kind) or part.joined_from is None or joined >= part.joined_from


def code_of(variable: str, member: Row, dictionary: Dictionary, cut: int) -> str:
    """The code of a dimension that is not cut to the node: not_known for whatever is no code."""
    if variable == "region":
        return dictionary.geography.region_of(member.get("area") or "") or "not_known"
    dimension = dictionary.dimensions[variable]
    if not dimension.bands:
        value = member.get(dimension.variable)
        return value if value in {c.code for c in dimension.categories} else "not_known"
    age = _age(member, cut)
    if age is None:
        return "not_known"
    found = [b.code for b in dimension.bands if b.lower <= age <= (OLDEST if b.upper is None else b.upper)]
    return found[0] if found else "not_known"


def place_on(axis: Axis, member: Row, dictionary: Dictionary, cut: int) -> int:
    """The position of a member on the axis of a dimension, the area axis of one node included."""
    if axis.name != "area":
        return axis.codes.index(code_of(axis.name, member, dictionary, cut))
    code = member.get("area") or ""
    geography = dictionary.geography
    today = [code] if code in geography.areas else list(geography.old_codes.get(code, ()))
    if len(today) == 1 and today[0] in axis.codes:
        return axis.codes.index(today[0])
    region = geography.region_of(code)
    if region is None:
        return axis.codes.index("not_known")
    return axis.codes.index(f"elsewhere:{region}" if region.startswith("E") else "outside_england")


def is_recorded(name: str, member: Row, dictionary: Dictionary, cut: int) -> bool:
    """Whether a variable is known: a code of its list, a place, a year that can be, or any date at all."""
    value: Any = member.get(name)
    kind = dictionary.variable("members", name).type
    if kind == "category":
        return code_of(name, member, dictionary, cut) != "not_known"
    if kind == "area":
        return value in dictionary.geography.areas or value in dictionary.geography.old_codes
    if kind == "year":
        age = _age(member, cut)
        return age is not None and 0 <= age <= OLDEST
    return value is not None


def _follows_from_joining(kind: object) -> bool:
    """Kinds that say who is due, or how long it took, from each member's joining on."""
    if isinstance(kind, Retention | Milestones | Recovery):
        return True
    return isinstance(kind, Distribution | Change | ActivityKind) and kind.origin is Origin.JOINING


def _inside(period: Period | None, day: int) -> bool:
    return period is not None and period.first <= day <= period.last


def _age(member: Row, cut: int) -> int | None:
    born = member.get("birth_year")
    return None if born is None else (date(1970, 1, 1) + timedelta(days=cut)).year - born
