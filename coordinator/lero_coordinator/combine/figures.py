"""Accepted answers become a release: every declared place and group gets a figure or the reason for its absence. Pure.

What is hidden is decided from the plan and from who answered, before any figure is looked at; only then are the noisy
totals turned into estimates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lero_contract.axes import variables_of
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.plan import Plan, compile_plan
from lero_contract.price import DELTA, NANO, epsilon_of
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry, Roster
from lero_coordinator.combine.absence import ONE_ROW_SAYS_IT, Absences
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.bounds import lower_bound_words
from lero_coordinator.combine.counts import Activities
from lero_coordinator.combine.coverage import areas_of, nodes_of
from lero_coordinator.combine.families import categories_of, family_of
from lero_coordinator.combine.family import Family, Question, Reading, Slot
from lero_coordinator.combine.groups import Grouped, dimension_groups, grouped, scores_by_bin, split_by
from lero_coordinator.combine.marks import Status, mark_of
from lero_coordinator.combine.places import WHOLE, places
from lero_coordinator.combine.release import (
    EVERY,
    AreaCoverage,
    Category,
    CombinedTable,
    Figure,
    LeftOut,
    NodeCoverage,
    Participation,
    Place,
    Release,
)
from lero_coordinator.combine.revising import Drawn, draw

_LONG_AGO = -(10**6)  # a day since which records are complete, before any that a request can name


@dataclass(frozen=True)
class _Round:
    """What every table is combined with. plan: of a node that collects everything the request asks for.

    drawn: by table id, the answers that it is made of, and what it withholds.
    """

    request: Request
    dictionary: Dictionary
    drawn: Mapping[str, Drawn]
    nodes: Sequence[NodeCoverage]
    plan: Plan
    sampling: bool

    def question(self, table: Table) -> Question:
        """One table with the parts that it compiles to."""
        parts = {part.name: part for part in self.plan.parts_of(table.table_id)}
        return Question(table, parts, self.dictionary, self.sampling)

    def answers(self, table: Table) -> Sequence[Accepted]:
        """Those that the table is made of."""
        return self.drawn[table.table_id].answers

    def holding(self, table: Table) -> list[Accepted]:
        """The answers that hold the table."""
        return [answer for answer in self.answers(table) if answer.cells_of(table.table_id) is not None]

    def coverage(self, table: Table) -> Mapping[str, AreaCoverage]:
        """By authority, as this table sees it: a late answer that it does not take in is none."""
        used = {answer.node_id for answer in self.answers(table)}
        late = {n for n in self.nodes if n.participation is Participation.ANSWERED and n.node_id not in used}
        seen = (replace(n, participation=Participation.SILENT) if n in late else n for n in self.nodes)
        return areas_of(seen, self.dictionary.geography)


def combine(
    request: Request,
    request_digest: bytes,
    roster: Roster,
    dictionary: Dictionary,
    accepted: Sequence[Accepted],
    refusals: Mapping[str, str],
    rejected: Collection[str] = (),
    *,
    earlier: Sequence[Sequence[Accepted]] = (),
    sampling: bool = True,
) -> Release:
    """The release of a round. accepted: at least one, stale ones included. refusals: node id to the refusal's code.

    rejected: nodes whose answer `check_answer` did not pass. earlier: what the revisions before this one accepted,
    oldest first; then this is the next, and no subtraction gives away who came in between (revising.py).
    sampling: False gives every ratio the interval of its noise alone, which is for checking the noise and is never
    published.
    Raises Malformed where a node has two answers: it would count twice.
    """
    if len({answer.node_id for answer in accepted}) != len(accepted):
        raise Malformed("A node has two answers in one round.")
    nodes = nodes_of(request, roster, accepted, refusals, rejected)
    revisions = [[answer for answer in made if not answer.is_stale] for made in (*earlier, accepted)]
    drawn = draw(request, revisions, dictionary)
    whole = _Round(request, dictionary, drawn, nodes, _whole_plan(request, dictionary), sampling)
    rho = request.price_nano_rho / NANO
    return Release(
        request=request,
        request_digest=request_digest,
        roster_digest=request.roster_digest,
        tables=tuple(_combined(table, whole) for table in request.tables),
        coverage=areas_of(nodes, dictionary.geography),
        nodes=nodes,
        answer_digests={answer.node_id: answer.header_digest.hex() for answer in revisions[-1]},
        withheld_authorities=frozenset(
            area for one in drawn.values() for area in one.withheld if area in dictionary.geography.areas
        ),
        delta=DELTA,
        epsilon=epsilon_of(rho),
        epsilon_twice=epsilon_of(2 * rho),
        revision=len(revisions),
        unrevised={name: one.revision for name, one in drawn.items() if one.revision < len(revisions)},
    )


def question_of(request: Request, table: Table, dictionary: Dictionary) -> Question:
    """One of the request's tables as it is combined, with the parts that it compiles to."""
    parts = {part.name: part for part in _whole_plan(request, dictionary).parts_of(table.table_id)}
    return Question(table, parts, dictionary)


