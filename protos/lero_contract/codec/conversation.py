"""Questions and replies as bytes."""

from __future__ import annotations

from lero_contract.codec.strict import parse, serialise
from lero_contract.conversation import Question, Reply
from lero_contract.v1 import answer_pb2 as pb


def encode_question(question: Question) -> bytes:
    """The payload that the node signs."""
    return serialise(
        pb.Question(
            request_id=question.request_id,
            request_digest=question.request_digest,
            node_id=question.node_id,
            text=question.text,
            asked_at_s=question.asked_at_s,
        )
    )


def decode_question(payload: bytes) -> Question:
    """Raises Malformed for anything `encode_question` would not write."""
    message = parse(pb.Question, payload)
    return Question(
        request_id=message.request_id,
        request_digest=message.request_digest,
        node_id=message.node_id,
        text=message.text,
        asked_at_s=message.asked_at_s,
    )


def encode_reply(reply: Reply) -> bytes:
    """The payload that the analyst signs."""
    return serialise(
        pb.Reply(
            request_id=reply.request_id,
            question_digest=reply.question_digest,
            node_id=reply.node_id,
            text=reply.text,
            replied_at_s=reply.replied_at_s,
        )
    )


def decode_reply(payload: bytes) -> Reply:
    """Raises Malformed for anything `encode_reply` would not write."""
    message = parse(pb.Reply, payload)
    return Reply(
        request_id=message.request_id,
        question_digest=message.question_digest,
        node_id=message.node_id,
        text=message.text,
        replied_at_s=message.replied_at_s,
    )
