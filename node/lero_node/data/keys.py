"""Where the storage key lives: the system's keyring, a passphrase, a service credential or an inherited descriptor.

There is no fallback to a plain file. `key.json` beside the store is not secret: it names the place, holds the salt of a
passphrase, and a sealed word by which a wrong key is told at once. After a restore it also holds the key itself, sealed
under what the new place hands over: records keep their key, wherever they go.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lero_contract.errors import Corrupt, DataNotValid, NotReady, Unauthorised
from lero_node.data.files import write_durably
from lero_node.data.passphrase import Stretching
from lero_node.data.sealing import KEY_BYTES, StorageKey, seal, unseal

KEY_FILE = "key.json"
_CHECK_LABEL = "storage key check"
_CHECK_WORD = b"the right key"
_KEPT_LABEL = "kept storage key"
_KEYRING_SERVICE = "lero-node storage key"
# Back ends that keep secrets in the operating system. Others, such as plain files, are refused.
_TRUSTED_KEYRINGS = ("Windows", "macOS", "SecretService", "libsecret", "kwallet")


class Vault(Protocol):
    """What is used of a keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps the secret."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What keys need from the world. ask_passphrase: gets words for the prompt. environment: of this process."""

    ask_passphrase: Callable[[str], str]
    environment: Mapping[str, str]
    find_vault: Callable[[], Vault]


def surroundings(ask_passphrase: Callable[[str], str]) -> Surroundings:
    """Those of this process."""
    return Surroundings(ask_passphrase, os.environ, system_vault)


def create_key(source: str, folder: Path, around: Surroundings) -> StorageKey:
    """A new key (or the one the service manager hands over), and `key.json` in `folder`.

    source: "keyring", "passphrase", "credential:NAME" or "fd:N". Raises NotReady where the place cannot be used,
    DataNotValid where the folder already has a key.
    """
    note = _new_note(folder)
    if source == "keyring":
        key = StorageKey(os.urandom(KEY_BYTES))
        around.find_vault().set_password(_KEYRING_SERVICE, note["key_id"], key.reveal().hex())
    else:
        key = _new_from_place(source, note, around)
    _write_note(folder, note, source, key)
    return key


def keep_key(key: StorageKey, source: str, folder: Path, around: Surroundings) -> None:
    """Keeps a key that exists already (a backup's) in a place of this computer, and writes `key.json` in `folder`.

    source and errors: as `create_key`. A passphrase or a credential seals the key, and need not be what it was.
    """
    note = _new_note(folder)
    if source == "keyring":
        around.find_vault().set_password(_KEYRING_SERVICE, note["key_id"], key.reveal().hex())
    else:
        note["kept"] = seal(_new_from_place(source, note, around), _KEPT_LABEL, key.reveal()).hex()
    _write_note(folder, note, source, key)


def open_key(source: str, folder: Path, around: Surroundings) -> StorageKey:
    """The key of a folder that `create_key` has set up.

    Raises NotReady where there is none or the place cannot be used, Unauthorised for a wrong passphrase or key, Corrupt
    where `key.json` cannot be read.
    """
    note = _read_note(folder)
    if source == "keyring":
        kept = around.find_vault().get_password(_KEYRING_SERVICE, str(note["key_id"]))
        if kept is None:
            raise NotReady("The keyring of this user holds no key for this data folder.", "Sign in as its owner.")
        key = _from_text(kept.encode())
    elif source == "passphrase":
        if "salt" not in note:
            raise NotReady("This data folder was not set up with a passphrase.", f"Its key lives in: {note['place']}")
        key = Stretching.from_note(note).key(around.ask_passphrase("Passphrase"))
    else:
        key = _handed_over(source, around)
    key = _kept_under(key, note)
    try:
        unseal(key, _CHECK_LABEL, bytes.fromhex(str(note["check"])))
    except Corrupt as reason:
        raise Unauthorised("The key or passphrase is not the one this data folder was set up with.") from reason
    return key


