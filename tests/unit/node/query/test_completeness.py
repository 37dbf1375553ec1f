"""How complete records are: known is what a table could count, not known is everything else."""

from __future__ import annotations

import pytest

from lero_contract.kinds import Completeness
from support.requests import CUT_DAY, HARTLEPOOL, entry, table
from support.tables import Rows
from support.vectors import cells_of, counts_of


@pytest.mark.parametrize(
    ("name", "known", "not_known"),
    [
        ("sex", ["male", "female", "other"], ["not_known", None, "", "robot"]),
        ("area", [HARTLEPOOL, "W92000004", "E08000016"], ["E12000004", "Northampton", None]),
        # Ages in 2026: 120 and 0; 121 and -1.
        ("birth_year", [1906, 2026], [1905, 2027, None]),
        ("left", [CUT_DAY - 1], [None]),
    ],
)
def test_a_code_a_place_an_age_that_can_be_and_a_date_are_known(
    name: str, known: list[object], not_known: list[object]
) -> None:
    rows = Rows([{"member_id": f"m{n}", "joined": 0, name: value} for n, value in enumerate([*known, *not_known])])
    assert cells_of(table(Completeness((name,))), rows) == (len(known), len(not_known))


def test_each_variable_has_its_own_two_cells_and_every_member_is_in_one_of_them() -> None:
    rows = Rows(
        [
            {"member_id": "a", "joined": 0, "sex": "male", "employment": "employed"},
            {"member_id": "b", "joined": CUT_DAY, "sex": "female"},
            {"member_id": "c", "joined": CUT_DAY + 1, "sex": "female"},  # after the cut date
            {"member_id": "d", "referred": 0, "sex": "female"},  # never joined
        ]
    )
    assert counts_of(table(Completeness(("employment", "sex"))), rows) == {
        "employment/known": 1,
        "employment/not_known": 1,
        "sex/known": 2,
    }


def test_what_a_node_does_not_collect_is_not_known_there() -> None:
    rows = Rows([{"member_id": "a", "joined": 0}])
    assert cells_of(table(Completeness(("sex",))), rows, entry(collects=["area", "joined"])) == (0, 1)


def test_a_dimension_splits_completeness_too() -> None:
    rows = Rows([{"member_id": f"m{n}", "joined": 0, "sex": s} for n, s in enumerate(("male", "male", None))])
    split = counts_of(table(Completeness(("employment",)), ["sex"]), rows)
    assert split == {"male/employment/not_known": 2, "not_known/employment/not_known": 1}
