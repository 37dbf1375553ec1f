"""Accepted answers become a release: every declared place and group gets a figure or the reason for its absence. Pure.

What is hidden is decided from the plan and from who answered, before any figure is looked at; only then are the noisy
totals turned into estimates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, KIND, PERIOD, REGION, WAVE
from lero_contract.dictionary import Dictionary
from lero_contract.plan import TablePlan
from lero_contract.price import DELTA, epsilon_of
from lero_contract.request import NANO, Activity, Mean, Request, Table, Unit
from lero_contract.roster import Roster
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.coverage import areas_of, nodes_of
from lero_coordinator.combine.estimates import Estimate, count_estimate, count_half_width, mean_estimate
from lero_coordinator.combine.marks import Status, mark_of
from lero_coordinator.combine.places import places
from lero_coordinator.combine.release import (
    EVERY,
    AreaCoverage,
    Category,
    CombinedTable,
    Figure,
    Level,
    Place,
    Release,
)
from lero_coordinator.combine.totals import Total, group_axes, groups_of, totals_of
from lero_coordinator.combine.withholding import Rules, Support, plan_withholding

_OWN_AXES = {WAVE: "Review", PERIOD: "Period", KIND: "Kind of activity"}


@dataclass(frozen=True)
class _Round:
    """What every table is combined with."""

    request: Request
    dictionary: Dictionary
    answers: Sequence[Accepted]
    coverage: Mapping[str, AreaCoverage]
    withheld: Mapping[str, frozenset[str]]


def combine(
    request: Request,
    request_digest: bytes,
    roster: Roster,
    dictionary: Dictionary,
    accepted: Sequence[Accepted],
    refusals: Mapping[str, str],
) -> Release:
    """The release of a round. accepted: at least one, stale ones included. refusals: node id to the refusal's code."""
    nodes = nodes_of(request, roster, accepted, refusals)
    coverage = areas_of(nodes, dictionary.geography)
    answers = [answer for answer in accepted if not answer.is_stale]
    supports = [_support(table, answers) for table in request.tables]
    withheld = plan_withholding(supports, Rules(dictionary.geography, _agreed(answers)))
    whole = _Round(request, dictionary, answers, coverage, withheld)
    rho = request.price_nano_rho / NANO
    return Release(
        request=request,
        request_digest=request_digest,
        roster_digest=request.roster_digest,
        tables=tuple(_combined(table, whole) for table in request.tables),
        coverage=coverage,
        nodes=nodes,
        answer_digests={answer.node_id: answer.header_digest.hex() for answer in answers},
        withheld_authorities=frozenset(
            area for codes in withheld.values() for area in codes if area in dictionary.geography.areas
        ),
        delta=DELTA,
        epsilon=epsilon_of(rho),
        epsilon_twice=epsilon_of(2 * rho),
    )


def _agreed(answers: Sequence[Accepted]) -> frozenset[str]:
    """LEROs each of whose nodes says so in its signed answer."""
    said: dict[str, list[bool]] = {}
    for answer in answers:
        said.setdefault(answer.organisation_id, []).append(answer.header.publish_alone)
    return frozenset(organisation for organisation, words in said.items() if all(words))


def _support(table: Table, answers: Sequence[Accepted]) -> Support:
    holding = [answer for answer in answers if answer.cells_of(table.table_id) is not None]
    served: dict[str, frozenset[str]] = {}
    for answer in holding:
        for area in answer.entry.areas:
            served[area] = served.get(area, frozenset()) | {answer.organisation_id}
    return Support(
        table_id=table.table_id,
        definition=(type(table.kind).__name__, _definition(table), table.filters),
        place_axis=next((name for name in table.dimensions if name in (AREA, REGION)), ""),
        leros=frozenset(answer.organisation_id for answer in holding),
        served=served,
    )


def _definition(table: Table) -> object:
    """Equal for tables whose totals count the same, however they are split."""
    match table.kind:
        case Mean(measure=measure):
            return measure
        case Activity(unit=unit, kinds=kinds):
            return unit, kinds
        case _:
            return table.kind


def _combined(table: Table, whole: _Round) -> CombinedTable:
    holding = [answer for answer in whole.answers if answer.cells_of(table.table_id) is not None]
    planned = next((found[0] for a in holding if (found := a.cells_of(table.table_id)) is not None), None)
    figures = tuple(_figures(table, planned, whole)) if planned is not None else ()
    return CombinedTable(
        table=table,
        unit=_unit(table),
        figures=figures,
        answered=len(holding),
        asked=len(whole.request.cohort),
        noise_scale=planned.noise_scale if planned is not None else 0.0,
        lower_bound_words=_lower_bound(table),
    )


