"""One part of a plan as one SQL statement, built with SQLGlot and readable by the operator: `cell`, then its values.

The statement returns only groups that hold somebody; `exact.py` lays them into the declared cells. The same statement
runs on DuckDB and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.kinds import (
    Activity,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Origin,
    Recovery,
    Retention,
    Window,
)
from lero_contract.kinds.activity import LEFT_OUT
from lero_contract.kinds.recovery import NOT_IN_RECOVERY
from lero_contract.plan import Part
from lero_contract.request import Request
from lero_node.query.contacts import kept_contacts, left_out
from lero_node.query.courses import paths, stays
from lero_node.query.dimensions import is_recorded
from lero_node.query.members import counted_groups, members_of
from lero_node.query.reviews import centred, in_due_window, is_due, one_review_per_window, scored
from lero_node.query.sql import (
    ROWS,
    between,
    column,
    from_query,
    greatest,
    least,
    minus,
    number,
    one_of,
    within,
)

_ONE = {"count": number(1)}


def statement(part: Part, request: Request, dictionary: Dictionary) -> exp.Query:
    """Columns: cell (whole number, 0 <= cell < part.groups), then one column per entry of part.values.

    Reads the tables members, reviews, activities and milestones of a snapshot, or of a database with the same columns.
    """
    cut = request.cut_date_day
    if isinstance(part.table.kind, Headcount):
        groups = counted_groups(part, cut, dictionary)
        return _summed(_placed(groups, number(0), part, {"count": exp.column("count")}), part)
    members = members_of(part, cut, dictionary)
    contributions: exp.Query
    match part.table.kind:
        case Activity(companion=companion) as activity if part.name == LEFT_OUT and companion is not None:
            contributions = _centred_sums(left_out(members, activity, companion, dictionary, cut), "amount", part)
        case Activity() as activity:
            kept = kept_contacts(members, activity, dictionary, cut)
            contributions = _placed(kept, exp.column("s"), part, {activity.unit.value: exp.column("kept")})
        case Mean() as mean:
            value = column("score", ROWS)
            kept = one_review_per_window(members, mean.windows, mean.origin, value, scored(mean.measure), cut)
            contributions = _centred_sums(kept, "value", part, exp.column("w"))
        case Distribution() as distribution:
            contributions = _distribution(members, distribution, part, cut)
        case Change() as change:
            contributions = _change(members, change, part, dictionary, cut)
        case Recovery() as recovery:
            contributions = _recovery(members, recovery, part, dictionary, cut)
        case Retention() as retention:
            contributions = _placed(stays(members, retention, cut), exp.column("course"), part, _ONE)
        case Milestones() as milestones:
            course = within(len(part.shape.axes[-1].codes), exp.column("course"), "k")
            contributions = _placed(paths(members, milestones, cut), course, part, _ONE)
        case Completeness() as completeness:
            contributions = _completeness(part, completeness, dictionary, cut)
    return _summed(contributions, part)


def _summed(contributions: exp.Query, part: Part) -> exp.Select:
    """cell and the sum of each value, over contributions that are bounded for every member."""
    query = from_query(contributions, "t", "cell")
    for name in part.values:
        query = query.select(exp.cast(exp.Sum(this=exp.column(name)), "BIGINT").as_(name), copy=False)
    return query.group_by("cell", copy=False)


def _placed(source: exp.Query, position: exp.Expr, part: Part, values: dict[str, exp.Expr]) -> exp.Select:
    """cell and values of each row of a source that has g."""
    cell = within(part.shape.own_groups, position)
    return from_query(source, "b", cell.as_("cell"), *(value.copy().as_(name) for name, value in values.items()))


def _centred_sums(source: exp.Select, value: str, part: Part, position: exp.Expr | None = None) -> exp.Select:
    """A weighted count and a centred sum of one bounded number per row."""
    if part.centring is None:
        raise ValueError("a sum has a centring")
    values = {"count": number(part.centring.weight), "centred_sum": centred(exp.column(value), part.centring)}
    return _placed(source, position or number(0), part, values)


def _distribution(members: exp.Select, asked: Distribution, part: Part, cut: int) -> exp.Query:
    value = column("score", ROWS)
    kept = one_review_per_window(members, asked.windows, asked.origin, value, scored(asked.measure), cut)
    bins = exp.Case()
    for index, one in enumerate(asked.bins):
        bins = bins.when(between(_inside(exp.column("value"), asked), one.lower, one.upper), number(index))
    done = from_query(kept, "d", "g", "w", bins.as_("outcome")).where(in_due_window(asked.windows, asked.origin, cut))
    return _of_those_due(members, done, asked.windows, asked.origin, part, cut)


def _inside(value: exp.Expr, asked: Distribution) -> exp.Expr:
    """The score within the measure's range; import refuses others, and this holds all the same."""
    return least(number(asked.bins[-1].upper), greatest(number(asked.bins[0].lower), value))


