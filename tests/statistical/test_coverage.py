"""Noise intervals hold exact figures of imported records 95 times in 100, level by level, and Fieller's alone does too.

Each assertion raises a false alarm less than once in 1,000,000 runs: hits are held to quantiles of a binomial law.
Counts are whole numbers and their half-widths rounded up, so that their coverage lies between 0.95 and 0.97.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binom

from lero_contract.dictionary import load_dictionary
from lero_contract.request import Request
from lero_coordinator.combine import Accepted, Release
from lero_coordinator.combine.estimates import fieller
from lero_coordinator.combine.release import Level
from lero_coordinator.combine.totals import totals_of
from lero_coordinator.combine.withholding import ALL, ENGLAND
from lero_coordinator.demo.population import CUT_DATE, make_population, truth, write_exports
from lero_coordinator.demo.real import CTN_CUT_DATE
from lero_coordinator.demo.research import questions
from lero_node.privacy.noise import draw
from support.requests import AT_CUT_DATE, table
from support.research import (
    HELP_CUT_DATE,
    Site,
    ctn_sites,
    help_questions,
    help_sites,
    mapping_text,
    needs_shared_data,
    request_of,
    site,
)
from support.rounds import answer, asked, noised, released

FALSE_ALARM = 1e-6
ROUNDS = 150


def assert_coverage(hits: int, trials: int, least: float, most: float) -> None:
    low = binom.ppf(FALSE_ALARM / 2, trials, least)
    high = binom.ppf(1 - FALSE_ALARM / 2, trials, most)
    assert low <= hits <= high, f"{hits} of {trials}, expected {low:.0f} to {high:.0f}"


def exact_answers(request: Request, sites: Sequence[Site]) -> list[Accepted]:
    return [answer(request, one.entry, one.cells(request)[1], agrees=True) for one in sites]


def estimates(release: Release, level: Level) -> list[tuple[float, float, float]]:
    """The noisy value and the interval of every total of a level that is shown."""
    found = [f.estimate for f in release.tables[0].figures if f.place.level is level and f.is_total]
    return [(e.noisy, e.lower, e.upper) for e in found if e is not None]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    """Twelve made-up LEROs, their exports taken in as a node does."""
    found = []
    for lero in make_population(12, seed=3).leros:
        folder = tmp_path_factory.mktemp(lero.node_id)
        write_exports(lero, folder)
        one = site(lero.node_id, folder, mapping_text(lero.template), CUT_DATE)
        found.append(replace(one, entry=replace(one.entry, areas=lero.areas)))
    return found


@pytest.mark.parametrize(
    ("level", "at_least"), [(Level.AUTHORITY, 12), (Level.REGION, 9), (Level.ENGLAND, 1), (Level.ALL, 1)]
)
def test_counts_of_imported_members_lie_in_their_intervals_at_every_level(
    made_up: list[Site], level: Level, at_least: int
) -> None:
    request = asked([s.entry for s in made_up], replace(table(AT_CUT_DATE, ["area"]), hide_wider_than=10_000))
    entries, exact = [s.entry for s in made_up], exact_answers(request, made_up)
    true = [noisy for noisy, _, _ in estimates(released(request, entries, exact), level)]
    assert len(true) >= at_least
    hits = 0
    for _ in range(ROUNDS):
        noisy = released(request, entries, [noised(one, draw) for one in exact])
        seen = estimates(noisy, level)
        hits += sum(lower <= value <= upper for value, (_, lower, upper) in zip(true, seen, strict=True))
    assert_coverage(hits, ROUNDS * len(true), 0.95, 0.97)


def test_the_exact_sum_over_regions_is_the_made_up_population_of_england(made_up: list[Site]) -> None:
    request = asked([s.entry for s in made_up], replace(table(AT_CUT_DATE, ["area"]), hide_wider_than=10_000))
    totals = totals_of("members", exact_answers(request, made_up), load_dictionary())
    regions = [code for code in load_dictionary().geography.regions if code.startswith("E")]
    england = truth(make_population(12, seed=3), CUT_DATE).england
    assert sum(totals[code, ()].values[0] for code in regions) == totals[ENGLAND, ()].values[0] == england


def means_that_hold(request: Request, sites: Sequence[Site], table_id: str, rounds: int) -> tuple[int, int]:
    """How many of Fieller's intervals, of the noise alone, hold the exact mean; and of how many."""
    exact = exact_answers(request, sites)
    scale = exact[0].plan.parts[0].noise_scale
    dictionary = load_dictionary()
    waves = {key: total.values for key, total in totals_of(table_id, exact, dictionary).items() if key[0] == ALL}
    hits = trials = 0
    for _ in range(rounds):
        totals = totals_of(table_id, [noised(one, draw) for one in exact], dictionary)
        for key, (count, centred_sum) in waves.items():
            noisy_count, noisy_sum = totals[key].values
            variance = totals[key].cells * scale**2
            bounds = fieller(noisy_sum, noisy_count, variance, variance)
            assert bounds is not None  # every count here is more than 7 standard deviations of its noise
            trials += 1
            hits += bounds[0] <= centred_sum / count <= bounds[1]
    return hits, trials


def test_fiellers_interval_of_the_noise_alone_holds_the_help_studys_exact_means(tmp_path: Path) -> None:
    sites = help_sites(tmp_path)
    request = request_of(help_questions((0, 6, 12, 18, 24)), sites, HELP_CUT_DATE)
    hits, trials = means_that_hold(request, sites, "mcs", 400)
    assert trials == 2000
    assert_coverage(hits, trials, 0.95, 0.95)


@needs_shared_data
def test_fiellers_interval_of_the_noise_alone_holds_the_treatment_trials_exact_means(tmp_path: Path) -> None:
    sites = ctn_sites(tmp_path)
    request = request_of(questions(4.0), sites, CTN_CUT_DATE)
    days = request.tables[0]
    request = replace(request, tables=(days,), price_nano_rho=days.price_nano_rho)
    hits, trials = means_that_hold(request, sites, "days_by_period", 60)
    assert trials == 540
    assert_coverage(hits, trials, 0.95, 0.95)
