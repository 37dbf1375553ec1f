"""The coordinator's own certificate authority: every certificate says whole who may use it, and for how long.

ECDSA P-256 throughout: TLS as gRPC carries it does not take Ed25519. A caller's identity is the one URI name in its
certificate, `lero:node:ID` or `lero:invite:ID`, compared whole.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lero_contract.errors import Malformed, Unauthorised
from lero_contract.request import is_node_id

AUTHORITY_DAYS = 3650
SERVER_DAYS = 90
NODE_DAYS = 60
_DAY_S = 86_400
_BACKDATE = timedelta(minutes=10)  # an office PC's clock may be a little behind
_INVITE_ID = re.compile(r"[0-9a-f]{32}")
_LARGEST_REQUEST = 8_192


class Kind(Enum):
    """What a client certificate can be; the value begins its one name."""

    NODE = "lero:node:"
    INVITE = "lero:invite:"


@dataclass(frozen=True)
class Caller:
    """Who a client certificate says is calling. id: a node's, or an invite's."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Authority:
    """A certificate and the key that signs with it; printing it shows neither."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def __repr__(self) -> str:
        return "Authority(...)"

    @property
    def certificate_pem(self) -> bytes:
        """What nodes pin."""
        return self.certificate.public_bytes(Encoding.PEM)


def new_authority(federation_id: str, now_s: int, number: int = 1) -> Authority:
    """A fresh key and its self-signed certificate, good for `AUTHORITY_DAYS`; no two of a federation share a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"LERO authority {number} of {federation_id}")
    usage = _key_usage(signs_certificates=True)
    certificate = (
        _builder(name, name, key.public_key(), now_s, now_s + AUTHORITY_DAYS * _DAY_S)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def server_certificate(authority: Authority, key: ec.EllipticCurvePublicKey, host: str, now_s: int) -> bytes:
    """PEM for the coordinator's own listener: the host nodes dial, and this computer for itself."""
    names = [_host(name) for name in dict.fromkeys((host, "localhost", "127.0.0.1"))]
    expires_at_s = now_s + SERVER_DAYS * _DAY_S
    return _issue(
        authority, key, _name("LERO coordinator"), names, ExtendedKeyUsageOID.SERVER_AUTH, now_s, expires_at_s
    )


def node_certificate(authority: Authority, tls_request: bytes, node_id: str, now_s: int) -> bytes:
    """PEM for a node, from its certificate request (PKCS #10, DER); only the public key is taken from it.

    Raises Malformed for a request that does not hold together or is not ECDSA P-256.
    """
    if not is_node_id(node_id):
        raise Malformed("A node id is lower-case letters, digits and hyphens, at most 63.")
    key = requested_key(tls_request)
    return _for_caller(authority, key, Caller(Kind.NODE, node_id), now_s, now_s + NODE_DAYS * _DAY_S)


def invite_certificate(
    authority: Authority, key: ec.EllipticCurvePublicKey, invite_id: str, now_s: int, expires_at_s: int
) -> bytes:
    """PEM for whoever holds an invite, until it expires. Raises Malformed for a name that is no invite's."""
    if not _INVITE_ID.fullmatch(invite_id):
        raise Malformed("An invite's id is 32 lower-case hex digits.")
    return _for_caller(authority, key, Caller(Kind.INVITE, invite_id), now_s, expires_at_s)


def requested_key(tls_request: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of a certificate request that proves to hold its private half. Raises Malformed otherwise."""
    if len(tls_request) > _LARGEST_REQUEST:
        raise Malformed("The certificate request is too large.")
    try:
        request = x509.load_der_x509_csr(tls_request)
        key, holds = request.public_key(), request.is_signature_valid
    except (ValueError, InvalidSignature) as reason:
        raise Malformed("The certificate request cannot be read.") from reason
    if not holds or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed("The certificate request must be signed by its own ECDSA P-256 key.")
    return key


def caller_named(pem: bytes) -> Caller:
    """Whom a client certificate names. Raises Unauthorised unless it has exactly one name, a node's or an invite's.

    That the certificate is ours and in time is for `check_in_force`.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (ValueError, x509.ExtensionNotFound) as reason:
        raise Unauthorised("The caller's certificate names nobody.") from reason
    if len(names) == 1 and isinstance(names[0], x509.UniformResourceIdentifier):
        name = names[0].value
        if name.startswith(Kind.NODE.value) and is_node_id(node_id := name[len(Kind.NODE.value) :]):
            return Caller(Kind.NODE, node_id)
        if name.startswith(Kind.INVITE.value) and _INVITE_ID.fullmatch(invite_id := name[len(Kind.INVITE.value) :]):
            return Caller(Kind.INVITE, invite_id)
    raise Unauthorised("The caller's certificate names nobody.")


def check_in_force(pem: bytes, authorities: Iterable[x509.Certificate], now_s: int) -> None:
    """Raises Unauthorised unless one of the authorities issued the certificate, and it is in time.

    TLS has checked both when the line was opened; a line can outlive a certificate, or the authority it came from.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as reason:
        raise Unauthorised("The caller's certificate cannot be read.") from reason
    now = datetime.fromtimestamp(now_s, UTC)
    in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not in_time or not any(was_issued_by(certificate, authority) for authority in authorities):
        raise Unauthorised("The caller's certificate is no longer in force.", "Renew it, or ask for a new invite.")


def was_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority's key signed the certificate."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def fingerprint(pem: bytes) -> bytes:
    """SHA-256 of a certificate. Raises ValueError for anything that is none."""
    return x509.load_pem_x509_certificate(pem).fingerprint(SHA256())


def half_spent(pem: bytes, now_s: int) -> bool:
    """Whether half of a certificate's life has passed: time for a new one."""
    certificate = x509.load_pem_x509_certificate(pem)
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return datetime.fromtimestamp(now_s, UTC) > certificate.not_valid_before_utc + life / 2


def _for_caller(
    authority: Authority, key: ec.EllipticCurvePublicKey, caller: Caller, now_s: int, expires_at_s: int
) -> bytes:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(caller.kind.value + caller.id)]
    use = ExtendedKeyUsageOID.CLIENT_AUTH
    return _issue(authority, key, _name(caller.id), names, use, now_s, expires_at_s)


def _issue(
    authority: Authority,
    key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    names: list[x509.GeneralName],
    use: x509.ObjectIdentifier,
    now_s: int,
    expires_at_s: int,
) -> bytes:
    certificate = (
        _builder(subject, authority.certificate.subject, key, now_s, expires_at_s)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now_s: int, expires_at_s: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(now_s, UTC) - _BACKDATE)
        .not_valid_after(datetime.fromtimestamp(expires_at_s, UTC))
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
