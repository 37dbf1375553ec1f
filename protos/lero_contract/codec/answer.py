"""Answers and refusals as bytes. A vector's length says its number of cells and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.codec.ledger_mark import head_from_message, head_to_message
from lero_contract.codec.strict import parse, serialise
from lero_contract.conversation import REASONS
from lero_contract.envelope import Envelope
from lero_contract.errors import Declined, Malformed, Withheld, all_errors
from lero_contract.ledger_mark import LedgerHead
from lero_contract.request import Mode
from lero_contract.v1 import answer_pb2 as pb
from lero_contract.v1 import request_pb2 as request_pb


@dataclass(frozen=True)
class AnswerHeader:
    """The signed part of an answer. What it pins must equal what the request and the roster entry imply."""

    request_id: str
    request_digest: bytes
    plan_digest: bytes
    dictionary_digest: bytes
    roster_digest: bytes
    node_id: str
    mode: Mode
    cell_count: int
    cut_date_day: int
    vector_digest: bytes
    price_nano_rho: int
    not_collected: tuple[str, ...]
    publish_alone: bool
    ledger_head: LedgerHead


@dataclass(frozen=True)
class Answer:
    """A header envelope and the vector its digest covers."""

    header: Envelope
    vector: bytes

    def to_message(self) -> pb.Answer:
        """For the wire."""
        return pb.Answer(header=envelope_to_message(self.header), vector=self.vector)

    def to_bytes(self) -> bytes:
        """For a file or a store."""
        return serialise(self.to_message())


@dataclass(frozen=True)
class Refusal:
    """A node's "no": a code of the error family and its fixed public words.

    reason: where a person declined or withheld, a code of `conversation.REASONS`; else empty.
    """

    request_id: str
    request_digest: bytes
    node_id: str
    code: str
    reason: str = ""

    @property
    def words(self) -> str:
        """The fixed public text of the code."""
        return all_errors()[self.code].public


def decode_answer(data: bytes) -> Answer:
    """Raises Malformed for anything `Answer.to_bytes` would not write."""
    message = parse(pb.Answer, data)
    return Answer(envelope_from_message(message.header), message.vector)


def encode_vector(cells: Sequence[int]) -> bytes:
    """Noised cells as fixed-width signed 64-bit words."""
    return serialise(pb.Vector(cells=cells))


def decode_vector(data: bytes) -> list[int]:
    """Raises Malformed for anything `encode_vector` would not write."""
    return list(parse(pb.Vector, data).cells)


def vector_digest(data: bytes) -> bytes:
    """SHA-256 of a serialised vector, as a header carries it."""
    return hashlib.sha256(data).digest()


def encode_header(header: AnswerHeader) -> bytes:
    """The payload that the node signs."""
    return serialise(
        pb.AnswerHeader(
            request_id=header.request_id,
            request_digest=header.request_digest,
            plan_digest=header.plan_digest,
            dictionary_digest=header.dictionary_digest,
            roster_digest=header.roster_digest,
            node_id=header.node_id,
            mode=request_pb.MODE_STANDALONE if header.mode is Mode.STANDALONE else request_pb.MODE_POOLED,
            cell_count=header.cell_count,
            cut_date_day=header.cut_date_day,
            vector_digest=header.vector_digest,
            price_nano_rho=header.price_nano_rho,
            not_collected=header.not_collected,
            publish_alone=header.publish_alone,
            ledger_head=head_to_message(header.ledger_head),
        )
    )


def decode_header(payload: bytes) -> AnswerHeader:
    """Raises Malformed for bytes that are not exactly one header."""
    message = parse(pb.AnswerHeader, payload)
    if message.mode != request_pb.MODE_STANDALONE:
        raise Malformed("This version reads standalone answers only.", "Bring this software up to date.")
    return AnswerHeader(
        request_id=message.request_id,
        request_digest=message.request_digest,
        plan_digest=message.plan_digest,
        dictionary_digest=message.dictionary_digest,
        roster_digest=message.roster_digest,
        node_id=message.node_id,
        mode=Mode.STANDALONE,
        cell_count=message.cell_count,
        cut_date_day=message.cut_date_day,
        vector_digest=message.vector_digest,
        price_nano_rho=message.price_nano_rho,
        not_collected=tuple(message.not_collected),
        publish_alone=message.publish_alone,
        ledger_head=head_from_message(message.ledger_head),
    )


def encode_refusal(refusal: Refusal) -> bytes:
    """The payload that the node signs."""
    return serialise(
        pb.Refusal(
            request_id=refusal.request_id,
            request_digest=refusal.request_digest,
            node_id=refusal.node_id,
            code=refusal.code,
            words=refusal.words,
            reason=refusal.reason,
        )
    )


def decode_refusal(payload: bytes) -> Refusal:
    """Raises Malformed for an unknown code, or words that are not that code's."""
    message = parse(pb.Refusal, payload)
    if message.code not in all_errors() or message.words != all_errors()[message.code].public:
        raise Malformed("The refusal's code or words are not of this contract.")
    said_by_a_person = message.code in (Declined.code, Withheld.code)
    if message.reason not in REASONS or (message.reason and not said_by_a_person):
        raise Malformed("The refusal's reason is not of this contract.")
    return Refusal(message.request_id, message.request_digest, message.node_id, message.code, message.reason)
