"""Ledger heads and marks as bytes."""

from __future__ import annotations

from lero_contract.codec.strict import parse, serialise
from lero_contract.ledger_mark import LedgerHead, LedgerMark
from lero_contract.v1 import answer_pb2 as pb


def head_to_message(head: LedgerHead) -> pb.LedgerHead:
    """For the wire."""
    return pb.LedgerHead(sequence=head.sequence, hash=head.hash, epoch=head.epoch)


def head_from_message(message: pb.LedgerHead) -> LedgerHead:
    """From the wire."""
    return LedgerHead(message.sequence, message.hash, message.epoch)


def encode_ledger_mark(mark: LedgerMark) -> bytes:
    """The payload that the node signs."""
    return serialise(
        pb.LedgerMark(
            federation_id=mark.federation_id,
            node_id=mark.node_id,
            head=head_to_message(mark.head),
            at_s=mark.at_s,
        )
    )


def decode_ledger_mark(payload: bytes) -> LedgerMark:
    """Raises Malformed for anything `encode_ledger_mark` would not write."""
    message = parse(pb.LedgerMark, payload)
    return LedgerMark(message.federation_id, message.node_id, head_from_message(message.head), message.at_s)
