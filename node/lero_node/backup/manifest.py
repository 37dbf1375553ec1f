"""What a backup says of itself: sealed under the storage key, so that no file of it is changed, added or left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from lero_contract.errors import Corrupt, DataNotValid, Unauthorised
from lero_node.backup.contents import NEEDED, may_be_restored
from lero_node.data.passphrase import Stretching
from lero_node.data.sealing import StorageKey, seal, unseal

VERSION = 1
LEAST_PASSPHRASE = 8
_KEY_LABEL = "backup: the storage key"
_MANIFEST_LABEL = "backup: what is in it"
_WHAT = (
    "A backup of a LERO node. It opens with its passphrase and `lero-node restore`. Restoring it gives no privacy "
    "allowance back."
)


@dataclass(frozen=True)
class Part:
    """One file. size: bytes. sha256: hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """made_at_s: seconds since 1970. parts: by name relative to the data folder. ledger_rows: rows at that moment."""

    made_at_s: int
    node_id: str
    with_records: bool
    ledger_rows: int
    parts: Mapping[str, Part]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(part.size for part in self.parts.values())


def check_passphrase(passphrase: str) -> str:
    """The passphrase, where it is long enough. Raises DataNotValid."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise DataNotValid(
            f"The passphrase of a backup needs at least {LEAST_PASSPHRASE} characters.",
            "Three or four words that nobody would guess are best. Write them down, away from the backup.",
        )
    return passphrase


def wrap_key(key: StorageKey, passphrase: str) -> bytes:
    """The one file of an archive that is read before anything is believed. Raises DataNotValid, NotReady."""
    stretching = Stretching.fresh()
    sealed = seal(stretching.key(check_passphrase(passphrase)), _KEY_LABEL, key.reveal())
    note = {"what": _WHAT, "version": VERSION, **stretching.to_note(), "key": sealed.hex()}
    return json.dumps(note, indent=1).encode()


def unwrap_key(content: bytes, passphrase: str) -> StorageKey:
    """Raises DataNotValid for what is no such file, Unauthorised for another passphrase."""
    try:
        note = json.loads(content)
        version, sealed = note["version"], bytes.fromhex(note["key"])
        stretching = Stretching.from_note(note)
    except (ValueError, KeyError, TypeError, Corrupt) as reason:
        raise DataNotValid("The backup cannot be read: its key is damaged.", "Try another copy of it.") from reason
    if version != VERSION:
        raise DataNotValid("The backup was made by another version of this program.", "Use that version.")
    try:
        return StorageKey(unseal(stretching.key(passphrase), _KEY_LABEL, sealed))
    except Corrupt as reason:
        raise Unauthorised("The passphrase is not the one of this backup, or the backup was changed.") from reason


def seal_manifest(manifest: Manifest, key: StorageKey) -> bytes:
    """The bytes of the manifest file."""
    return seal(key, _MANIFEST_LABEL, json.dumps(asdict(manifest), sort_keys=True).encode())


def open_manifest(content: bytes, key: StorageKey) -> Manifest:
    """Raises Corrupt where it was changed, DataNotValid where it names what no backup may bring."""
    raw = json.loads(unseal(key, _MANIFEST_LABEL, content))
    raw["parts"] = {name: Part(**part) for name, part in raw["parts"].items()}
    manifest = Manifest(**raw)
    wrong = sorted(name for name in manifest.parts if not may_be_restored(name))
    if wrong:
        raise DataNotValid(f"The backup holds files that no backup has: {', '.join(map(ascii, wrong))}.")
    if missing := sorted(NEEDED - manifest.parts.keys()):
        raise DataNotValid(f"The backup lacks: {', '.join(missing)}.", "Use another one.")
    return manifest
