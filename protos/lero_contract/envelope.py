"""Signed bytes: nothing inside an envelope is parsed before its signature has been checked.

A signature covers a fixed label, the type and the payload, each with its length, so that a signature made for one type
never passes for another. Keys are named by the SHA-256 of the raw Ed25519 public key and compared whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lero_contract.errors import Malformed, Unauthorised

REQUEST = "request"
ANSWER_HEADER = "answer-header"
REFUSAL = "refusal"
ROSTER = "roster"
ENROLMENT = "enrolment"
RELEASE = "release"
PROGRAMME = "programme"
LEDGER_MARK = "ledger-mark"
QUESTION = "question"
REPLY = "reply"
TYPES = frozenset(
    {REQUEST, ANSWER_HEADER, REFUSAL, ROSTER, ENROLMENT, RELEASE, PROGRAMME, LEDGER_MARK, QUESTION, REPLY}
)

_LABEL = b"LERO-ENVELOPE-1"


@dataclass(frozen=True)
class Signature:
    """key_id: 64 lower-case hex digits. value: 64 bytes, Ed25519."""

    key_id: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """A type, the bytes that were signed, and who signed them."""

    type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the payload: what other messages pin."""
        return hashlib.sha256(self.payload).digest()


def key_id(public_key: bytes) -> str:
    """The name of a raw Ed25519 public key (32 bytes). Raises Malformed for any other length."""
    if len(public_key) != 32:
        raise Malformed("A public key must be 32 bytes.")
    return hashlib.sha256(public_key).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw public key of a private one."""
    return key.public_key().public_bytes_raw()


def sign(type_: str, payload: bytes, *keys: Ed25519PrivateKey) -> Envelope:
    """An envelope signed by every key given, at least one."""
    if type_ not in TYPES or not keys:
        raise ValueError("an envelope needs a known type and at least one key")
    message = _message(type_, payload)
    signatures = tuple(Signature(key_id(public_bytes(key)), key.sign(message)) for key in keys)
    return Envelope(type_, payload, signatures)


def open_one(envelope: Envelope, type_: str, public_keys: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The payload and the signer's key id of an envelope signed once by a key in `public_keys`.

    Raises Malformed for another type or number of signatures, Unauthorised for an unknown key or a wrong signature.
    """
    if len(envelope.signatures) != 1:
        raise Malformed("The envelope must carry one signature.")
    signers = valid_signers(envelope, type_, public_keys)
    if not signers:
        raise Unauthorised("The signature is not by anyone who may send this, or the bytes were changed on the way.")
    return envelope.payload, signers.pop()


def valid_signers(envelope: Envelope, type_: str, public_keys: Mapping[str, bytes]) -> set[str]:
    """The key ids, of those given, whose signature holds. Raises Malformed for another type."""
    if envelope.type != type_:
        raise Malformed(f"The envelope should hold a {type_}.")
    message = _message(envelope.type, envelope.payload)
    return {
        s.key_id
        for s in envelope.signatures
        if s.key_id in public_keys and _holds(public_keys[s.key_id], s.value, message)
    }


def _holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(type_: str, payload: bytes) -> bytes:
    name = type_.encode()
    return b"".join((_LABEL, len(name).to_bytes(4, "big"), name, len(payload).to_bytes(8, "big"), payload))