def _figures(table: Table, planned: TablePlan, whole: _Round) -> Iterator[Figure]:
    totals = totals_of(table.table_id, whole.answers, whole.dictionary)
    labels = [_labels(planned, axis.name, whole.dictionary) for axis in group_axes(planned)]
    for place in places(table, whole.dictionary.geography):
        for codes in groups_of(planned):
            total = totals.get((place.code, codes))
            absence = _absence(table, place, total, whole)
            if absence in (Status.NOT_ASKED, Status.NOT_ANSWERED, Status.NOT_COLLECTED) and not _is_total(codes):
                continue  # one row says it for the whole place
            group = tuple(named[code] for named, code in zip(labels, codes, strict=True))
            yield _figure(place, group, absence, total, planned, whole)


def _absence(table: Table, place: Place, total: Total | None, whole: _Round) -> Status | None:
    """Why there can be no figure, whatever the figures are; None where there can be one."""
    if place.level is Level.AUTHORITY:
        coverage = whole.coverage[place.code]
        if not coverage.listed:
            return Status.NOT_ASKED
        if not coverage.answered:
            return Status.NOT_ANSWERED
    if total is None:
        return Status.NOT_COLLECTED
    return Status.WITHHELD if place.code in whole.withheld[table.table_id] else None


def _figure(
    place: Place,
    group: tuple[Category, ...],
    absence: Status | None,
    total: Total | None,
    planned: TablePlan,
    whole: _Round,
) -> Figure:
    if absence is not None or total is None:
        status = absence or Status.NOT_COLLECTED
        return Figure(place, group, status, status.mark, None, None, 0)
    estimate, people = _estimates(total, group, planned, whole.dictionary)
    if estimate is None:
        return Figure(place, group, Status.TOO_FEW, Status.TOO_FEW.mark, None, None, len(total.leros))
    is_count = planned.centring is None
    status = Status.ZERO if is_count and round(estimate.value) == 0 else Status.SHOWN
    mark = mark_of(status, is_lower_bound=isinstance(planned.table.kind, Activity))
    return Figure(place, group, status, mark, estimate, people, len(total.leros))


def _estimates(
    total: Total, group: tuple[Category, ...], planned: TablePlan, dictionary: Dictionary
) -> tuple[Estimate | None, Estimate | None]:
    """The figure and, for a mean, the people it is of; no figure where it is too few to show."""
    variance = total.cells * planned.noise_scale**2
    if planned.centring is None:
        too_wide = count_half_width(variance) > planned.table.hide_wider_than * math.sqrt(_parts(group, planned))
        return (None, None) if too_wide else (count_estimate(total.values[0], variance), None)
    if not isinstance(planned.table.kind, Mean):
        raise ValueError("only a mean has a centring")
    measure = dictionary.measures[planned.table.kind.measure]
    count, centred_sum = total.values
    mean = mean_estimate(count, centred_sum, variance, len(total.leros), planned.centring, measure)
    weight = planned.centring.weight
    people = count_estimate(round(count / weight), variance / weight**2)
    return mean, people if mean is not None else None


def _parts(group: tuple[Category, ...], planned: TablePlan) -> int:
    """How many declared groups a margin adds up; a total of n may be wider than its parts by the root of n."""
    sizes = (len(axis.codes) for axis, c in zip(group_axes(planned), group, strict=True) if c.code == EVERY)
    return math.prod(sizes)


def _labels(planned: TablePlan, axis: str, dictionary: Dictionary) -> dict[str, Category]:
    """The categories of an axis by code, the margin among them."""
    name = _OWN_AXES.get(axis) or dictionary.dimensions[axis].label
    if axis == KIND:
        named = {c.code: c.label for c in dictionary.variable("activities", "kind").categories}
    elif axis in dictionary.dimensions:
        named = {c.code: c.label for c in dictionary.dimensions[axis].categories}
    else:
        named = {code: code for found in planned.axes if found.name == axis for code in found.codes}
    return {code: Category(axis, name, code, label) for code, label in {EVERY: "All", **named}.items()}


def _unit(table: Table) -> str:
    match table.kind:
        case Mean():
            return "points"
        case Activity(unit=Unit.CONTACTS):
            return "contacts"
        case Activity():
            return "active members"
        case _:
            return "people"


def _lower_bound(table: Table) -> str:
    match table.kind:
        case Activity(unit=Unit.CONTACTS, max_cells=cells, max_per_cell=per_cell):
            kept = f"of one member at most {per_cell:,} contacts count in a figure, in at most {cells:,} figures"
        case Activity(max_cells=cells):
            kept = f"one member counts in at most {cells:,} figures"
        case _:
            return ""
    return f"A lower bound: {kept}, so that no one person can be seen in it. What that leaves out is uneven."


def _is_total(codes: tuple[str, ...]) -> bool:
    return all(code == EVERY for code in codes)
