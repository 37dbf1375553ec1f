"""The exact vector: complete, hidden when printed, refused before it could overflow; its engine reads nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Period,
    Point,
    Recovery,
    Retention,
)
from lero_contract.plan import Plan, compile_plan
from lero_node.query.engine import Engine
from lero_node.query.exact import ExactVector, exact_vectors
from lero_node.query.statement import statement
from support.requests import (
    AT_CUT_DATE,
    CUT_DAY,
    EVER,
    START,
    SURE_TWICE,
    THREE_MONTHS,
    contacts,
    entry,
    request,
    table,
)
from support.tables import Rows
from support.vectors import cells_of

DICTIONARY = load_dictionary()
ASKED = request(table(dimensions=["sex"]))
PLAN = compile_plan(ASKED, DICTIONARY, entry())
POINTS = (Point("a year", 365),)
KINDS: list[Kind] = [
    EVER,
    SURE_TWICE,
    contacts(split=True),
    Distribution("sure.total", (START,), (Bin(21, 40), Bin(41, 63))),
    Change("sure.total", START, THREE_MONTHS, 5),
    Retention(POINTS),
    Milestones(("paid_work", "own_home"), POINTS),
    Recovery((START, THREE_MONTHS)),
    Completeness(("sex", "area")),
]
RECORDS: dict[type, set[str]] = {
    Headcount: set(),
    Mean: {"reviews"},
    Activity: {"activities"},
    Distribution: {"reviews"},
    Change: {"reviews"},
    Retention: {"activities", "reviews"},
    Milestones: {"activities", "reviews", "milestones"},
    Recovery: {"reviews"},
    Completeness: set(),
}
ONE = Rows([{"member_id": "m", "joined": 0, "sex": "female"}])


def vectors(plan: Plan, rows: Rows = ONE) -> list[ExactVector]:
    return list(exact_vectors(plan, ASKED, DICTIONARY, Engine(rows.arrow())))


@pytest.mark.parametrize(
    ("joined", "left", "here"),
    [
        (CUT_DAY, None, 1),
        (CUT_DAY + 1, None, 0),
        (None, None, 0),
        (CUT_DAY - 9, CUT_DAY + 1, 1),
        (CUT_DAY - 9, CUT_DAY, 0),
        (CUT_DAY - 9, CUT_DAY - 1, 0),
    ],
)
def test_a_member_is_here_on_the_cut_date_when_joined_by_it_and_not_left_by_it(
    joined: int | None, left: int | None, here: int
) -> None:
    assert cells_of(table(AT_CUT_DATE), Rows([{"member_id": "m", "joined": joined, "left": left}])) == (here,)


def test_everyone_who_ever_joined_counts_as_ever_also_after_leaving() -> None:
    rows = Rows([{"member_id": f"m{n}", "joined": joined, "left": 5} for n, joined in enumerate((0, CUT_DAY, None))])
    assert cells_of(table(EVER), rows) == (2,)


def test_joiners_and_referrals_of_a_period_count_from_its_first_to_its_last_day() -> None:
    period = Period(100, 200)
    days = (99, 100, 150, 200, 201, None)
    joined = Rows([{"member_id": f"m{n}", "joined": d} for n, d in enumerate(days)])
    referred = Rows([{"member_id": f"m{n}", "referred": d} for n, d in enumerate(days)])
    assert cells_of(table(Headcount(Basis.JOINED, period)), joined) == (3,)
    assert cells_of(table(Headcount(Basis.REFERRED, period)), referred) == (3,)


def test_nobody_who_joined_or_was_referred_after_the_cut_date_counts_though_the_period_goes_on() -> None:
    period = Period(CUT_DAY - 9, CUT_DAY + 9)
    days = (CUT_DAY, CUT_DAY + 1)
    joined = Rows([{"member_id": f"m{n}", "joined": d} for n, d in enumerate(days)])
    referred = Rows([{"member_id": f"m{n}", "referred": d} for n, d in enumerate(days)])
    assert cells_of(table(Headcount(Basis.JOINED, period)), joined) == (1,)
    assert cells_of(table(Headcount(Basis.REFERRED, period)), referred) == (1,)


def test_the_cells_come_in_the_declared_order_and_all_of_them() -> None:
    [vector] = vectors(PLAN)
    assert vector.cells == tuple(int(code == "female") for code in PLAN.parts[0].axes[0].codes)


def test_an_exact_vector_does_not_print() -> None:
    vector = ExactVector("members", (4321, 1234))
    assert "4321" not in repr(vector) + str(vector) + f"{vector}"


def test_sums_that_could_pass_62_bits_are_refused_before_a_record_is_counted() -> None:
    planned = PLAN.parts[0]
    huge, just_under = (
        replace(planned, shape=replace(planned.shape, sensitivity=replace(planned.sensitivity, cells=cells)))
        for cells in (2**62, 2**62 - 1)
    )
    with pytest.raises(Corrupt, match="64 bits"):
        vectors(replace(PLAN, parts=(huge,)))
    assert len(vectors(replace(PLAN, parts=(just_under,)))) == 1


def test_a_cell_that_was_not_declared_is_corrupt_and_not_dropped() -> None:
    # The plan declares the start only; the statement, made from the table, also finds the review of the third month.
    asked = request(table(SURE_TWICE))
    plan = compile_plan(asked, DICTIONARY, entry())
    [planned] = plan.parts
    narrow = replace(plan, parts=(replace(planned, axes=(replace(planned.axes[0], codes=("Start",)),)),))
    review = {"member_id": "m", "day": 90, "measure": "sure.total", "score": 50, "row_hash": 1}
    engine = Engine(Rows(ONE.members, [review]).arrow())
    with pytest.raises(Corrupt, match="does not declare"):
        list(exact_vectors(narrow, asked, DICTIONARY, engine))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_a_statement_gives_cells_and_sums_and_reads_the_records_that_the_kind_is_about(kind: Kind) -> None:
    bundle = request(table(kind, ["region"]))
    for part in compile_plan(bundle, DICTIONARY, entry()).parts:
        query = statement(part, bundle, DICTIONARY)
        assert isinstance(query, exp.Query)
        assert query.named_selects == ["cell", *part.values]
        read = {t.name for t in query.find_all(exp.Table)} - {"known"}  # "known" is a part of the statement itself
        assert read - {"members"} == RECORDS[type(kind)]


def test_the_engine_reads_no_file_and_its_settings_cannot_be_changed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    engine = Engine(ONE.arrow())
    assert engine.rows(sqlglot.parse_one("SELECT count(*) FROM members", into=exp.Select)) == [(1,)]
    for attempt in (
        f"SELECT count(*) FROM read_csv('{outside}')",
        f"SELECT count(*) FROM '{outside}'",
        f"COPY members TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'out.db'}'",
        "SET enable_external_access = true",
        "SET temp_directory = 'spill'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            engine._connection.execute(attempt)
    assert [file.name for file in tmp_path.iterdir()] == ["outside.csv"]
    engine.close()
