"""Envelopes as bytes and as messages."""

from __future__ import annotations

from lero_contract.codec.strict import parse, serialise
from lero_contract.envelope import TYPES, Envelope, Signature
from lero_contract.errors import Malformed
from lero_contract.v1 import envelope_pb2 as pb

MAX_SIGNATURES = 16


def envelope_to_message(envelope: Envelope) -> pb.Envelope:
    """For putting an envelope into another message."""
    signatures = [pb.Signature(key_id=s.key_id, signature=s.value) for s in envelope.signatures]
    return pb.Envelope(type=envelope.type, payload=envelope.payload, signatures=signatures)


def envelope_from_message(message: pb.Envelope, *, fewest: int = 1) -> Envelope:
    """Raises Malformed for an unknown type or a number of signatures no envelope has.

    fewest: 0 for a roster that is on its way to its signers.
    """
    if message.type not in TYPES or not fewest <= len(message.signatures) <= MAX_SIGNATURES:
        raise Malformed("The envelope has an unknown type or a wrong number of signatures.")
    signatures = tuple(Signature(s.key_id, s.signature) for s in message.signatures)
    if len({s.key_id for s in signatures}) != len(signatures):
        raise Malformed("The envelope is signed twice by one key.")
    return Envelope(message.type, message.payload, signatures)


def envelope_to_bytes(envelope: Envelope) -> bytes:
    """For a file or a store."""
    return serialise(envelope_to_message(envelope))


def envelope_from_bytes(data: bytes) -> Envelope:
    """Raises Malformed for anything `envelope_to_bytes` would not write."""
    return envelope_from_message(parse(pb.Envelope, data))
