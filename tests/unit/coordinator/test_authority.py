from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from lero_contract.errors import Malformed, Unauthorised
from lero_coordinator.authority import (
    Caller,
    Kind,
    caller_named,
    check_in_force,
    half_spent,
    invite_certificate,
    new_authority,
    node_certificate,
    server_certificate,
)
from support.offices import NOW_S, tls_request

DAY_S = 86_400
AUTHORITY = new_authority("lero-test", NOW_S)


def issued(node_id: str = "north-star") -> bytes:
    return node_certificate(AUTHORITY, tls_request(ec.generate_private_key(ec.SECP256R1())), node_id, NOW_S)


def named(*names: x509.GeneralName) -> bytes:
    """A certificate with these alternative names, signed by the authority's key."""
    key = ec.generate_private_key(ec.SECP256R1())
    genuine = x509.load_pem_x509_certificate(issued())
    builder = (
        x509.CertificateBuilder()
        .subject_name(genuine.subject)
        .issuer_name(genuine.issuer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(genuine.not_valid_before_utc)
        .not_valid_after(genuine.not_valid_after_utc)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(AUTHORITY.key, SHA256()).public_bytes(Encoding.PEM)


def test_a_node_is_named_by_its_certificate_and_not_by_its_request() -> None:
    assert caller_named(issued("north-star")) == Caller(Kind.NODE, "north-star")  # the request says "anyone"


@pytest.mark.parametrize(
    "names",
    [
        (),
        (x509.DNSName("north-star"),),
        (x509.UniformResourceIdentifier("lero:node:NORTH"),),
        (x509.UniformResourceIdentifier("lero:node:"),),
        (x509.UniformResourceIdentifier("evil:lero:node:north-star"),),
        (x509.UniformResourceIdentifier("lero:node:north-star/other"),),
        (x509.UniformResourceIdentifier("lero:node:a"), x509.UniformResourceIdentifier("lero:node:b")),
        (x509.UniformResourceIdentifier("lero:node:a"), x509.DNSName("a")),
        (x509.UniformResourceIdentifier("lero:invite:a"),),
        (x509.UniformResourceIdentifier(f"lero:invite:{'A' * 32}"),),
        (x509.UniformResourceIdentifier(f"lero:{'a' * 32}"),),
    ],
)
def test_a_certificate_without_exactly_one_known_name_names_nobody(names: tuple[x509.GeneralName, ...]) -> None:
    with pytest.raises(Unauthorised):
        caller_named(named(*names))


def test_a_node_certificate_is_for_clients_and_lasts_sixty_days() -> None:
    certificate = x509.load_pem_x509_certificate(issued())
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc.timestamp() == NOW_S + 60 * DAY_S


def test_the_server_answers_to_its_address_and_to_this_computer() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = server_certificate(AUTHORITY, key, "lero.example.org", NOW_S)
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["lero.example.org", "localhost"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_half_a_life_is_thirty_days() -> None:
    pem = issued()
    assert not half_spent(pem, NOW_S + 29 * DAY_S)
    assert half_spent(pem, NOW_S + 31 * DAY_S)


def test_a_request_that_was_changed_on_the_way_is_refused() -> None:
    data = bytearray(tls_request(ec.generate_private_key(ec.SECP256R1())))
    data[-1] ^= 1
    with pytest.raises(Malformed):
        node_certificate(AUTHORITY, bytes(data), "north-star", NOW_S)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)])
def test_a_request_with_a_key_of_another_kind_is_refused(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, SHA256())
    with pytest.raises(Malformed, match="P-256"):
        node_certificate(AUTHORITY, request.public_bytes(Encoding.DER), "north-star", NOW_S)


def test_an_invites_certificate_names_the_invite_and_ends_with_it() -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = invite_certificate(AUTHORITY, key, "ab" * 16, NOW_S, NOW_S + 3 * DAY_S)
    assert caller_named(pem) == Caller(Kind.INVITE, "ab" * 16)
    certificate = x509.load_pem_x509_certificate(pem)
    assert certificate.not_valid_after_utc.timestamp() == NOW_S + 3 * DAY_S
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    with pytest.raises(Malformed):
        invite_certificate(AUTHORITY, key, "north-star", NOW_S, NOW_S + DAY_S)


def test_a_certificate_is_in_force_until_it_ends_and_only_by_an_authority_that_is_trusted() -> None:
    other = new_authority("lero-test", NOW_S, 2)
    pem = issued()
    check_in_force(pem, [other.certificate, AUTHORITY.certificate], NOW_S)
    for authorities, now_s in (
        ([other.certificate], NOW_S),
        ([AUTHORITY.certificate], NOW_S + 61 * DAY_S),
        ([], NOW_S),
    ):
        with pytest.raises(Unauthorised):
            check_in_force(pem, authorities, now_s)
