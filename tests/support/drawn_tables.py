"""Hypothesis tables of every kind: drawn bounds, windows, points, bins, dimensions and filters, all that may be asked.

So that the law of the exact vector is tested beyond a fixed list of tables.
"""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.request import Filter, Request, Table
from support.drawn_rows import ACTIVITY_KINDS, COMPLETE_FROM, EDGES, MEASURES, MILESTONES, WAVES
from support.requests import CUT_DAY, RHO_02, request, table

DICTIONARY = load_dictionary()
ORIGINS = st.sampled_from(Origin)
_MEASURES = st.sampled_from(("sure.total",) * 6 + MEASURES)  # as often as reviews have them
_DIMENSIONS = ("area", "region", "sex", "age_band", "age_band_ten", "employment")
_VARIABLES = tuple(
    v.id for v in DICTIONARY.variables.values() if v.table == "members" and v.type not in ("identifier", "flag")
)


def any_table() -> st.SearchStrategy[Table]:
    """A table of any kind."""
    return st.one_of(*(tables(kind, "t") for kind in _every_kind()))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """One table of each kind, each with its own dimensions and filters."""
    return request(*(draw(tables(kind, f"t{n}")) for n, kind in enumerate(_every_kind())))


def _every_kind() -> tuple[st.SearchStrategy[Kind], ...]:
    return (
        headcounts(),
        activities(),
        means(),
        distributions(),
        changes(),
        retentions(),
        milestones(),
        recoveries(),
        completenesses(),
    )


@st.composite
def tables(draw: st.DrawFn, kind: st.SearchStrategy[Kind], table_id: str) -> Table:
    """A table of the kind, crossed by up to two dimensions and with up to two filters."""
    wanted = draw(st.lists(st.sampled_from(_DIMENSIONS), max_size=2, unique=True))
    dimensions = [name for name in wanted if not (name == "region" and "area" in wanted)]
    # A filter leaves out most members, and with them most of what is to be seen: few tables have one.
    some = st.lists(st.sampled_from(("sex", "age_band", "region")), max_size=2, unique=True)
    filtered = draw(st.one_of(st.just([]), st.just([]), st.just([]), some))
    return table(draw(kind), dimensions, [draw(_filter(name)) for name in filtered], table_id=table_id)


@st.composite
def _filter(draw: st.DrawFn, name: str) -> Filter:
    if name == "region":
        codes: tuple[str, ...] = ("E12000004", "E12000001", "E12000003", "W92000004", "not_known")
    else:
        codes = tuple(c.code for c in DICTIONARY.dimensions[name].categories)
    return Filter(name, tuple(draw(st.lists(st.sampled_from(codes), min_size=2, unique=True))))


@st.composite
def _spans(draw: st.DrawFn, origin: Origin, most: int, at_least: int = 1) -> list[tuple[int, int]]:
    """`at_least` to `most` spans of days in order, their ends on edges: side by side, or one of a single day."""
    from_joining = (-30, *EDGES)
    by_calendar = (*(CUT_DAY - edge for edge in reversed(EDGES)), CUT_DAY + 1)
    pool = from_joining if origin is Origin.JOINING else by_calendar
    edges = st.sampled_from(pool)
    firsts = draw(st.lists(edges, min_size=at_least + 1, max_size=most + 1, unique=True).map(sorted))
    if draw(st.integers(0, 2)):  # from end to end, so that most rows fall inside
        firsts = sorted({pool[0], *firsts[1:-1], pool[-1]})
        firsts = firsts if len(firsts) > at_least else [pool[0], pool[len(pool) // 2], pool[-1]]
    spans = [(a, b - 1) for a, b in itertools.pairwise(firsts)]
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(spans) - 1))
        spans[place] = (spans[place][0], spans[place][0])
    return spans


@st.composite
def _windows(draw: st.DrawFn, origin: Origin, most: int = 3, at_least: int = 1) -> tuple[Window, ...]:
    """In an order of their own: nothing says that the first is the earliest."""
    spans = draw(_spans(origin, most, at_least))
    waves = draw(st.permutations(WAVES)) if origin is Origin.JOINING else [0] * len(spans)
    named = [Window(f"window {n}", waves[n], *span) for n, span in enumerate(spans)]
    return tuple(draw(st.permutations(named)))


