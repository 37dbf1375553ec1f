"""A key out of a passphrase: Argon2id, with costs that a note beside may state and may not choose beyond reason."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from lero_contract.errors import Corrupt, NotReady
from lero_node.data.sealing import KEY_BYTES, StorageKey

# RFC 9106, second recommended option: 64 MiB, three passes, four lanes.
_MEMORY_KIB = 65_536
_PASSES = 3
_LANES = 4
# A note from elsewhere must not make this computer work for days, nor a guess cheap.
_MOST_MEMORY_KIB, _MOST_PASSES = 1_048_576, 16
_SALT_BYTES = 16


@dataclass(frozen=True)
class Stretching:
    """How a passphrase becomes a key; not secret. memory_kib: in KiB."""

    salt: bytes
    memory_kib: int = _MEMORY_KIB
    passes: int = _PASSES

    @classmethod
    def fresh(cls) -> Stretching:
        """With a salt of its own."""
        return cls(os.urandom(_SALT_BYTES))

    @classmethod
    def from_note(cls, note: Mapping[str, Any]) -> Stretching:
        """Reads what `to_note` wrote. Raises Corrupt for anything else, and for costs beyond reason."""
        try:
            found = cls(bytes.fromhex(note["salt"]), int(note["memory_kib"]), int(note["passes"]))
        except (KeyError, TypeError, ValueError) as reason:
            raise Corrupt("The note on the passphrase cannot be read.") from reason
        sound = _MEMORY_KIB <= found.memory_kib <= _MOST_MEMORY_KIB and _PASSES <= found.passes <= _MOST_PASSES
        if not sound or len(found.salt) < _SALT_BYTES:
            raise Corrupt("The note on the passphrase asks for costs that this program never writes.")
        return found

    def to_note(self) -> dict[str, Any]:
        """For JSON."""
        return {"salt": self.salt.hex(), "memory_kib": self.memory_kib, "passes": self.passes}

    def key(self, passphrase: str) -> StorageKey:
        """The key. Raises NotReady for no passphrase, and where this computer cannot do the work."""
        if not passphrase:
            raise NotReady("A passphrase is needed.", "Type it, or choose another place for the key.")
        try:
            stretch = Argon2id(
                salt=self.salt, length=KEY_BYTES, iterations=self.passes, lanes=_LANES, memory_cost=self.memory_kib
            )
            return StorageKey(stretch.derive(passphrase.encode()))
        except (UnsupportedAlgorithm, MemoryError) as reason:
            raise NotReady("This computer cannot work out a key from a passphrase.", "Use the keyring.") from reason
