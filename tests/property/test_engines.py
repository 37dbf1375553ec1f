"""The same statement gives the same exact vector on DuckDB and on PostgreSQL, for every kind of table and each part."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from sqlglot import exp

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import (
    Basis,
    Bin,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    TableKind,
    Unit,
    Window,
)
from lero_contract.plan import Plan, compile_plan
from lero_contract.request import Filter, Request
from lero_node.data.database import open_database
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from lero_node.query.postgres import PostgresEngine
from lero_node.query.statement import statement
from support.drawn_rows import COMPLETE_FROM, snapshots
from support.drawn_tables import requests
from support.postgres import Postgres
from support.requests import CUT_DAY, EVER, START, SURE_TWICE, THREE_MONTHS, contacts, entry, request, table
from support.tables import Rows
from support.vectors import Vectors, vectors_of

DICTIONARY = load_dictionary()
NODE = entry(complete_from_day=COMPLETE_FROM)
YEAR = Period(CUT_DAY - 364, CUT_DAY)
POINTS = (Point("1 month", 28), Point("3 months", 91))
LATELY = Window("Lately", 0, CUT_DAY - 90, CUT_DAY)
HALVES = (Bin(21, 41), Bin(42, 63))
EVERY_KIND = request(
    table(dimensions=["area", "age_band"], table_id="members"),
    table(EVER, ["region", "sex"], [Filter("employment", ("employed", "not_known"))], table_id="ever"),
    table(Headcount(Basis.JOINED, YEAR), ["sex"], table_id="joined"),
    table(Headcount(Basis.REFERRED, YEAR), ["area"], [Filter("age_band", ("30_49", "not_known"))], table_id="referred"),
    table(contacts(max_cells=2, max_per_cell=1, split=True), ["sex"], table_id="contacts"),
    table(replace(contacts(max_cells=1, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS), table_id="active"),
    table(replace(contacts(max_cells=1, max_per_cell=2), kinds=("outreach", "not_known")), table_id="odd_kinds"),
    table(SURE_TWICE, ["area"], table_id="mean"),
    table(Mean("gad7.total", (LATELY,), Origin.CALENDAR), ["sex"], table_id="mean_by_calendar"),
    table(Distribution("sure.total", (START, THREE_MONTHS), HALVES), ["sex"], table_id="spread"),
    table(Change("sure.total", START, THREE_MONTHS, 4), ["region"], table_id="change"),
    table(Retention(POINTS, 90, ("activities", "reviews")), ["sex"], table_id="retention"),
    table(Milestones(("paid_work", "break_in_recovery"), POINTS, 90, ("milestones",)), ["sex"], table_id="steps"),
    table(Recovery((START, THREE_MONTHS)), ["area"], table_id="recovery"),
    table(Completeness(("sex", "area", "birth_year", "joined", "left", "employment")), table_id="complete"),
)
PLAN = compile_plan(EVERY_KIND, DICTIONARY, entry())


def vectors_in(postgres: Postgres, plan: Plan, asked: Request) -> Vectors:
    """As `vectors_of`, of the rows that the database holds now, by the role of the node."""
    engine = PostgresEngine(open_database(postgres.connection()))
    try:
        return {v.part_id: v.cells for v in exact_vectors(plan, asked, DICTIONARY, engine)}
    finally:
        engine.close()


def test_the_list_above_holds_every_kind_and_each_of_their_parts() -> None:
    assert {type(part.table.kind) for part in PLAN.parts} == set(TableKind.__subclasses__())
    assert not PLAN.not_collected
    assert {part.name for part in PLAN.parts} == {"", "left_out", "sum"}


@cache
def every_statement() -> dict[str, exp.Query]:
    """Written once: writing them takes longer than running them."""
    return {part.part_id: statement(part, EVERY_KIND, DICTIONARY) for part in PLAN.parts}


@given(rows=snapshots())
@settings(max_examples=12)
def test_every_kind_of_table_sums_to_the_same_rows_on_both_engines(postgres: Postgres, rows: Rows) -> None:
    postgres.offer(rows)
    duckdb, there = Engine(rows.arrow()), PostgresEngine(open_database(postgres.connection()))
    try:
        for part_id, query in every_statement().items():
            assert sorted(there.rows(query)) == sorted(duckdb.rows(query)), part_id
    finally:
        duckdb.close()
        there.close()


@given(asked=requests(), rows=snapshots())
@settings(max_examples=4)
def test_drawn_tables_of_every_kind_give_the_same_exact_vectors(postgres: Postgres, asked: Request, rows: Rows) -> None:
    plan = compile_plan(asked, DICTIONARY, NODE)
    postgres.offer(rows)
    assert vectors_in(postgres, plan, asked) == vectors_of(plan, asked, rows)


def test_an_empty_database_gives_every_declared_cell_and_all_are_zero(postgres: Postgres) -> None:
    postgres.offer(Rows())
    found = vectors_in(postgres, PLAN, EVERY_KIND)
    assert {part.part_id: part.cell_count for part in PLAN.parts} == {name: len(cells) for name, cells in found.items()}
    assert not any(cell for cells in found.values() for cell in cells)


def test_a_total_of_many_rows_is_worked_by_hand_and_the_same(postgres: Postgres) -> None:
    rows = Rows(
        members=[{"member_id": f"m{n}", "joined": CUT_DAY - 100} for n in range(3)],
        activities=[
            {"member_id": f"m{n % 3}", "day": CUT_DAY, "kind": "group_meeting", "row_hash": n} for n in range(3000)
        ],
    )
    asked = request(table(contacts(max_cells=1, max_per_cell=900), table_id="contacts"))
    plan = compile_plan(asked, DICTIONARY, entry())
    postgres.offer(rows)
    found = vectors_in(postgres, plan, asked)
    assert found == vectors_of(plan, asked, rows)
    assert found["contacts"] == (0, 2700)  # none in the first quarter; in the second 900 of the 1,000 of each of three
    # Left out of each of three: min(1,000, 940) - 900 = 40. Around the middle of 0 to 940, weight 470: 40 - 470 = -430.
    assert found["contacts.left_out"] == (3 * 470, 3 * -430)
