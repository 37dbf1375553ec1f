"""Published intervals, sampling included, hold about 95 times in 100, with the sampler that nodes use.

The noise's own part of them is in test_coverage.py, with the counts of the made-up population at every level.
Each test raises a false alarm less than once in 100,000 runs: misses are compared with quantiles of a binomial law.
The discreteness of counts makes their intervals a little wide: a miss has probability 0.035 to 0.05 at these scales.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binom

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Centring
from lero_contract.price import NANO, mean_sensitivity, noise_scale
from lero_contract.request import Request, Table
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.means import mean_estimate
from lero_coordinator.combine.release import CombinedTable, Release
from lero_coordinator.demo.real import CTN_CUT_DATE
from lero_coordinator.demo.research import questions
from lero_node.privacy.noise import draw
from support.research import HELP_CUT_DATE, Site, ctn_sites, help_questions, help_sites, needs_shared_data, request_of
from support.rounds import answer, noised, released

FALSE_ALARM = 0.5e-5  # at each end


def assert_about_one_in_twenty(misses: int, trials: int) -> None:
    least, most = binom.ppf(FALSE_ALARM, trials, 0.035), binom.ppf(1 - FALSE_ALARM, trials, 0.05)
    assert least <= misses <= most, f"{misses} misses in {trials} trials"


def assert_at_most_one_in_twenty(misses: int, trials: int) -> None:
    assert misses <= binom.ppf(1 - FALSE_ALARM, trials, 0.05), f"{misses} misses in {trials} trials"


def count_misses(shown: CombinedTable, exact: CombinedTable) -> tuple[int, int]:
    """Figures whose interval misses the exact value, and figures compared."""
    misses = trials = 0
    for seen, true in zip(shown.figures, exact.figures, strict=True):
        if seen.estimate is not None and true.estimate is not None:
            trials += 1
            misses += not seen.estimate.lower <= true.estimate.value <= seen.estimate.upper
    return misses, trials


def test_means_of_made_up_members_hold_the_mean_they_were_drawn_from() -> None:
    # 20 LEROs of 15 people whose scores are as alike within a LERO, and as spread, as the dictionary says of SURE.
    measure = load_dictionary().measures["sure.total"]
    centring = Centring.of(measure)
    sensitivity = mean_sensitivity(1, centring.weight, centring.half_range)
    scale = noise_scale(sensitivity.l2_squared, NANO // 20)  # the count lies 15 of its noise deviations from nothing
    leros, people, expected = 20, 15, 42.0
    between = measure.standard_deviation * math.sqrt(measure.intraclass_correlation)
    within = measure.standard_deviation * math.sqrt(1 - measure.intraclass_correlation)
    source = random.Random(20260331)
    misses, trials = 0, 1500
    for _ in range(trials):
        count, total = sum(draw(scale, leros)), sum(draw(scale, leros))
        for _ in range(leros):
            middle = source.gauss(expected, between)
            for _ in range(people):
                total += round(source.gauss(middle, within) - centring.middle)
                count += centring.weight
        mean = mean_estimate(count, total, leros * scale**2, leros, centring, measure)
        assert mean is not None
        misses += not mean.lower <= expected <= mean.upper
    assert_about_one_in_twenty(misses, trials)


@pytest.fixture(scope="module")
def ctn(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    return ctn_sites(tmp_path_factory.mktemp("ctn"))


@needs_shared_data
def test_figures_of_the_treatment_trial_hold_their_exact_values_at_both_prices(ctn: list[Site]) -> None:
    requests = [request_of(questions(epsilon), ctn, CTN_CUT_DATE) for epsilon in (1.0, 4.0)]
    cells = [site.cells(requests[0])[1] for site in ctn]  # the price changes the noise alone
    for asked_for in requests:
        request = replace(asked_for, tables=tuple(_never_hidden(t) for t in asked_for.tables))
        exact, rounds = _rounds(request, ctn, cells, 25)
        bands = [count_misses(r.table("people_by_age"), exact.table("people_by_age")) for r in rounds]
        parts = len(exact.table("people_by_age").figures)
        assert sum(t for _, t in bands) == 25 * parts
        # The total is made of the bands, so that its misses are not independent of theirs: only the upper end is held.
        assert_at_most_one_in_twenty(sum(m for m, _ in bands), 25 * parts)
        # An interval of a mean also allows for sampling, which the exact mean of these very people does not have.
        means = [count_misses(r.table("days_by_period"), exact.table("days_by_period")) for r in rounds]
        assert_at_most_one_in_twenty(sum(m for m, _ in means), max(1, sum(t for _, t in means)))


def test_means_of_the_help_study_hold_their_exact_values(tmp_path: Path) -> None:
    sites = help_sites(tmp_path)
    request = request_of(help_questions((0, 6, 12, 18, 24)), sites, HELP_CUT_DATE)
    exact, rounds = _rounds(request, sites, [site.cells(request)[1] for site in sites], 40)
    found = [count_misses(r.table("mcs"), exact.table("mcs")) for r in rounds]
    assert sum(t for _, t in found) > 100
    assert_at_most_one_in_twenty(sum(m for m, _ in found), sum(t for _, t in found))
    assert {f.status for r in rounds for f in r.table("mcs").figures} <= {Status.SHOWN, Status.TOO_FEW}


def _rounds(
    request: Request, sites: list[Site], cells: Sequence[Mapping[str, Sequence[int]]], times: int
) -> tuple[Release, list[Release]]:
    """The round without noise, and the same round many times with noise drawn afresh."""
    entries = [site.entry for site in sites]
    exact = [answer(request, e, c) for e, c in zip(entries, cells, strict=True)]
    noisy = ([noised(a, draw) for a in exact] for _ in range(times))
    return released(request, entries, exact), [released(request, entries, answers) for answers in noisy]


def _never_hidden(asked_for: Table) -> Table:
    return replace(asked_for, hide_wider_than=10**6) if asked_for.hide_wider_than else asked_for
