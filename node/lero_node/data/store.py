"""Immutable snapshots: each import is whole or absent, encrypted from the first byte, and never changed afterwards.

A snapshot is written into a hidden folder inside the store, synced, and only then given its name; purging takes the
name away first. A crash at any step leaves the snapshots that were there before, or those and the new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lero_contract.errors import Corrupt, DataNotValid
from lero_node.data.connection import CONNECTION_FILE, Connection, seal_connection
from lero_node.data.files import make_private_folder, remove_folder, sync_file, sync_folder, write_durably
from lero_node.data.keyhash import HASH_KEY_BYTES
from lero_node.data.loaded import Loaded
from lero_node.data.manifest import (
    MANIFEST_FILE,
    POSTGRESQL,
    SNAPSHOTS,
    Snapshot,
    newest_snapshot,
    next_import_id,
    next_revision_id,
    read_manifest,
    seal_manifest,
    snapshot_folders,
)
from lero_node.data.parquet import EncryptedParquet
from lero_node.data.schema import SCHEMAS
from lero_node.data.sealing import StorageKey, seal, unseal

_QUARANTINE = "quarantine"
_PARTS = (*SCHEMAS, _QUARANTINE)
_HASH_KEY_FILE = "hash_key.sealed"
_HASH_KEY_LABEL = "row hash key"
_LAST_NUMBER_FILE = "last_import"


class Store:
    """The snapshots of one node. One process at a time writes; `lero_node` holds the lock."""

    def __init__(self, folder: Path, key: StorageKey) -> None:
        """Makes the folder where it is absent."""
        self._folder = folder
        self._key = key
        self._parquet = EncryptedParquet(key)
        make_private_folder(folder / SNAPSHOTS)

    def hash_key(self) -> bytes:
        """The key of the row hashes, drawn at the first call and the same ever after."""
        path = self._folder / _HASH_KEY_FILE
        if not path.exists():
            write_durably(path, seal(self._key, _HASH_KEY_LABEL, os.urandom(HASH_KEY_BYTES)))
        return unseal(self._key, _HASH_KEY_LABEL, path.read_bytes())

    def write(self, loaded: Loaded, cut_date_day: int, now_s: int) -> Snapshot:
        """A new snapshot of a finished load, on the disk when this returns. Its members have one line each.

        cut_date_day: the last day the export is complete to. Raises OSError for a full or read-only disk, with
        nothing new in the store.
        """
        members = loaded.tables["members"]["member_id"]
        if pc.count_distinct(members).as_py() != len(members):
            raise AssertionError("an import has one line for each member")  # or they would count twice in every answer
        self._clear_leftovers()
        snapshot = Snapshot(
            snapshot_id=self._fresh_id(),
            imported_at_s=now_s,
            cut_date_day=cut_date_day,
            mapping_digest=loaded.mapping_digest,
            counts={},
            source_files=loaded.source_files,
            parts={},
        )
        return self._write(snapshot, {**loaded.tables, _QUARANTINE: loaded.quarantine})

    def connect(self, connection: Connection, cut_date_day: int, now_s: int) -> Snapshot:
        """A new snapshot that is a database read in place; only its address is kept, sealed."""
        self._clear_leftovers()
        snapshot = Snapshot(self._fresh_id(), now_s, cut_date_day, "", {}, (), {}, POSTGRESQL)
        partial = self._begin(snapshot)
        sealed = seal_connection(connection, snapshot.snapshot_id, self._key)
        write_durably(partial / CONNECTION_FILE, sealed)
        return self._finish(partial, snapshot)

    def newest(self) -> Snapshot | None:
        """The last import, or None before the first. Raises Corrupt where it does not verify."""
        return newest_snapshot(self._folder, self._key)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every snapshot, oldest first. Raises Corrupt where one does not verify."""
        return tuple(read_manifest(folder, self._key) for folder in snapshot_folders(self._folder))

    def tables(self, snapshot_id: str) -> dict[str, pa.Table]:
        """Members, reviews, activities and milestones. Raises Corrupt for a changed byte anywhere in them."""
        parts = self._parts(snapshot_id, tuple(SCHEMAS))
        for name, table in parts.items():
            if not table.schema.equals(SCHEMAS[name]):
                raise Corrupt(
                    f"Snapshot {snapshot_id} has other columns than this program.", "Import the export again."
                )
        return parts

    def quarantine(self, snapshot_id: str) -> pa.Table:
        """The rows that were not accepted, with their cells as they stood."""
        return self._parts(snapshot_id, (_QUARANTINE,))[_QUARANTINE]

    def purge(self, snapshot_id: str) -> None:
        """Removes one snapshot. The ledger and answers that were sent stay as they are."""
        remove_folder(self._folder_of(snapshot_id))

    def purge_older_than(self, snapshot_id: str) -> tuple[str, ...]:
        """Removes every snapshot before the one named; returns their ids."""
        self._folder_of(snapshot_id)
        older = tuple(f.name for f in snapshot_folders(self._folder) if f.name < snapshot_id)
        for name in older:
            self.purge(name)
        return older

    def remove_member(self, member_id: str) -> int:
        """Leaves the member out of every import and quarantine; returns how many of them held the member.

        The next import brings the member back unless the case system has dropped them, or marks that they object. A
        database that is read in place is the LERO's own to change.
        """
        self._clear_leftovers()
        return sum(self._remove_from(s, member_id) for s in self.snapshots() if not s.is_in_place)

    def _remove_from(self, snapshot: Snapshot, member_id: str) -> bool:
        parts = self._parts(snapshot.snapshot_id, _PARTS)
        kept = {name: table.filter(_others(table, member_id)) for name, table in parts.items()}
        if all(kept[name].num_rows == parts[name].num_rows for name in _PARTS):
            return False
        # The revision first: a crash in between leaves both, the older one unread and cleared by the next writer.
        self._write(replace(snapshot, snapshot_id=next_revision_id(snapshot.snapshot_id)), kept)
        remove_folder(self._folder / SNAPSHOTS / snapshot.snapshot_id)
        return True

    def _write(self, snapshot: Snapshot, parts: Mapping[str, pa.Table]) -> Snapshot:
        partial = self._begin(snapshot)
        digests = {}
        for name in _PARTS:
            path = partial / f"{name}.parquet"
            self._parquet.write(parts[name], path)
            sync_file(path)
            digests[name] = _digest(path)
        counts = {name: parts[name].num_rows for name in _PARTS}
        return self._finish(partial, replace(snapshot, counts=counts, parts=digests))

    def _begin(self, snapshot: Snapshot) -> Path:
        """A folder that no reader looks at yet."""
        partial = self._folder / SNAPSHOTS / f".part-{snapshot.snapshot_id}"
        make_private_folder(partial)
        return partial

    def _finish(self, partial: Path, snapshot: Snapshot) -> Snapshot:
        """The manifest, and then the name by which readers find it."""
        write_durably(partial / MANIFEST_FILE, seal_manifest(snapshot, self._key))
        partial.replace(self._folder / SNAPSHOTS / snapshot.snapshot_id)
        sync_folder(self._folder / SNAPSHOTS)
        return snapshot

    def _parts(self, snapshot_id: str, names: tuple[str, ...]) -> dict[str, pa.Table]:
        folder = self._folder_of(snapshot_id)
        snapshot = read_manifest(folder, self._key)
        if snapshot.is_in_place:
            raise DataNotValid(f"Snapshot {snapshot_id} is a database that is read in place; no record is kept here.")
        found = {}
        for name in names:
            path = folder / f"{name}.parquet"
            # The digest is sealed with the manifest, so a file of another snapshot is found out too.
            if not path.is_file() or _digest(path) != snapshot.parts.get(name):
                raise Corrupt(f"The table {name} of snapshot {snapshot_id} is missing or was changed.")
            found[name] = self._parquet.read(path)
        return found

    def _folder_of(self, snapshot_id: str) -> Path:
        for folder in snapshot_folders(self._folder):
            if folder.name == snapshot_id:
                return folder
        raise DataNotValid("There is no such snapshot.", "List them: lero-node data show")

    def _fresh_id(self) -> str:
        """A number no snapshot ever had here, so that a purged one is never taken for another."""
        path = self._folder / _LAST_NUMBER_FILE
        spent = int(path.read_text()) if path.exists() else 0
        number = max(spent + 1, int(next_import_id(self._folder)[:6]))
        write_durably(path, str(number).encode())
        return f"{number:06d}-00"

    def _clear_leftovers(self) -> None:
        """What a crash left half written, half removed or replaced. Only a writer clears: another may be reading."""
        current = {folder.name for folder in snapshot_folders(self._folder)}
        for entry in (self._folder / SNAPSHOTS).iterdir():
            if entry.is_dir() and entry.name not in current:
                shutil.rmtree(entry)


def _others(table: pa.Table, member_id: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.not_equal(table["member_id"], member_id), True)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
