"""A LERO's own PostgreSQL, read in place: one read-only transaction, by a role that could not write if it tried.

Opening asks the database's catalogue only, so whether it succeeds depends on no record. The address is never quoted:
what the driver says of a failure may hold it, and is not handed on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lero_contract.errors import DataNotValid, Unavailable
from lero_node.data.connection import Connection
from lero_node.data.database_rules import check_columns, check_role, schema_columns

OLDEST_VERSION = 130_000
CONNECT_S = 10
# A statement over ten million rows takes a minute or two; the whole computation may take an hour.
_SETTINGS = (
    "SET LOCAL statement_timeout = '20min'",
    "SET LOCAL lock_timeout = '1min'",
    "SET LOCAL idle_in_transaction_session_timeout = '10min'",
    "SET LOCAL search_path = pg_catalog, pg_temp",  # the statements name their schema themselves
    "SET LOCAL jit = off",  # compiling long CASEs takes longer than running them
)
_LOCAL_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1"})
_CHECKED_TLS = frozenset({"verify-ca", "verify-full"})
_WHY = {
    "authentication": "it does not accept this user and password",
    "no password supplied": "it asks for a password, and the address has none",
    "permitted to log in": "this user may not log in",
    "pg_hba.conf": "its rules do not let this user in from this computer",
    "database": "there is no such database, or this user may not enter it",
    "certificate": "its certificate does not prove who it is",
    "SSL": "it does not offer an encrypted connection",
    "role": "there is no such user",
}


class Database:
    """An open database within its one transaction: every statement sees the records of the same moment."""

    def __init__(self, connection: psycopg.Connection, schema: str) -> None:
        """Made by `open_database`."""
        self._connection = connection
        self.schema = schema

    def rows(self, statement: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Every row of a statement of this program. Raises psycopg.Error where it cannot be run."""
        return self._connection.execute(statement, values).fetchall()

    def counts(self, statement: str, values: Mapping[str, object] | None = None) -> tuple[int, ...]:
        """The one row of a statement that counts. Raises Unavailable where it cannot be run."""
        try:
            [row] = self.rows(statement, values)
        except psycopg.Error as reason:
            raise Unavailable(f"The database did not count its rows: {type(reason).__name__}.", "Try again.") from None
        return tuple(int(value) for value in row)

    def member_lines(self) -> tuple[int, int]:
        """How many lines the members have, and how many different members."""
        lines, distinct = self.counts(f'SELECT count(*), count(DISTINCT member_id) FROM "{self.schema}".members')  # noqa: S608
        return lines, distinct

    def close(self) -> None:
        """Ends the transaction and the connection. Nothing was changed, so nothing is kept."""
        self._connection.close()


def open_database(connection: Connection) -> Database:
    """Connects, begins, and checks role and columns.

    Raises Unavailable where nothing answers, DataNotValid where the address, the role or the columns are not as they
    must be, with the fix.
    """
    _check_address(connection.url)
    # Settings of whoever is signed in must not decide which database is read.
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    try:
        found = psycopg.connect(
            connection.url, connect_timeout=CONNECT_S, application_name="lero-node", prepare_threshold=None
        )
    except psycopg.OperationalError as reason:
        raise Unavailable(
            f"The database does not let this computer in: {_why(str(reason))}.",
            "Check that it is running, then run: lero-node data connect",
        ) from None
    try:
        _begin(found)
        database = Database(found, connection.schema)
        check_role(database.rows, connection.schema)
        check_columns(database.rows, connection.schema)
        # Taken once at the start, so that no view is rebuilt under our feet between two statements.
        for table in schema_columns():
            database.rows(f'SELECT 1 FROM "{connection.schema}".{table} LIMIT 0')  # noqa: S608
    except psycopg.Error as reason:
        found.close()
        raise Unavailable(f"The database broke off: {type(reason).__name__}.", "Try again.") from None
    except BaseException:
        found.close()
        raise
    return database


def _begin(connection: psycopg.Connection) -> None:
    if connection.info.server_version < OLDEST_VERSION:
        raise DataNotValid("The database is older than PostgreSQL 13.", "Bring it up to date, or import exports.")
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    for setting in _SETTINGS:
        connection.execute(setting)


def _check_address(url: str) -> None:
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DataNotValid(
            "The address cannot be read.", "In a password, write @ as %40, / as %2F and : as %3A."
        ) from None
    missing = [name for name in ("host", "user", "dbname") if not given.get(name)]
    if missing or "service" in given:
        raise DataNotValid(
            "The address must name user, host and database itself.", "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
        )
    hosts = {*str(given["host"]).split(","), *str(given.get("hostaddr", "")).split(",")}
    is_local = all(host in _LOCAL_HOSTS or host.startswith(("/", "@")) for host in hosts)
    if not is_local and given.get("sslmode") not in _CHECKED_TLS:
        raise DataNotValid(
            "Records would cross the network without proof of who is at the other end.",
            "Add ?sslmode=verify-full&sslrootcert=FILE to the address, or run the node beside the database.",
        )


def _why(said: str) -> str:
    """One of a few fixed reasons, never the driver's own words."""
    return next((why for mark, why in _WHY.items() if mark in said), "nothing answers at that address")