def _recovery(members: exp.Select, asked: Recovery, part: Part, dictionary: Dictionary, cut: int) -> exp.Query:
    codes = [c.code for c in dictionary.variable("reviews", "recovery_now").categories if c.code != NOT_KNOWN]
    value = column("recovery_now", ROWS)
    said = one_of(value.copy(), codes)
    kept = one_review_per_window(members, asked.windows, Origin.JOINING, value, said, cut)
    outcome = exp.Case().when(one_of(exp.column("value"), [NOT_IN_RECOVERY]), number(1)).else_(number(0))
    done = from_query(kept, "d", "g", "w", outcome.as_("outcome"))
    done = done.where(in_due_window(asked.windows, Origin.JOINING, cut))
    return _of_those_due(members, done, asked.windows, Origin.JOINING, part, cut)


def _change(members: exp.Select, asked: Change, part: Part, dictionary: Dictionary, cut: int) -> exp.Query:
    windows, value = (asked.baseline, asked.follow_up), column("score", ROWS)
    kept = one_review_per_window(members, windows, asked.origin, value, scored(asked.measure), cut)
    kept = kept.where(is_due(asked.follow_up, asked.origin, cut))
    measure = dictionary.measures[asked.measure]
    lower, upper = measure.lower * measure.scale, measure.upper * measure.scale
    inside = least(number(upper), greatest(number(lower), exp.column("value")))
    scores = [exp.Max(this=exp.Case().when(exp.column("w").eq(number(w)), inside.copy())) for w in (0, 1)]
    difference = minus(scores[1], scores[0]).as_("change")
    changes = from_query(kept, "d", "member_id", "g", difference).group_by("member_id", "g")
    done = from_query(changes, "e", "g", "change").where(
        exp.Not(this=exp.Is(this=exp.column("change"), expression=exp.null()))
    )
    if part.name:
        return _placed(done, number(0), part, {"sum": exp.column("change")})
    better = exp.column("change") if measure.direction == "higher" else exp.Neg(this=exp.column("change"))
    outcome = (
        exp.Case()
        .when(exp.GTE(this=better, expression=number(asked.threshold)), number(0))
        .when(exp.LTE(this=better.copy(), expression=number(-asked.threshold)), number(2))
        .else_(number(1))
    )
    placed = from_query(done, "h", "g", number(0).as_("w"), outcome.as_("outcome"))
    return _of_those_due(members, placed, (asked.follow_up,), asked.origin, part, cut)


def _of_those_due(
    members: exp.Select, done: exp.Select, windows: Sequence[Window], origin: Origin, part: Part, cut: int
) -> exp.Query:
    """Everyone due in a window has one cell: that of their outcome, or the last, "not known", where they have none.

    done: g, w, outcome, at most one row a member and window, of members who are due. The last cell is who is due less
    who is done; as sums over members that is the same as looking for each, and needs no second pass over the rows.
    """
    last = len(part.shape.axes[-1].codes) - 1
    size = last + 1
    outcome = _placed(done, within(size, exp.column("outcome"), "w"), part, _ONE)
    less = _placed(done.copy(), within(size, number(last), "w"), part, {"count": number(-1)})
    query = outcome.union(less, distinct=False)
    for index, window in enumerate(windows):
        due = from_query(members.copy(), "a", "g").where(is_due(window, origin, cut))
        query = query.union(_placed(due, number(index * size + last), part, _ONE), distinct=False)
    return query


def _completeness(part: Part, asked: Completeness, dictionary: Dictionary, cut: int) -> exp.Query:
    queries = []
    for index, name in enumerate(asked.variables):
        status = exp.Case().when(is_recorded(name, dictionary, cut), number(2 * index)).else_(number(2 * index + 1))
        members = members_of(part, cut, dictionary).select(status.as_("status"))
        queries.append(_placed(members, exp.column("status"), part, _ONE))
    query: exp.Query = queries[0]
    for more in queries[1:]:
        query = query.union(more, distinct=False)
    return query
