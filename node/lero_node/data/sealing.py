"""Small secrets at rest: AES-256-GCM under a key derived from the storage key, bound to a label."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lero_contract.errors import Corrupt

KEY_BYTES = 32
_NONCE_BYTES = 12
_MARK = b"LERO1"


class StorageKey:
    """The one key of a node's stored records. It does not print, and it is used only through keys derived from it."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        """material: 32 bytes. Raises ValueError for another length."""
        if len(material) != KEY_BYTES:
            raise ValueError(f"a storage key has {KEY_BYTES} bytes")
        self._material = material

    def __repr__(self) -> str:
        """Hidden: tracebacks and logs print reprs."""
        return "StorageKey(hidden)"

    def __reduce__(self) -> str:
        """Raises TypeError: a pickled key would be a key in a plain file."""
        raise TypeError("a storage key is never pickled")

    def derive(self, label: str) -> bytes:
        """32 bytes for one use. Source: HKDF with SHA-256, RFC 5869."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"lero storage v1\0" + label.encode()).derive(self._material)

    def reveal(self) -> bytes:
        """The 32 bytes themselves, for the places that keep a key (keys.py) and for handing it to a child process."""
        return self._material


def seal(key: StorageKey, label: str, plain: bytes) -> bytes:
    """Encrypted and authenticated bytes that only `unseal` with the same key and label opens."""
    # The nonce is drawn here, not passed in: one that repeats under a key gives the plain text away.
    nonce = os.urandom(_NONCE_BYTES)
    return _MARK + nonce + AESGCM(key.derive("seal")).encrypt(nonce, plain, label.encode())


def unseal(key: StorageKey, label: str, sealed: bytes) -> bytes:
    """The bytes that were sealed. Raises Corrupt for another key, another label or a changed byte."""
    body = len(_MARK) + _NONCE_BYTES
    if not sealed.startswith(_MARK) or len(sealed) < body:
        raise Corrupt(f"The sealed record '{label}' is not one of this program's.")
    try:
        return AESGCM(key.derive("seal")).decrypt(sealed[len(_MARK) : body], sealed[body:], label.encode())
    except InvalidTag as reason:
        raise Corrupt(f"The sealed record '{label}' was changed, or belongs to another key.") from reason
