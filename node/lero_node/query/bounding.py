"""Contribution bounding as SQL: which of a member's records are kept never depends on another member or on row order.

What is kept is chosen by the keyed hash each row got at import. After these steps a member touches at most the declared
number of cells, each by at most the declared amount; the property tests hold every table to it.
"""

from __future__ import annotations

from sqlglot import exp, select

from lero_contract.plan import Centring
from lero_contract.request import Activity, Mean
from lero_node.query.dimensions import between, column, number, text

ROWS = "r"


def one_review_per_window(members: exp.Select, mean: Mean, cut_date_day: int) -> exp.Select:
    """member_id, g (the member's group), w (position of the window), score: one row per member and window.

    Of several reviews in a window the one nearest its middle counts, ties by keyed hash. A review that names its wave
    is placed by it, else by days after joining.
    """
    since_joining = exp.Paren(this=exp.Sub(this=column("day", ROWS), expression=column("joined")))
    candidates = (
        select(column("member_id"), column("g"), column("score", ROWS), column("row_hash", ROWS))
        .select(_window_position(mean, since_joining).as_("w"))
        .select(_distance_from_middle(mean, since_joining).as_("distance"))
        .from_(exp.alias_(exp.to_table("reviews"), ROWS, table=True))
        .join(members.subquery("m"), on=column("member_id", ROWS).eq(column("member_id")))
        .where(column("measure", ROWS).eq(text(mean.measure)))
        .where(exp.Not(this=exp.Is(this=column("score", ROWS), expression=exp.null())))
        .where(_known_by(column("day", ROWS), cut_date_day))
    )
    inside = exp.Not(this=exp.Is(this=exp.column("w"), expression=exp.null()))
    placed = select("*").from_(candidates.subquery("c")).where(inside)
    ranked = select("member_id", "g", "w", "score", _rank(["member_id", "w"], ["distance", "row_hash"])).from_(
        placed.subquery("p")
    )
    return select("member_id", "g", "w", "score").from_(ranked.subquery("k")).where(exp.column("rn").eq(number(1)))


def centred(score: exp.Expr, centring: Centring) -> exp.Expr:
    """factor * score - middle, clamped to +-half_range. Import refuses scores out of range; this holds all the same."""
    scaled = exp.Mul(this=number(centring.factor), expression=score)
    moved = exp.Paren(this=exp.Sub(this=scaled, expression=number(centring.middle)))
    below = exp.Least(this=number(centring.half_range), expressions=[moved], ignore_nulls=True)
    return exp.Greatest(this=number(-centring.half_range), expressions=[below], ignore_nulls=True)


def kept_contacts(members: exp.Select, activity: Activity, cut_date_day: int) -> exp.Select:
    """member_id, g, s (cell within the group), kept: at most max_cells rows a member, each at most max_per_cell.

    A member's cells are taken in the order of their least keyed hash.
    """
    placed = (
        select(column("member_id"), column("g"), column("row_hash", ROWS))
        .select(_slice_position(activity).as_("s"))
        .from_(exp.alias_(exp.to_table("activities"), ROWS, table=True))
        .join(members.subquery("m"), on=column("member_id", ROWS).eq(column("member_id")))
        .where(exp.In(this=column("kind", ROWS), expressions=[text(k) for k in activity.kinds]))
        .where(_known_by(column("day", ROWS), cut_date_day))
    )
    inside = exp.Not(this=exp.Is(this=exp.column("s"), expression=exp.null()))
    rows = exp.Count(this=exp.Star())
    contacts = exp.Least(this=number(activity.max_per_cell), expressions=[rows], ignore_nulls=True)
    cells = (
        select("member_id", "g", "s", contacts.as_("kept"), exp.Min(this=exp.column("row_hash")).as_("first_hash"))
        .from_(placed.subquery("p"))
        .where(inside)
        .group_by("member_id", "g", "s")
    )
    ranked = select("member_id", "g", "s", "kept", _rank(["member_id"], ["first_hash", "s"])).from_(cells.subquery("c"))
    within = exp.LTE(this=exp.column("rn"), expression=number(activity.max_cells))
    return select("member_id", "g", "s", "kept").from_(ranked.subquery("k")).where(within)


def _rank(partition: list[str], order: list[str]) -> exp.Expr:
    window = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(name) for name in partition],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(name)) for name in order]),
    )
    return exp.alias_(window, "rn")


def _known_by(day: exp.Expr, cut_date_day: int) -> exp.Expr:
    """On or before the cut date; a review with a wave and no date counts."""
    undated = exp.Is(this=day, expression=exp.null())
    return exp.or_(undated, exp.LTE(this=day.copy(), expression=number(cut_date_day)))


def _window_position(mean: Mean, since_joining: exp.Expr) -> exp.Expr:
    by_wave = exp.Case(this=column("wave", ROWS))
    by_days = exp.Case()
    for index, window in enumerate(mean.windows):
        by_wave = by_wave.when(number(window.wave), number(index))
        by_days = by_days.when(between(since_joining.copy(), window.from_day, window.to_day), number(index))
    no_wave = exp.Is(this=column("wave", ROWS), expression=exp.null())
    return exp.Case().when(no_wave, by_days).else_(by_wave)


def _distance_from_middle(mean: Mean, since_joining: exp.Expr) -> exp.Expr:
    """Twice the days between the review and the middle of its window, so that the middle is whole; 0 where undated."""
    doubled_middle = exp.Case()
    for window in mean.windows:
        inside = between(since_joining.copy(), window.from_day, window.to_day)
        by_wave = column("wave", ROWS).eq(number(window.wave))
        doubled_middle = doubled_middle.when(
            exp.or_(by_wave, exp.and_(exp.Is(this=column("wave", ROWS), expression=exp.null()), inside)),
            number(window.from_day + window.to_day),
        )
    doubled = exp.Mul(this=number(2), expression=since_joining.copy())
    return exp.Coalesce(this=exp.Abs(this=exp.Sub(this=doubled, expression=doubled_middle)), expressions=[number(0)])


def _slice_position(activity: Activity) -> exp.Expr:
    period = exp.Case()
    for index, part in enumerate(activity.slices):
        inside = between(column("day", ROWS), part.period.first, part.period.last)
        period = period.when(inside, number(index))
    if not activity.split_by_kind:
        return period
    kind = exp.Case(this=column("kind", ROWS))
    for index, code in enumerate(activity.kinds):
        kind = kind.when(text(code), number(index))
    by_period = exp.Mul(this=period, expression=number(len(activity.kinds)))
    return exp.Add(this=by_period, expression=kind)
