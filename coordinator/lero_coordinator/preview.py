"""What a request will cost and how exact it will be, before anyone is asked: from the roster alone, never from records.

Counts: half of the 95% interval is the noise. Means add sampling and the design effect, so they need a number of
people; it is taken from what LEROs state in public, and the assumption is said.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.plan import Centring, TablePlan, compile_plan
from lero_contract.price import Z95, epsilon_of, half_width
from lero_contract.request import NANO, Activity, Mean, Request, Table, Unit
from lero_contract.roster import NodeEntry, Roster
from lero_coordinator.spread import Behind, Spread, spread_of

SHARE_WITH_SCORE = 0.4
MEMBERS_UNSTATED = 100
SHOWN_ABOVE_DEVIATIONS = 5  # a mean whose noisy number of people is below this many noise deviations is not shown

LERO = "a LERO"
AUTHORITY = "an authority with one LERO"
ONE_REGION = "a region"
NATION = "the nation"
PLACES = (LERO, AUTHORITY, ONE_REGION, NATION)


@dataclass(frozen=True)
class Expected:
    """One table at one level. plus_minus: half of the 95% interval, in `unit`; None where the table has no such level.

    shown: whether such a figure is expected to be shown.
    """

    place: str
    plus_minus: float | None
    unit: str
    shown: bool


@dataclass(frozen=True)
class TablePreview:
    """price_rho: of this table. nodes: that collect what it needs. most_cells: at the node with most.

    figures, hidden: combinations over all levels, and those expected to be too few to show.
    """

    table_id: str
    title: str
    price_rho: float
    nodes: int
    most_cells: int
    figures: int
    hidden: int
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Width:
    """One figure: cells behind it, half of its 95% interval, and whether it is expected to be shown."""

    cells: int
    half: float
    shown: bool


@dataclass(frozen=True)
class Preview:
    """The bundle. epsilon_one, epsilon_two: at delta 1e-6, for a person with one membership and with two."""

    title: str
    nodes: int
    price_rho: float
    year_share: float
    epsilon_one: float
    epsilon_two: float
    most_cells: int
    tables: tuple[TablePreview, ...]
    notes: tuple[str, ...]


def preview(request: Request, dictionary: Dictionary, roster: Roster, year_allowance_rho: float) -> Preview:
    """The preview of a request over its cohort.

    year_allowance_rho: what a node usually allows in a year. Raises Malformed where the request does not compile.
    """
    entries = [roster.node(node_id) for node_id in request.cohort]
    plans = [compile_plan(request, dictionary, entry) for entry in entries]
    by_table: dict[str, list[tuple[NodeEntry, TablePlan]]] = {t.table_id: [] for t in request.tables}
    for entry, plan in zip(entries, plans, strict=True):
        for planned in plan.tables:
            by_table[planned.table.table_id].append((entry, planned))
    rho = request.price_nano_rho / NANO
    return Preview(
        title=request.title,
        nodes=len(entries),
        price_rho=rho,
        year_share=rho / year_allowance_rho,
        epsilon_one=epsilon_of(rho),
        epsilon_two=epsilon_of(2 * rho),
        most_cells=max(plan.cell_count for plan in plans),
        tables=tuple(_table(table, by_table[table.table_id], dictionary) for table in request.tables),
        notes=_notes(request, entries),
    )


def _table(table: Table, taking_part: Sequence[tuple[NodeEntry, TablePlan]], dictionary: Dictionary) -> TablePreview:
    if not taking_part:
        nothing = tuple(Expected(place, None, _unit(table), False) for place in PLACES)
        return TablePreview(table.table_id, table.title, table.price_nano_rho / NANO, 0, 0, 0, 0, nothing)
    planned = taking_part[0][1]
    groups = _figure_groups(planned)
    widths = _widths(planned, spread_of(taking_part, dictionary, MEMBERS_UNSTATED), dictionary)
    published = [width for place, level in widths.items() if place != LERO for width in level]
    return TablePreview(
        table_id=table.table_id,
        title=table.title,
        price_rho=table.price_nano_rho / NANO,
        nodes=len(taking_part),
        most_cells=max(p.cell_count for _, p in taking_part),
        figures=len(published) * groups,
        hidden=sum(not width.shown for width in published) * groups,
        expected=tuple(_expected(place, widths[place], _unit(table)) for place in PLACES),
    )


def _widths(planned: TablePlan, spread: Spread, dictionary: Dictionary) -> Mapping[str, list[Width]]:
    """For every figure of each level: how wide, and whether it is expected to be shown."""

    def one(behind: Behind) -> Width:
        if isinstance(planned.table.kind, Mean):
            return _mean_width(planned, planned.table.kind.measure, behind, dictionary)
        points = half_width(planned.noise_scale, behind.cells)
        return Width(behind.cells, float(points), points <= planned.table.hide_wider_than)

    levels = {LERO: spread.nodes, AUTHORITY: spread.authorities, ONE_REGION: spread.regions, NATION: spread.nation}
    return {place: [one(behind) for behind in level] for place, level in levels.items()}


def _mean_width(planned: TablePlan, measure_id: str, behind: Behind, dictionary: Dictionary) -> Width:
    """A mean over the people supposed behind it, in points, with the noise at its worst (a mean at an end).

    Noise of the sum and of the weighted count together: sigma sqrt(2 m) / n, over the units in a point; sampling:
    sd sqrt(design effect / n).
    """
    centring, measure = Centring.of(dictionary.measures[measure_id]), dictionary.measures[measure_id]
    people = max(1.0, SHARE_WITH_SCORE * behind.members / _people_groups(planned))
    noise = planned.noise_scale * math.sqrt(2 * behind.cells) / people / (centring.factor * measure.scale)
    design_effect = 1 + (max(1.0, people / behind.leros) - 1) * measure.intraclass_correlation
    sampling = measure.standard_deviation * math.sqrt(design_effect / people)
    least = SHOWN_ABOVE_DEVIATIONS * planned.noise_scale * math.sqrt(behind.cells)
    return Width(behind.cells, Z95 * math.hypot(noise, sampling), centring.weight * people >= least)


def _expected(place: str, level: Sequence[Width], unit: str) -> Expected:
    """The middle figure of a level; shown where at least half of them are."""
    wanted = [w for w in level if place != AUTHORITY or w.cells == 1]
    if not wanted:
        return Expected(place, None, unit, False)
    shown = 2 * sum(w.shown for w in wanted) >= len(wanted)
    return Expected(place, statistics.median_low(w.half for w in wanted), unit, shown)


def _figure_groups(planned: TablePlan) -> int:
    """Figures at each place: every combination of the other axes, windows and periods among them."""
    return math.prod(len(axis.codes) for axis in planned.axes if axis.name not in (AREA, REGION))


def _people_groups(planned: TablePlan) -> int:
    """Among how many known groups the people of a place are split; windows and periods do not split people."""
    split = (axis for axis in planned.axes if axis.name in planned.table.dimensions)
    return math.prod(len(axis.codes) - 1 for axis in split if axis.name not in (AREA, REGION))


def _unit(table: Table) -> str:
    match table.kind:
        case Mean():
            return "points"
        case Activity(unit=Unit.CONTACTS):
            return "contacts"
        case _:
            return "people"


def _notes(request: Request, entries: Sequence[NodeEntry]) -> tuple[str, ...]:
    notes = ["Expected +/- is half of the 95% interval of one figure, at the middle one of each level."]
    if any(isinstance(t.kind, Mean) for t in request.tables):
        unstated = sum(entry.public_members == 0 for entry in entries)
        notes.append(
            f"Means suppose that {SHARE_WITH_SCORE:.0%} of the members a LERO states in public have a score, evenly "
            f"over groups; {unstated} of {len(entries)} LEROs state none and count as {MEMBERS_UNSTATED}."
        )
    return tuple(notes)
