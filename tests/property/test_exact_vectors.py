"""Exact vectors over DuckDB: equal to the plain reference, bounded for every member, and a sum over members."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_contract.request import Basis, Filter, Headcount, Mean, Period, Unit
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from support.reference import reference_vector
from support.requests import (
    CUT_DAY,
    EVER,
    START,
    SURE_TWICE,
    contacts,
    entry,
    request,
    table,
)
from support.tables import Rows, snapshots

# Each example is a snapshot of several members on every boundary, over eleven tables: few examples go far.
DICTIONARY = load_dictionary()
YEAR = Period(CUT_DAY - 364, CUT_DAY)
TABLES = [
    table(dimensions=["area"], table_id="by_area"),
    table(EVER, ["age_band", "sex"], [Filter("region", ("E12000004", "W92000004", "not_known"))], table_id="crossed"),
    table(EVER, ["age_band_ten"], [Filter("sex", ("female", "not_known"))], table_id="ages"),
    table(Headcount(Basis.JOINED, YEAR), ["region"], table_id="joined"),
    table(
        Headcount(Basis.REFERRED, YEAR),
        ["employment", "area"],
        [Filter("age_band", ("30_49", "not_known"))],
        table_id="referred",
    ),
    table(SURE_TWICE, ["area"], table_id="sure"),
    table(replace(SURE_TWICE, measure="gad7.total"), [], [Filter("sex", ("male",))], table_id="odd_range"),
    table(Mean("sure.total", (replace(START, from_day=-31, to_day=136),)), ["age_band"], table_id="one_window"),
    table(contacts(max_cells=1, max_per_cell=2), ["region"], table_id="contacts"),
    table(contacts(max_cells=2, max_per_cell=3, split=True), ["sex"], table_id="kinds"),
    table(replace(contacts(max_cells=2, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS), table_id="active"),
]
ASKED = request(*TABLES)
PLAN = compile_plan(ASKED, DICTIONARY, entry())
Vectors = dict[str, tuple[int, ...]]


def vectors(rows: Rows) -> Vectors:
    engine = Engine(rows.arrow())
    try:
        return {v.table_id: v.cells for v in exact_vectors(PLAN, ASKED, DICTIONARY, engine)}
    finally:
        engine.close()


@given(rows=snapshots())
@settings(max_examples=25)
def test_the_statements_count_what_the_plain_reference_counts(rows: Rows) -> None:
    found = vectors(rows)
    for planned in PLAN.tables:
        expected = reference_vector(planned, ASKED, DICTIONARY, rows)
        assert list(found[planned.table.table_id]) == expected, planned.table.table_id


@given(rows=snapshots(), data=st.data())
@settings(max_examples=10)
def test_removing_any_one_member_moves_no_vector_by_more_than_the_plan_says(rows: Rows, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(rows.ids))
    whole, less = vectors(rows), vectors(rows.without(gone))
    for planned in PLAN.tables:
        name = planned.table.table_id
        moved = [a - b for a, b in zip(whole[name], less[name], strict=True)]
        assert sum(map(abs, moved)) <= planned.sensitivity.l1
        assert sum(d * d for d in moved) <= planned.sensitivity.l2_squared
        assert sum(d != 0 for d in moved) <= planned.sensitivity.cells
        assert max(map(abs, moved)) <= planned.greatest_cell


@given(rows=snapshots(3))
@settings(max_examples=4)
def test_what_is_kept_of_a_member_depends_on_no_other_member_and_on_no_order(rows: Rows) -> None:
    alone = [vectors(rows.only(name)) for name in rows.ids]
    whole = vectors(rows.turned())
    for name, cells in whole.items():
        assert list(cells) == [sum(parts) for parts in zip(*(one[name] for one in alone), strict=True)]


def test_every_declared_cell_is_there_when_nobody_is() -> None:
    found = vectors(Rows())
    assert [len(found[t.table.table_id]) for t in PLAN.tables] == [t.cell_count for t in PLAN.tables]
    assert not any(cell for cells in found.values() for cell in cells)
