"""The root set as a file that anyone may keep: the one thing to be trusted before a release can be checked.

Whoever keeps it should have it from another channel than the release; it holds public keys and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from lero_contract.errors import DataNotValid, Malformed
from lero_contract.roster import RootSet

VERSION = 1


@dataclass(frozen=True)
class PinnedRoots:
    """Whose roots they are, and the set. Later sets are reached from it step by step, by signed rosters."""

    federation_id: str
    roots: RootSet


class _Set(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int
    threshold: int
    public_keys: list[str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: int
    federation: str
    root_set: _Set


def roots_bytes(pinned: PinnedRoots) -> bytes:
    """The file: the same bytes for the same set."""
    roots = pinned.roots
    content = {
        "version": VERSION,
        "federation": pinned.federation_id,
        "root_set": {
            "version": roots.version,
            "threshold": roots.threshold,
            "public_keys": [key.hex() for key in roots.public_keys],
        },
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def read_roots(data: bytes) -> PinnedRoots:
    """Raises DataNotValid for anything but such a file."""
    try:
        found = _File.model_validate_json(data)
        keys = tuple(bytes.fromhex(key) for key in found.root_set.public_keys)
        roots = RootSet(found.root_set.version, found.root_set.threshold, keys)
    except (ValidationError, ValueError, Malformed) as reason:
        raise DataNotValid("This is not a file of root keys.", "Give the file of `root export`.") from reason
    if found.version != VERSION or any(len(key) != 32 for key in keys):
        raise DataNotValid("The file of root keys is of another kind than this program reads.")
    return PinnedRoots(found.federation, roots)
