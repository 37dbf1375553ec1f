"""What goes into the child and comes out, as bytes over its standard pipes: never an argument, file or variable."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, repr=False)
class Job:
    """One request to compute. key: the storage key, 32 bytes. roster: the payload the plan is compiled from."""

    snapshots: Path
    snapshot_id: str
    key: bytes
    request: bytes
    roster: bytes
    node_id: str
    plan_digest: bytes

    def to_bytes(self) -> bytes:
        """For the child's standard input."""
        return json.dumps(
            {
                "snapshots": str(self.snapshots),
                "snapshot_id": self.snapshot_id,
                "node_id": self.node_id,
                **{name: base64.b64encode(getattr(self, name)).decode() for name in _BYTES},
            }
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        """Reads what `to_bytes` wrote."""
        raw = json.loads(data)
        parts = {name: base64.b64decode(raw[name]) for name in _BYTES}
        return cls(Path(raw["snapshots"]), raw["snapshot_id"], node_id=raw["node_id"], **parts)


_BYTES = ("key", "request", "roster", "plan_digest")


@dataclass(frozen=True, repr=False)
class Probe:
    """A snapshot whose database is asked whether it answers. key: the storage key, 32 bytes."""

    snapshots: Path
    snapshot_id: str
    key: bytes

    def to_bytes(self) -> bytes:
        """For the child's standard input."""
        key = base64.b64encode(self.key).decode()
        return json.dumps({"snapshots": str(self.snapshots), "snapshot_id": self.snapshot_id, "key": key}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Probe:
        """Reads what `to_bytes` wrote."""
        raw = json.loads(data)
        return cls(Path(raw["snapshots"]), raw["snapshot_id"], base64.b64decode(raw["key"]))


@dataclass(frozen=True)
class Outcome:
    """Noisy cells in the plan's order, or the code of the error that stopped the child and fixed words about it."""

    cells: tuple[int, ...]
    error_code: str = ""
    fault: str = ""

    def to_bytes(self) -> bytes:
        """For the child's standard output."""
        return json.dumps({"cells": self.cells, "error_code": self.error_code, "fault": self.fault}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Outcome:
        """Reads what `to_bytes` wrote. Raises ValueError for anything else."""
        match json.loads(data):
            case {"cells": [*cells], "error_code": str(code), "fault": str(fault)} if all(
                type(c) is int for c in cells
            ):
                return cls(tuple(cells), code, fault)
        raise ValueError("these bytes are no outcome")
