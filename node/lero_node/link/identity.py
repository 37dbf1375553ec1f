"""The node's identity: the private key that signs its answers, sealed under the storage key. Made once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.errors import NotReady
from lero_node.data.files import write_durably
from lero_node.data.sealing import StorageKey, seal, unseal

_LABEL = "node identity"


@dataclass(frozen=True, repr=False)
class Identity:
    """signing: Ed25519; its public half is in the roster."""

    signing: Ed25519PrivateKey


def create_identity(path: Path, key: StorageKey) -> Identity:
    """A new key, sealed into `path`."""
    signing = Ed25519PrivateKey.generate()
    content = json.dumps({"signing": signing.private_bytes_raw().hex()})
    write_durably(path, seal(key, _LABEL, content.encode()))
    return Identity(signing)


def open_identity(path: Path, key: StorageKey) -> Identity:
    """Raises NotReady before set-up, Corrupt where the file was changed."""
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        raise NotReady("This node has no identity yet.", "Run: lero-node init --help") from None
    content = json.loads(unseal(key, _LABEL, sealed))
    return Identity(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["signing"])))
