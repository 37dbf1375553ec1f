"""Members followed from joining: last sight, leaving, milestones, and the point up to which each was followed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp, select

from lero_contract.kinds import Milestones, Point, Retention
from lero_node.query.sql import (
    ROWS,
    at_most,
    column,
    from_query,
    greatest,
    how_many,
    is_known,
    least,
    minus,
    number,
    plus,
    rows_of,
    text,
)

SEEN = "z"
REACHED = "y"


def stays(members: exp.Select, retention: Retention, cut_date_day: int) -> exp.Select:
    """g, course (position on the course axis): one row a member. Left before a point that is over, or followed."""
    watched = _watched(members, retention.seen_in, retention.gap_days, cut_date_day)
    passed = how_many([_is_over(point, exp.column("gone")) for point in retention.points])
    due = how_many([_is_over(point, number(cut_date_day)) for point in retention.points])
    placed = from_query(watched, "o", "g", "gone", passed.as_("passed"), due.as_("due"))
    has_left = exp.and_(is_known(exp.column("gone")), exp.LT(this=exp.column("passed"), expression=exp.column("due")))
    followed = plus(number(len(retention.points)), exp.column("due"))
    course = exp.Case().when(has_left, exp.column("passed")).else_(followed)
    return from_query(placed, "f", "g", course.as_("course"))


def paths(members: exp.Select, milestones: Milestones, cut_date_day: int) -> exp.Query:
    """g, k (position of the milestone), course: one row a member and milestone."""
    watched = _watched(members, milestones.seen_in, milestones.gap_days, cut_date_day)
    reached = _reached(members.copy(), milestones, cut_date_day)
    known = (
        select(*(column(name, "o") for name in ("g", "joined", "gone")))
        .select(*(column(f"reached_{k}", REACHED) for k in range(len(milestones.kinds))))
        .from_(watched.subquery("o"))
        .join(reached.subquery(REACHED), on=column("member_id", "o").eq(column("member_id", REACHED)), join_type="left")
    )
    each = [_path(k, milestones.points, cut_date_day) for k in range(len(milestones.kinds))]
    query: exp.Query = each[0]
    for more in each[1:]:
        query = query.union(more, distinct=False)
    return query.with_("known", as_=known)


def _path(k: int, points: Sequence[Point], cut_date_day: int) -> exp.Select:
    """One milestone: reached by a point that is over, else followed up to the last point before losing sight."""
    day = exp.column(f"reached_{k}")
    # A milestone is a sighting too: whoever reached it was followed up to that day.
    gone = exp.column("gone")
    last = greatest(gone, exp.Coalesce(this=day.copy(), expressions=[gone.copy()]))
    until = exp.Case().when(is_known(gone.copy()), last).else_(number(cut_date_day))
    before = how_many([_is_past(point, day.copy()) for point in points])
    due = how_many([_is_over(point, number(cut_date_day)) for point in points])
    followed = how_many([_is_over(point, exp.column("until")) for point in points])
    placed = select("g", day.as_("day"), before.as_("before"), due.as_("due"), exp.column("joined"), until.as_("until"))
    placed = placed.from_("known")
    is_event = exp.and_(is_known(exp.column("day")), exp.LT(this=exp.column("before"), expression=exp.column("due")))
    course = (
        exp.Case()
        .when(is_event, exp.column("before"))
        .else_(plus(number(len(points)), least(followed, exp.column("due"))))
    )
    return from_query(placed, "w", "g", number(k).as_("k"), course.as_("course"))


def _watched(members: exp.Select, seen_in: Sequence[str], gap_days: int, cut_date_day: int) -> exp.Select:
    """member_id, g, joined, gone: the day from which nothing more is known; null for who is still there.

    A recorded leaving date by the cut date stands; else a member not seen within the gap is gone at last sight.
    """
    cut = number(cut_date_day)
    sightings: exp.Query = _last_rows(seen_in[0], cut_date_day)
    for table in seen_in[1:]:
        sightings = sightings.union(_last_rows(table, cut_date_day), distinct=False)
    last = from_query(sightings, "u", "member_id", exp.Max(this=exp.column("day")).as_("day")).group_by("member_id")
    seen = greatest(column("joined"), exp.Coalesce(this=column("day", SEEN), expressions=[column("joined")]))
    observed = (
        select(column("member_id"), column("g"), column("joined"), column("left"), seen.as_("seen"))
        .from_(members.subquery("m"))
        .join(last.subquery(SEEN), on=column("member_id").eq(column("member_id", SEEN)), join_type="left")
    )
    left = exp.column("left", quoted=True)
    gone = (
        exp.Case()
        .when(at_most(left, cut), greatest(left.copy(), exp.column("joined")))
        .when(at_most(exp.column("seen"), number(cut_date_day - gap_days)), exp.column("seen"))
    )
    return from_query(observed, "s", "member_id", "g", "joined", gone.as_("gone"))


def _last_rows(table: str, cut_date_day: int) -> exp.Select:
    """member_id and the last day of each member's rows in one table, up to the cut date."""
    day = column("day", ROWS)
    return (
        select(column("member_id", ROWS), exp.Max(this=day).as_("day"))
        .from_(rows_of(table))
        .where(at_most(day.copy(), number(cut_date_day)))
        .group_by(column("member_id", ROWS))
    )


def _reached(members: exp.Select, milestones: Milestones, cut_date_day: int) -> exp.Select:
    """member_id, reached_0, reached_1 ...: the first day of each milestone from joining on, up to the cut date."""
    query = select(column("member_id", ROWS)).from_(rows_of("milestones"))
    for k, kind in enumerate(milestones.kinds):
        own = exp.Case().when(column("kind", ROWS).eq(text(kind)), column("day", ROWS))
        query = query.select(exp.Min(this=own).as_(f"reached_{k}"))
    return (
        query.join(members.subquery("m"), on=column("member_id", ROWS).eq(column("member_id")))
        .where(at_most(column("day", ROWS), number(cut_date_day)))
        .where(at_most(column("joined"), column("day", ROWS)))
        .group_by(column("member_id", ROWS))
    )


def _is_over(point: Point, day: exp.Expr) -> exp.Expr:
    """Whether so many days since joining had passed on that day."""
    return at_most(plus(exp.column("joined"), number(point.day)), day)


def _is_past(point: Point, day: exp.Expr) -> exp.Expr:
    """Whether that day came later than so many days after joining."""
    return exp.LT(this=number(point.day), expression=minus(day, exp.column("joined")))
