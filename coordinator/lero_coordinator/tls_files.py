"""The authority's and the server's keys in the home folder, mode 0600; the server's certificate renews by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate

from lero_contract.errors import Corrupt, NotReady
from lero_coordinator.authority import Authority, half_spent, new_authority, server_certificate
from lero_coordinator.config import Home
from lero_coordinator.keys import write_new


@dataclass(frozen=True, repr=False)
class ServerFiles:
    """PEM: the listener's key and certificate, and the authority that clients must come from."""

    key: bytes
    certificate: bytes
    authority: bytes


def make_authority(home: Home, federation_id: str, now_s: int) -> Authority:
    """A new authority in the home's `keys` folder (mode 0700). Raises DataNotValid where one is."""
    home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = new_authority(federation_id, now_s)
    write_new(home.keys / "authority.key", _key_pem(authority.key), 0o600)
    write_new(home.keys / "authority.crt", authority.certificate_pem, 0o644)
    return authority


def read_authority(home: Home) -> Authority:
    """Raises NotReady where there is none, Corrupt where key and certificate do not belong together."""
    key = _read_key(home.keys / "authority.key")
    certificate = load_pem_x509_certificate(_read(home.keys / "authority.crt"))
    if certificate.public_key() != key.public_key():
        raise Corrupt("The authority's key does not belong to its certificate.", "Restore the home folder's `keys`.")
    return Authority(certificate, key)


def server_files(home: Home, host: str, now_s: int) -> ServerFiles:
    """What the listener needs; made anew when missing, for another host, or half its life has passed."""
    authority = read_authority(home)
    key_file, certificate_file = home.keys / "server.key", home.keys / f"server-{host.replace(':', '_')}.crt"
    if not key_file.exists():
        write_new(key_file, _key_pem(ec.generate_private_key(ec.SECP256R1())), 0o600)
    key = _read_key(key_file)
    if not certificate_file.exists() or half_spent(certificate_file.read_bytes(), now_s):
        replace(certificate_file, server_certificate(authority, key.public_key(), host, now_s))
    return ServerFiles(_key_pem(key), certificate_file.read_bytes(), authority.certificate_pem)


def replace(file: Path, data: bytes) -> None:
    """Write whole or not at all: a reader sees the old bytes or the new ones."""
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(data)
    beside.replace(file)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    # Unencrypted, for the account's eyes only: the service must start without a person.
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(_read(file), None)
    except (ValueError, TypeError) as reason:
        raise Corrupt(f"The key {file.name} cannot be read.", "Restore the home folder's `keys`.") from reason
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Corrupt(f"The key {file.name} is not of the kind this software writes.")
    return key


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as reason:
        raise NotReady(
            f"The file {file.name} is missing from the home's keys.", "Run `lero-coordinator init`."
        ) from reason
