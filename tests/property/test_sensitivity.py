"""One member moves no exact vector by more than the plan says, and what is kept of one depends on no other."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import Part, compile_plan
from lero_contract.request import Request, Table
from support.drawn_rows import COMPLETE_FROM, snapshots
from support.drawn_tables import any_table
from support.reference import contributions
from support.requests import entry, request
from support.tables import Rows
from support.vectors import vectors_of

DICTIONARY = load_dictionary()
NODE = entry(complete_from_day=COMPLETE_FROM)


@given(rows=snapshots(), asked=any_table(), data=st.data())
@settings(max_examples=30)
def test_removing_any_one_member_moves_no_vector_by_more_than_the_plan_says(
    rows: Rows, asked: Table, data: st.DataObject
) -> None:
    bundle = request(asked)
    plan = compile_plan(bundle, DICTIONARY, NODE)
    gone = data.draw(st.sampled_from(rows.ids))
    whole, less = vectors_of(plan, bundle, rows), vectors_of(plan, bundle, rows.without(gone))
    for part in plan.parts:
        moved = [a - b for a, b in zip(whole[part.part_id], less[part.part_id], strict=True)]
        _assert_bounded(part, moved)


@given(rows=snapshots(3), asked=any_table())
@settings(max_examples=15)
def test_a_vector_is_the_sum_of_what_each_member_alone_contributes_and_each_is_bounded(
    rows: Rows, asked: Table
) -> None:
    bundle = request(asked)
    plan = compile_plan(bundle, DICTIONARY, NODE)
    alone = [vectors_of(plan, bundle, rows.only(name)) for name in rows.ids]
    whole = vectors_of(plan, bundle, rows.turned())  # in another order, which changes nothing
    for part in plan.parts:
        each = [one[part.part_id] for one in alone]
        for contribution in each:
            _assert_bounded(part, contribution)
        assert list(whole[part.part_id]) == [sum(cells) for cells in zip(*each, strict=True)]


@given(rows=snapshots(), asked=any_table())
@settings(max_examples=200)
def test_no_member_of_the_reference_contributes_more_than_the_plan_says(rows: Rows, asked: Table) -> None:
    # The reference is quick and equals the statements, so that the bounds are tried on many more members with it.
    bundle: Request = request(asked)
    for part in compile_plan(bundle, DICTIONARY, NODE).parts:
        for member in rows.members:
            cells = [0] * part.cell_count
            for cell, amount in contributions(part, bundle, DICTIONARY, rows, member):
                cells[cell] += amount
            _assert_bounded(part, cells)


def _assert_bounded(part: Part, moved: Sequence[int]) -> None:
    assert sum(map(abs, moved)) <= part.sensitivity.l1
    assert sum(d * d for d in moved) <= part.sensitivity.l2_squared
    assert sum(d != 0 for d in moved) <= part.sensitivity.cells
    assert max(map(abs, moved)) <= part.greatest_cell