@st.composite
def headcounts(draw: st.DrawFn) -> Headcount:
    basis = draw(st.sampled_from(Basis))
    if basis not in (Basis.JOINED, Basis.REFERRED):
        return Headcount(basis, None)
    span = draw(st.sampled_from(draw(_spans(Origin.CALENDAR, 2))) | st.just((COMPLETE_FROM, CUT_DAY + 1)))
    return Headcount(basis, Period(*span))


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    origin = draw(ORIGINS)
    spans = draw(_spans(origin, 3))
    slices = tuple(Slice(f"period {n}", Period(*span)) for n, span in enumerate(spans))
    every = tuple(c.code for c in DICTIONARY.variable("activities", "kind").categories)
    several = st.permutations((*ACTIVITY_KINDS, "not_known")).map(tuple)
    some = st.lists(st.sampled_from((*ACTIVITY_KINDS, "not_known")), min_size=1, unique=True).map(tuple)
    kinds = draw(st.one_of(several, several, some, st.just(every)))
    split, unit = draw(st.booleans()), draw(st.sampled_from(Unit))
    cells = len(slices) * (len(kinds) if split else 1)
    max_cells = draw(st.integers(1, min(cells, 2)) | st.integers(1, min(cells, 4)))
    max_per_cell = 1 if unit is Unit.ACTIVE_MEMBERS else draw(st.integers(1, 4))
    capped = unit is Unit.CONTACTS or max_cells < cells
    most = max_per_cell + draw(st.sampled_from((1, 2, 3, 40)))  # some below all that may be kept of one member
    beside = Companion(most, RHO_02 // 10) if capped else None
    return Activity(unit, slices, kinds, split, max_cells, max_per_cell, beside, origin)


@st.composite
def means(draw: st.DrawFn) -> Mean:
    origin = draw(ORIGINS)
    return Mean(draw(_MEASURES), draw(_windows(origin)), origin)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    origin, measure = draw(ORIGINS), draw(_MEASURES)
    range_of = DICTIONARY.measures[measure]
    lower, upper = range_of.lower * range_of.scale, range_of.upper * range_of.scale
    inner = draw(st.lists(st.integers(lower + 1, upper), min_size=1, max_size=4, unique=True).map(sorted))
    firsts = [lower, *inner]
    lasts = [first - 1 for first in inner] + [upper]
    bins = tuple(Bin(a, b) for a, b in zip(firsts, lasts, strict=True))
    threshold = draw(st.none() | st.sampled_from(inner))
    return Distribution(measure, draw(_windows(origin)), bins, threshold, origin)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    origin, measure = draw(ORIGINS), draw(_MEASURES)
    baseline, follow_up = sorted(draw(_windows(origin, at_least=2)), key=lambda w: w.from_day)[:2]
    return Change(measure, baseline, follow_up, draw(st.sampled_from((1, 4, 20))), origin)


def _points() -> st.SearchStrategy[tuple[Point, ...]]:
    days = st.lists(st.sampled_from(EDGES[1:]), min_size=1, max_size=4, unique=True).map(sorted)
    return days.map(lambda found: tuple(Point(f"{day} days", day) for day in found))


def _sightings() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(("activities", "reviews", "milestones")), min_size=1, unique=True).map(tuple)


_GAPS = st.sampled_from((1, 28, 29, 90, 91))


def retentions() -> st.SearchStrategy[Retention]:
    return st.builds(Retention, _points(), _GAPS, _sightings())


def milestones() -> st.SearchStrategy[Milestones]:
    kinds = st.lists(st.sampled_from(MILESTONES), min_size=1, unique=True).map(tuple)
    return st.builds(Milestones, kinds, _points(), _GAPS, _sightings())


def recoveries() -> st.SearchStrategy[Recovery]:
    return st.builds(Recovery, _windows(Origin.JOINING))


def completenesses() -> st.SearchStrategy[Completeness]:
    return st.builds(
        Completeness, st.lists(st.sampled_from(_VARIABLES), min_size=1, max_size=5, unique=True).map(tuple)
    )
