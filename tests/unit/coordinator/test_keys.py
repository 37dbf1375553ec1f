from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from lero_contract.envelope import public_bytes
from lero_contract.errors import DataNotValid, Unauthorised
from lero_coordinator.keys import read_private_key, read_public_key, write_key

PASSPHRASE = b"a long enough one"


def test_a_key_comes_back_under_its_passphrase_and_its_public_half_beside_it(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = write_key(key, tmp_path / "analyst.key", PASSPHRASE)
    assert public == tmp_path / "analyst.key.pub"
    assert public_bytes(read_private_key(tmp_path / "analyst.key", PASSPHRASE)) == public_bytes(key)
    assert read_public_key(public) == public_bytes(key)


def test_the_private_file_is_encrypted_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    write_key(key, tmp_path / "k", PASSPHRASE)
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / "k").read_bytes()


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    write_key(Ed25519PrivateKey.generate(), tmp_path / "k", PASSPHRASE)
    with pytest.raises(Unauthorised, match="does not open"):
        read_private_key(tmp_path / "k", b"another passphrase")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    write_key(Ed25519PrivateKey.generate(), tmp_path / "k", PASSPHRASE)
    before = (tmp_path / "k").read_bytes()
    with pytest.raises(DataNotValid, match="cannot be made"):
        write_key(Ed25519PrivateKey.generate(), tmp_path / "k", PASSPHRASE)
    assert (tmp_path / "k").read_bytes() == before


def test_no_half_of_a_pair_is_left_where_the_public_file_exists(tmp_path: Path) -> None:
    (tmp_path / "k.pub").write_text("someone's key")
    with pytest.raises(DataNotValid, match=r"k\.pub cannot be made"):
        write_key(Ed25519PrivateKey.generate(), tmp_path / "k", PASSPHRASE)
    assert [file.name for file in tmp_path.iterdir()] == ["k.pub"]


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="at least 8"):
        write_key(Ed25519PrivateKey.generate(), tmp_path / "k", b"1234567")
    assert not (tmp_path / "k").exists()


def test_an_unencrypted_key_is_not_taken(tmp_path: Path) -> None:
    plain = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "k").write_bytes(plain)
    with pytest.raises(DataNotValid, match="not an encrypted"):
        read_private_key(tmp_path / "k", PASSPHRASE)


def test_a_key_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "k").write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))
    )
    with pytest.raises(DataNotValid, match="Ed25519"):
        read_private_key(tmp_path / "k", PASSPHRASE)


def test_a_file_that_is_no_public_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataNotValid, match=r"notes\.txt"):
        read_public_key(tmp_path / "notes.txt")