def system_vault() -> Vault:
    """The operating system's keyring. Raises NotReady where it has none: there is no fallback to a file."""
    import keyring  # slow to import, and needed in this branch only

    found = keyring.get_keyring()
    for backend in (found, *getattr(found, "backends", ())):
        if type(backend).__module__ in {f"keyring.backends.{name}" for name in _TRUSTED_KEYRINGS}:
            vault: Vault = backend
            return vault
    raise NotReady(
        "This computer offers no keyring to this user.", "Use a passphrase, or a credential of the service manager."
    )


def offer_on_descriptor(key: StorageKey) -> int:
    """A readable descriptor that yields the key once, for a child started with "fd:N". The caller closes it."""
    reader, writer = os.pipe()
    os.write(writer, key.reveal())
    os.close(writer)
    os.set_inheritable(reader, True)
    return reader


def _read_note(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / KEY_FILE).read_bytes())
        if note["version"] != 1 or not {"key_id", "check", "place"} <= note.keys():
            raise KeyError("version")
    except FileNotFoundError as reason:
        raise NotReady("This data folder has no storage key yet.", "Run: lero-node init") from reason
    except (ValueError, KeyError, TypeError) as reason:
        raise Corrupt(f"{KEY_FILE} cannot be read.", "Restore it from a backup of the data folder.") from reason
    return dict(note)


def _new_note(folder: Path) -> dict[str, Any]:
    if (folder / KEY_FILE).exists():
        raise DataNotValid("This data folder already has a storage key.", "Choose another folder, or keep this one.")
    return {"version": 1, "key_id": os.urandom(8).hex()}


def _new_from_place(source: str, note: dict[str, Any], around: Surroundings) -> StorageKey:
    """What a passphrase or a service manager gives; how the passphrase becomes a key goes into the note."""
    if source != "passphrase":
        return _handed_over(source, around)
    stretching = Stretching.fresh()
    note |= stretching.to_note()
    return stretching.key(around.ask_passphrase("New passphrase"))


def _kept_under(found: StorageKey, note: Mapping[str, Any]) -> StorageKey:
    """The key that a restore sealed under what was handed over; what was handed over itself, where none is."""
    try:
        return StorageKey(unseal(found, _KEPT_LABEL, bytes.fromhex(str(note["kept"]))))
    except (KeyError, Corrupt):
        return found  # whether it is the right one is checked next


def _write_note(folder: Path, note: dict[str, Any], source: str, key: StorageKey) -> None:
    note["place"] = source.partition(":")[0]
    note["check"] = seal(key, _CHECK_LABEL, _CHECK_WORD).hex()
    write_durably(folder / KEY_FILE, json.dumps(note, indent=1).encode())


def _handed_over(source: str, around: Surroundings) -> StorageKey:
    place, _, name = source.partition(":")
    if place == "fd" and name.isdecimal():
        return _from_text(_drain(int(name)))
    if place == "credential" and re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name) and name.strip("."):
        folder = around.environment.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise NotReady(
                "The service manager handed over no credentials.", "Set LoadCredentialEncrypted= in the unit."
            )
        try:
            return _from_text(Path(folder, name).read_bytes())
        except OSError as reason:
            raise NotReady(f"The credential '{name}' cannot be read.", "Check the unit of the service.") from reason
    raise DataNotValid(
        f"'{source}' is no place for a storage key.", "Use keyring, passphrase, credential:NAME or fd:NUMBER."
    )


def _drain(descriptor: int) -> bytes:
    try:
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(2 * KEY_BYTES + 2)
    except OSError as reason:
        raise NotReady(f"Descriptor {descriptor} was not handed to this process.") from reason


def _from_text(found: bytes) -> StorageKey:
    """32 raw bytes, or 64 hexadecimal digits with or without a line end."""
    if len(found) == KEY_BYTES:
        return StorageKey(found)
    try:
        return StorageKey(bytes.fromhex(found.decode("ascii").strip()))
    except ValueError as reason:
        raise NotReady("What was handed over is no key of 32 bytes.") from reason
