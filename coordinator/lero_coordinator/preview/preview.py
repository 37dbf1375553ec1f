"""What a request will cost and how exact it will be, before anyone is asked: from the roster alone, never from records.

Counts: half of the 95% interval is the noise. Means and shares add sampling and the design effect, so they need a
number of people; it is taken from what LEROs state in public, or declared, and every supposition is said.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Activity
from lero_contract.plan import Part, compile_plan
from lero_contract.price import NANO, epsilon_of
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry, Roster
from lero_coordinator.preview.notes import notes_of
from lero_coordinator.preview.spread import Behind, spread_of
from lero_coordinator.preview.supposed import CONTACTS_A_MONTH, DAYS_A_YEAR, MEMBERS_UNSTATED, MOST_YEARS
from lero_coordinator.preview.whole_error import Bounds, Contacts, Crowd, Whole, least, months_of, whole
from lero_coordinator.preview.widths import (
    AUTHORITY,
    LERO,
    NATION,
    ONE_REGION,
    PLACES,
    Ahead,
    Width,
    figure_of,
    levels_of,
    middle_of,
    width_of,
)

MOST_CELLS = 38  # that a member may touch beside the two of a companion, under the usual policy

__all__ = ["AUTHORITY", "LERO", "NATION", "ONE_REGION", "PLACES", "Preview", "Taking", "preview", "taking_part"]

Taking = Mapping[str, Sequence[tuple[NodeEntry, Part]]]  # by part id: the nodes that answer the part, each as planned


@dataclass(frozen=True)
class Expected:
    """One figure at one level. plus_minus: half of the 95% interval, in `unit`; None where there is no such level.

    of_noise: what noise alone makes of it. people: supposed behind it. shown: whether it is expected to be shown.
    """

    place: str
    plus_minus: float | None
    unit: str
    shown: bool
    of_noise: float | None
    people: float | None


@dataclass(frozen=True)
class PartPreview:
    """One part. figure: what the widths are of. figures, hidden: over all levels, and those too few to show."""

    part_id: str
    figure: str
    price_rho: float
    figures: int
    hidden: int
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class BoundsPreview:
    """Of an activity table: share of the total left out, and its whole error, at its bounds and at the best ones."""

    max_cells: int
    max_per_cell: int
    left_out: float
    whole_error: float
    best_max_cells: int
    best_max_per_cell: int
    best_left_out: float
    best_whole_error: float


@dataclass(frozen=True)
class TablePreview:
    """price_rho: of this table. nodes: that collect what it needs. most_cells: at the node with most."""

    table_id: str
    title: str
    price_rho: float
    nodes: int
    most_cells: int
    parts: tuple[PartPreview, ...]
    bounds: BoundsPreview | None


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


def preview(
    request: Request, dictionary: Dictionary, roster: Roster, year_allowance_rho: float, members: int | None = None
) -> Preview:
    """The preview of a request over its cohort.

    year_allowance_rho: what a node usually allows in a year. members: supposed at every LERO, instead of what each
    states in public. Raises Malformed where the request does not compile.
    """
    entries = [roster.node(node_id) for node_id in request.cohort]
    taking = taking_part(request, dictionary, entries)
    ahead = ahead_of(request, entries, dictionary)
    rho = request.price_nano_rho / NANO
    return Preview(
        title=request.title,
        nodes=len(entries),
        price_rho=rho,
        year_share=rho / year_allowance_rho,
        epsilon_one=epsilon_of(rho),
        epsilon_two=epsilon_of(2 * rho),
        most_cells=max(compile_plan(request, dictionary, entry).cell_count for entry in entries),
        tables=tuple(_table(table, taking, ahead, members) for table in request.tables),
        notes=notes_of(request, entries, ahead, members),
    )


def taking_part(request: Request, dictionary: Dictionary, entries: Sequence[NodeEntry]) -> Taking:
    """For every part, the nodes that answer it, with their plans of it."""
    found: dict[str, list[tuple[NodeEntry, Part]]] = {}
    for entry in entries:
        for part in compile_plan(request, dictionary, entry).parts:
            found.setdefault(part.part_id, []).append((entry, part))
    return found


def ahead_of(request: Request, entries: Sequence[NodeEntry], dictionary: Dictionary) -> Ahead:
    """What widths suppose: the middle of the years for which the roster says that records are complete."""
    years = [(request.cut_date_day - entry.complete_from_day) / DAYS_A_YEAR for entry in entries]
    return Ahead(dictionary, min(MOST_YEARS, max(0.0, statistics.median(years))))


def stands_behind(
    part_id: str, taking: Taking, dictionary: Dictionary, members: int | None
) -> Mapping[str, tuple[Behind, ...]]:
    """What stands behind each figure of a part, by place. members: at every LERO, None for what each states."""
    return levels_of(spread_of(taking[part_id], dictionary, MEMBERS_UNSTATED, members))


def _table(table: Table, taking: Taking, ahead: Ahead, members: int | None) -> TablePreview:
    found = [pairs for pairs in taking.values() if pairs[0][1].table == table]
    scales = {pairs[0][1].name: pairs[0][1].noise_scale for pairs in found}
    cells = [
        sum(part.cell_count for pairs in found for entry, part in pairs if entry == node) for node, _ in _nodes(found)
    ]
    return TablePreview(
        table_id=table.table_id,
        title=table.title,
        price_rho=table.price_nano_rho / NANO,
        nodes=len(cells),
        most_cells=max(cells, default=0),
        parts=tuple(_part(pairs[0][1], scales, taking, ahead, members) for pairs in found),
        bounds=_bounds(found[0], taking, ahead, members) if found else None,
    )


def _nodes(found: Sequence[Sequence[tuple[NodeEntry, Part]]]) -> Sequence[tuple[NodeEntry, Part]]:
    return found[0] if found else ()


def _part(part: Part, scales: Mapping[str, float], taking: Taking, ahead: Ahead, members: int | None) -> PartPreview:
    levels = stands_behind(part.part_id, taking, ahead.dictionary, members)
    widths = {place: [width_of(part, scales, behind, ahead) for behind in level] for place, level in levels.items()}
    published = [width for place, level in widths.items() if place != LERO for width in level]
    groups = math.prod(len(axis.codes) for axis in part.axes if axis.name not in (AREA, REGION))
    return PartPreview(
        part_id=part.part_id,
        figure=figure_of(part),
        price_rho=part.price_nano_rho / NANO,
        figures=len(published) * groups,
        hidden=sum(not width.shown for width in published) * groups,
        expected=tuple(_expected(place, widths[place]) for place in PLACES),
    )


def _expected(place: str, level: Sequence[Width]) -> Expected:
    middle = middle_of(place, level)
    if middle is None:
        return Expected(place, None, level[0].unit if level else "", False, None, None)
    return Expected(place, middle.half, middle.unit, middle.shown, middle.noise, middle.people)


def _bounds(
    pairs: Sequence[tuple[NodeEntry, Part]], taking: Taking, ahead: Ahead, members: int | None
) -> BoundsPreview | None:
    """For a capped activity table, its bounds beside those with the least whole error of the grand total."""
    part = pairs[0][1]
    kind = part.table.kind
    if not isinstance(kind, Activity) or not kind.is_capped:
        return None
    crowd = crowd_of(part, stands_behind(part.part_id, taking, ahead.dictionary, members))
    model = Contacts(kind, CONTACTS_A_MONTH)
    own = whole(model, kind, Bounds(kind.max_cells, kind.max_per_cell), part.price_nano_rho, crowd)
    return _side_by_side(own, least(model, kind, part.price_nano_rho, crowd, MOST_CELLS))


def crowd_of(part: Part, levels: Mapping[str, tuple[Behind, ...]]) -> Crowd:
    """What the grand total of an activity table adds up."""
    [nation] = levels[NATION]
    groups = math.prod(len(axis.codes) for axis in part.axes if axis.name not in (AREA, REGION))
    kind = part.table.kind
    months = months_of(kind) if isinstance(kind, Activity) else 1
    return Crowd(nation.cells * groups, nation.members * months)


def _side_by_side(own: Whole, best: Whole) -> BoundsPreview:
    return BoundsPreview(
        own.bounds.max_cells,
        own.bounds.max_per_cell,
        own.left_out,
        own.error,
        best.bounds.max_cells,
        best.bounds.max_per_cell,
        best.left_out,
        best.error,
    )