def _whole_plan(request: Request, dictionary: Dictionary) -> Plan:
    """Every table as planned by a node that collects all it needs: its groups and noise are every node's."""
    wanted = sorted(set().union(*(variables_of(table, dictionary) for table in request.tables)))
    entry = NodeEntry("any", "", b"", (min(dictionary.geography.areas),), tuple(wanted), _LONG_AGO, 0)
    return compile_plan(request, dictionary, entry)


def _combined(table: Table, whole: _Round) -> CombinedTable:
    family, drawn = family_of(whole.question(table)), whole.drawn[table.table_id]
    absences = Absences.of(drawn.support, drawn.withheld, whole.coverage(table), whole.dictionary.geography)
    by_bin = scores_by_bin(table, whole.request.tables)
    beside = grouped(whole.question(by_bin), whole.answers(by_bin)) if by_bin is not None else None
    sums = grouped(family.question, whole.answers(table), beside)
    left_out = _left_out(family, absences, sums)
    return CombinedTable(
        table=table,
        main=family.main,
        figures=tuple(_figures(family, absences, sums)),
        answered=len(whole.holding(table)),
        asked=len(whole.request.cohort),
        noise_scale=family.question.parts[""].noise_scale,
        lower_bound_words=lower_bound_words(table, left_out),
        left_out=left_out,
    )


def _left_out(family: Family, absences: Absences, sums: Grouped) -> LeftOut | None:
    """Of the whole, where that may have a figure."""
    if not isinstance(family, Activities) or absences.why(WHOLE) is not None:
        return None
    return family.left_out(sums.of(WHOLE.code, next(dimension_groups(family.question)), sums.leros))


def _figures(family: Family, absences: Absences, sums: Grouped) -> Iterator[Figure]:
    question = family.question
    slots = family.slots
    named = [categories_of(axis, question) for axis in (*split_by(question), *family.axes)]
    said = _rows_that_say_it(family)
    for place in places(question.table, question.dictionary.geography):
        absence = absences.why(place)
        for codes in dimension_groups(question):
            if absence is not None:
                is_said_once = absence in ONE_ROW_SAYS_IT
                for slot in slots if not is_said_once else said if set(codes) <= {EVERY} else ():
                    yield Figure(
                        place, _group(named, codes, slot), slot.statistic, absence, absence.mark, None, None, 0
                    )
                continue
            leros = absences.leros_serving(place) or sums.leros
            readings = family.readings(sums.of(place.code, codes, leros))
            for slot in slots:
                yield _figure(place, _group(named, codes, slot), slot, readings[slot], leros)


def _rows_that_say_it(family: Family) -> list[Slot]:
    """The lines of a place that has no figure at all: those of the main statistic with the most margins."""
    main = [slot for slot in family.slots if slot.statistic == family.main]
    most = max(slot.codes.count(EVERY) for slot in main)
    return [slot for slot in main if slot.codes.count(EVERY) == most]


def _group(named: Sequence[Mapping[str, Category]], codes: Sequence[str], slot: Slot) -> tuple[Category, ...]:
    return tuple(found[code] for found, code in zip(named, (*codes, *slot.codes), strict=True))


def _figure(place: Place, group: tuple[Category, ...], slot: Slot, reading: Reading, leros: int) -> Figure:
    if reading.estimate is None:
        return Figure(place, group, slot.statistic, Status.TOO_FEW, Status.TOO_FEW.mark, None, None, leros)
    is_none = slot.statistic.is_count and round(reading.estimate.value) == 0
    status = Status.ZERO if is_none else Status.SHOWN
    mark = mark_of(status, is_lower_bound=reading.is_lower_bound)
    return Figure(place, group, slot.statistic, status, mark, reading.estimate, reading.people, leros)
