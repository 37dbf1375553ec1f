"""Axes and filters as SQL expressions: every record lands in exactly one declared code, and the last is "not known"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION, elsewhere
from lero_contract.days import year_of
from lero_contract.dictionary import NOT_KNOWN, Dictionary, Dimension
from lero_contract.kinds import Axis
from lero_contract.request import Filter
from lero_node.query.sql import between, column, is_known, minus, number, one_of

_OLDEST = 120  # an age beyond it is a slip of the pen


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


def is_recorded(name: str, dictionary: Dictionary, cut_date_day: int) -> exp.Expr:
    """Whether a variable of members is known of a member: a code of its list, a place, a day, or a year that can be."""
    variable = dictionary.variable("members", name)
    own = column(name)
    match variable.type:
        case "category":
            known = one_of(own, [c.code for c in variable.categories if c.code != NOT_KNOWN])
        case "area":
            known = one_of(own, [*dictionary.geography.areas, *dictionary.geography.old_codes])
        case "year":
            known = between(_age(cut_date_day), 0, _OLDEST)
        case _:
            known = is_known(own)
    return exp.Coalesce(this=known, expressions=[exp.false()])


def _by_value(value: exp.Expr, positions: Iterable[tuple[str, int]], otherwise: int) -> exp.Expr:
    """One branch for each position, with every code that lands there."""
    codes: dict[int, list[str]] = {}
    for code, index in positions:
        codes.setdefault(index, []).append(code)
    case = exp.Case()
    for index, found in sorted(codes.items()):
        case = case.when(one_of(value.copy(), found), number(index), copy=False)
    return case.else_(number(otherwise))


def _by_band(dimension: Dimension, cut_date_day: int, otherwise: int) -> exp.Expr:
    """Age is the year of the cut date less the year of birth: the age reached in that calendar year."""
    age = _age(cut_date_day)
    case = exp.Case()
    for index, band in enumerate(dimension.bands):
        upper = band.upper if band.upper is not None else _OLDEST
        case = case.when(between(age.copy(), band.lower, upper), number(index), copy=False)
    return case.else_(number(otherwise))


def _age(cut_date_day: int) -> exp.Expr:
    return minus(number(year_of(cut_date_day)), column("birth_year"))


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
