"""A headcount: one cell for each member, with a period where its basis has one and only there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lero_contract.kinds import Basis, Headcount, Period
from lero_contract.price import Sensitivity
from support.requests import RHO_02
from support.shapes import refused, shapes_of

YEAR = Period(20_000, 20_364)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("'joined' has its period wrong", lambda: Headcount(Basis.JOINED, None)),
        ("'referred' has its period wrong", lambda: Headcount(Basis.REFERRED, None)),
        ("'at_cut_date' has its period wrong", lambda: Headcount(Basis.AT_CUT_DATE, YEAR)),
        ("'ever' has its period wrong", lambda: Headcount(Basis.EVER, YEAR)),
    ],
)
def test_a_basis_with_its_period_wrong_is_malformed(words: str, asked: Callable[[], object]) -> None:
    refused(words, asked)


@pytest.mark.parametrize("basis", Basis)
def test_every_basis_is_one_cell_that_a_member_moves_by_one(basis: Basis) -> None:
    dated = basis in (Basis.JOINED, Basis.REFERRED)
    [shape] = shapes_of(Headcount(basis, YEAR if dated else None))
    assert (shape.axes, shape.values, shape.greatest_cell) == ((), ("count",), 1)
    assert shape.sensitivity == Sensitivity(cells=1, l1=1, l2_squared=1)
    assert shape.price_nano_rho == RHO_02


def test_only_referrals_need_a_column_of_their_own_and_only_a_period_has_a_first_day() -> None:
    assert Headcount(Basis.REFERRED, YEAR).needs() == {"referred"}
    assert Headcount(Basis.JOINED, YEAR).needs() == frozenset()
    assert Headcount(Basis.JOINED, YEAR).first_day() == 20_000
    assert Headcount(Basis.AT_CUT_DATE, None).first_day() is None
    assert not Headcount(Basis.EVER, None).is_followed
