"""The storage key comes from the keyring, a passphrase, a credential or a descriptor, and from nowhere else."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, DataNotValid, NotReady, Unauthorised
from lero_node.data.keys import Surroundings, Vault, create_key, offer_on_descriptor, open_key
from lero_node.data.sealing import StorageKey, seal, unseal


class MemoryVault:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password


def around(
    passphrase: str = "", vault: Vault | None = None, environment: Mapping[str, str] | None = None
) -> Surroundings:
    kept = vault or MemoryVault()
    return Surroundings(lambda _: passphrase, environment or {}, lambda: kept)


def test_a_key_in_the_keyring_is_found_again(tmp_path: Path) -> None:
    world = around(vault=MemoryVault())
    made = create_key("keyring", tmp_path, world)
    assert open_key("keyring", tmp_path, world).reveal() == made.reveal()


def test_two_folders_of_one_user_have_keys_of_their_own(tmp_path: Path) -> None:
    world = around(vault=MemoryVault())
    keys = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        keys.add(create_key("keyring", tmp_path / name, world).reveal())
    assert len(keys) == 2


def test_a_keyring_that_lost_the_key_stops_the_start(tmp_path: Path) -> None:
    create_key("keyring", tmp_path, around(vault=MemoryVault()))
    with pytest.raises(NotReady):
        open_key("keyring", tmp_path, around(vault=MemoryVault()))


def test_the_right_passphrase_opens_and_a_wrong_one_is_told_at_once(tmp_path: Path) -> None:
    made = create_key("passphrase", tmp_path, around("correct horse"))
    assert open_key("passphrase", tmp_path, around("correct horse")).reveal() == made.reveal()
    with pytest.raises(Unauthorised):
        open_key("passphrase", tmp_path, around("correct horsf"))
    with pytest.raises(NotReady):
        open_key("passphrase", tmp_path, around(""))


def test_the_key_file_holds_neither_key_nor_passphrase(tmp_path: Path) -> None:
    made = create_key("passphrase", tmp_path, around("correct horse"))
    content = (tmp_path / "key.json").read_text()
    assert made.reveal().hex() not in content
    assert "correct" not in content


def test_a_credential_of_the_service_manager_is_read(tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "lero").write_text("ab" * 32 + "\n")
    world = around(environment={"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})
    made = create_key("credential:lero", tmp_path, world)
    assert made.reveal() == bytes.fromhex("ab" * 32)
    assert open_key("credential:lero", tmp_path, world).reveal() == made.reveal()


@pytest.mark.parametrize("source", ["credential:../lero", "credential:..", "credential:", "file:key.txt", "fd:x", ""])
def test_no_other_place_is_a_place_for_a_key(tmp_path: Path, source: str) -> None:
    with pytest.raises(DataNotValid):
        create_key(source, tmp_path, around(environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}))
    assert not (tmp_path / "key.json").exists()


def test_a_key_travels_to_a_child_by_descriptor(tmp_path: Path) -> None:
    made = create_key("keyring", tmp_path, around(vault=MemoryVault()))
    assert open_key(f"fd:{offer_on_descriptor(made)}", tmp_path, around()).reveal() == made.reveal()


def test_a_descriptor_with_too_few_bytes_is_refused(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"short")
    os.close(writer)
    with pytest.raises(NotReady):
        create_key(f"fd:{reader}", tmp_path, around())


def test_a_folder_gets_one_key_only(tmp_path: Path) -> None:
    world = around(vault=MemoryVault())
    create_key("keyring", tmp_path, world)
    with pytest.raises(DataNotValid):
        create_key("keyring", tmp_path, world)


def test_without_set_up_there_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        open_key("keyring", tmp_path, around())


def test_a_damaged_key_file_is_corrupt(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("{")
    with pytest.raises(Corrupt):
        open_key("keyring", tmp_path, around())


def test_a_key_neither_prints_nor_pickles() -> None:
    key = StorageKey(b"secret-secret-secret-secret-1234")
    assert "secret" not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_what_was_sealed_opens_only_with_its_key_and_label() -> None:
    key = StorageKey(b"k" * 32)
    sealed = seal(key, "identity", b"words")
    assert unseal(key, "identity", sealed) == b"words"
    with pytest.raises(Corrupt):
        unseal(key, "tls", sealed)
    with pytest.raises(Corrupt):
        unseal(StorageKey(b"o" * 32), "identity", sealed)
    with pytest.raises(Corrupt):
        unseal(key, "identity", sealed[:-1])
