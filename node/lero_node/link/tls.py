"""The TLS key and certificate by which this node calls: stored whole, in one sealed file, old or new and never half.

What the coordinator hands back is used only where it is for the key made here, in this node's one name, and issued by
an authority that came with it over the line that is trusted already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from lero_contract.errors import Corrupt, Malformed, NotReady, OutOfTime
from lero_node.data.files import write_durably
from lero_node.data.sealing import StorageKey, seal, unseal

_LABEL = "node tls"
_NODE = "lero:node:"


@dataclass(frozen=True)
class Credentials:
    """What the coordinator hands back. certificate: PEM, of this node. authorities: PEM, one certificate or more."""

    certificate: bytes
    authorities: bytes


@dataclass(frozen=True, repr=False)
class TlsFiles:
    """PEM: all that is needed to dial. The private key is never printed."""

    key: bytes
    certificate: bytes
    authorities: bytes


def new_key() -> bytes:
    """A fresh ECDSA P-256 key, PEM: TLS as gRPC carries it does not take Ed25519."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def certificate_request(key: bytes, node_id: str) -> bytes:
    """PKCS #10, DER, in the name of the node, signed by this key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node_id)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(_private(key), SHA256())
    return request.public_bytes(Encoding.DER)


def check_credentials(key: bytes, found: Credentials, node_id: str, now_s: int) -> TlsFiles:
    """The files to dial with from now on.

    Raises Malformed for a certificate of another key, with other names than this node's one, or by no authority that
    came with it; OutOfTime for one that is not valid now.
    """
    try:
        certificate = x509.load_pem_x509_certificate(found.certificate)
        authorities = x509.load_pem_x509_certificates(found.authorities)
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (ValueError, x509.ExtensionNotFound) as reason:
        raise Malformed("The certificate that came back cannot be read.") from reason
    if _public(certificate) != _public(_private(key)):
        raise Malformed("The certificate that came back is for another key.")
    if names != [x509.UniformResourceIdentifier(_NODE + node_id)]:
        raise Malformed("The certificate that came back names another node, or more than this one.")
    if not any(_has_issued(authority, certificate) for authority in authorities):
        raise Malformed("The certificate that came back is by no authority that came with it.")
    if _moment(now_s) >= certificate.not_valid_after_utc:  # not from when: a clock that is a little slow does no harm
        raise OutOfTime("The certificate that came back has expired already.", "Check this computer's clock.")
    return TlsFiles(key, found.certificate, found.authorities)


def renewal_due(certificate: bytes, now_s: int) -> bool:
    """Whether half of the certificate's life is over: time for a new one."""
    found = x509.load_pem_x509_certificate(certificate)
    life = found.not_valid_after_utc - found.not_valid_before_utc
    return _moment(now_s) >= found.not_valid_before_utc + life / 2


def has_expired(certificate: bytes, now_s: int) -> bool:
    """Whether the coordinator hears nobody by this certificate any longer."""
    return _moment(now_s) >= x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def store_tls(path: Path, key: StorageKey, files: TlsFiles) -> None:
    """Replaces what was stored, in one durable write."""
    content = json.dumps({name: pem.decode("ascii") for name, pem in vars(files).items()})
    write_durably(path, seal(key, _LABEL, content.encode()))


def open_tls(path: Path, key: StorageKey) -> TlsFiles:
    """Raises NotReady where this node has no line, Corrupt where the file was changed."""
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        raise NotReady(
            "This node joined by file, so it has no line to the coordinator: requests and answers go by file.",
            "For a line, run with the same invite: lero-node join INVITE",
        ) from None
    return TlsFiles(**{name: pem.encode() for name, pem in json.loads(unseal(key, _LABEL, sealed)).items()})


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Corrupt("The TLS key is not of the kind this program makes.")
    return key


def _public(holder: x509.Certificate | ec.EllipticCurvePrivateKey) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _has_issued(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _moment(now_s: int) -> datetime:
    return datetime.fromtimestamp(now_s, UTC)
