"""Envelopes: a signature covers type and payload both, and nobody unlisted is heard."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.envelope import (
    ANSWER_HEADER,
    REFUSAL,
    REQUEST,
    ROSTER,
    TYPES,
    Envelope,
    Signature,
    key_id,
    open_one,
    public_bytes,
    sign,
    valid_signers,
)
from lero_contract.errors import Malformed, Unauthorised

ANALYST, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
KEYS = {key_id(public_bytes(ANALYST)): public_bytes(ANALYST)}
PAYLOAD = b"how many members are there"
SIGNED = sign(REQUEST, PAYLOAD, ANALYST)


def test_a_listed_signer_is_heard_and_named() -> None:
    assert open_one(SIGNED, REQUEST, KEYS) == (PAYLOAD, key_id(public_bytes(ANALYST)))


def test_the_key_id_is_the_sha_256_of_the_raw_key() -> None:
    assert key_id(bytes(32)) == hashlib.sha256(bytes(32)).hexdigest()
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(Malformed):
            key_id(wrong)


def test_the_signed_message_is_the_label_then_type_and_payload_each_with_its_length() -> None:
    message = b"LERO-ENVELOPE-1" + b"\0\0\0\x07request" + (26).to_bytes(8, "big") + PAYLOAD
    ANALYST.public_key().verify(SIGNED.signatures[0].value, message)


def test_every_flipped_bit_of_the_payload_is_refused() -> None:
    for place in range(len(PAYLOAD)):
        for bit in range(8):
            changed = bytearray(PAYLOAD)
            changed[place] ^= 1 << bit
            with pytest.raises(Unauthorised):
                open_one(replace(SIGNED, payload=bytes(changed)), REQUEST, KEYS)


@pytest.mark.parametrize("value", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64])
def test_a_signature_that_is_none_is_refused(value: bytes) -> None:
    forged = replace(SIGNED, signatures=(Signature(SIGNED.signatures[0].key_id, value),))
    with pytest.raises(Unauthorised):
        open_one(forged, REQUEST, KEYS)


@pytest.mark.parametrize("other", sorted(TYPES - {REQUEST}))
def test_a_signature_made_for_one_type_never_passes_for_another(other: str) -> None:
    with pytest.raises(Unauthorised):
        open_one(replace(SIGNED, type=other), other, KEYS)
    with pytest.raises(Malformed):
        open_one(SIGNED, other, KEYS)


def test_bytes_moved_from_the_type_into_the_payload_do_not_verify() -> None:
    # "refusal" + "x" and "refusa" + "lx" would be one message if lengths were not signed.
    signed = sign(REFUSAL, b"x", ANALYST)
    moved = Envelope("refusa", b"lx", signed.signatures)
    assert valid_signers(moved, "refusa", KEYS) == set()


def test_an_unlisted_key_is_refused_even_when_it_claims_a_listed_name() -> None:
    by_other = sign(REQUEST, PAYLOAD, OTHER)
    with pytest.raises(Unauthorised):
        open_one(by_other, REQUEST, KEYS)
    claimed = replace(by_other, signatures=(replace(by_other.signatures[0], key_id=next(iter(KEYS))),))
    with pytest.raises(Unauthorised):
        open_one(claimed, REQUEST, KEYS)


def test_a_request_must_carry_exactly_one_signature() -> None:
    for signatures in ((), SIGNED.signatures * 2, sign(REQUEST, PAYLOAD, ANALYST, OTHER).signatures):
        with pytest.raises(Malformed):
            open_one(replace(SIGNED, signatures=signatures), REQUEST, KEYS)


def test_one_key_that_signs_twice_counts_once() -> None:
    twice = sign(ROSTER, PAYLOAD, ANALYST, ANALYST)
    assert len(valid_signers(twice, ROSTER, KEYS)) == 1


def test_a_listed_key_that_is_no_point_of_the_curve_is_refused_and_does_not_crash() -> None:
    for broken in (b"\xff" * 32, b"short"):
        with pytest.raises(Unauthorised):
            open_one(SIGNED, REQUEST, {next(iter(KEYS)): broken})


def test_nothing_is_signed_without_a_key_or_under_an_unknown_type() -> None:
    with pytest.raises(ValueError, match="type"):
        sign("letter", PAYLOAD, ANALYST)
    with pytest.raises(ValueError, match="key"):
        sign(ANSWER_HEADER, PAYLOAD)


def test_the_digest_is_that_of_the_payload_alone() -> None:
    assert SIGNED.digest == hashlib.sha256(PAYLOAD).digest() == sign(ROSTER, PAYLOAD, OTHER).digest
