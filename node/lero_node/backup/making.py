"""Makes a backup while the node goes on working: one file, whole or not there, that opens with its own passphrase."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import DataNotValid, NotReady
from lero_node.backup.archive import writing
from lero_node.backup.contents import Fate, fate_of
from lero_node.backup.manifest import Manifest, wrap_key
from lero_node.data.sealing import StorageKey
from lero_node.home import Home, in_turn
from lero_node.link.membership import load_membership
from lero_node.log import Log
from lero_node.privacy.ledger import Ledger
from lero_node.schema import trouble


@dataclass(frozen=True)
class Made:
    """not_taken: files of the data folder that are not this program's, and stayed out."""

    manifest: Manifest
    not_taken: tuple[str, ...]


def make_backup(home: Home, key: StorageKey, passphrase: str, out: Path, with_records: bool, now_s: int) -> Made:
    """Writes `out`. with_records: the encrypted snapshots too.

    Raises DataNotValid for a passphrase that is too short, a file that is there already or lies in the data folder;
    NotReady before `join`; Corrupt where ledger or log does not verify, so that no broken account is carried on.
    """
    member = load_membership(home.membership)
    if not home.ledger.exists():
        raise NotReady("This node has not joined a federation: there is nothing to back up.")
    if home.folder.resolve() in out.resolve().parents:
        raise DataNotValid("A backup in the folder that it backs up is none.", "Choose a place on another disk.")
    wrapped = wrap_key(key, passphrase)
    wanted = {Fate.TAKEN, Fate.COPIED} | ({Fate.RECORDS} if with_records else set())
    # No import or purge changes the records while they are listed and read.
    with in_turn(home.import_lock) if with_records else contextlib.nullcontext(), writing(out) as archive:
        names = {name: fate_of(name) for name in _names(home.folder)}
        rows = _verified(home)
        for name, fate in sorted(names.items()):
            if fate in wanted:
                path = home.folder / name
                archive.add(name, _copied(path) if fate is Fate.COPIED else path)
        manifest = Manifest(now_s, member.node_id, with_records, rows, archive.parts)
        archive.finish(manifest, wrapped, key)
    return Made(manifest, tuple(sorted(name for name, fate in names.items() if fate is Fate.UNKNOWN)))


def _names(folder: Path) -> Iterator[str]:
    """Every plain file, relative to the folder. Links are not followed, and not taken."""
    for at, _, files in os.walk(folder):
        for file in files:
            path = Path(at, file)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _verified(home: Home) -> int:
    """Rows of the ledger. Raises Corrupt where it or the log does not verify."""
    Log(home.log).close()
    ledger = Ledger(home.ledger)
    try:
        return sum(1 for _ in ledger.rows())
    finally:
        ledger.close()


def _copied(path: Path) -> bytes:
    """A database as it stood at one moment, though another process writes to it."""
    with (
        contextlib.closing(sqlite3.connect(path, timeout=30)) as source,
        contextlib.closing(sqlite3.connect(":memory:")) as copy,
    ):
        try:
            source.backup(copy)
            return copy.serialize()
        except sqlite3.DatabaseError as reason:
            raise trouble(path, reason) from reason
