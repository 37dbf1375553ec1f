"""A real PostgreSQL for the tests, one server for each run, and snapshots offered in it as a LERO would."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from lero_node.data.connection import Connection
from lero_node.data.database_rules import WHOLE, schema_columns
from support.tables import Row, Rows

READER = "lero_reader"
SCHEMA = "lero"
VIEWS = Path(__file__).parents[2] / "deploy" / "postgresql-views.sql"
CASE_RECORDS = """
CREATE SCHEMA case_records;
CREATE TABLE case_records.clients (reference text, born date, gender text, authority_code text, work text,
  referred_on date, started_on date, ended_on date, objects_to_statistics boolean NOT NULL DEFAULT false);
CREATE TABLE case_records.outcomes (client_reference text, held_on date, sure_total integer);
CREATE TABLE case_records.contacts (client_reference text, held_on date, what text);
CREATE TABLE case_records.steps (client_reference text, held_on date, reached_on date, what text);
"""


@dataclass(frozen=True)
class Postgres:
    """A running server. host: the folder of its socket."""

    host: str

    def url(self, user: str = READER, database: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.host}"

    def connection(self, user: str = READER, schema: str = SCHEMA, database: str = "postgres") -> Connection:
        return Connection(self.url(user, database), schema)

    def run(self, *statements: str, user: str = "postgres", database: str = "postgres") -> list[tuple[Any, ...]]:
        """Each for itself, by the owner of everything unless named; returns the rows of the last."""
        with psycopg.connect(self.url(user, database), autocommit=True) as open_here:
            for statement in statements:
                done = open_here.execute(statement)
            return done.fetchall() if done.description else []

    def fresh_database(self, name: str) -> str:
        """An empty one, whatever was there before."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        return name

    def offer(self, rows: Rows) -> None:
        """These rows, and no others, in plain tables of the schema `lero` that the reader may read."""
        with psycopg.connect(self.url("postgres")) as open_here:
            open_here.execute("SET synchronous_commit = off")
            for name, records in zip(
                schema_columns(), (rows.members, rows.reviews, rows.activities, rows.milestones), strict=True
            ):
                _fill(open_here, name, records)


def _fill(open_here: psycopg.Connection, name: str, records: Sequence[Row]) -> None:
    columns = list(schema_columns()[name])
    table = sql.Identifier(SCHEMA, name)
    open_here.execute(sql.SQL("DELETE FROM {}").format(table))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
    with open_here.cursor().copy(into) as copy:
        for record in records:
            copy.write_row([record.get(column) for column in columns])


@contextmanager
def started() -> Iterator[Postgres]:
    """With the four tables in the schema `lero`, empty, and the role `lero_reader` that may read them and no more."""
    server = pytest.importorskip("pgserver", reason="no wheel of PostgreSQL for this Python")
    folder = tempfile.mkdtemp(prefix="lero-pg-")  # a short path: a socket's name has little room
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing runtime folder, for which another is taken
        running = server.get_server(folder, cleanup_mode="stop")
    found = Postgres(running.get_uri().partition("host=")[2])
    found.run(*_SET_UP)
    try:
        yield found
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _definition(name: str) -> str:
    columns = (
        f'"{column}" {"bigint" if types == WHOLE else "text"}' for column, types in schema_columns()[name].items()
    )
    return f"CREATE TABLE {SCHEMA}.{name} ({', '.join(columns)})"


_SET_UP = (
    f"CREATE ROLE {READER} LOGIN",
    f"CREATE SCHEMA {SCHEMA}",
    *map(_definition, schema_columns()),
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READER}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {READER}",
)
