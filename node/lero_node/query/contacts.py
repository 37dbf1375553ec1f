"""Activity rows by member and cell, and the two bounds: at most max_cells cells a member, each at most max_per_cell.

A member's cells are kept in the order of their least keyed hash, so that what is kept of one depends on no other.
"""

from __future__ import annotations

from sqlglot import exp, select

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.kinds import Activity, Companion, Origin, Unit
from lero_node.query.sql import (
    ROWS,
    at_most,
    between,
    column,
    from_query,
    is_known,
    known_by,
    least,
    minus,
    number,
    one_of,
    plus,
    rank,
    rows_of,
    times,
)


def kept_contacts(members: exp.Select, activity: Activity, dictionary: Dictionary, cut_date_day: int) -> exp.Select:
    """g, s (cell within the group), kept: at most max_cells rows a member, each at most max_per_cell."""
    cells = _cells(members, activity, dictionary, cut_date_day)
    bounded = least(number(activity.max_per_cell), exp.column("wanted")).as_("kept")
    if activity.max_cells == activity.groups:  # no member has more cells than that: nothing to choose
        return from_query(cells, "c", "g", "s", bounded)
    return from_query(_ranked(cells), "k", "g", "s", bounded).where(
        at_most(exp.column("rn"), number(activity.max_cells))
    )


def left_out(
    members: exp.Select, activity: Activity, companion: Companion, dictionary: Dictionary, cut_date_day: int
) -> exp.Select:
    """g, amount: of each member of whom something is left out, min(wanted, most) - min(kept, most), over all cells."""
    cells = _cells(members, activity, dictionary, cut_date_day)
    within = at_most(exp.column("rn"), number(activity.max_cells))
    bounded = least(number(activity.max_per_cell), exp.column("wanted"))
    kept = least(number(companion.most), exp.Sum(this=exp.Case().when(within, bounded).else_(number(0))))
    wanted = least(number(companion.most), exp.Sum(this=exp.column("wanted")))
    by_member = from_query(_ranked(cells), "k", "member_id", "g", minus(wanted, kept).as_("amount")).group_by(
        "member_id", "g"
    )
    return from_query(by_member, "b", "g", "amount").where(exp.GT(this=exp.column("amount"), expression=number(0)))


def _cells(members: exp.Select, activity: Activity, dictionary: Dictionary, cut_date_day: int) -> exp.Select:
    """member_id, g, s, wanted (contacts, or 1 for an active member), first_hash: one row per member and cell."""
    day: exp.Expr = column("day", ROWS)
    if activity.origin is Origin.JOINING:
        day = minus(day, column("joined"))
    position = _position(activity, day, dictionary)
    spans = [s.period for s in activity.slices]
    placed = (
        select(column("member_id"), column("g"), column("row_hash", ROWS), position.as_("s"))
        .from_(rows_of("activities"))
        .join(members.subquery("m"), on=column("member_id", ROWS).eq(column("member_id")))
        .where(between(day.copy(), spans[0].first, spans[-1].last))
        .where(known_by(column("day", ROWS), cut_date_day))
    )
    wanted = exp.Count(this=exp.Star()) if activity.unit is Unit.CONTACTS else number(1)
    return (
        from_query(placed, "p", "member_id", "g", "s", wanted.as_("wanted"))
        .select(exp.Min(this=exp.column("row_hash")).as_("first_hash"))
        .where(is_known(exp.column("s")))
        .group_by("member_id", "g", "s")
    )


def _ranked(cells: exp.Select) -> exp.Select:
    return from_query(cells, "c", "member_id", "g", "s", "wanted", rank(["member_id"], ["first_hash", "s"]))


def _position(activity: Activity, day: exp.Expr, dictionary: Dictionary) -> exp.Expr:
    """The cell within a group; null for a row of no slice, or of no kind that the table names."""
    period = exp.Case()
    for index, part in enumerate(activity.slices):
        period = period.when(between(day.copy(), part.period.first, part.period.last), number(index))
    kind = _kind(activity, dictionary)
    if activity.split_by_kind:
        return plus(times(period, number(len(activity.kinds))), kind)
    return plus(period, kind)


def _kind(activity: Activity, dictionary: Dictionary) -> exp.Expr:
    """The position of a row's kind, 0 where kinds are not split; null for a kind that the table does not name.

    A kind that nobody declared is "not known", as every code that is none.
    """
    codes = [c.code for c in dictionary.variable("activities", "kind").categories]
    if not activity.split_by_kind and set(codes) <= set(activity.kinds):
        return number(0)
    case = exp.Case()
    for index, code in enumerate(activity.kinds):
        place = number(index if activity.split_by_kind else 0)
        if code != NOT_KNOWN:
            case = case.when(one_of(column("kind", ROWS), [code]), place)
    if NOT_KNOWN in activity.kinds:
        declared = one_of(column("kind", ROWS), [code for code in codes if code != NOT_KNOWN])
        place = number(activity.kinds.index(NOT_KNOWN) if activity.split_by_kind else 0)
        case = case.when(exp.Not(this=exp.Coalesce(this=declared, expressions=[exp.false()])), place)
    return case
