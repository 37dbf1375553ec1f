"""The model of what bounds leave out, held against sums written out in full and against what the design states."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Activity, Companion, Period, Slice, Unit
from lero_contract.price import NANO
from lero_coordinator.preview.supposed import months_active, still_there
from lero_coordinator.preview.whole_error import Bounds, Contacts, Crowd, fitted_mean, least, months_of, whole

KINDS = tuple(c.code for c in load_dictionary().variable("activities", "kind").categories)


def table(periods: int, *, months_each: int = 1, split: bool = False, unit: Unit = Unit.CONTACTS) -> Activity:
    """Every kind, over periods of so many months of 30 days and a half."""
    days = round(30.5 * months_each)
    slices = tuple(Slice(f"{i}", Period(i * days, (i + 1) * days - 1)) for i in range(periods))
    return Activity(unit, slices, KINDS, split, 1, 1, Companion(50, 1))


def negative_binomial(mean: float, size: float, most: int) -> list[float]:
    """By its recurrence, from its chance of none."""
    chance = [(size / (size + mean)) ** size]
    for x in range(1, most):
        chance.append(chance[-1] * (size + x - 1) / x * mean / (size + mean))
    return chance


def test_one_cell_capped_at_one_keeps_whoever_came() -> None:
    # Mean 0.8 and dispersion 0.8: nobody with chance 0.5 ** 0.8 = 0.574349, so 0.425651 of 0.8 is kept.
    model = Contacts(table(1), 0.8)
    assert model.wanted == pytest.approx(0.8, abs=1e-6)
    assert model.left_out(Bounds(1, 1)) == pytest.approx(1 - 0.425651 / 0.8, abs=1e-5)


def test_of_two_cells_the_fuller_one_is_likelier_to_be_kept() -> None:
    # The least of x + y uniform hashes lies in the first cell with chance x / (x + y): kept (x^2 + y^2) / (x + y).
    law = negative_binomial(5.0, 0.8, 250)
    both = sum(p * q * (x * x + y * y) / (x + y) for x, p in enumerate(law) for y, q in enumerate(law) if x + y)
    share = months_active(2)
    wanted = share[1] * 5.0 + share[2] * 10.0
    expected = 1 - (share[1] * 5.0 + share[2] * both) / wanted
    assert Contacts(table(2), 5.0).left_out(Bounds(1, 10_000)) == pytest.approx(expected, abs=1e-4)


def test_an_active_member_counts_once_in_a_cell() -> None:
    # Touched with chance 1 - 0.5 ** 0.8 each: of two, one is kept whenever any is.
    touched, share = 0.425651, months_active(2)
    kept = share[1] * touched + share[2] * (1 - (1 - touched) ** 2)
    wanted = share[1] * touched + share[2] * 2 * touched
    model = Contacts(table(2, unit=Unit.ACTIVE_MEMBERS), 0.8)
    assert model.left_out(Bounds(1, 1)) == pytest.approx(1 - kept / wanted, abs=1e-4)


def test_members_who_come_and_go_are_active_in_few_months_of_the_window() -> None:
    # Of two months: one joins in the second, one was last seen in the first, and S(1) + S(2) + ... are in both.
    both = sum(still_there(month) for month in range(1, 120))
    assert months_active(1) == {1: 1.0}
    assert months_active(2)[1] == pytest.approx(2 / (2 + both), rel=0.01)


def test_at_six_cells_a_table_by_month_and_kind_loses_half_its_contacts() -> None:
    """As DESIGN.md 3b states it, and that at 24 to 30 cells the whole error is at least five times smaller."""
    kind, crowd = table(12, split=True), Crowd(55 * 108, 21_400 * 12)
    model = Contacts(kind, 5.0)
    assert 0.45 < model.left_out(Bounds(6, 60)) < 0.55
    few = whole(model, kind, Bounds(6, 60), NANO // 25, crowd)
    for cells in (24, 30):
        assert 5 * whole(model, kind, Bounds(cells, 15), NANO // 25, crowd).error < few.error
    best = least(model, kind, NANO // 25, crowd, 38)
    assert 24 <= best.bounds.max_cells <= 36


def test_the_noise_of_the_grand_total_is_that_of_all_its_cells() -> None:
    # k = 4, c = 50, rho 0.0135: one cell has variance 4 * 2500 / 0.027 = 370,370; 1,980 of them sigma 27,080.
    # 21,400 members for 12 months at 5 contacts: 1,284,000. So 2.1090%.
    kind = table(4, months_each=3)
    found = whole(Contacts(kind, 5.0), kind, Bounds(4, 50), 13_500_000, Crowd(1980, 21_400 * 12))
    assert found.noise == pytest.approx(0.021090, abs=1e-5)
    assert found.error == pytest.approx(math.hypot(found.noise, found.left_out))


def test_the_mean_behind_a_measured_share_is_found_again() -> None:
    kind, bounds = table(4, months_each=3), Bounds(3, 20)
    assert fitted_mean(kind, bounds, Contacts(kind, 7.0).left_out(bounds)) == pytest.approx(7.0, rel=1e-3)
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            fitted_mean(kind, bounds, share)


def test_wider_bounds_never_leave_out_more() -> None:
    model = Contacts(table(6, split=True), 5.0)
    by_cells = [model.left_out(Bounds(k, 20)) for k in (1, 2, 4, 8, 16, 32, 54)]
    by_amount = [model.left_out(Bounds(8, c)) for c in (1, 2, 5, 10, 50)]
    assert by_cells == sorted(by_cells, reverse=True)
    assert by_amount == sorted(by_amount, reverse=True)
    assert model.left_out(Bounds(54, 10_000)) == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(by_cells).all()


def test_a_year_of_days_is_twelve_months() -> None:
    assert months_of(table(12)) == 12
    assert months_of(table(4, months_each=3)) == 12
