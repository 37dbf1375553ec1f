"""The node's identity: one key, sealed at rest, opened only by the storage key it was sealed under."""

from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.envelope import public_bytes
from lero_contract.errors import Corrupt, NotReady
from lero_node.data.sealing import StorageKey
from lero_node.link.identity import create_identity, open_identity

KEY, OTHER = StorageKey(bytes(32)), StorageKey(b"\x01" * 32)


def test_the_key_comes_back_as_it_was_made(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "identity.sealed", KEY)
    found = open_identity(tmp_path / "identity.sealed", KEY)
    assert public_bytes(found.signing) == public_bytes(made.signing)


def test_the_key_is_not_readable_in_the_file_nor_printed(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "identity.sealed", KEY)
    raw = made.signing.private_bytes_raw()
    content = (tmp_path / "identity.sealed").read_bytes()
    assert raw not in content and raw.hex().encode() not in content
    assert raw.hex() not in repr(made)


def test_every_node_has_a_key_of_its_own(tmp_path: Path) -> None:
    one, two = create_identity(tmp_path / "one", KEY), create_identity(tmp_path / "two", KEY)
    assert public_bytes(one.signing) != public_bytes(two.signing)


def test_another_storage_key_or_a_changed_byte_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "identity.sealed"
    create_identity(path, KEY)
    with pytest.raises(Corrupt):
        open_identity(path, OTHER)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt):
        open_identity(path, KEY)


def test_before_set_up_there_is_no_identity(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        open_identity(tmp_path / "identity.sealed", KEY)
