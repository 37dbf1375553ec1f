"""The authorities' and the server's keys in the home folder, mode 0600; the server's certificate renews by itself.

While one authority takes over from another there are two. The newest issues for callers. The oldest issues for the
server, for a node that has not renewed since then trusts no other. Whoever is given a certificate is given both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from lero_contract.errors import Corrupt, NotReady
from lero_coordinator.authority import Authority, half_spent, new_authority, server_certificate, was_issued_by
from lero_coordinator.config import Home
from lero_coordinator.files import replace
from lero_coordinator.keys import write_new

_NUMBERED = re.compile(r"authority-([1-9][0-9]{0,5})\.(?:crt|key)")


@dataclass(frozen=True, repr=False)
class Authorities:
    """Every authority in force by its number, ascending; at least one."""

    by_number: Mapping[int, Authority]

    @property
    def number(self) -> int:
        """Of the newest."""
        return max(self.by_number)

    @property
    def newest(self) -> Authority:
        """Issues for nodes and invites."""
        return self.by_number[self.number]

    @property
    def oldest(self) -> Authority:
        """Issues for the server."""
        return self.by_number[min(self.by_number)]

    @property
    def bundle(self) -> bytes:
        """PEM of all of them: what nodes pin."""
        return b"".join(authority.certificate_pem for authority in self.by_number.values())

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bundle: tells who has it from who has another."""
        return hashlib.sha256(self.bundle).digest()


@dataclass(frozen=True, repr=False)
class ServerFiles:
    """PEM: the listener's key and certificate, and the authorities that callers must come from."""

    key: bytes
    certificate: bytes
    authorities: bytes


def make_authority(home: Home, federation_id: str, now_s: int) -> int:
    """A new authority in the home's `keys` folder (mode 0700), by the number after the last; returns that number."""
    home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = max((int(found[1]) for found in map(_NUMBERED.fullmatch, _names(home)) if found), default=0) + 1
    authority = new_authority(federation_id, now_s, number)
    # The certificate last and whole: an authority is in force from the moment that it can be read.
    write_new(key_file(home, number), key_pem(authority.key), 0o600)
    replace(_certificate_file(home, number), authority.certificate_pem)
    return number


def has_authority(home: Home) -> bool:
    """Whether one is in force."""
    return bool(_numbers(home))


def drop_authority(home: Home, number: int) -> None:
    """Take an authority out of force, and destroy its key."""
    _certificate_file(home, number).unlink(missing_ok=True)
    key_file(home, number).unlink(missing_ok=True)


def read_authorities(home: Home) -> Authorities:
    """Raises NotReady where there is none, Corrupt where key and certificate do not belong together."""
    found = {}
    for number, certificate in read_trusted(home).items():
        key = _read_key(key_file(home, number))
        if certificate.public_key() != key.public_key():
            words = f"The key of authority {number} does not belong to its certificate."
            raise Corrupt(words, "Restore the home folder's `keys`.")
        found[number] = Authority(certificate, key)
    return Authorities(found)


def read_trusted(home: Home) -> dict[int, x509.Certificate]:
    """The authorities' certificates by number, ascending, without their keys. Raises as `read_authorities`."""
    numbers = _numbers(home)
    if not numbers:
        raise NotReady("There is no authority among the home's keys.", "Restore the home folder's `keys`.")
    return {number: _read_certificate(_certificate_file(home, number)) for number in numbers}


def server_files(home: Home, host: str, now_s: int) -> ServerFiles:
    """What the listener needs. Its certificate is made anew when it is missing, when half its life has passed, or when
    the authority it came from is no longer the oldest.
    """
    authorities = read_authorities(home)
    server_key, certificate_file = home.keys / "server.key", home.keys / f"server-{host.replace(':', '_')}.crt"
    if not server_key.exists():
        write_new(server_key, key_pem(ec.generate_private_key(ec.SECP256R1())), 0o600)
    key = _read_key(server_key)
    if not _still_serves(certificate_file, authorities.oldest, now_s):
        replace(certificate_file, server_certificate(authorities.oldest, key.public_key(), host, now_s))
    return ServerFiles(key_pem(key), certificate_file.read_bytes(), authorities.bundle)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PEM, unencrypted: the service must start without a person, and an invite be used by one who has only the file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def key_file(home: Home, number: int) -> Path:
    """Where an authority's key is kept."""
    return home.keys / f"authority-{number}.key"


def _certificate_file(home: Home, number: int) -> Path:
    return home.keys / f"authority-{number}.crt"


def _still_serves(file: Path, authority: Authority, now_s: int) -> bool:
    if not file.exists():
        return False
    certificate = _read_certificate(file)
    return was_issued_by(certificate, authority.certificate) and not half_spent(file.read_bytes(), now_s)


def _numbers(home: Home) -> list[int]:
    return sorted(int(f[1]) for f in map(_NUMBERED.fullmatch, _names(home)) if f and f[0].endswith(".crt"))


def _names(home: Home) -> list[str]:
    return [file.name for file in home.keys.iterdir()] if home.keys.exists() else []


def _read_certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(file))
    except ValueError as reason:
        raise Corrupt(f"The certificate {file.name} cannot be read.", "Restore the home folder's `keys`.") from reason


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
        words = f"The file {file.name} is missing from the home's keys."
        raise NotReady(words, "Restore the home folder's `keys`.") from reason
