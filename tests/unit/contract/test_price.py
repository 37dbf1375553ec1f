"""Prices against PRIVACY's own figures: sensitivities by hand, epsilon by its table, noise by the definition."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Centring
from lero_contract.price import (
    NANO,
    Sensitivity,
    count_sensitivity,
    epsilon_of,
    half_width,
    mean_sensitivity,
    nano_rho_of,
    noise_scale,
    rho_for,
)
from lero_contract.request import MAX_NANO_RHO


def test_a_member_counted_once_in_one_cell_moves_the_vector_by_one() -> None:
    assert count_sensitivity(1, 1) == Sensitivity(cells=1, l1=1, l2_squared=1)


def test_a_member_with_four_cells_of_thirty_contacts_has_l1_of_120_and_a_squared_l2_of_3600() -> None:
    assert count_sensitivity(4, 30) == Sensitivity(cells=4, l1=120, l2_squared=3600)


def test_a_mean_over_four_windows_counts_both_the_weight_and_the_half_range_in_each() -> None:
    # SURE runs from 21 to 63: half range 21 around 42, weight 21. 4 x (21 + 21) and 4 x (21^2 + 21^2).
    assert mean_sensitivity(4, 21, 21) == Sensitivity(cells=8, l1=168, l2_squared=3528)


@given(cells=st.integers(1, 3), per_cell=st.integers(1, 3))
def test_no_choice_of_cells_and_contacts_moves_a_count_by_more_than_it_says_and_one_moves_it_by_that(
    cells: int, per_cell: int
) -> None:
    stated = count_sensitivity(cells, per_cell)
    # One member touches at most `cells` of five cells, each by at most `per_cell`.
    moves = [m for m in itertools.product(range(per_cell + 1), repeat=5) if sum(x > 0 for x in m) <= cells]
    assert max(sum(x > 0 for x in m) for m in moves) == stated.cells
    assert max(sum(m) for m in moves) == stated.l1
    assert max(sum(x * x for x in m) for m in moves) == stated.l2_squared


@given(windows=st.integers(1, 3), weight=st.integers(1, 3), half_range=st.integers(1, 3))
def test_no_choice_of_windows_and_scores_moves_a_mean_by_more_than_it_says(
    windows: int, weight: int, half_range: int
) -> None:
    stated = mean_sensitivity(windows, weight, half_range)
    scores: list[int | None] = [None, *range(-half_range, half_range + 1)]
    moves = [
        [value for s in chosen if s is not None for value in (weight, s)]
        for chosen in itertools.product(scores, repeat=windows)
    ]
    assert max(sum(map(abs, m)) for m in moves) == stated.l1
    assert max(sum(v * v for v in m) for m in moves) == stated.l2_squared


@pytest.mark.parametrize(
    ("rho", "epsilon"), [(0.005, 0.43), (0.02, 0.90), (0.05, 1.47), (0.1, 2.14), (0.5, 5.22), (1.5, 9.85)]
)
def test_epsilon_is_that_of_the_published_table(rho: float, epsilon: float) -> None:
    assert round(epsilon_of(rho), 2) == epsilon


def test_two_records_in_one_cell_cost_four_times_and_in_two_cells_twice() -> None:
    # PRIVACY section 4: m^2 rho for m records in the same cells, m rho where cells or answers differ.
    scale = noise_scale(1, 20_000_000)
    assert nano_rho_of(2**2, scale) == 4 * 20_000_000
    assert nano_rho_of(1 + 1, scale) == 2 * 20_000_000


def test_the_squared_sensitivity_stays_whole_where_a_float_would_lose_a_bit() -> None:
    # In floats sqrt(3)^2 < 3: a price worked out from the root would be too small.
    assert math.sqrt(3) ** 2 < 3
    assert nano_rho_of(count_sensitivity(3, 1).l2_squared, noise_scale(3, 20_000_000)) <= 20_000_000


@pytest.mark.parametrize(("quarters", "epsilon"), [(4, 3.13), (20, 7.77), (40, 11.69)])
def test_quarters_at_a_twentieth_add_up_to_the_stated_year_five_years_and_ten(quarters: int, epsilon: float) -> None:
    assert round(epsilon_of(0.05 * quarters), 2) == epsilon


@given(rho=st.floats(1e-6, 10))
def test_epsilon_meets_its_bound_at_some_order_and_a_fine_grid_finds_nothing_lower(rho: float) -> None:
    found = epsilon_of(rho)
    orders = [1 + math.exp(x / 20) for x in range(-100, 400)]
    on_grid = min(a * rho + (a * math.log1p(-1 / a) - math.log(a - 1) - math.log(1e-6)) / (a - 1) for a in orders)
    assert on_grid * (1 - 1e-3) - 1e-9 <= found <= on_grid + 1e-9


def test_no_price_is_no_epsilon_and_nonsense_is_refused() -> None:
    assert epsilon_of(0.0) == 0.0
    for rho, delta in ((-1e-9, 1e-6), (0.1, 0.0), (0.1, 1.0)):
        with pytest.raises(ValueError, match="rho"):
            epsilon_of(rho, delta)


@given(epsilon=st.floats(0.01, 8))
def test_the_rho_for_an_epsilon_is_the_largest_that_does_not_pass_it(epsilon: float) -> None:
    rho = rho_for(epsilon)
    assert epsilon_of(rho) <= epsilon < epsilon_of(rho + 1e-9)


@given(l2_squared=st.integers(1, 10**12), nano_rho=st.integers(1, MAX_NANO_RHO))
def test_the_scale_is_the_least_float_that_is_large_enough(l2_squared: int, nano_rho: int) -> None:
    scale = noise_scale(l2_squared, nano_rho)
    needed = Fraction(l2_squared * NANO, 2 * nano_rho)
    assert Fraction(scale) ** 2 >= needed > Fraction(math.nextafter(scale, 0.0)) ** 2


@given(l2_squared=st.integers(1, 10**12), nano_rho=st.integers(1, MAX_NANO_RHO))
def test_the_noise_bought_with_a_price_never_costs_more_than_it(l2_squared: int, nano_rho: int) -> None:
    assert nano_rho_of(l2_squared, noise_scale(l2_squared, nano_rho)) <= nano_rho


def test_a_fiftieth_of_rho_buys_a_count_noise_of_five_people() -> None:
    # 1 / (2 x 0.02) = 25 = 5^2.
    assert noise_scale(1, 20_000_000) == 5.0


def test_prices_are_rounded_up() -> None:
    # 1 / (2 x 3^2) = 0.0555...: 55,555,555.5 units.
    assert nano_rho_of(1, 3.0) == 55_555_556


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_that_is_no_noise_has_no_price(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        nano_rho_of(1, scale)


@pytest.mark.parametrize(("l2_squared", "nano_rho"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_no_sensitivity_or_no_price_has_no_scale(l2_squared: int, nano_rho: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        noise_scale(l2_squared, nano_rho)


def test_the_half_width_of_a_sum_of_four_answers_is_rounded_up_to_people() -> None:
    # 1.96 x 5 x 2 = 19.6.
    assert half_width(5.0, 4) == 20


@given(lower=st.integers(-50, 50), width=st.integers(1, 60))
def test_the_true_sum_is_the_released_one_plus_the_middle_times_the_count(lower: int, width: int) -> None:
    centring = Centring.between(lower, lower + width)
    moved = [centring.factor * x - centring.middle for x in range(lower, lower + width + 1)]
    assert max(map(abs, moved)) == centring.half_range == centring.weight
    assert sum(moved) == 0  # centred
    released, count = sum(moved[:7]), len(moved[:7])
    assert released + centring.middle * count == centring.factor * sum(range(lower, lower + width + 1)[:7])


def test_centring_takes_half_units_where_the_range_is_odd() -> None:
    measures = load_dictionary().measures
    # SURE 21..63: middle 42. GAD-7 0..21: odd, so 2x - 21 within +-21. SWEMWBS 7.00..35.00: 2100 within +-1400.
    assert Centring.of(measures["sure.total"]) == Centring(1, 42, 21, 21)
    assert Centring.of(measures["gad7.total"]) == Centring(2, 21, 21, 21)
    assert Centring.of(measures["swemwbs.metric"]) == Centring(1, 2100, 1400, 1400)
