"""Accepted answers become a release: every declared place and group gets a figure or the reason for its absence. Pure.

What is hidden is decided from the plan and from who answered, before any figure is looked at; only then are the noisy
totals turned into estimates.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, KIND, PERIOD, REGION, WAVE, variables_of
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.plan import TablePlan, compile_plan
from lero_contract.price import DELTA, epsilon_of
from lero_contract.request import NANO, Activity, Mean, Request, Table, Unit
from lero_contract.roster import NodeEntry, Roster
from lero_coordinator.combine.absence import ONE_ROW_SAYS_IT, Absences
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
    Place,
    Release,
)
from lero_coordinator.combine.totals import Total, group_axes, groups_of, totals_of
from lero_coordinator.combine.withholding import Rules, Support, plan_withholding

_LONG_AGO = -(10**6)  # a day since which records are complete, before any that a request can name
_OWN_AXES = {WAVE: "Review", PERIOD: "Period", KIND: "Kind of activity"}


@dataclass(frozen=True)
class _Round:
    """What every table is combined with."""

    request: Request
    dictionary: Dictionary
    answers: Sequence[Accepted]
    coverage: Mapping[str, AreaCoverage]


def combine(
    request: Request,
    request_digest: bytes,
    roster: Roster,
    dictionary: Dictionary,
    accepted: Sequence[Accepted],
    refusals: Mapping[str, str],
    rejected: Collection[str] = (),
) -> Release:
    """The release of a round. accepted: at least one, stale ones included. refusals: node id to the refusal's code.

    rejected: nodes whose answer `check_answer` did not pass.
    Raises Malformed where a node has two answers: it would count twice.
    """
    if len({answer.node_id for answer in accepted}) != len(accepted):
        raise Malformed("A node has two answers in one round.")
    nodes = nodes_of(request, roster, accepted, refusals, rejected)
    coverage = areas_of(nodes, dictionary.geography)
    answers = [answer for answer in accepted if not answer.is_stale]
    supports = [_support(table, answers) for table in request.tables]
    withheld = plan_withholding(supports, Rules(dictionary.geography, _agreed(answers)))
    whole = _Round(request, dictionary, answers, coverage)
    rho = request.price_nano_rho / NANO
    return Release(
        request=request,
        request_digest=request_digest,
        roster_digest=request.roster_digest,
        tables=tuple(_combined(table, withheld[table.table_id], whole) for table in request.tables),
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
        definition=_definition(table),
        place_axis=next((name for name in table.dimensions if name in (AREA, REGION)), ""),
        leros=frozenset(answer.organisation_id for answer in holding),
        served=served,
    )


def _definition(table: Table) -> Hashable:
    """Equal for tables that count the same, or parts of it, however they are split.

    Filters and kinds of activity are left out: tables of each part of a list add up to the table of the whole.
    """
    match table.kind:
        case Mean(measure=measure):
            return measure
        case Activity(unit=unit):
            return unit
        case _:
            return table.kind


def _combined(table: Table, withheld: frozenset[str], whole: _Round) -> CombinedTable:
    holding = [answer for answer in whole.answers if answer.cells_of(table.table_id) is not None]
    planned = _layout(table, whole)
    absences = Absences.of(_support(table, whole.answers), withheld, whole.coverage, whole.dictionary.geography)
    return CombinedTable(
        table=table,
        unit=_unit(table),
        figures=tuple(_figures(planned, absences, whole)),
        answered=len(holding),
        asked=len(whole.request.cohort),
        noise_scale=planned.noise_scale,
        lower_bound_words=_lower_bound(table),
    )


def _layout(table: Table, whole: _Round) -> TablePlan:
    """The table as planned by a node that collects all it needs: its groups and noise are every node's."""
    collects = tuple(sorted(variables_of(table, whole.dictionary)))
    entry = NodeEntry("any", "", b"", (min(whole.dictionary.geography.areas),), collects, _LONG_AGO, 0)
    plan = compile_plan(whole.request, whole.dictionary, entry)
    return next(planned for planned in plan.tables if planned.table == table)


def _figures(planned: TablePlan, absences: Absences, whole: _Round) -> Iterator[Figure]:
    totals = totals_of(planned.table.table_id, whole.answers, whole.dictionary)
    labels = [_labels(planned, axis.name, whole.dictionary) for axis in group_axes(planned)]
    groups = list(groups_of(planned))
    margins = max(codes.count(EVERY) for codes in groups)
    for place in places(planned.table, whole.dictionary.geography):
        absence = absences.why(place)
        for codes in groups:
            if absence in ONE_ROW_SAYS_IT and codes.count(EVERY) < margins:
                continue
            group = tuple(named[code] for named, code in zip(labels, codes, strict=True))
            if absence is not None:
                yield Figure(place, group, absence, absence.mark, None, None, 0)
            else:
                total = totals[place.code, codes]
                leros = absences.leros_serving(place) or len(total.leros)
                yield _figure(place, group, total, leros, planned, whole.dictionary)


def _figure(
    place: Place,
    group: tuple[Category, ...],
    total: Total,
    leros: int,
    planned: TablePlan,
    dictionary: Dictionary,
) -> Figure:
    estimate, people = _estimates(total, group, leros, planned, dictionary)
    if estimate is None:
        return Figure(place, group, Status.TOO_FEW, Status.TOO_FEW.mark, None, None, leros)
    is_count = planned.centring is None
    status = Status.ZERO if is_count and round(estimate.value) == 0 else Status.SHOWN
    mark = mark_of(status, is_lower_bound=bool(_lower_bound(planned.table)))
    return Figure(place, group, status, mark, estimate, people, leros)


def _estimates(
    total: Total, group: tuple[Category, ...], leros: int, planned: TablePlan, dictionary: Dictionary
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
    mean = mean_estimate(count, centred_sum, variance, leros, planned.centring, measure)
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
    """What the cap leaves out, in words; empty where nothing is: active members may count in every figure."""
    match table.kind:
        case Activity(unit=Unit.CONTACTS, max_cells=cells, max_per_cell=per_cell):
            kept = f"of one member at most {per_cell:,} contacts count in a figure, in at most {cells:,} figures"
        case Activity(max_cells=cells) if cells < table.kind.groups:
            kept = f"one member counts in at most {cells:,} figures"
        case _:
            return ""
    return f"A lower bound: {kept}, so that no one person can be seen in it. What that leaves out is uneven."
