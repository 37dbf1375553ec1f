"""An append-only, hash-chained table in SQLite: a row, once written, is durable, and is never changed or removed.

The ledger and the log are both such tables. Every row carries the hash of the row before it, so a changed, missing or
reordered row is found by `verify`. The file itself refuses updates and deletions; someone who edits it with other tools
is found out by the chain. A column that a later version added is part of a row's hash only where it has a value: rows
from before it still verify.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import Corrupt
from lero_node.schema import Schema, open_file, trouble

Value = int | str | bytes | None
FIRST_HASH = bytes(32)


@dataclass(frozen=True)
class ChainRow:
    """One row: sequence from 1, the columns, the hash of the row before and of this one."""

    sequence: int
    values: Mapping[str, Value]
    previous: bytes
    hash: bytes


class Chain:
    """A chained table in a file of its own. Use `writing` for everything that appends."""

    def __init__(
        self,
        path: Path,
        name: str,
        columns: Mapping[str, str],
        later: Sequence[Mapping[str, str]] = (),
        indexed: Sequence[str] = (),
    ) -> None:
        """Creates the file where it is absent, and brings one of an older version up to this one.

        columns: of version 1, name to SQLite type, in order. later: those that each further version added. indexed:
        columns that rows are looked up by. Raises Corrupt, Unavailable, and NotReady for a newer version's file.
        """
        self._name = name
        self._first = tuple(columns)
        self._columns = (*columns, *(column for added in later for column in added))
        self._path = path
        self._connection = open_file(path, _schema(name, columns, later, indexed))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that no other process can come between; nothing is kept if it raises."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as reason:
            raise trouble(self._path, reason) from reason
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException as reason:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(reason, sqlite3.DatabaseError):
                raise trouble(self._path, reason) from reason
            raise

    def append(self, values: Mapping[str, Value]) -> ChainRow:
        """Adds a row; call inside `writing`."""
        head = self.head()
        sequence, previous = (head.sequence + 1, head.hash) if head else (1, FIRST_HASH)
        row = {name: values.get(name) for name in self._columns}
        digest = self._hash(sequence, row, previous)
        marks = ", ".join("?" * (len(row) + 3))
        insert = f"INSERT INTO {self._name} ({self._listed}) VALUES ({marks})"  # noqa: S608  (names of this program)
        self._connection.execute(insert, (sequence, *row.values(), previous, digest))
        return ChainRow(sequence, row, previous, digest)

    def head(self) -> ChainRow | None:
        """The newest row."""
        found = list(self._select("ORDER BY sequence DESC LIMIT 1"))
        return found[0] if found else None

    def row(self, sequence: int) -> ChainRow | None:
        """One row, None where there is none of this number."""
        found = list(self._select("WHERE sequence = ?", sequence))
        return found[0] if found else None

    def rows(self) -> Iterator[ChainRow]:
        """Every row, oldest first."""
        return self._select("ORDER BY sequence")

    def rows_with(self, column: str, value: Value) -> Iterator[ChainRow]:
        """Rows whose column has this value, oldest first."""
        if column not in self._columns:
            raise ValueError(f"the {self._name} has no column {column}")
        return self._select(f"WHERE {column} = ? ORDER BY sequence", value)

    def verify(self) -> int:
        """Walks the chain and returns its length. Raises Corrupt at the first row that does not hold."""
        previous, count = FIRST_HASH, 0
        for row in self.rows():
            expected = self._hash(row.sequence, row.values, row.previous)
            if row.sequence != count + 1 or row.previous != previous or row.hash != expected:
                raise Corrupt(
                    f"Row {count + 1} of the {self._name} does not follow from the row before it.",
                    "Keep the file as it is and ask the national body for help.",
                )
            previous, count = row.hash, row.sequence
        return count

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    @property
    def _listed(self) -> str:
        return ", ".join(("sequence", *self._columns, "previous", "hash"))

    def _hash(self, sequence: int, values: Mapping[str, Value], previous: Value) -> bytes:
        told = {name: value for name, value in values.items() if name in self._first or value is not None}
        return _row_hash(sequence, told, previous)

    def _select(self, tail: str, *given: Value) -> Iterator[ChainRow]:
        query = f"SELECT {self._listed} FROM {self._name} {tail}"  # noqa: S608
        try:
            for sequence, *middle, previous, digest in self._connection.execute(query, given):
                yield ChainRow(sequence, dict(zip(self._columns, middle, strict=True)), previous, digest)
        except (sqlite3.DatabaseError, ValueError) as reason:  # ValueError: damage to the schema or to a text
            raise trouble(self._path, reason) from reason


def _schema(
    name: str, columns: Mapping[str, str], later: Sequence[Mapping[str, str]], indexed: Sequence[str]
) -> Schema:
    """The table as version 1 had it, and what later versions add."""
    listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    table = f"CREATE TABLE IF NOT EXISTS {name} (sequence INTEGER PRIMARY KEY, {listed}, previous BLOB, hash BLOB)"
    guards = (
        f"CREATE TRIGGER IF NOT EXISTS {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of the {name} are never changed'); END"
        for verb in ("UPDATE", "DELETE")
    )
    indexes = (f"CREATE INDEX IF NOT EXISTS {name}_by_{column} ON {name} ({column})" for column in indexed)
    added = {
        version: tuple(f"ALTER TABLE {name} ADD COLUMN {column} {kind}" for column, kind in new.items())
        for version, new in enumerate(later, 1)
    }
    return Schema(1 + len(later), (table, *guards, *indexes), added)


def _row_hash(sequence: int, values: Mapping[str, Value], previous: Value) -> bytes:
    """SHA-256 over the sequence, the columns by name in their order, and the hash before."""
    plain = [[name, _plain(value)] for name, value in values.items()]
    text = json.dumps([sequence, plain, _plain(previous)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(b"lero-chain-1\0" + text.encode()).digest()


def _plain(value: Value) -> Value | list[str]:
    """Bytes in a list of their own, so that they are never taken for the text that spells them."""
    return [value.hex()] if isinstance(value, bytes) else value
