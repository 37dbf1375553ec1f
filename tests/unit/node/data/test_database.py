"""A LERO's own PostgreSQL is opened by a role that cannot write or not at all, and only where it has our columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt, DataNotValid, Unavailable
from lero_node.data.connection import Connection, read_connection, read_url, seal_connection
from lero_node.data.database import open_database
from lero_node.data.database_rules import check_columns, schema_columns
from lero_node.data.survey import survey
from lero_node.query.postgres import PostgresEngine
from support.nodes import KEY
from support.postgres import SCHEMA, Postgres
from support.tables import Rows

ROWS = Rows(
    members=[
        {"member_id": "anna", "joined": 20_000, "sex": "female", "area": "E06000062"},
        {"member_id": "bert", "joined": 20_001, "sex": "Quixotic", "area": "London"},
    ],
    reviews=[
        {"member_id": "anna", "day": 20_000, "measure": "sure.total", "score": 40, "row_hash": 1},
        {"member_id": "anna", "day": 20_090, "measure": "sure.total", "score": 99, "row_hash": 2},
        {"member_id": "carl", "day": 20_090, "measure": "guesswork", "score": 1, "row_hash": 3},
    ],
    activities=[{"member_id": "bert", "day": 20_005, "kind": "yodelling", "row_hash": 4}],
)


@pytest.fixture
def filled(postgres: Postgres) -> Postgres:
    postgres.offer(ROWS)
    return postgres


@pytest.fixture
def another(postgres: Postgres) -> Iterator[str]:
    """A second user, with the rights of the reader; gone afterwards with whatever it was given."""
    postgres.run("CREATE ROLE another LOGIN IN ROLE lero_reader")
    yield "another"
    postgres.run("DROP OWNED BY another", "DROP ROLE another")


def test_a_write_through_the_engines_own_connection_fails_and_changes_nothing(filled: Postgres) -> None:
    for write in (
        "INSERT INTO lero.members (member_id) VALUES ('dora')",
        "UPDATE lero.members SET sex = 'male'",
        "DELETE FROM lero.reviews",
        "TRUNCATE lero.activities",
        "CREATE TABLE lero.copied AS SELECT * FROM lero.members",
        "DROP TABLE lero.members",
        "CREATE TEMPORARY TABLE copied AS SELECT * FROM lero.members",
    ):
        database = open_database(filled.connection())
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            database.rows(write)
        database.close()
    assert filled.run("SELECT count(*) FROM lero.members WHERE sex = 'female'") == [(1,)]


def test_the_transaction_is_read_only_even_for_a_right_that_is_given_while_it_is_open(
    filled: Postgres, another: str
) -> None:
    database = open_database(filled.connection(another))
    filled.run(f"GRANT UPDATE ON lero.members TO {another}")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        database.rows("UPDATE lero.members SET sex = 'male'")
    database.close()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("GRANT INSERT ON lero.members TO another", "lero.members"),
        ("GRANT UPDATE ON lero.reviews TO another", "lero.reviews"),
        ("GRANT DELETE ON lero.activities TO another", "lero.activities"),
        ("GRANT TRUNCATE ON lero.milestones TO another", "lero.milestones"),
        ("GRANT UPDATE (sex) ON lero.members TO another", "lero.members"),
        ("GRANT INSERT ON side.notes TO another", "side.notes"),
        ("ALTER TABLE side.notes OWNER TO another", "side.notes"),
        ("GRANT writer TO another", "side.notes"),
        ("GRANT CREATE ON SCHEMA lero TO another", "schema lero"),
        ("ALTER ROLE another SUPERUSER", "another"),
        ("ALTER ROLE another CREATEROLE", "another"),
        ("GRANT postgres TO another", "postgres"),
        ("GRANT pg_write_all_data TO another", "pg_write_all_data"),
    ],
)
def test_a_user_that_may_write_or_could_take_the_right_to_is_refused_with_the_fix(
    filled: Postgres, another: str, given: str, named: str
) -> None:
    filled.run(
        "CREATE SCHEMA side",
        "CREATE TABLE side.notes (note text)",
        "CREATE ROLE writer NOINHERIT",
        "GRANT INSERT ON side.notes TO writer",
    )
    try:
        open_database(filled.connection(another)).close()  # as it is, it may
        filled.run(given)
        with pytest.raises(DataNotValid) as refused:
            open_database(filled.connection(another))
        assert named in refused.value.detail
        assert "deploy/postgresql-views.sql" in refused.value.next_step
    finally:
        filled.run("DROP SCHEMA side CASCADE", "DROP ROLE writer")


def test_the_owner_of_everything_is_refused(filled: Postgres) -> None:
    with pytest.raises(DataNotValid, match="may do anything"):
        open_database(filled.connection("postgres"))


def test_a_missing_table_column_or_right_and_another_type_are_all_named(postgres: Postgres) -> None:
    postgres.run(
        "CREATE SCHEMA other",
        "CREATE TABLE other.members AS TABLE lero.members",
        'ALTER TABLE other.members DROP COLUMN employment, ALTER COLUMN "left" TYPE date USING NULL',
        "CREATE TABLE other.reviews AS TABLE lero.reviews",
        "CREATE TABLE other.activities AS TABLE lero.activities",
        "GRANT USAGE ON SCHEMA other TO lero_reader",
        "GRANT SELECT ON other.members, other.activities TO lero_reader",
    )
    try:
        with pytest.raises(DataNotValid) as refused:
            open_database(postgres.connection(schema="other"))
        assert refused.value.detail.splitlines() == [
            "other.members.left is date; it must be smallint or integer or bigint.",
            "other.members has no column employment.",
            "The user may not read other.reviews.",
            "There is no table or view other.milestones.",
        ]
    finally:
        postgres.run("DROP SCHEMA other CASCADE")


def test_a_collation_that_takes_different_texts_for_equal_ones_is_refused() -> None:
    # As the catalogue would tell it; the PostgreSQL of the tests is built without such collations.
    told = [
        (table, column, types[0], (table, column) != ("members", "member_id"), True)
        for table, columns in schema_columns().items()
        for column, types in columns.items()
    ]
    with pytest.raises(DataNotValid, match=r"^lero\.members\.member_id has a collation"):
        check_columns(lambda statement, values: list(told), "lero")


def test_a_schema_that_is_not_there_is_said_to_have_no_tables(postgres: Postgres) -> None:
    with pytest.raises(DataNotValid, match=r"There is no table or view nowhere\.members\."):
        open_database(postgres.connection(schema="nowhere"))


def test_one_request_sees_one_moment_whatever_is_written_meanwhile(filled: Postgres) -> None:
    engine = PostgresEngine(open_database(filled.connection()))
    assert engine.members() == 2
    filled.run("INSERT INTO lero.members (member_id) VALUES ('dora')")
    assert engine.members() == 2
    engine.close()


def test_a_member_with_two_lines_would_count_twice_and_so_stops_the_computation(filled: Postgres) -> None:
    for second in ("('anna')", "(NULL)"):
        filled.run(f"INSERT INTO lero.members (member_id) VALUES {second}")
        engine = PostgresEngine(open_database(filled.connection()))
        with pytest.raises(Corrupt):
            engine.members()
        engine.close()
        with pytest.raises(DataNotValid, match="each member must have one line"):
            survey(database := open_database(filled.connection()), load_dictionary())
        database.close()
        filled.offer(ROWS)


def test_the_survey_counts_what_is_no_code_and_says_no_value(filled: Postgres) -> None:
    database = open_database(filled.connection())
    found = survey(database, load_dictionary())
    database.close()
    assert found.to_dict() == {
        "lines": {"members": 2, "reviews": 3, "activities": 1, "milestones": 0},
        "unknown": {"members.sex": 1, "members.area": 1, "reviews.measure": 1, "activities.kind": 1},
        "outside": 1,  # SURE ends at 63
        "strangers": {"reviews": 1},
    }
    assert "members.sex: 1 row with no code of the dictionary, so not known." in found.to_text()
    assert not any(value in found.to_text() for value in ("Quixotic", "yodelling", "guesswork", "carl", "99"))


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ("UPDATE lero.members SET joined = 2147483647 WHERE member_id = 'bert'", "members.joined"),
        ('UPDATE lero.members SET "left" = -2147483647', "members.left"),
        ("UPDATE lero.members SET birth_year = 198800", "members.birth_year"),
        ("UPDATE lero.reviews SET score = 9223372036854775807", "reviews.score"),
        ("UPDATE lero.activities SET row_hash = NULL", "activities.row_hash"),
    ],
)
def test_a_cell_that_sums_could_trip_over_is_named_before_the_database_is_used(
    filled: Postgres, wrong: str, column: str
) -> None:
    filled.run(wrong)
    database = open_database(filled.connection())
    with pytest.raises(DataNotValid) as refused:
        survey(database, load_dictionary())
    database.close()
    assert refused.value.detail.startswith(f"{column}: ")


def test_an_address_that_cannot_be_used_is_refused_without_being_quoted(postgres: Postgres) -> None:
    secret = "hunter2"
    host = postgres.host
    for url, words in (
        (f"postgresql://reader:{secret}@10.0.0.7/records", "cross the network"),
        (f"postgresql://reader:{secret}@10.0.0.7/records?sslmode=require", "cross the network"),
        (f"postgresql://reader:{secret}@localhost,10.0.0.7/records", "cross the network"),
        (f"postgresql://reader:{secret}@localhost/records?hostaddr=10.0.0.7", "cross the network"),
        (f"postgresql://reader:{secret}@localhost/records?colour=blue", "cannot be read"),
        (f"postgresql://reader:{secret}@/records", "must name user, host and database"),
        (f"postgresql://:{secret}@localhost/records", "must name user, host and database"),
        (f"postgresql://reader:{secret}@localhost/records?service=other", "must name user, host and database"),
    ):
        with pytest.raises(DataNotValid, match=words) as refused:
            open_database(Connection(url, SCHEMA))
        assert secret not in f"{refused.value.detail} {refused.value.next_step} {refused.value.__cause__}"
    for url, words in (
        (f"postgresql://reader:{secret}@/records?host=/nowhere", "nothing answers"),
        (f"postgresql://reader:{secret}@/records?host={host}", "no such user"),
        (f"postgresql://lero_reader:{secret}@/records?host={host}", "no such database"),
    ):
        with pytest.raises(Unavailable, match=words) as failed:
            open_database(Connection(url, SCHEMA))
        assert secret not in f"{failed.value.detail} {failed.value.next_step} {failed.value.__cause__}"


def test_what_is_set_for_whoever_is_signed_in_does_not_decide_which_database_is_read(
    filled: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=other -c default_transaction_read_only=off")
    monkeypatch.setenv("PGPORT", "1")
    database = open_database(filled.connection())
    assert database.member_lines() == (2, 2)
    assert database.rows("SHOW transaction_read_only") == [("on",)]
    database.close()


def test_the_address_is_sealed_to_its_snapshot_and_does_not_print(tmp_path: Path) -> None:
    connection = Connection("postgresql://reader:hunter2@localhost/records", "lero")
    folder = tmp_path / "000001-00"
    folder.mkdir()
    sealed = seal_connection(connection, folder.name, KEY)
    (folder / "connection.sealed").write_bytes(sealed)
    assert read_connection(folder, KEY) == connection
    assert b"hunter2" not in sealed and "hunter2" not in repr(connection)
    other = tmp_path / "000002-00"
    other.mkdir()
    (other / "connection.sealed").write_bytes(sealed)
    for wrong in (other, tmp_path):
        with pytest.raises(Corrupt):
            read_connection(wrong, KEY)


def test_a_file_that_holds_no_address_and_a_schema_that_is_no_name_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "address.txt"
    for content in ("", "hunter2", "mysql://reader:hunter2@localhost/records", "postgresql://a/b\npostgresql://c/d"):
        file.write_text(content)
        with pytest.raises(DataNotValid) as refused:
            read_url(file)
        assert "hunter2" not in str(refused.value)
    file.write_text("\ufeffpostgresql://reader@localhost/records\n", encoding="utf-8")
    assert read_url(file) == "postgresql://reader@localhost/records"
    for name in ("", "Lero", 'lero"; DROP SCHEMA lero', "lero.members", "x" * 64):
        with pytest.raises(DataNotValid):
            Connection("postgresql://reader@localhost/records", name)
