"""Ed25519 keys of roots, analysts, publishers and keepers: each in its own file, never unencrypted on disk.

These files belong on their holder's own medium. The coordinator's home never holds one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from lero_contract.errors import DataNotValid, Unauthorised

ROOT = "root"
ANALYST = "analyst"
PUBLISHER = "publisher"
KEEPER = "keeper"
SHORTEST_PASSPHRASE = 8


def write_key(key: Ed25519PrivateKey, file: Path, passphrase: bytes) -> Path:
    """Write the encrypted private key (mode 0600) and, beside it, FILE.pub; returns the latter.

    Raises DataNotValid for a short passphrase or where either file exists: a key is never overwritten.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise DataNotValid(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters.", "Choose a longer one.")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    beside = public_file(file)
    if beside.exists():
        raise DataNotValid(f"The file {beside} cannot be made: File exists.", "Choose another name.")
    write_new(file, private, 0o600)
    write_new(beside, public, 0o644)
    return beside


def read_private_key(file: Path, passphrase: bytes) -> Ed25519PrivateKey:
    """Raises Unauthorised for a wrong passphrase, DataNotValid for anything but an encrypted Ed25519 key."""
    data = read_file(file)
    if b"ENCRYPTED" not in data:
        raise DataNotValid(f"{file.name} is not an encrypted private key.", "Give the file made by `key new`.")
    try:
        key = load_pem_private_key(data, passphrase)
    except (ValueError, TypeError) as reason:
        raise Unauthorised(f"The passphrase does not open {file.name}.", "Try the passphrase again.") from reason
    except UnsupportedAlgorithm as reason:
        raise DataNotValid(f"{file.name} holds a key of a kind this software does not use.") from reason
    if not isinstance(key, Ed25519PrivateKey):
        raise DataNotValid(f"{file.name} does not hold an Ed25519 key.", "Make one with `key new`.")
    return key


def read_public_key(file: Path) -> bytes:
    """The 32 raw bytes of a public key file. Raises DataNotValid for anything else."""
    try:
        key = load_pem_public_key(read_file(file))
    except (ValueError, UnsupportedAlgorithm) as reason:
        raise DataNotValid(f"{file.name} is not a public key.", "Give the .pub file made by `key new`.") from reason
    if not isinstance(key, Ed25519PublicKey):
        raise DataNotValid(f"{file.name} does not hold an Ed25519 key.", "Make one with `key new`.")
    return key.public_bytes_raw()


def read_public_keys(files: Sequence[Path]) -> tuple[bytes, ...]:
    """The keys of several files, in their order."""
    return tuple(read_public_key(file) for file in files)


def public_file(file: Path) -> Path:
    """Where `write_key` puts the public half."""
    return file.with_name(file.name + ".pub")


def read_file(file: Path) -> bytes:
    """Raises DataNotValid, in words, for a file that cannot be read."""
    try:
        return file.read_bytes()
    except OSError as reason:
        raise DataNotValid(f"The file {file} cannot be read: {reason.strerror}.", "Check the name.") from reason


def write_new(file: Path, data: bytes, mode: int) -> None:
    """A file that did not exist before, with its permissions from the first byte on. Raises DataNotValid if it does."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as reason:
        raise DataNotValid(f"The file {file} cannot be made: {reason.strerror}.", "Choose another name.") from reason
    with os.fdopen(handle, "wb") as open_file:
        open_file.write(data)
        open_file.flush()
        os.fsync(open_file.fileno())
