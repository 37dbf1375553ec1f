"""Exact vectors over DuckDB equal the plain reference, for drawn tables of every kind over drawn snapshots."""

from __future__ import annotations

from hypothesis import given, settings

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_contract.request import Request
from support.drawn_rows import COMPLETE_FROM, snapshots
from support.drawn_tables import requests
from support.reference import reference_vector
from support.requests import entry
from support.tables import Rows
from support.vectors import vectors_of

# Each example is a table of each of nine kinds over a snapshot of several members on every boundary: a few go far.
DICTIONARY = load_dictionary()
NODE = entry(complete_from_day=COMPLETE_FROM)


@given(rows=snapshots(), asked=requests())
@settings(max_examples=20)
def test_the_statements_count_what_the_plain_reference_counts(rows: Rows, asked: Request) -> None:
    plan = compile_plan(asked, DICTIONARY, NODE)
    assert plan.not_collected == ()
    found = vectors_of(plan, asked, rows)
    for part in plan.parts:
        assert list(found[part.part_id]) == reference_vector(part, asked, DICTIONARY, rows), part.part_id


@given(asked=requests())
@settings(max_examples=2)
def test_every_declared_cell_is_there_when_nobody_is(asked: Request) -> None:
    plan = compile_plan(asked, DICTIONARY, NODE)
    found = vectors_of(plan, asked, Rows())
    assert [len(found[part.part_id]) for part in plan.parts] == [part.cell_count for part in plan.parts]
    assert not any(cell for cells in found.values() for cell in cells)
