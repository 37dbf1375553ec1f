"""Figures that have left, with the names of their cells and their noise; worked out by hand from the cells."""

from __future__ import annotations

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt
from lero_contract.plan import Plan, compile_plan
from lero_contract.request import Table
from lero_node.gate.figures import figures, figures_in_words
from support.requests import SURE_TWICE, contacts, entry, request, table

DICTIONARY = load_dictionary()


def plan_of(*tables: Table) -> Plan:
    return compile_plan(request(*tables), DICTIONARY, entry())


def test_counts_are_named_by_place_and_category() -> None:
    found = figures(plan_of(table(dimensions=["area"])), list(range(12)), DICTIONARY)
    # Price 0.02, one person: sigma = sqrt(1 / 0.04) = 5, and 1.96 x 5 rounded up is 10.
    assert [(f.number, f.plus_minus, f.unit) for f in found] == [(n, 10, "people") for n in range(12)]
    names = [f.labels[0] for f in found]
    assert names[0] == "West Northamptonshire"
    assert names[1] == "elsewhere in North East"
    assert names[-2:] == ["outside england", "not known"]
    by_sex = figures(plan_of(table(dimensions=["sex"])), list(range(4)), DICTIONARY)
    assert [f.labels for f in by_sex][:2] == [("Male",), ("Female",)]


def test_the_count_beside_a_sum_is_told_in_people() -> None:
    plan = plan_of(table(SURE_TWICE, table_id="sure"))
    found = figures(plan, [42, -7, 0, 3], DICTIONARY)
    # Weight 21: 42 are two people; sigma 210, so 412 / 21 people either way.
    assert [(f.labels, f.number) for f in found] == [
        (("Start",), 2.0),
        (("Start",), -7),
        (("3 months",), 0.0),
        (("3 months",), 3),
    ]
    assert found[0].plus_minus == pytest.approx(412 / 21)
    assert found[1].unit == "sum of scores, each counted from the middle of its scale"


def test_a_companion_stands_beside_its_table() -> None:
    found = figures(plan_of(table(contacts())), [1, 2, 3, 4], DICTIONARY)
    assert [f.part for f in found] == ["", "", "left out", "left out"]
    assert [f.unit for f in found][:2] == ["contacts", "contacts"]


def test_words_say_that_noise_is_in_them_and_small_and_negative_ones_are_normal() -> None:
    lines = figures_in_words(figures(plan_of(table(dimensions=["area"])), [-3, *range(11)], DICTIONARY))
    assert "Small and negative figures are normal" in lines[0]
    assert lines[1:4] == ["", "A table", "  West Northamptonshire: -3 +/- 10 people"]


def test_cells_of_another_plan_are_not_read() -> None:
    with pytest.raises(Corrupt):
        figures(plan_of(table()), [1, 2], DICTIONARY)
