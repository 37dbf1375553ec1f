"""Whoever holds every revision of a round, and adds and subtracts at will, gets the figure of no too few LEROs.

The attack is that of test_withholding: a LERO's figure in an authority is an unknown, a published figure a row of ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.axes import OUTSIDE_ENGLAND
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_contract.request import Request, Table
from lero_coordinator.combine import Accepted
from lero_coordinator.combine.revising import Drawn, draw
from lero_coordinator.combine.withholding import ALL, ENGLAND, MINIMUM_LEROS
from support.requests import AT_CUT_DATE, SURE_TWICE, table
from support.rounds import (
    BURY,
    DARLINGTON,
    GATESHEAD,
    HARTLEPOOL,
    NORTH_EAST,
    NORTH_WEST,
    OLDHAM,
    WALES,
    answer,
    asked,
    lero,
)

DICTIONARY = load_dictionary()
GEOGRAPHY = DICTIONARY.geography
MIDDLESBROUGH = "E06000002"
AREAS = (HARTLEPOOL, MIDDLESBROUGH, DARLINGTON, GATESHEAD, BURY, OLDHAM, WALES)
NODES = "abcdefghij"
BY_AREA, BY_REGION = table(AT_CUT_DATE, ["area"]), table(AT_CUT_DATE, ["region"], table_id="by_region")
BY_SEX = table(AT_CUT_DATE, ["area", "sex"], table_id="by_sex")
Unknown = tuple[str, str]  # a node, and an authority or "not known"


@dataclass(frozen=True)
class Late:
    """Nodes in the order in which they answered, cut into revisions, and those of one table alone."""

    request: Request
    revisions: tuple[tuple[Accepted, ...], ...]

    def drawn(self) -> list[dict[str, Drawn]]:
        """What every revision showed."""
        return [draw(self.request, self.revisions[:n], DICTIONARY) for n in range(1, len(self.revisions) + 1)]

    @property
    def agreed(self) -> frozenset[str]:
        return frozenset(a.organisation_id for a in self.revisions[-1] if a.header.publish_alone)


@st.composite
def rounds(draw_one: st.DrawFn, *tables: str) -> Late:
    """Two or three revisions; each node a LERO of its own, in one to three authorities."""
    chosen = {"members": BY_AREA, "by_region": BY_REGION, "by_sex": BY_SEX}
    names = draw_one(st.lists(st.sampled_from(NODES), unique=True, min_size=2))
    areas = st.frozensets(st.sampled_from(AREAS), min_size=1, max_size=3)
    collects = [("area", "joined", "left"), ("area", "joined", "left", "sex")]
    nodes = [lero(name, *sorted(draw_one(areas)), collects=draw_one(st.sampled_from(collects))) for name in names]
    request = asked(nodes, *(chosen[name] for name in tables))
    agrees = {name: draw_one(st.sampled_from([True, False, False])) for name in names}
    answers = [answer(request, node, {}, agrees=agrees[node.node_id]) for node in nodes]
    cuts = sorted(draw_one(st.sets(st.integers(1, len(answers)), min_size=1, max_size=3)))
    return Late(request, tuple(tuple(answers[:cut]) for cut in cuts))


def rows_of(drawn: Drawn, *, with_tops: bool) -> list[set[Unknown]]:
    """What each figure that a table shows adds up."""
    holding = [a for a in drawn.answers if a.cells_of(drawn.support.table_id) is not None]
    cells = {(a.node_id, area) for a in holding for area in a.entry.areas}
    by_area = drawn.support.place_axis == "area"
    places = {area: {c for c in cells if c[1] == area} for area in AREAS if by_area and area != WALES}
    for region in (NORTH_EAST, NORTH_WEST):
        places[region] = {c for c in cells if GEOGRAPHY.areas[c[1]].region == region}
    if with_tops:
        unplaced, outside = {(a.node_id, NOT_KNOWN) for a in holding}, {c for c in cells if c[1] == WALES}
        places |= {NOT_KNOWN: unplaced, OUTSIDE_ENGLAND: outside, ENGLAND: cells - outside, ALL: cells | unplaced}
    return [behind for code, behind in places.items() if code not in drawn.withheld and behind]


def given_away(rows: Sequence[set[Unknown]], agreed: frozenset[str]) -> list[tuple[str, ...]]:
    """The sets of too few LEROs about which some sum or difference of the rows speaks, and about nobody else."""
    unknowns = sorted(set().union(*rows))
    matrix = np.array([[float(unknown in row) for unknown in unknowns] for row in rows])
    names = sorted({node for node, _ in unknowns})
    found = []
    for few in itertools.chain.from_iterable(itertools.combinations(names, n) for n in range(1, MINIMUM_LEROS)):
        others = [node not in few for node, _ in unknowns]
        secret = [node not in few or f"{node}-org" not in agreed for node, _ in unknowns]
        if _rank(matrix[:, secret]) > _rank(matrix[:, others]):
            found.append(few)
    return found


def _rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


def published(late: Late, *, with_tops: bool) -> list[set[Unknown]]:
    return [row for made in late.drawn() for drawn in made.values() for row in rows_of(drawn, with_tops=with_tops)]


@settings(max_examples=300)
@given(rounds("members"))
def test_the_revisions_of_one_table_give_away_nobody(late: Late) -> None:
    assert given_away(published(late, with_tops=True), late.agreed) == []


@settings(max_examples=200)
@given(rounds("members", "by_region", "by_sex"))
def test_the_authorities_and_regions_of_several_tables_in_all_revisions_give_away_nobody(late: Late) -> None:
    assert given_away(published(late, with_tops=False), late.agreed) == []


@settings(max_examples=100)
@given(rounds("members", "by_region", "by_sex"))
def test_no_late_answers_of_too_few_leros_are_in_a_total(late: Late) -> None:
    """At the level of everywhere, table by table."""
    for before, after in itertools.pairwise(late.drawn()):
        for name, drawn in after.items():
            came = {a.organisation_id for a in drawn.answers} - {a.organisation_id for a in before[name].answers}
            held = {a.organisation_id for a in drawn.answers if a.cells_of(name) is not None} & came
            both_shown = ALL not in drawn.withheld and ALL not in before[name].withheld
            assert not (both_shown and 0 < len(held) < MINIMUM_LEROS and not held <= late.agreed)


def test_the_attack_finds_the_one_late_lero_that_plain_releases_would_give_away() -> None:
    three = [lero(name, HARTLEPOOL) for name in "abc"]
    one = lero("d", HARTLEPOOL)
    request = asked([*three, one], BY_AREA)
    answers = [answer(request, node, {}) for node in (*three, one)]
    naive = [draw(request, [answers[:n]], DICTIONARY)["members"] for n in (3, 4)]
    rows = [row for drawn in naive for row in rows_of(drawn, with_tops=True)]
    assert ("d",) in given_away(rows, frozenset())


def revised(*sizes: int, agrees: str = "", tables: Sequence[Table] = ()) -> list[dict[str, Drawn]]:
    """Every revision of a round of LEROs in Hartlepool, `sizes` of them in each."""
    nodes = [lero(name, HARTLEPOOL) for name in NODES[: sizes[-1]]]
    request = asked(nodes, *(tables or (BY_AREA,)))
    answers = [answer(request, node, {}, agrees=node.node_id in agrees) for node in nodes]
    return Late(request, tuple(tuple(answers[:size]) for size in sizes)).drawn()


def test_three_late_leros_are_taken_in_and_one_or_two_are_not() -> None:
    for late, taken in ((1, 3), (2, 3), (3, 6)):
        [_, newest] = revised(3, 3 + late)
        assert len(newest["members"].answers) == taken


def test_a_late_lero_that_agreed_is_taken_in_alone() -> None:
    [_, newest] = revised(3, 4, agrees="d")
    assert len(newest["members"].answers) == 4
    assert ALL not in newest["members"].withheld


def test_late_leros_wait_until_they_are_enough_and_are_counted_from_the_last_revision_that_took_any() -> None:
    drawn = revised(3, 4, 5, 6)
    assert [len(made["members"].answers) for made in drawn] == [3, 3, 3, 6]
    assert [made["members"].revision for made in drawn] == [1, 1, 1, 4]


def test_where_nothing_was_shown_before_one_late_lero_is_enough_to_begin() -> None:
    first, second = revised(2, 3)
    assert ALL in first["members"].withheld
    assert ALL not in second["members"].withheld
    assert len(second["members"].answers) == 3


def test_a_table_that_too_few_of_the_late_record_stands_as_it_was_beside_one_that_takes_them_in() -> None:
    nodes = [lero(name, HARTLEPOOL) for name in "abcd"]
    nodes += [lero(name, HARTLEPOOL, collects=("area", "joined", "left")) for name in "ef"]
    request = asked(nodes, BY_AREA, table(SURE_TWICE, table_id="sure"))
    answers = [answer(request, node, {}) for node in nodes]
    newest = draw(request, [answers[:3], answers], DICTIONARY)
    assert len(newest["members"].answers) == 6
    assert (len(newest["sure"].answers), newest["sure"].revision) == (3, 1)


def test_a_second_node_of_a_lero_that_comes_late_counts_as_that_lero_alone() -> None:
    nodes = [lero(name, HARTLEPOOL) for name in "abc"]
    second = lero("a-two", HARTLEPOOL, organisation="a-org")
    request = asked([*nodes, second], BY_AREA)
    answers = [answer(request, node, {}) for node in (*nodes, second)]
    newest = draw(request, [answers[:3], answers], DICTIONARY)
    assert len(newest["members"].answers) == 3


def test_an_authority_with_one_late_lero_is_withheld_among_others_though_the_region_takes_it_in() -> None:
    nodes = [lero(name, HARTLEPOOL) for name in "abc"] + [lero(name, DARLINGTON) for name in "ghi"]
    late = [lero("d", HARTLEPOOL), lero("e", DARLINGTON), lero("f", DARLINGTON)]
    request = asked([*nodes, *late], BY_AREA)
    answers = [answer(request, node, {}) for node in (*nodes, *late)]
    newest = draw(request, [answers[:6], answers], DICTIONARY)["members"]
    assert {HARTLEPOOL, DARLINGTON} <= newest.withheld
    assert NORTH_EAST not in newest.withheld and ALL not in newest.withheld


def test_a_first_revision_withholds_what_a_release_always_did() -> None:
    [only] = revised(3)
    assert only["members"].withheld == frozenset()
