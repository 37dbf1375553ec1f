"""Where the mark of a ledger is kept: always outside the data folder, so that a copy of the folder does not bring it.

It is named after the node's identity key: a folder that was restored, copied or moved meets the mark of its own ledger.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from platformdirs import user_state_path

from lero_contract.codec import envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import DataNotValid, Malformed, Unavailable
from lero_node.data.files import make_private_folder, write_durably
from lero_node.data.keys import Vault

ENVIRONMENT = "LERO_NODE_MARKS"
_SERVICE = "lero-node ledger mark"


class Marks(Protocol):
    """The place of one node's mark."""

    def read(self) -> Envelope | None:
        """What was kept last; None where nothing is, or nothing that can be read. Raises Unavailable."""
        ...

    def write(self, mark: Envelope) -> None:
        """Keeps it, durable when this returns. Raises Unavailable."""
        ...


FindMarks = Callable[[str], Marks]
"""The place of a mark, by the key id of the node's identity key."""


@dataclass(frozen=True)
class FileMarks:
    """A file of its own."""

    path: Path

    def read(self) -> Envelope | None:
        """As `Marks.read`."""
        try:
            return envelope_from_bytes(self.path.read_bytes())
        except (FileNotFoundError, Malformed):
            return None
        except OSError as reason:
            raise _closed(f"{self.path}: {reason.strerror}") from reason

    def write(self, mark: Envelope) -> None:
        """As `Marks.write`."""
        try:
            make_private_folder(self.path.parent)
            write_durably(self.path, envelope_to_bytes(mark))
        except OSError as reason:
            raise _closed(f"{self.path}: {reason.strerror}") from reason


@dataclass(frozen=True)
class VaultMarks:
    """An entry of the operating system's keyring."""

    find_vault: Callable[[], Vault]
    name: str

    def read(self) -> Envelope | None:
        """As `Marks.read`."""
        try:
            text = self.find_vault().get_password(_SERVICE, self.name)
        except _keyring_failure() as reason:
            raise _closed("the keyring") from reason
        try:
            return envelope_from_bytes(base64.b64decode(text, validate=True)) if text else None
        except (binascii.Error, ValueError, Malformed):
            return None

    def write(self, mark: Envelope) -> None:
        """As `Marks.write`."""
        try:
            self.find_vault().set_password(_SERVICE, self.name, base64.b64encode(envelope_to_bytes(mark)).decode())
        except _keyring_failure() as reason:
            raise _closed("the keyring") from reason


def find_marks(
    key_id: str,
    home: Path,
    storage_key: str,
    chosen: Path | None,
    environment: Mapping[str, str],
    find_vault: Callable[[], Vault],
) -> Marks:
    """Where a node's mark is: a folder that somebody chose, the keyring if the storage key is there, a state folder.

    key_id: of the node's identity key. home: its data folder. storage_key: as in `node.toml`. chosen: of the option
    `--marks`. Raises DataNotValid for a folder inside the data folder.
    """
    given = chosen or (Path(environment[ENVIRONMENT]) if environment.get(ENVIRONMENT) else None)
    if given is not None and _is_inside(given, home):
        raise DataNotValid(
            "The mark of the ledger cannot lie in the data folder: whoever restores the one restores the other.",
            "Choose another folder with --marks.",
        )
    if given is None and storage_key == "keyring":
        return VaultMarks(find_vault, key_id)
    return FileMarks((given or _state_folder(home, environment)).absolute() / f"{key_id}.mark")


def _state_folder(home: Path, environment: Mapping[str, str]) -> Path:
    """The service manager's, where it gives one beside the data folder; else the account's."""
    listed = [Path(place) for place in environment.get("STATE_DIRECTORY", "").split(":") if place]
    outside = [place for place in listed if not _is_inside(place, home)]
    # A name of its own: on Windows and macOS the state folder of a program is its data folder.
    return outside[0] if outside else user_state_path("lero-node-marks")


def _is_inside(folder: Path, home: Path) -> bool:
    return folder.resolve().is_relative_to(home.resolve())


def _closed(place: str) -> Unavailable:
    return Unavailable(
        f"The mark of the ledger cannot be kept or read now ({place}).",
        "Nothing is sent without it. Check the place, or choose another with --marks.",
    )


def _keyring_failure() -> type[Exception]:
    from keyring.errors import KeyringError  # slow to import, and needed in this branch only

    return KeyringError
