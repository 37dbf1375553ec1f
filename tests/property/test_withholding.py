"""Nobody who adds and subtracts published figures in any way gets the figure of too few LEROs that did not all agree.

The attack is made by linear algebra: a LERO's figure in an authority is an unknown, a published figure a row of ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_coordinator.combine.withholding import (
    ALL,
    ENGLAND,
    MINIMUM_LEROS,
    Rules,
    Support,
    by_region,
    plan_withholding,
)
from support.rounds import BURY, DARLINGTON, EAST_MIDLANDS, GATESHEAD, HARTLEPOOL, NORTH_EAST, NORTH_WEST, OLDHAM, WALES

GEOGRAPHY = load_dictionary().geography
MIDDLESBROUGH, BOLTON, DERBY, LEICESTER = "E06000002", "E08000001", "E06000015", "E06000016"
AREAS = (HARTLEPOOL, MIDDLESBROUGH, DARLINGTON, GATESHEAD, BURY, OLDHAM, BOLTON, DERBY, LEICESTER, WALES)
LEROS = "abcdefgh"
Unknown = tuple[str, str]  # a LERO, and an authority or "not known"


@dataclass(frozen=True)
class Country:
    """Where each LERO works, the tables it has answered (by number), and who agreed to stand alone."""

    works_in: Mapping[str, frozenset[str]]
    holds: Mapping[str, frozenset[int]]
    agreed: frozenset[str]
    axes: tuple[str, ...]

    def supports(self) -> list[Support]:
        return [
            Support(str(number), "members", axis, self.holding(number), self.served(number))
            for number, axis in enumerate(self.axes)
        ]

    def holding(self, number: int) -> frozenset[str]:
        return frozenset(lero for lero, numbers in self.holds.items() if number in numbers)

    def served(self, number: int) -> dict[str, frozenset[str]]:
        here = {a: frozenset(x for x in self.holding(number) if a in self.works_in[x]) for a in AREAS}
        return {area: leros for area, leros in here.items() if leros}

    def withheld(self) -> dict[str, frozenset[str]]:
        return plan_withholding(self.supports(), Rules(GEOGRAPHY, self.agreed))

    def published(self, *, with_tops: bool) -> list[set[Unknown]]:
        """What each figure that is shown adds up. with_tops: England, everywhere, outside and not known too."""
        hidden = self.withheld()
        rows: list[set[Unknown]] = []
        for number, axis in enumerate(self.axes):
            cells = {(lero, area) for area, leros in self.served(number).items() for lero in leros}
            places = {area: {c for c in cells if c[1] == area} for area in AREAS if axis == AREA and area != WALES}
            for region in (NORTH_EAST, NORTH_WEST, EAST_MIDLANDS):
                places[region] = {c for c in cells if GEOGRAPHY.areas[c[1]].region == region}
            if with_tops:
                unplaced = {(lero, NOT_KNOWN) for lero in self.holding(number)}
                outside = {c for c in cells if c[1] == WALES}
                tops = {NOT_KNOWN: unplaced, OUTSIDE_ENGLAND: outside, ENGLAND: cells - outside, ALL: cells | unplaced}
                places |= tops
            rows += [cells for code, cells in places.items() if code not in hidden[str(number)] and cells]
        return rows


@st.composite
def countries(draw: st.DrawFn, tables: int) -> Country:
    works_in = st.frozensets(st.sampled_from(AREAS), min_size=1, max_size=3)
    holds = st.frozensets(st.integers(0, tables - 1), min_size=1)
    leros = draw(st.lists(st.sampled_from(LEROS), unique=True, min_size=1))
    axes = draw(st.tuples(*(st.sampled_from((AREA, AREA, REGION)) for _ in range(tables))))
    return Country(
        works_in={lero: draw(works_in) for lero in leros},
        holds={lero: draw(holds) if tables > 1 else frozenset({0}) for lero in leros},
        agreed=draw(st.frozensets(st.sampled_from(LEROS))),
        axes=axes,
    )


def given_away(rows: Sequence[set[Unknown]], agreed: frozenset[str]) -> list[frozenset[str]]:
    """The sets of too few LEROs about which some sum or difference of the rows speaks, and about nobody else."""
    unknowns = sorted(set().union(*rows))
    matrix = np.array([[float(unknown in row) for unknown in unknowns] for row in rows])
    found = []
    for few in _too_few({lero for lero, _ in unknowns}):
        others = [lero not in few for lero, _ in unknowns]
        secret = [lero not in few or lero not in agreed for lero, _ in unknowns]
        if _rank(matrix[:, secret]) > _rank(matrix[:, others]):
            found.append(frozenset(few))
    return found


def _too_few(leros: Iterable[str]) -> Iterable[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(sorted(leros), n) for n in range(1, MINIMUM_LEROS))


def _rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


# Two tables; d, e and f are in the first alone. Each table hides Darlington among others, but the difference of the
# region's figures, less the difference of Gateshead's, would be d's figure in Darlington.
ONE_IN_A_DIFFERENCE = Country(
    works_in={x: frozenset({HARTLEPOOL, MIDDLESBROUGH, GATESHEAD}) for x in "abc"}
    | {"d": frozenset({GATESHEAD, DARLINGTON}), "e": frozenset({GATESHEAD}), "f": frozenset({GATESHEAD})},
    holds={x: frozenset({0, 1}) for x in "abc"} | {x: frozenset({0}) for x in "def"},
    agreed=frozenset(),
    axes=(AREA, AREA),
)


def test_the_attack_finds_a_figure_that_stands_alone_and_one_left_by_subtraction() -> None:
    hartlepool = {("a", HARTLEPOOL)}
    darlington = {(x, DARLINGTON) for x in "bcd"}
    assert {"a"} in given_away([hartlepool, darlington], frozenset())
    assert {"a"} in given_away([hartlepool | darlington, darlington], frozenset())
    assert given_away([hartlepool | darlington, darlington], frozenset("a")) == []
    assert given_away([hartlepool | darlington], frozenset()) == []


@settings(max_examples=200)
@given(countries(tables=1))
def test_the_figures_of_one_table_give_away_nobody(found: Country) -> None:
    assert given_away(found.published(with_tops=True), found.agreed) == []


@settings(max_examples=200)
@given(countries(tables=3))
@example(ONE_IN_A_DIFFERENCE)
def test_the_authorities_and_regions_of_several_tables_of_one_definition_give_away_nobody(found: Country) -> None:
    assert given_away(found.published(with_tops=False), found.agreed) == []


@settings(max_examples=100)
@given(countries(tables=3))
def test_a_region_that_is_shown_hides_no_authority_or_several_of_enough_leros(found: Country) -> None:
    hidden = found.withheld()
    for number, axis in enumerate(found.axes):
        served = found.served(number)
        for region in by_region(served, GEOGRAPHY).keys() - hidden[str(number)] - {OUTSIDE_ENGLAND}:
            own = [a for a in served if GEOGRAPHY.areas[a].region == region and a in hidden[str(number)]]
            behind = frozenset[str]().union(*(served[a] for a in own))
            assert axis == REGION or not own or (len(own) >= 2 and len(behind) >= MINIMUM_LEROS)


@settings(max_examples=100)
@given(countries(tables=3))
def test_an_authority_withheld_in_one_table_is_withheld_in_every_one(found: Country) -> None:
    authorities = [hidden & set(AREAS) for hidden in found.withheld().values()]
    assert all(hidden == authorities[0] for hidden in authorities)


@settings(max_examples=100)
@given(countries(tables=2), st.permutations(LEROS))
def test_the_choice_does_not_depend_on_the_order_in_which_answers_came(found: Country, order: Sequence[str]) -> None:
    again = replace(found, works_in={lero: found.works_in[lero] for lero in order if lero in found.works_in})
    assert again.withheld() == found.withheld()


@settings(max_examples=100)
@given(countries(tables=3))
def test_nothing_is_withheld_where_every_lero_agreed(found: Country) -> None:
    assert set(replace(found, agreed=frozenset(LEROS)).withheld().values()) == {frozenset()}
