"""Axes and filters as SQL expressions: every record lands in exactly one declared code, and the last is "not known"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION, Axis, elsewhere
from lero_contract.days import year_of
from lero_contract.dictionary import Dictionary, Dimension
from lero_contract.request import Filter

MEMBERS = "m"


def axis_index(axis: Axis, dictionary: Dictionary, cut_date_day: int) -> exp.Expr:
    """The position of a member on an axis, 0 to len(codes) - 1, as an expression over the members table.

    Codes that nobody declared, and empty values, take the last position.
    """
    last = len(axis.codes) - 1
    position = {code: index for index, code in enumerate(axis.codes)}
    if axis.name == AREA:
        return _by_value(column("area"), _area_positions(position, dictionary), last)
    if axis.name == REGION:
        return _by_value(column("area"), _region_positions(position, dictionary), last)
    dimension = dictionary.dimensions[axis.name]
    if dimension.bands:
        return _by_band(dimension, cut_date_day, last)
    return _by_value(column(dimension.variable), position.items(), last)


def group_index(axes: Sequence[Axis], positions: Sequence[exp.Expr]) -> exp.Expr:
    """The row-major index over several axes."""
    total: exp.Expr = number(0)
    for axis, position in zip(axes, positions, strict=True):
        total = exp.Add(
            this=exp.Mul(this=exp.Paren(this=total), expression=number(len(axis.codes))), expression=position
        )
    return exp.Paren(this=total)


def filter_condition(wanted: Filter, dictionary: Dictionary, cut_date_day: int) -> exp.Expr:
    """Whether a member has one of the filter's codes. "Not known" is a code like any other."""
    if wanted.variable == REGION:
        axis = Axis(REGION, (*dictionary.geography.regions, "not_known"))
    else:
        dimension = dictionary.dimensions[wanted.variable]
        axis = Axis(wanted.variable, tuple(c.code for c in dimension.categories))
    numbers = [number(axis.codes.index(code)) for code in wanted.codes]
    return exp.In(this=axis_index(axis, dictionary, cut_date_day), expressions=numbers)


def column(name: str, table: str = MEMBERS) -> exp.Column:
    """A column by table and name."""
    return exp.column(name, table=table)


def number(value: int) -> exp.Expr:
    """A whole number, negative ones in brackets."""
    return exp.Literal.number(value) if value >= 0 else exp.Paren(this=exp.Neg(this=exp.Literal.number(-value)))


def text(value: str) -> exp.Expr:
    """A quoted text; quoting is SQLGlot's."""
    return exp.Literal.string(value)


def between(value: exp.Expr, low: int, high: int) -> exp.Expr:
    """low <= value <= high."""
    return exp.Between(this=value, low=number(low), high=number(high))


def _by_value(value: exp.Expr, positions: Iterable[tuple[str, int]], otherwise: int) -> exp.Expr:
    """One branch for each position, with every code that lands there."""
    codes: dict[int, list[str]] = {}
    for code, index in positions:
        codes.setdefault(index, []).append(code)
    case = exp.Case()
    for index, found in sorted(codes.items()):
        case = case.when(exp.In(this=value.copy(), expressions=[text(code) for code in found]), number(index))
    return case.else_(number(otherwise))


def _by_band(dimension: Dimension, cut_date_day: int, otherwise: int) -> exp.Expr:
    """Age is the year of the cut date less the year of birth: the age reached in that calendar year."""
    age = exp.Paren(this=exp.Sub(this=number(year_of(cut_date_day)), expression=column("birth_year")))
    case = exp.Case()
    for index, band in enumerate(dimension.bands):
        upper = band.upper if band.upper is not None else 120
        case = case.when(between(age.copy(), band.lower, upper), number(index))
    return case.else_(number(otherwise))


def _area_positions(position: dict[str, int], dictionary: Dictionary) -> list[tuple[str, int]]:
    """Own areas by themselves, other English ones under their region, the other nations outside England.

    A retired code that was split still tells its region.
    """
    geography = dictionary.geography
    found = []
    for code in (*geography.areas, *geography.old_codes):
        region = geography.region_of(code)
        current = geography.current(code)
        if current is not None and current in position:
            found.append((code, position[current]))
        elif region is not None:
            found.append((code, position.get(elsewhere(region), position[OUTSIDE_ENGLAND])))
    return found


def _region_positions(position: dict[str, int], dictionary: Dictionary) -> list[tuple[str, int]]:
    geography = dictionary.geography
    regions = ((code, geography.region_of(code)) for code in (*geography.areas, *geography.old_codes))
    return [(code, position[region]) for code, region in regions if region is not None]
