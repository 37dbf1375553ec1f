"""An append-only, hash-chained table in SQLite: a row, once written, is durable, and is never changed or removed.

The ledger and the log are both such tables. Every row carries the hash of the row before it, so a changed, missing or
reordered row is found by `verify`. The file itself refuses updates and deletions; someone who edits it with other tools
is found out by the chain.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import Corrupt, Unavailable

Value = int | str | bytes | None
FIRST_HASH = bytes(32)

# Locked, full, read-only, not to be opened: not the fault of what is written. Anything else is.
_PASSING = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


@dataclass(frozen=True)
class ChainRow:
    """One row: sequence from 1, the columns, the hash of the row before and of this one."""

    sequence: int
    values: Mapping[str, Value]
    previous: bytes
    hash: bytes


class Chain:
    """A chained table in a file of its own. Use `writing` for everything that appends."""

    def __init__(self, path: Path, name: str, columns: Mapping[str, str]) -> None:
        """columns: name to SQLite type, in order. Creates the file where it is absent. Raises Corrupt, Unavailable."""
        self._name = name
        self._columns = tuple(columns)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            # EXTRA also syncs the folder after the journal is gone: a commit that returned survives a power loss.
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._connection.executescript(_schema(name, columns))
        except (sqlite3.DatabaseError, UnicodeDecodeError) as reason:
            raise trouble(path, reason) from reason
        self._path = path

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
        digest = _row_hash(sequence, row, previous)
        marks = ", ".join("?" * (len(row) + 3))
        insert = f"INSERT INTO {self._name} VALUES ({marks})"  # noqa: S608  (the name is the program's own)
        self._connection.execute(insert, (sequence, *row.values(), previous, digest))
        return ChainRow(sequence, row, previous, digest)

    def head(self) -> ChainRow | None:
        """The newest row."""
        found = list(self._select("ORDER BY sequence DESC LIMIT 1"))
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
            expected = _row_hash(row.sequence, row.values, row.previous)
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

    def _select(self, tail: str, *given: Value) -> Iterator[ChainRow]:
        query = f"SELECT * FROM {self._name} {tail}"  # noqa: S608
        try:
            for sequence, *middle, previous, digest in self._connection.execute(query, given):
                yield ChainRow(sequence, dict(zip(self._columns, middle, strict=True)), previous, digest)
        except (sqlite3.DatabaseError, ValueError) as reason:  # ValueError: damage to the schema or to a text
            raise trouble(self._path, reason) from reason


def _schema(name: str, columns: Mapping[str, str]) -> str:
    listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    guards = "".join(
        f"CREATE TRIGGER IF NOT EXISTS {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of the {name} are never changed'); END;"
        for verb in ("UPDATE", "DELETE")
    )
    table = f"CREATE TABLE IF NOT EXISTS {name} (sequence INTEGER PRIMARY KEY, {listed}, previous BLOB, hash BLOB);"
    return table + guards


def _row_hash(sequence: int, values: Mapping[str, Value], previous: Value) -> bytes:
    """SHA-256 over the sequence, the columns by name in their order, and the hash before."""
    plain = [[name, _plain(value)] for name, value in values.items()]
    text = json.dumps([sequence, plain, _plain(previous)], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(b"lero-chain-1\0" + text.encode()).digest()


def _plain(value: Value) -> Value | list[str]:
    """Bytes in a list of their own, so that they are never taken for the text that spells them."""
    return [value.hex()] if isinstance(value, bytes) else value


def trouble(path: Path, reason: Exception) -> Corrupt | Unavailable:
    """What an error of SQLite means: a passing trouble of the disk, or damage."""
    if getattr(reason, "sqlite_errorcode", 0) & 0xFF in _PASSING:
        return Unavailable(f"{path.name} cannot be written or read now: {reason}.", "Check the disk and try again.")
    return Corrupt(f"{path.name} does not verify: {reason}.", "Keep the file as it is and ask for help.")
