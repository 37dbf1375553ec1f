"""The node's keys: two of them, sealed at rest, opened only by the storage key they were sealed under."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from lero_contract.envelope import public_bytes
from lero_contract.errors import Corrupt, NotReady
from lero_node.data.sealing import StorageKey
from lero_node.link.identity import create_identity, open_identity

KEY, OTHER = StorageKey(bytes(32)), StorageKey(b"\x01" * 32)


def test_keys_come_back_as_they_were_made(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "identity.sealed", KEY)
    found = open_identity(tmp_path / "identity.sealed", KEY)
    assert public_bytes(found.signing) == public_bytes(made.signing)
    assert found.tls == made.tls


def test_neither_key_is_readable_in_the_file_nor_printed(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "identity.sealed", KEY)
    raw = made.signing.private_bytes_raw()
    content = (tmp_path / "identity.sealed").read_bytes()
    assert raw not in content and raw.hex().encode() not in content and b"PRIVATE KEY" not in content
    assert raw.hex() not in repr(made) and "PRIVATE KEY" not in repr(made)


def test_every_node_has_keys_of_its_own(tmp_path: Path) -> None:
    one, two = create_identity(tmp_path / "one", KEY), create_identity(tmp_path / "two", KEY)
    assert public_bytes(one.signing) != public_bytes(two.signing)
    assert one.tls != two.tls


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


def test_the_certificate_request_is_signed_by_the_tls_key_in_the_name_of_the_node(tmp_path: Path) -> None:
    made = create_identity(tmp_path / "identity.sealed", KEY)
    request = x509.load_der_x509_csr(made.certificate_request("harbour"))
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=harbour"
