"""What a snapshot says of itself, sealed: who may read it needs the storage key, and needs no pyarrow."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lero_contract.errors import Corrupt
from lero_node.data.sealing import StorageKey, seal, unseal

SNAPSHOTS = "snapshots"
MANIFEST_FILE = "manifest.sealed"
IMPORT, POSTGRESQL = "import", "postgresql"
_ID = re.compile(r"(\d{6})-(\d{2})")


@dataclass(frozen=True)
class Snapshot:
    """One import, never changed; or a database that is read in place, which changes while the snapshot does not.

    snapshot_id: number of the import, then of its revision (a revision leaves a member out). imported_at_s: seconds
    since 1970. cut_date_day: the last day the export is complete to. mapping_digest: SHA-256 of the mapping file.
    counts: rows per table, and of the quarantine. parts: SHA-256 of every file of the snapshot by its name. A database
    has no mapping, counts, files or parts: nothing of it is kept here but its sealed address. source: IMPORT or
    POSTGRESQL.
    """

    snapshot_id: str
    imported_at_s: int
    cut_date_day: int
    mapping_digest: str
    counts: Mapping[str, int]
    source_files: tuple[str, ...]
    parts: Mapping[str, str]
    source: str = IMPORT

    @property
    def is_in_place(self) -> bool:
        """Whether the records are in the LERO's own database."""
        return self.source == POSTGRESQL


def seal_manifest(snapshot: Snapshot, key: StorageKey) -> bytes:
    """The bytes of the manifest file."""
    return seal(key, _label(snapshot.snapshot_id), json.dumps(asdict(snapshot), sort_keys=True).encode())


def read_manifest(folder: Path, key: StorageKey) -> Snapshot:
    """The manifest in one snapshot's folder. Raises Corrupt where it is missing, changed or another snapshot's."""
    try:
        sealed = (folder / MANIFEST_FILE).read_bytes()
    except OSError as reason:
        raise Corrupt(f"Snapshot {folder.name} has no manifest that can be read.") from reason
    content = json.loads(unseal(key, _label(folder.name), sealed))
    content["source_files"] = tuple(content["source_files"])
    return Snapshot(**content)


def check_parts(store: Path, snapshot: Snapshot) -> None:
    """Raises Corrupt where a file of the snapshot is missing or was changed. Hashes bytes; opens no record.

    A database has no such files: whether it answers is another question (`compute.parent.probe`).
    """
    for name, digest in snapshot.parts.items():
        path = store / SNAPSHOTS / snapshot.snapshot_id / f"{name}.parquet"
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            found = ""
        if found != digest:
            raise Corrupt(
                f"The table {name} of snapshot {snapshot.snapshot_id} is missing or was changed.",
                "Keep the file as it is, and import the export again.",
            )


def snapshot_folders(store: Path) -> tuple[Path, ...]:
    """Folders of whole snapshots, oldest import first; of several revisions of one import the last only."""
    if not (store / SNAPSHOTS).is_dir():
        return ()
    names = sorted(f.name for f in (store / SNAPSHOTS).iterdir() if _ID.fullmatch(f.name))
    latest = {name[:6]: name for name in names}
    return tuple(store / SNAPSHOTS / name for name in latest.values())


def newest_snapshot(store: Path, key: StorageKey) -> Snapshot | None:
    """The last import, or None before the first. Raises Corrupt where it does not verify."""
    folders = snapshot_folders(store)
    return read_manifest(folders[-1], key) if folders else None


def next_import_id(store: Path) -> str:
    """The id after every one in use."""
    folders = snapshot_folders(store)
    last = int(folders[-1].name[:6]) if folders else 0
    return f"{last + 1:06d}-00"


def next_revision_id(snapshot_id: str) -> str:
    """The id of the same import, once more revised. Raises ValueError for what is no snapshot id."""
    found = _ID.fullmatch(snapshot_id)
    if found is None:
        raise ValueError("not a snapshot id")
    return f"{found[1]}-{int(found[2]) + 1:02d}"


def folder_of(store: Path, snapshot_id: str) -> Path:
    """Where a snapshot is kept."""
    return store / SNAPSHOTS / snapshot_id


def _label(snapshot_id: str) -> str:
    return f"snapshot {snapshot_id}"
