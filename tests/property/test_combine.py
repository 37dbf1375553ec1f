"""A release is made of sums: neither order nor size of the answers changes what may be shown, and parts make wholes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.request import Request
from lero_contract.roster import NodeEntry
from lero_coordinator.combine import Accepted, Release
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import EVERY, Level
from lero_coordinator.combine.withholding import ALL, ENGLAND
from support.requests import SURE_TWICE, table
from support.rounds import BURY, DARLINGTON, GATESHEAD, HARTLEPOOL, WALES, answer, asked, lero, released

PLACES = (
    (HARTLEPOOL,),
    (HARTLEPOOL, GATESHEAD),
    (HARTLEPOOL, DARLINGTON),
    (GATESHEAD,),
    (BURY,),
    (BURY, WALES),
    (BURY,),
)
WITHOUT_FIGURE_FROM_THE_FIRST = {Status.WITHHELD, Status.NOT_ASKED, Status.NOT_ANSWERED, Status.NOT_COLLECTED}
SIDE_BY_SIDE = (Level.ENGLAND, Level.OUTSIDE, Level.NOT_KNOWN)
# A cell as a large LERO could have it, and as its noise could make it.
CELLS = st.integers(-200, 5000)


@cache
def a_round() -> tuple[tuple[NodeEntry, ...], Request]:
    leros = tuple(lero(f"n{number}", *places) for number, places in enumerate(PLACES))
    counts = replace(table(dimensions=["area", "sex"]), hide_wider_than=10_000)
    return leros, asked(leros, counts, table(SURE_TWICE, ["region"], table_id="sure"))


@st.composite
def answers(draw: st.DrawFn) -> list[Accepted]:
    leros, request = a_round()
    found = []
    for number, node in enumerate(leros):
        blank = answer(request, node, {}, agrees=number % 3 == 0)
        width = blank.plan.cell_count
        start = draw(CELLS)
        found.append(replace(blank, cells=tuple((start * (i + 1) * 7919) % 5200 - 200 for i in range(width))))
    return found


def release_of(given_answers: Sequence[Accepted]) -> Release:
    leros, request = a_round()
    return released(request, leros, given_answers)


@settings(max_examples=30)
@given(answers(), st.permutations(range(len(PLACES))))
def test_a_release_does_not_depend_on_the_order_of_the_answers(found: list[Accepted], order: list[int]) -> None:
    assert release_of([found[i] for i in order]) == release_of(found)


@settings(max_examples=30)
@given(answers())
def test_what_is_absent_does_not_depend_on_any_figure(found: list[Accepted]) -> None:
    empty = [replace(one, cells=(0,) * len(one.cells)) for one in found]
    for full_table, empty_table in zip(release_of(found).tables, release_of(empty).tables, strict=True):
        for figure, other in zip(full_table.figures, empty_table.figures, strict=True):
            assert (figure.place, figure.group) == (other.place, other.group)
            if WITHOUT_FIGURE_FROM_THE_FIRST & {figure.status, other.status}:
                assert figure == other


@settings(max_examples=30)
@given(answers())
def test_counts_and_their_variances_add_up_from_groups_to_totals_and_from_regions_to_the_whole(
    found: list[Accepted],
) -> None:
    agreed = [replace(one, header=replace(one.header, publish_alone=True)) for one in found]
    noisy: dict[tuple[Level, str, str], tuple[float, float]] = {}
    for figure in release_of(agreed).table("members").figures:
        if figure.estimate is not None:
            key = (figure.place.level, figure.place.code, figure.group[0].code)
            noisy[key] = (figure.estimate.noisy, figure.estimate.variance)
    for level, place in {(level, place) for level, place, _ in noisy}:
        parts = [v for (lvl, code, sex), v in noisy.items() if (lvl, code) == (level, place) and sex != EVERY]
        assert total(parts) == pytest.approx(noisy[level, place, EVERY])
    regions = [v for (level, _, sex), v in noisy.items() if level is Level.REGION and sex == EVERY]
    assert len(regions) == 9
    assert total(regions) == pytest.approx(noisy[Level.ENGLAND, ENGLAND, EVERY])
    beside = [v for (level, _, sex), v in noisy.items() if level in SIDE_BY_SIDE and sex == EVERY]
    assert total(beside) == pytest.approx(noisy[Level.ALL, ALL, EVERY])


def total(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of the values, and of their variances."""
    return sum(value for value, _ in parts), sum(variance for _, variance in parts)
