"""Where a LERO's own database is, sealed under the storage key: the address holds a password, and is never shown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import Corrupt, DataNotValid
from lero_node.data.sealing import StorageKey, seal, unseal

CONNECTION_FILE = "connection.sealed"
_SCHEMES = ("postgresql://", "postgres://")
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, repr=False)
class Connection:
    """url: a PostgreSQL address with user and password. schema: where the four tables or views are."""

    url: str
    schema: str

    def __post_init__(self) -> None:
        if not _SCHEMA.fullmatch(self.schema):
            raise DataNotValid(
                "A schema's name has small letters, digits and underscores only.", "For instance: --schema lero"
            )

    def __repr__(self) -> str:
        """Hidden: tracebacks and logs print reprs."""
        return "Connection(hidden)"


def read_url(path: Path) -> str:
    """The address in a file of one line. Raises DataNotValid, never quoting the file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError):
        raise DataNotValid("The file with the address cannot be read.", "Save it as plain text (UTF-8).") from None
    if len(lines) != 1 or not lines[0].startswith(_SCHEMES):
        raise DataNotValid(
            "The file does not hold one address of a PostgreSQL database.",
            "One line: postgresql://lero_reader:PASSWORD@localhost:5432/DATABASE",
        )
    return lines[0]


def seal_connection(connection: Connection, snapshot_id: str, key: StorageKey) -> bytes:
    """The bytes of the connection file of one snapshot."""
    content = {"url": connection.url, "schema": connection.schema}
    return seal(key, _label(snapshot_id), json.dumps(content).encode())


def read_connection(folder: Path, key: StorageKey) -> Connection:
    """The connection in a snapshot's folder. Raises Corrupt where it is missing, changed or another snapshot's."""
    try:
        sealed = (folder / CONNECTION_FILE).read_bytes()
    except OSError:
        raise Corrupt(
            f"Snapshot {folder.name} has no address of a database that can be read.", "Run: lero-node data connect"
        ) from None
    return Connection(**json.loads(unseal(key, _label(folder.name), sealed)))


def _label(snapshot_id: str) -> str:
    return f"connection {snapshot_id}"
