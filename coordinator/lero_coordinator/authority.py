"""The coordinator's own certificate authority: every certificate says whole who may use it, and for how long.

ECDSA P-256 throughout: TLS as gRPC carries it does not take Ed25519. A node's identity is the one URI name
`lero:node:ID` in its certificate, compared whole.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lero_contract.errors import Malformed, Unauthorised
from lero_contract.request import is_node_id

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 90
_DAY_S = 86_400
_BACKDATE = timedelta(minutes=10)  # an office PC's clock may be a little behind
_NODE = "lero:node:"
_LARGEST_REQUEST = 8_192


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


def new_authority(federation_id: str, now_s: int) -> Authority:
    """A fresh key and its self-signed certificate, good for `AUTHORITY_DAYS`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"LERO authority of {federation_id}")
    usage = _key_usage(signs_certificates=True)
    certificate = (
        _builder(name, name, key.public_key(), now_s, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def server_certificate(authority: Authority, key: ec.EllipticCurvePublicKey, host: str, now_s: int) -> bytes:
    """PEM for the coordinator's own listener: the host nodes dial, and this computer for itself."""
    names = [_host(name) for name in dict.fromkeys((host, "localhost", "127.0.0.1"))]
    return _issue(authority, key, _name("LERO coordinator"), names, ExtendedKeyUsageOID.SERVER_AUTH, now_s)


def node_certificate(authority: Authority, tls_request: bytes, node_id: str, now_s: int) -> bytes:
    """PEM for a node, from its certificate request (PKCS #10, DER); only the public key is taken from it.

    Raises Malformed for a request that does not hold together or is not ECDSA P-256.
    """
    if not is_node_id(node_id):
        raise Malformed("A node id is lower-case letters, digits and hyphens, at most 63.")
    key = requested_key(tls_request)
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(_NODE + node_id)]
    return _issue(authority, key, _name(node_id), names, ExtendedKeyUsageOID.CLIENT_AUTH, now_s)


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


def node_of_certificate(pem: bytes) -> str:
    """The node a client certificate names. Raises Unauthorised unless it has exactly one name, a node's.

    That the certificate is ours and in time has been checked by TLS before.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (ValueError, x509.ExtensionNotFound) as reason:
        raise Unauthorised("The caller's certificate names no node.") from reason
    if len(names) != 1 or not isinstance(names[0], x509.UniformResourceIdentifier):
        raise Unauthorised("The caller's certificate names no node.")
    prefix, node_id = names[0].value[: len(_NODE)], names[0].value[len(_NODE) :]
    if prefix != _NODE or not is_node_id(node_id):
        raise Unauthorised("The caller's certificate names no node.")
    return node_id


def half_spent(pem: bytes, now_s: int) -> bool:
    """Whether half of a certificate's life has passed: time for a new one."""
    certificate = x509.load_pem_x509_certificate(pem)
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return datetime.fromtimestamp(now_s, UTC) > certificate.not_valid_before_utc + life / 2


def _issue(
    authority: Authority,
    key: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    names: list[x509.GeneralName],
    use: x509.ObjectIdentifier,
    now_s: int,
) -> bytes:
    certificate = (
        _builder(subject, authority.certificate.subject, key, now_s, CERTIFICATE_DAYS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now_s: int, days: int
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(now_s, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + timedelta(seconds=days * _DAY_S))
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
