"""The few pieces that statements are built from. Quoting, brackets and dialects are SQLGlot's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp, select

MEMBERS = "m"
ROWS = "r"


def column(name: str, table: str = MEMBERS) -> exp.Column:
    """A column by table and name."""
    return exp.column(name, table=table)


def number(value: int) -> exp.Expr:
    """A whole number, negative ones in brackets."""
    return exp.Literal.number(value) if value >= 0 else exp.Paren(this=exp.Neg(this=exp.Literal.number(-value)))


def text(value: str) -> exp.Expr:
    """A quoted text."""
    return exp.Literal.string(value)


def plus(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """left + right."""
    return exp.Add(this=left, expression=right)


def minus(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """(left - right)."""
    return exp.Paren(this=exp.Sub(this=left, expression=right))


def times(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """left * right; a sum on the left is put in brackets."""
    return exp.Mul(this=exp.Paren(this=left) if isinstance(left, exp.Add) else left, expression=right)


def at_most(value: exp.Expr, limit: exp.Expr) -> exp.Expr:
    """value <= limit."""
    return exp.LTE(this=value, expression=limit)


def between(value: exp.Expr, low: int, high: int) -> exp.Expr:
    """low <= value <= high."""
    return exp.Between(this=value, low=number(low), high=number(high))


def is_null(value: exp.Expr) -> exp.Expr:
    """value IS NULL."""
    return exp.Is(this=value, expression=exp.null())


def is_known(value: exp.Expr) -> exp.Expr:
    """NOT value IS NULL."""
    return exp.Not(this=is_null(value))


def least(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    """The smaller of two."""
    return exp.Least(this=first, expressions=[second], ignore_nulls=True)


def greatest(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    """The larger of two."""
    return exp.Greatest(this=first, expressions=[second], ignore_nulls=True)


def one_of(value: exp.Expr, codes: Iterable[str]) -> exp.Expr:
    """value IN (codes)."""
    return exp.In(this=value, expressions=[text(code) for code in codes])


def how_many(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """How many of the conditions hold; 0 where there is none."""
    total: exp.Expr = number(0)
    for condition in conditions:
        total = plus(total, exp.Case().when(condition, number(1)).else_(number(0)))
    return exp.Paren(this=total)


def rank(partition: Sequence[str], order: Sequence[str]) -> exp.Expr:
    """row_number() within the partition, as `rn`."""
    window = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(name) for name in partition],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(name)) for name in order]),
    )
    return exp.alias_(window, "rn")


def known_by(day: exp.Expr, cut_date_day: int) -> exp.Expr:
    """On or before the cut date; a review with a wave and no date counts."""
    return exp.or_(is_null(day), at_most(day.copy(), number(cut_date_day)))


def rows_of(table: str) -> exp.Expr:
    """A table of dated rows under its short name."""
    return exp.alias_(exp.to_table(table), ROWS, table=True)


def from_query(query: exp.Query, name: str, *columns: str | exp.Expr) -> exp.Select:
    """SELECT columns FROM (query) AS name."""
    return select(*columns).from_(query.subquery(name), copy=False)


def within(size: int, position: exp.Expr, group: str = "g") -> exp.Expr:
    """g * size + position: a cell of the kind's own axes within the member's group."""
    return plus(times(exp.column(group), number(size)), position)
