"""The real pipeline, attacked: whoever knows all but one member tells them apart no better than is promised.

Each bound is wrong with probability at most 2e-6 (attacker.py); over the eleven parts below, at most 3e-5 a run. The
attacker is good enough to find each fault that is planted here, so that a bound that holds says something. They look at
several deltas, for a price in rho promises an epsilon at each of them: that shows a fault in thousands of releases that
the published delta of 1e-6 alone would show in hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import (
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Milestones,
    Point,
    Recovery,
    Retention,
)
from lero_contract.plan import Part, compile_plan
from lero_contract.price import DELTA, NANO, noise_scale
from lero_node.privacy.noise import add_noise
from support.attacker import DELTAS, Numbers, Release, attack
from support.requests import CUT_DAY, START, SURE_TWICE, THREE_MONTHS, contacts, day, entry, request, table
from support.tables import Rows
from support.vectors import vectors_of

DRAWS = 8_000
RHO = 0.3
PRICE = int(RHO * NANO)  # of each part
JOINED = CUT_DAY - 400
POINTS = (Point("100 days", 100), Point("a year", 365))
BINS = (Bin(21, 40), Bin(41, 63))
FOUR_CELLS = replace(contacts(split=True, max_cells=4, max_per_cell=3), companion=Companion(40, PRICE))
ASKED = request(
    table(dimensions=["sex"], table_id="members", nano_rho=PRICE),
    table(SURE_TWICE, table_id="mean", nano_rho=PRICE),
    table(FOUR_CELLS, table_id="seen", nano_rho=2 * PRICE),
    table(Distribution("sure.total", (START, THREE_MONTHS), BINS), table_id="spread", nano_rho=PRICE),
    table(Change("sure.total", START, THREE_MONTHS, 5), table_id="change", nano_rho=2 * PRICE),
    table(Retention(POINTS), table_id="stay", nano_rho=PRICE),
    table(Milestones(("paid_work", "own_home"), POINTS[:1]), table_id="way", nano_rho=PRICE),
    table(Recovery((START, THREE_MONTHS)), table_id="recovery", nano_rho=PRICE),
    table(Completeness(("sex", "employment")), table_id="known", nano_rho=PRICE),
)
PLAN = compile_plan(ASKED, load_dictionary(), entry())
PARTS = {part.part_id: part for part in PLAN.parts}


def worst_member() -> Rows:
    """One member who adds as much as a plan allows to every part: all cells, each to its bound."""
    member = {"member_id": "w", "joined": JOINED, "sex": "female"}
    reviews: list[dict[str, Any]] = [
        {"member_id": "w", "day": JOINED, "score": 21, "recovery_now": "not_in_recovery"},
        {"member_id": "w", "day": JOINED + 90, "score": 63, "recovery_now": "under_3_months"},
    ]
    places = [(day(year, month, 5), kind) for year, month in ((2025, 10), (2026, 1)) for kind in FOUR_CELLS.kinds]
    # Three in each cell and one more: of at most 40 one is left out, 19 below the middle.
    meetings = [{"day": when, "kind": kind} for when, kind in [*places * 3, places[0]]]
    return Rows(
        [member],
        [{"measure": "sure.total", "row_hash": n, **review} for n, review in enumerate(reviews)],
        [{"member_id": "w", "row_hash": n, **meeting} for n, meeting in enumerate(meetings)],
        [
            {"member_id": "w", "day": JOINED + 9, "kind": kind, "row_hash": n}
            for n, kind in enumerate(("paid_work", "own_home"))
        ],
    )


@cache
def neighbours() -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Exact vectors, by DuckDB, without the worst member and with them; two others are there, and nobody is female."""
    others = [{"member_id": f"o{n}", "joined": JOINED, "sex": "male"} for n in range(2)]
    worst = worst_member()
    beside = Rows([*others, *worst.members], worst.reviews, worst.activities, worst.milestones)
    return vectors_of(PLAN, ASKED, Rows(others)), vectors_of(PLAN, ASKED, beside)


def noised(part: Part, scale: float) -> Release:
    """What a node sends, at a scale."""

    def release(exact: Sequence[int], times: int) -> Numbers:
        cells = add_noise(part.part_id, [*exact] * times, scale).cells
        return np.array(cells, float).reshape(times, len(exact))

    return release


def excess(release: Release, part_id: str, *, draws: int = DRAWS, deltas: Sequence[float] = DELTAS) -> float:
    """By how much the attacker's lower bound on epsilon passes the promise; at most 0 where it holds."""
    without, beside = neighbours()
    return attack(release, without[part_id], beside[part_id], RHO, draws, deltas).excess(RHO, deltas)


@pytest.mark.parametrize("part_id", PARTS)
def test_the_worst_member_moves_each_part_by_what_its_plan_says(part_id: str) -> None:
    without, beside = neighbours()
    moved = [a - b for a, b in zip(beside[part_id], without[part_id], strict=True)]
    stated = PARTS[part_id].sensitivity
    assert sum(d != 0 for d in moved) == stated.cells
    if part_id == "seen.left_out":
        # 20 on the count, and 1 - 20 on the sum: nobody of whom nothing is cut counts, so that 0 - 20 cannot be.
        assert moved == [20, -19]
    else:
        assert sum(d * d for d in moved) == stated.l2_squared


@pytest.mark.parametrize("part_id", PARTS)
def test_no_attack_on_a_noised_part_shows_more_than_its_price_promises(part_id: str) -> None:
    part = PARTS[part_id]
    assert part.price_nano_rho == PRICE
    assert excess(noised(part, part.noise_scale), part_id) <= 0


@pytest.mark.parametrize("part_id", ["members", "mean", "seen.left_out"])
def test_half_of_the_noise_is_found(part_id: str) -> None:
    part = PARTS[part_id]
    assert excess(noised(part, part.noise_scale / 2), part_id) > 0


def test_a_third_of_the_noise_is_found_at_the_published_delta_alone() -> None:
    # At a delta of 1e-6 the telling event is a rare one: of one cell, more releases are needed.
    part = PARTS["change.sum"]
    assert part.cell_count == 1
    assert excess(noised(part, part.noise_scale / 3), "change.sum", draws=60_000, deltas=[DELTA]) > 0


def test_a_sensitivity_of_one_cell_where_four_are_touched_is_found() -> None:
    part = PARTS["seen"]
    wrong = noise_scale(part.sensitivity.l2_squared // 4, PRICE)
    assert excess(noised(part, wrong), "seen") > 0


def test_an_empty_cell_without_noise_is_found() -> None:
    part = PARTS["members"]
    honest = noised(part, part.noise_scale)

    def release(exact: Sequence[int], times: int) -> Numbers:
        kept: Numbers = honest(exact, times) * (np.array(exact) != 0)
        return kept

    assert excess(release, "members", deltas=[DELTA]) > 0


def test_a_fraction_worked_out_before_the_noise_is_found() -> None:
    # Shares instead of counts, and whole noise: the fraction that is left tells how many members there are.
    part = PARTS["members"]
    noise = noised(part, part.noise_scale)

    def release(exact: Sequence[int], times: int) -> Numbers:
        shares: Numbers = noise([0] * len(exact), times) + np.array(exact) / sum(exact)
        return shares

    assert excess(release, "members", deltas=[DELTA]) > 0


def test_noise_that_is_always_even_is_found() -> None:
    part = PARTS["members"]

    def release(exact: Sequence[int], times: int) -> Numbers:
        even: Numbers = 2 * noised(part, part.noise_scale)([0] * len(exact), times) + np.array(exact)
        return even

    assert excess(release, "members", deltas=[DELTA]) > 0
