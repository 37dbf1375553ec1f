"""SQLite files that say which version of this program's tables they hold: a newer one is refused, an older one is
copied beside itself and then brought up in one transaction. A file is never left between two versions.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lero_contract.errors import Corrupt, NotReady, Unavailable
from lero_node.data.files import sync_file, sync_folder

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
class Schema:
    """What a file holds. version: from 1. statements: make what version 1 had and every whole table since, each safe to
    repeat.

    steps: by version, what changes a file of that version into the next; a new file takes them too.
    """

    version: int
    statements: tuple[str, ...]
    steps: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def open_file(path: Path, schema: Schema) -> sqlite3.Connection:
    """The file, made where it is absent, at this version; commits by itself and survives a power loss.

    Raises NotReady for a file of a newer version, Corrupt for one that is damaged, Unavailable for one that cannot be
    opened or changed now. Before an older file is changed, a copy of it is put beside it: `NAME.before-vN`.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    except sqlite3.DatabaseError as reason:
        raise trouble(path, reason) from reason
    try:
        # EXTRA also syncs the folder after the journal is gone: a commit that returned survives a power loss.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = EXTRA")
        _check_pages(connection, path)
        if _version(connection) != schema.version:
            _bring_up(connection, path, schema)
        for statement in schema.statements:  # a guard that somebody dropped stands again
            connection.execute(statement)
    except BaseException as reason:
        connection.close()
        if isinstance(reason, sqlite3.DatabaseError | UnicodeDecodeError):
            raise trouble(path, reason) from reason
        raise
    return connection


def statements_of(script: str) -> tuple[str, ...]:
    """The single statements of a script in which each begins on a line of its own."""
    found, so_far = [], ""
    for line in script.splitlines():
        so_far += line + "\n"
        if sqlite3.complete_statement(so_far):
            found.append(so_far.strip())
            so_far = ""
    return tuple(found)


def copy_database(source: Path, target: Path) -> None:
    """A whole, durable copy of a SQLite file that others may be using: `target` is old or new and never half.

    Raises Unavailable where either cannot be read or written now, Corrupt where the source is damaged.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(source, timeout=30)) as held, closing(sqlite3.connect(partial)) as copy:
            held.backup(copy)
        sync_file(partial)
        partial.replace(target)
        sync_folder(target.parent)
    except sqlite3.DatabaseError as reason:
        raise trouble(source, reason) from reason
    except OSError as reason:
        words = f"{source.name} cannot be copied to {target.name}: {reason.strerror}."
        raise Unavailable(words, "Check the disk and try again.") from reason


def trouble(path: Path, reason: Exception) -> Corrupt | Unavailable:
    """What an error of SQLite means: a passing trouble of the disk, or damage."""
    if getattr(reason, "sqlite_errorcode", 0) & 0xFF in _PASSING:
        return Unavailable(f"{path.name} cannot be written or read now: {reason}.", "Check the disk and try again.")
    return Corrupt(f"{path.name} does not verify: {reason}.", "Keep the file as it is and ask for help.")


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """SQLite's own bookkeeping, before anything is written: a page that says it holds fewer rows than it does would
    shorten a chain of rows unseen."""
    [(said, *_)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    if said != "ok":
        raise Corrupt(f"{path.name} does not verify: {said}.", "Keep the file as it is and ask for help.")


def _version(connection: sqlite3.Connection) -> int:
    """0: an empty file. A file from before versions were written down is of version 1."""
    [(written,)] = connection.execute("PRAGMA user_version").fetchall()
    [(tables,)] = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    return max(int(written), 1) if tables else int(written)


def _bring_up(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    connection.execute("BEGIN IMMEDIATE")  # looked at again under the lock: another process may have done it
    try:
        found = _version(connection)
        if found > schema.version:
            raise NotReady(
                f"{path.name} was written by a newer version of this program.",
                "Install that version again. The file was not changed.",
            )
        if 0 < found < schema.version:
            copy_database(path, path.with_name(f"{path.name}.before-v{schema.version}"))
        steps = [schema.steps.get(version, ()) for version in range(max(found, 1), schema.version)]
        for statements in (schema.statements, *steps):
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {schema.version}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
