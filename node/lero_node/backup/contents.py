"""What of a data folder goes into a backup: a list of what may, so that a file nobody thought of stays out.

Never: the local mark (it lies outside the folder, and a witness that travels with what it witnesses is none), locks,
the note on the key (the key goes in wrapped), the flag of an earlier restore, half-written files, databases of before
an upgrade. Keepers' sealing keys are to stay out too, for they must be gone after their quarter; there are none yet.
"""

from __future__ import annotations

import re
from enum import Enum

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_RECORDS = re.compile(r"data/snapshots/\d{6}-\d{2}/[a-z_]+\.(?:parquet|sealed)")
_ROSTER = re.compile(r"rosters/\d{8}\.roster")
_PLAIN = frozenset(
    {
        "node.toml",
        "policy.toml",
        "policy.confirmed.toml",
        "mapping.toml",
        "identity.sealed",
        "tls.sealed",
        "membership.json",
        # No records: how rows are chosen where a member has too many, and which import numbers are taken.
        "data/hash_key.sealed",
        "data/last_import",
    }
)
_DATABASES = frozenset({"ledger.sqlite", "log.sqlite", "inbox.sqlite", "programmes.sqlite"})
_LEFT_OUT = frozenset({"key.json", "restored", "run.lock", "import.lock"})
_LEFT_OUT_ENDINGS = re.compile(r"(\.sqlite-journal|\.part|\.before-v\d+)$")  # the last: of before an upgrade
NEEDED = frozenset({"node.toml", "policy.toml", "identity.sealed", "membership.json", "ledger.sqlite", "log.sqlite"})


class Fate(Enum):
    """What becomes of a file of the data folder."""

    TAKEN = "taken as it is"
    COPIED = "copied by SQLite, whole while the node works"
    RECORDS = "taken where records are wanted"
    LEFT_OUT = "left out on purpose"
    UNKNOWN = "not this program's"


def fate_of(name: str) -> Fate:
    """name: relative to the data folder, with forward slashes, as the file system or an archive gives it."""
    parts = name.split("/")
    if name in _LEFT_OUT or parts[-1].startswith(".") or _LEFT_OUT_ENDINGS.search(name):
        return Fate.LEFT_OUT
    if any(not _PART.fullmatch(part) for part in parts):
        return Fate.UNKNOWN
    if name in _PLAIN or _ROSTER.fullmatch(name):
        return Fate.TAKEN
    if name in _DATABASES:
        return Fate.COPIED
    return Fate.RECORDS if _RECORDS.fullmatch(name) else Fate.UNKNOWN


def may_be_restored(name: str) -> bool:
    """Whether an archive may put a file of this name into a data folder."""
    return fate_of(name) in (Fate.TAKEN, Fate.COPIED, Fate.RECORDS)
