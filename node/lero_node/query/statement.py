"""A table's plan as one SQL statement, built with SQLGlot and readable by the operator: `cell`, then its values.

The statement returns only groups that hold somebody; `exact.py` lays them into the declared cells.
"""

from __future__ import annotations

from sqlglot import exp, select

from lero_contract.dictionary import Dictionary
from lero_contract.plan import TablePlan
from lero_contract.request import Activity, Basis, Headcount, Mean, Request
from lero_node.query.bounding import centred, kept_contacts, one_review_per_window
from lero_node.query.dimensions import axis_index, between, column, filter_condition, group_index, number


def statement(plan: TablePlan, request: Request, dictionary: Dictionary) -> exp.Select:
    """Columns: cell (whole number, 0 <= cell < plan.groups), then one column per entry of plan.values.

    Reads the tables members, reviews and activities of a snapshot, or of a database that keeps the same columns.
    """
    members = _members(plan, request, dictionary)
    match plan.table.kind:
        case Headcount():
            return _grouped(members, exp.column("g"), [exp.Count(this=exp.Star())], plan)
        case Mean(windows=windows) as mean:
            if plan.centring is None:
                raise ValueError("a mean has a centring")
            kept = one_review_per_window(members, mean, request.cut_date_day)
            weight = exp.Sum(this=number(plan.centring.weight))
            total = exp.Sum(this=centred(exp.column("score"), plan.centring))
            return _grouped(kept, _inner(len(windows), "w"), [weight, total], plan)
        case Activity(groups=groups) as activity:
            kept = kept_contacts(members, activity, request.cut_date_day)
            return _grouped(kept, _inner(groups, "s"), [exp.Sum(this=exp.column("kept"))], plan)


def _members(plan: TablePlan, request: Request, dictionary: Dictionary) -> exp.Select:
    """member_id, joined and g (the group index over the table's dimensions) of the members the table is about."""
    cut = request.cut_date_day
    axes = plan.axes[: len(plan.table.dimensions)]
    group = group_index(axes, [axis_index(axis, dictionary, cut) for axis in axes])
    query = select(column("member_id"), column("joined"), group.as_("g")).from_(
        exp.alias_(exp.to_table("members"), "m", table=True)
    )
    for condition in _about(plan, cut):
        query = query.where(condition)
    for wanted in plan.table.filters:
        query = query.where(filter_condition(wanted, dictionary, cut))
    return query


def _about(plan: TablePlan, cut_date_day: int) -> list[exp.Expr]:
    joined = exp.LTE(this=column("joined"), expression=number(cut_date_day))
    match plan.table.kind:
        case Headcount(basis=Basis.AT_CUT_DATE):
            stays = exp.Is(this=column("left"), expression=exp.null())
            later = exp.GT(this=column("left"), expression=number(cut_date_day))
            return [joined, exp.Paren(this=exp.or_(stays, later))]
        case Headcount(basis=Basis.JOINED, period=period) if period is not None:
            return [joined, between(column("joined"), period.first, period.last)]
        case Headcount(basis=Basis.REFERRED, period=period) if period is not None:
            return [between(column("referred"), period.first, period.last)]
        case _:
            return [joined]


def _inner(size: int, name: str) -> exp.Expr:
    """g * size + position within the group."""
    return exp.Add(this=exp.Mul(this=exp.column("g"), expression=number(size)), expression=exp.column(name))


def _grouped(source: exp.Select, cell: exp.Expr, sums: list[exp.Expr], plan: TablePlan) -> exp.Select:
    query = select(cell.as_("cell")).from_(source.subquery("t"))
    for name, total in zip(plan.values, sums, strict=True):
        query = query.select(exp.cast(total, "BIGINT").as_(name))
    return query.group_by(cell.copy())
