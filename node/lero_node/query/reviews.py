"""Reviews placed in windows: one row for each member and window, and who is due in a window.

Of several reviews in a window the one nearest its middle counts, ties by keyed hash: what is kept of a member depends
on no other member and on no order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sqlglot import exp, select

from lero_contract.kinds import Centring, Origin, Window
from lero_node.query.sql import (
    ROWS,
    at_most,
    between,
    column,
    from_query,
    greatest,
    is_known,
    is_null,
    known_by,
    least,
    minus,
    number,
    rank,
    rows_of,
    text,
    times,
)


def one_review_per_window(
    members: exp.Select, windows: Sequence[Window], origin: Origin, value: exp.Expr, where: exp.Expr, cut_date_day: int
) -> exp.Select:
    """member_id, joined, left, g, w (position of the window), value: one row per member and window that has one.

    value: over a review's columns. where: which reviews are meant. From joining, a review that names its wave is placed
    by it, else by days after joining; by the calendar, by its day alone.
    """
    day = column("day", ROWS) if origin is Origin.CALENDAR else minus(column("day", ROWS), column("joined"))
    by_wave = origin is Origin.JOINING
    candidates = (
        select(*(column(name) for name in ("member_id", "joined", "left", "g")), column("row_hash", ROWS))
        .select(value.as_("value"), _position(windows, day, by_wave).as_("w"))
        .select(_distance(windows, day, by_wave).as_("distance"))
        .from_(rows_of("reviews"))
        .join(members.subquery("m"), on=column("member_id", ROWS).eq(column("member_id")))
        .where(where)
        .where(known_by(column("day", ROWS), cut_date_day))
    )
    placed = from_query(candidates, "c", "*").where(is_known(exp.column("w")))
    kept = ("member_id", "joined", "left", "g", "w", "value")
    ranked = from_query(placed, "p", *kept, rank(["member_id", "w"], ["distance", "row_hash"]))
    return from_query(ranked, "k", *kept).where(exp.column("rn").eq(number(1)))


def scored(measure: str) -> exp.Expr:
    """Reviews of a measure that have a score."""
    return exp.and_(column("measure", ROWS).eq(text(measure)), is_known(column("score", ROWS)))


def centred(score: exp.Expr, centring: Centring) -> exp.Expr:
    """factor * score - middle, clamped to +-half_range. Import refuses scores out of range; this holds all the same."""
    moved = minus(times(number(centring.factor), score), number(centring.middle))
    return greatest(number(-centring.half_range), least(number(centring.half_range), moved))


def is_due(window: Window, origin: Origin, cut_date_day: int) -> exp.Expr:
    """Whether the window is over for a member by the cut date; by the calendar, of those who were members in it."""
    if origin is Origin.JOINING:
        return at_most(exp.column("joined"), number(cut_date_day - window.to_day))
    if window.to_day > cut_date_day:
        return exp.false()
    left = exp.column("left", quoted=True)
    stayed = exp.or_(is_null(left), exp.GTE(this=left.copy(), expression=number(window.from_day)))
    return exp.and_(at_most(exp.column("joined"), number(window.to_day)), exp.Paren(this=stayed))


def in_due_window(windows: Sequence[Window], origin: Origin, cut_date_day: int) -> exp.Expr:
    """Whether a placed review stands in a window that is over for its member."""
    each = [
        exp.and_(exp.column("w").eq(number(index)), is_due(window, origin, cut_date_day))
        for index, window in enumerate(windows)
    ]
    return reduce(lambda a, b: exp.or_(a, b), each)


def _position(windows: Sequence[Window], day: exp.Expr, by_wave: bool) -> exp.Expr:
    by_day = exp.Case()
    for index, window in enumerate(windows):
        by_day = by_day.when(between(day.copy(), window.from_day, window.to_day), number(index))
    if not by_wave:
        return by_day
    named = exp.Case(this=column("wave", ROWS))
    for index, window in enumerate(windows):
        named = named.when(number(window.wave), number(index))
    return exp.Case().when(is_null(column("wave", ROWS)), by_day).else_(named)


def _distance(windows: Sequence[Window], day: exp.Expr, by_wave: bool) -> exp.Expr:
    """Twice the days between the review and the middle of its window, so that the middle is whole; 0 where undated."""
    doubled_middle = exp.Case()
    for window in windows:
        inside = between(day.copy(), window.from_day, window.to_day)
        if by_wave:
            unnamed = exp.and_(is_null(column("wave", ROWS)), inside)
            inside = exp.or_(column("wave", ROWS).eq(number(window.wave)), unnamed)
        doubled_middle = doubled_middle.when(inside, number(window.from_day + window.to_day))
    away = exp.Abs(this=exp.Sub(this=times(number(2), day.copy()), expression=doubled_middle))
    return exp.Coalesce(this=away, expressions=[number(0)])
