"""The members a table is about, each once, with the group that the table's dimensions put them in."""

from __future__ import annotations

from sqlglot import exp, select

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Basis, Headcount
from lero_contract.plan import Part
from lero_node.query.dimensions import axis_index, filter_condition, group_index
from lero_node.query.sql import at_most, between, column, is_null, number


def members_of(part: Part, cut_date_day: int, dictionary: Dictionary) -> exp.Select:
    """member_id, joined, left and g (the group index over the table's dimensions) of the members in question."""
    axes = part.dimensions if part.shape.is_split else ()
    group = group_index(axes, [axis_index(axis, dictionary, cut_date_day) for axis in axes])
    query = select(column("member_id"), column("joined"), column("left"), group.as_("g")).from_(
        exp.alias_(exp.to_table("members"), "m", table=True)
    )
    for condition in _about(part, cut_date_day):
        query = query.where(condition, copy=False)
    for wanted in part.table.filters:
        query = query.where(filter_condition(wanted, dictionary, cut_date_day), copy=False)
    return query


def counted_groups(part: Part, cut_date_day: int, dictionary: Dictionary) -> exp.Select:
    """g and count: members in question, counted before they are placed, for few of them say something of their own."""
    dimensions = [axis.name for axis in part.dimensions]
    names = sorted({_stored(name, dictionary) for name in (*dimensions, *(f.variable for f in part.table.filters))})
    alike = select(*(column(name) for name in names), exp.Count(this=exp.Star()).as_("people"))
    alike = alike.from_(exp.alias_(exp.to_table("members"), "m", table=True))
    for condition in _about(part, cut_date_day):
        alike = alike.where(condition, copy=False)
    if names:
        alike = alike.group_by(*(column(name) for name in names))
    group = group_index(part.dimensions, [axis_index(axis, dictionary, cut_date_day) for axis in part.dimensions])
    query = select(group.as_("g"), column("people").as_("count")).from_(alike.subquery("m"), copy=False)
    for wanted in part.table.filters:
        query = query.where(filter_condition(wanted, dictionary, cut_date_day), copy=False)
    return query


def _stored(name: str, dictionary: Dictionary) -> str:
    """The column of members that a dimension or filter reads."""
    return AREA if name in (AREA, REGION) else dictionary.dimensions[name].variable


def _about(part: Part, cut_date_day: int) -> list[exp.Expr]:
    joined = at_most(column("joined"), number(cut_date_day))
    match part.table.kind:
        case Headcount(basis=Basis.AT_CUT_DATE):
            later = exp.GT(this=column("left"), expression=number(cut_date_day))
            return [joined, exp.Paren(this=exp.or_(is_null(column("left")), later))]
        case Headcount(basis=Basis.JOINED, period=period) if period is not None:
            return [joined, between(column("joined"), period.first, period.last)]
        case Headcount(basis=Basis.REFERRED, period=period) if period is not None:
            return [
                at_most(column("referred"), number(cut_date_day)),
                between(column("referred"), period.first, period.last),
            ]
    if part.joined_from is None:
        return [joined]
    return [joined, exp.GTE(this=column("joined"), expression=number(part.joined_from))]
