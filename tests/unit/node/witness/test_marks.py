"""The mark is kept in the keyring or in a file, never in the data folder, and what cannot be read there is no mark."""

from __future__ import annotations

from pathlib import Path

import keyring.errors
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from platformdirs import user_state_path

from lero_contract.envelope import LEDGER_MARK, Envelope, sign
from lero_contract.errors import DataNotValid, Unavailable
from lero_node.data.keys import Vault
from lero_node.witness import FileMarks, Marks, VaultMarks, find_marks

NAME = "ab" * 32


class MemoryVault:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password


class LockedVault(MemoryVault):
    """A keyring whose owner has signed out."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked


def mark(payload: bytes = b"where it stands") -> Envelope:
    return sign(LEDGER_MARK, payload, Ed25519PrivateKey.generate())


def found(
    home: Path, storage_key: str = "passphrase", chosen: Path | None = None, vault: Vault | None = None, **env: str
) -> Marks:
    return find_marks(NAME, home, storage_key, chosen, env, lambda: vault or MemoryVault())


def test_what_was_kept_last_is_read_again(tmp_path: Path) -> None:
    vault = MemoryVault()
    for place in (FileMarks(tmp_path / "marks" / "a.mark"), VaultMarks(lambda: vault, NAME)):
        assert place.read() is None
        first, second = mark(b"first"), mark(b"second")
        place.write(first)
        assert place.read() == first
        place.write(second)
        assert place.read() == second


def test_a_mark_fits_into_the_smallest_keyring(tmp_path: Path) -> None:
    vault = MemoryVault()
    VaultMarks(lambda: vault, NAME).write(mark(bytes(200)))  # a payload is shorter: two names, a row, a hash, a time
    [text] = vault.kept.values()
    assert len(text) < 1_280


def test_what_cannot_be_read_as_a_mark_is_no_mark(tmp_path: Path) -> None:
    file, vault = FileMarks(tmp_path / "a.mark"), MemoryVault()
    file.path.write_bytes(b"\xff\xff these are my notes")
    kept = VaultMarks(lambda: vault, NAME)
    kept.write(mark())
    vault.kept = dict.fromkeys(vault.kept, "not base64!")
    assert (file.read(), kept.read()) == (None, None)


def test_a_place_that_cannot_be_used_now_is_a_passing_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (FileMarks(tmp_path / "file" / "a.mark"), FileMarks(tmp_path), VaultMarks(LockedVault, NAME)):
        with pytest.raises(Unavailable, match="mark of the ledger"):
            place.write(mark())
    for place in (FileMarks(tmp_path), VaultMarks(LockedVault, NAME)):
        with pytest.raises(Unavailable, match="mark of the ledger"):
            place.read()


def test_a_node_whose_key_is_in_the_keyring_keeps_its_mark_there(tmp_path: Path) -> None:
    vault = MemoryVault()
    found(tmp_path, "keyring", vault=vault).write(mark())
    assert list(vault.kept) == [("lero-node ledger mark", NAME)]


def test_other_nodes_keep_it_in_a_folder_that_somebody_chose_or_that_the_system_gives(tmp_path: Path) -> None:
    home, chosen, state = tmp_path / "home", tmp_path / "chosen", tmp_path / "state"
    file = f"{NAME}.mark"
    assert found(home, chosen=chosen) == FileMarks(chosen / file)
    assert found(home, "keyring", chosen=chosen) == FileMarks(chosen / file), "what somebody says goes first"
    assert found(home, LERO_NODE_MARKS=str(chosen), STATE_DIRECTORY=str(state)) == FileMarks(chosen / file)
    assert found(home, STATE_DIRECTORY=f"{home}:{state}") == FileMarks(state / file)
    assert found(home, STATE_DIRECTORY=str(home)) == found(home) == FileMarks(user_state_path("lero-node-marks") / file)


def test_a_folder_inside_the_data_folder_is_refused_also_by_a_detour(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "marks").mkdir(parents=True)
    (tmp_path / "link").symlink_to(home / "marks")
    for inside in (home, home / "marks", home / "new", tmp_path / "other" / ".." / "home", tmp_path / "link"):
        with pytest.raises(DataNotValid, match="cannot lie in the data folder"):
            found(home, chosen=inside)
        with pytest.raises(DataNotValid, match="cannot lie in the data folder"):
            found(home, LERO_NODE_MARKS=str(inside))
