"""Means, distributions and changes of scores: their bins, windows and thresholds, and what they compile to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Bin, Centring, Change, Distribution, Mean, Origin, Window
from lero_contract.price import Sensitivity, noise_scale
from support.requests import RHO_02, START, SURE_TWICE, THREE_MONTHS
from support.shapes import refused, shapes_of

# SURE runs from 21 to 63, GAD-7 from 0 to 21 (less is better), SWEMWBS from 7.00 to 35.00.
LOW, MIDDLE, HIGH = Bin(21, 34), Bin(35, 48), Bin(49, 63)
SPREAD = Distribution("sure.total", (START, THREE_MONTHS), (LOW, MIDDLE, HIGH), 49)
CHANGE = Change("sure.total", START, THREE_MONTHS, 5)
WINTER, SPRING = Window("Winter", 0, 20_000, 20_089), Window("Spring", 0, 20_090, 20_179)


def spread(*bins: Bin, threshold: int | None = None) -> Distribution:
    return Distribution("sure.total", (START,), bins, threshold)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("ends before it begins", lambda: Bin(34, 33)),
        ("within an instrument's range", lambda: Bin(0, 10**5)),
        ("between 2 and 60 bins", lambda: spread(Bin(21, 63))),
        ("between 2 and 60 bins", lambda: spread(*(Bin(n, n) for n in range(61)))),
        ("21 to 35 and 35 to 48 overlap: a score would count in both", lambda: spread(Bin(21, 35), MIDDLE, HIGH)),
        ("leave a gap: a score between them would count in neither", lambda: spread(Bin(21, 33), MIDDLE, HIGH)),
        ("overlap", lambda: spread(HIGH, LOW)),
        ("The threshold must be where a bin begins, and not the first", lambda: replace(SPREAD, threshold=40)),
        ("The threshold must be where a bin begins, and not the first", lambda: replace(SPREAD, threshold=21)),
        ("Two windows overlap", lambda: replace(SPREAD, windows=(START, replace(START, label="again", wave=3)))),
        ("must run from 21 to 63", lambda: shapes_of(spread(Bin(22, 34), MIDDLE, HIGH))),
        ("must run from 21 to 63", lambda: shapes_of(spread(LOW, Bin(35, 62)))),
        ("must run from 7 to 35", lambda: shapes_of(replace(SPREAD, measure="swemwbs.metric"))),
        ("no measure 'sure.grand_total'", lambda: shapes_of(replace(SPREAD, measure="sure.grand_total"))),
    ],
)
def test_bins_and_thresholds_in_which_a_score_would_be_lost_or_counted_twice_are_malformed(
    words: str, asked: Callable[[], object]
) -> None:
    refused(words, asked)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            "'3 months' must end before the follow-up 'Start' begins",
            lambda: replace(CHANGE, baseline=THREE_MONTHS, follow_up=START),
        ),
        ("must end before", lambda: replace(CHANGE, follow_up=replace(THREE_MONTHS, from_day=45))),
        ("Two windows have the same label", lambda: replace(CHANGE, follow_up=replace(THREE_MONTHS, label="Start"))),
        ("Two windows have the same wave", lambda: replace(CHANGE, follow_up=replace(THREE_MONTHS, wave=0))),
        ("or a window by the calendar names one", lambda: replace(CHANGE, origin=Origin.CALENDAR)),
        ("reliable change must be above 0", lambda: replace(CHANGE, threshold=0)),
        ("reliable change must be above 0", lambda: replace(CHANGE, threshold=-4)),
        ("above the whole range of SURE: total", lambda: shapes_of(replace(CHANGE, threshold=43))),
        ("at least 2e-9 rho", lambda: shapes_of(CHANGE, 1)),
        ("no measure 'sure.grand_total'", lambda: shapes_of(replace(CHANGE, measure="sure.grand_total"))),
    ],
)
def test_a_change_between_windows_or_past_a_threshold_that_cannot_be_is_malformed(
    words: str, asked: Callable[[], object]
) -> None:
    refused(words, asked)


def test_a_mean_of_what_the_dictionary_does_not_have_is_malformed() -> None:
    refused("no measure 'sure.grand_total'", lambda: shapes_of(Mean("sure.grand_total", (START,))))


def test_a_mean_is_a_weighted_count_and_a_centred_sum_in_each_window() -> None:
    [shape] = shapes_of(SURE_TWICE)
    [wave] = shape.axes
    assert (wave.name, wave.codes) == ("wave", ("Start", "3 months"))
    assert shape.values == ("count", "centred_sum")
    # 21 to 63 around 42: two windows of (21, 21). L1 = 2 x 42, squared L2 = 2 x (21^2 + 21^2).
    assert shape.centring == Centring(factor=1, middle=42, half_range=21, weight=21)
    assert shape.sensitivity == Sensitivity(cells=4, l1=84, l2_squared=1764)
    assert shape.greatest_cell == 21
    assert not SURE_TWICE.has_counts


def test_a_distribution_has_a_cell_for_each_bin_and_one_for_no_score_in_each_window() -> None:
    [shape] = shapes_of(SPREAD)
    wave, bins = shape.axes
    assert (wave.name, wave.codes) == ("wave", ("Start", "3 months"))
    assert (bins.name, bins.codes) == ("bin", ("21_to_34", "35_to_48", "49_to_63", "not_known"))
    assert bins.labels["21_to_34"] == "21 to 34"
    assert bins.labels["not_known"] == "No score"
    # One cell in each of two windows.
    assert (shape.sensitivity, shape.greatest_cell) == (Sensitivity(2, 2, 2), 1)


def test_bins_are_said_in_points_where_scores_are_stored_in_hundredths() -> None:
    measure = load_dictionary().measures["swemwbs.metric"]
    assert Bin(700, 1949).words(measure) == "7.00 to 19.49"
    assert Bin(3500, 3500).words(measure) == "35.00"


def test_a_change_has_four_outcomes_of_one_cell_each_beside_the_sum_of_change() -> None:
    outcomes, total = shapes_of(CHANGE)
    [axis] = outcomes.axes
    assert axis.codes == ("improved", "no_reliable_change", "worsened", "not_done")
    assert axis.labels["not_done"] == "Due but not done"
    assert (outcomes.part, outcomes.sensitivity, outcomes.greatest_cell) == ("", Sensitivity(1, 1, 1), 1)
    # A change of SURE lies between -42 and 42: one cell, squared L2 = 42^2.
    assert (total.part, total.axes, total.values) == ("sum", (), ("sum",))
    assert (total.sensitivity, total.greatest_cell) == (Sensitivity(1, 42, 1764), 42)
    assert total.centring == Centring(factor=1, middle=0, half_range=42, weight=0)
    assert total.is_split


def test_the_two_halves_of_a_changes_price_buy_the_noise_of_one_grid_with_weight_h() -> None:
    outcomes, total = shapes_of(CHANGE, RHO_02 + 1)
    assert (outcomes.price_nano_rho, total.price_nano_rho) == (RHO_02 // 2 + 1, RHO_02 // 2)
    # One grid: squared L2 = 42^2 + 42^2 at 0.02 rho, so sqrt(3528 / 0.04) = 296.98 on the sum, 1 / 42 of it on counts.
    assert noise_scale(1764, RHO_02 // 2) == pytest.approx(296.985, abs=1e-3)
    assert noise_scale(1, RHO_02 // 2) == pytest.approx(296.985 / 42, abs=1e-4)


@pytest.mark.parametrize("kind", [SURE_TWICE, SPREAD, CHANGE])
def test_scores_need_their_measure_collected(kind: Mean | Distribution | Change) -> None:
    assert kind.needs() == {"sure.total"}


def test_from_joining_those_due_are_followed_and_by_the_calendar_the_first_window_is_the_first_day() -> None:
    assert SPREAD.is_followed
    assert CHANGE.is_followed
    assert not SURE_TWICE.is_followed  # nobody is due
    assert (SPREAD.first_day(), CHANGE.first_day(), SURE_TWICE.first_day()) == (None, None, None)
    by_calendar = (
        Distribution("sure.total", (SPRING, WINTER), (LOW, Bin(35, 63)), None, Origin.CALENDAR),
        Change("sure.total", WINTER, SPRING, 5, Origin.CALENDAR),
        Mean("sure.total", (WINTER, SPRING), Origin.CALENDAR),
    )
    assert [kind.first_day() for kind in by_calendar] == [20_000, 20_000, 20_000]
    assert not any(kind.is_followed for kind in by_calendar)
