"""The noise of pooled rounds against PRIVACY section 5: its table, its grid, and what the grid is there for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lero_contract.pooled_noise import (
    grid_bits,
    honest_nodes,
    log_sum_term,
    pooled_deviation,
    pooled_half_width,
    price_against,
    share_scale,
    sum_price,
)
from lero_contract.price import count_sensitivity, noise_scale

FOUR_CELLS = count_sensitivity(4, 1).l2_squared
RHO_05 = 50_000_000
# PRIVACY section 5: nodes, quorum, colluders, share s (k = 4, c = 1, rho = 0.05), b, noise over one trusted curator.
TABLE = [(5, 4, 1, 3.65, 1, 1.29), (10, 7, 1, 2.58, 1, 1.29), (50, 35, 5, 1.15, 2, 1.29), (500, 350, 50, 0.37, 4, 1.29)]
published = pytest.mark.parametrize(("nodes", "quorum", "colluders", "share", "bits", "over"), TABLE)


@published
def test_the_share_the_grid_and_the_noise_are_those_of_the_published_table(
    nodes: int, quorum: int, colluders: int, share: float, bits: int, over: float
) -> None:
    found = share_scale(FOUR_CELLS, RHO_05, quorum, colluders)
    assert round(found, 2) == share
    assert grid_bits(found) == bits
    curator = noise_scale(FOUR_CELLS, RHO_05)
    assert round(pooled_deviation(found, nodes) / curator, 2) == over


@pytest.mark.parametrize(("nodes", "over"), [(5, 2.24), (10, 3.16), (50, 7.07), (500, 22.4)])
def test_standalone_answers_of_n_nodes_have_the_noise_of_n_curators(nodes: int, over: float) -> None:
    curator = noise_scale(FOUR_CELLS, RHO_05)
    standalone = math.sqrt(sum(curator**2 for _ in range(nodes)))
    assert standalone / curator == pytest.approx(over, rel=2e-3)


@published
def test_on_its_grid_a_sum_of_shares_is_as_good_as_one_discrete_gaussian(
    nodes: int, quorum: int, colluders: int, share: float, bits: int, over: float
) -> None:
    on_grid = share_scale(FOUR_CELLS, RHO_05, quorum, colluders) * 2**bits
    assert on_grid >= 4
    assert log_sum_term(on_grid, nodes) < -67 * math.log(10)
    honest = honest_nodes(quorum, colluders)
    assert sum_price(FOUR_CELLS, on_grid, 2**bits, honest, 10**6) == pytest.approx(0.05, rel=1e-12)


def test_the_term_of_two_narrow_shares_by_hand() -> None:
    # One step, j = 1: 10 exp(-2 pi^2 x 0.25 / 2) = 10 exp(-2.4674).
    assert math.exp(log_sum_term(0.5, 2)) == pytest.approx(10 * math.exp(-2.4674011), rel=1e-6)
    assert log_sum_term(0.5, 1) == -math.inf


def test_without_the_grid_fifty_narrow_shares_would_cost_a_hundred_and_ten_instead_of_a_quarter() -> None:
    # 4 / (2 x 0.4^2 x 50) = 0.25; over 16 cells at scale 0.4 the theorem promises no better than 110.
    assert pytest.approx(0.25) == FOUR_CELLS / (2 * 0.4**2 * 50)
    assert round(sum_price(FOUR_CELLS, 0.4, 1, 50, 16)) == 110
    # On the grid of 0.4 (b = 4, scale 6.4) it is a quarter.
    assert sum_price(FOUR_CELLS, 6.4, 16, 50, 16) == pytest.approx(0.25)


@given(share=st.floats(1e-3, 1e6))
def test_the_grid_is_the_coarsest_on_which_a_share_is_at_least_four(share: float) -> None:
    bits = grid_bits(share)
    assert share * 2**bits >= 4
    assert bits == 0 or share * 2 ** (bits - 1) < 4


def test_a_share_of_exactly_four_or_two_needs_no_point_more() -> None:
    assert [grid_bits(s) for s in (4.0, 2.0, 1.0, 0.5)] == [0, 1, 2, 3]


@given(l2_squared=st.integers(1, 10**9), nano_rho=st.integers(1, 10**9), honest=st.integers(1, 500))
def test_the_honest_shares_together_are_never_less_than_the_whole_noise(
    l2_squared: int, nano_rho: int, honest: int
) -> None:
    share = share_scale(l2_squared, nano_rho, honest + 2, 2)
    assert pooled_deviation(share, honest) >= noise_scale(l2_squared, nano_rho) * (1 - 1e-12)


def test_the_half_width_of_ten_answers_is_rounded_up_on_the_grid() -> None:
    # s = sqrt(4 / 0.6) = 2.582 and b = 1: 1.96 x 2.582 x sqrt(10) = 16.003, on halves 16.5.
    share = share_scale(FOUR_CELLS, RHO_05, 7, 1)
    assert pooled_half_width(share, 10) == 16.5


def test_the_price_runs_from_the_plain_one_to_h_times_it_against_those_who_work_together() -> None:
    # 10 nodes, quorum 7, one colluder: h = 6. A bare quorum with the one colluder: rho. All others: 6 rho.
    assert price_against(RHO_05, 7, 1, 7, 1) == pytest.approx(0.05)
    assert price_against(RHO_05, 7, 1, 10, 9) == pytest.approx(6 * 0.05)
    # Nine answers of which three are hostile: 0.05 x 6 / 6.
    assert price_against(RHO_05, 7, 1, 9, 3) == pytest.approx(0.05)
    assert price_against(RHO_05, 7, 1, 9, 1) < 0.05


@pytest.mark.parametrize(("quorum", "colluders"), [(3, 3), (3, 4), (3, -1)])
def test_a_quorum_of_colluders_alone_has_no_noise_to_count_on(quorum: int, colluders: int) -> None:
    with pytest.raises(ValueError, match="quorum"):
        honest_nodes(quorum, colluders)


def test_nonsense_is_refused() -> None:
    for share in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="scale"):
            grid_bits(share)
    with pytest.raises(ValueError, match="at least one answer"):
        log_sum_term(4.0, 0)
    with pytest.raises(ValueError, match="unknown"):
        price_against(RHO_05, 7, 1, 7, 7)
