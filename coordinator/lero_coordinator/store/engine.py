"""A store opened once: every write is one transaction, on disk before it is spoken of, and safe to try again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from lero_contract.errors import Corrupt, DataNotValid, LeroError, Unavailable
from lero_coordinator.store.tables import DROPPED, SCHEMA_VERSION, WITHOUT_SOME_TABLES, facts, metadata

_WRITING = "lero_writing"
_POSTGRESQL = "postgresql+psycopg"  # the driver that is installed, whatever the URL leaves open
_ONE_WRITER = 0x4C45524F  # the advisory lock that every writer of one PostgreSQL database waits for


class Store:
    """The database of one coordinator; several processes may hold it open at the same time."""

    def __init__(self, url: str, wait_s: float = 30.0) -> None:
        """Opens, and makes what is missing. Raises DataNotValid for a bad URL, Corrupt for another schema.

        wait_s: how long a writer waits for the one before it.
        """
        self._engine = _open(url, wait_s)
        with self.writing() as connection:
            metadata.create_all(connection)
            _check_schema(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Raises Unavailable where the database does not answer."""
        with _in_words(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All of it or none. Raises Unavailable where another writer was first: trying again is safe."""
        with _in_words(), self._engine.execution_options(**{_WRITING: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (OperationalError, IntegrityError) as reason:
        raise Unavailable("The coordinator's database did not take this now.", "Try again.") from reason
    except DBAPIError as reason:
        raise Corrupt("The coordinator's database cannot be read as expected.", "Restore a backup.") from reason


def _open(url: str, wait_s: float) -> Engine:
    try:
        place = make_url(url)
        if place.drivername == "postgresql":
            place = place.set(drivername=_POSTGRESQL)
        if place.get_backend_name() == "sqlite" and place.database not in (None, "", ":memory:"):
            _make_private(Path(place.database))
        engine = create_engine(place, hide_parameters=True)  # no signed bytes in what an error says
    except (ArgumentError, NoSuchModuleError, ImportError) as reason:
        words = "The database URL in coordinator.toml is not one this installation can open."
        raise DataNotValid(words, "Leave it empty for SQLite, or install the driver it names.") from reason
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, wait_s)
    else:
        _prepare_server(engine, wait_s)
    return engine


def _make_private(file: Path) -> None:
    """For this account alone from the first byte on; SQLite gives the files that it puts beside the same mode."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        for held in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            if held.exists() and held.stat().st_mode & 0o077:  # made by an earlier version
                held.chmod(0o600)
    except OSError as reason:
        raise Unavailable(f"The database {file} cannot be opened: {reason.strerror}.", "Check the disk.") from reason


def _prepare_sqlite(engine: Engine, wait_s: float) -> None:
    """Readers beside one writer, durable commits, and a writer that takes its place in the queue at once."""

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # this module says BEGIN itself
        waiting = f"busy_timeout={round(wait_s * 1000)}"
        for pragma in (waiting, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get(_WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _prepare_server(engine: Engine, wait_s: float) -> None:
    """The same on PostgreSQL: a reader sees one moment, and writers come one by one, each seeing all before it."""

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITING, False):
            connection.execute(text(f"SET LOCAL lock_timeout = {round(wait_s * 1000)}"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})"))
        else:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def _check_schema(connection: Connection) -> None:
    found = connection.scalar(select(facts.c.value).where(facts.c.name == "schema"))
    if found is None:
        connection.execute(insert(facts).values(name="schema", value=str(SCHEMA_VERSION)))
    elif found in map(str, WITHOUT_SOME_TABLES):
        table, column = DROPPED
        if column in (held["name"] for held in inspect(connection).get_columns(table)):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        named = facts.c.name == "schema"
        connection.execute(update(facts).where(named).values(value=str(SCHEMA_VERSION)))
    elif found != str(SCHEMA_VERSION):
        raise _other_schema(found)


def _other_schema(found: str) -> LeroError:
    words = f"The database has schema {found}, this software reads {SCHEMA_VERSION}."
    return Corrupt(words, "Use the software version that wrote it.")
