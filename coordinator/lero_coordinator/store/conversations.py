"""What LEROs ask about requests and what analysts reply, as signed bytes in the order they came; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, insert, select

from lero_contract.codec import envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import QUESTION, REPLY, Envelope
from lero_contract.errors import Refused
from lero_coordinator.store.tables import conversations

MOST_QUESTIONS = 20  # of one node about one request
MOST_REPLIES = 20  # to one question


@dataclass(frozen=True)
class Kept:
    """One question or reply. question_digest: of the question's payload, in a question its own."""

    node_id: str
    number: int
    request_id: str
    question_digest: bytes
    envelope: Envelope
    received_at_s: int


def keep_question(connection: Connection, node_id: str, request_id: str, envelope: Envelope, now_s: int) -> None:
    """Stores a question; the same again is the same. Raises Refused past MOST_QUESTIONS of a node about a request."""
    if _is_kept(connection, envelope):
        return
    _check_room(_rows(connection, QUESTION, node_id=node_id, request_id=request_id), MOST_QUESTIONS)
    _keep(connection, Kept(node_id, 0, request_id, envelope.digest, envelope, now_s))


def keep_reply(connection: Connection, question: Kept, envelope: Envelope, now_s: int) -> None:
    """Stores a reply; the same again is the same. Raises Refused past MOST_REPLIES to one question."""
    if _is_kept(connection, envelope):
        return
    _check_room(_rows(connection, REPLY, question_digest=question.question_digest), MOST_REPLIES)
    _keep(connection, Kept(question.node_id, 0, question.request_id, question.question_digest, envelope, now_s))


def replies_for(connection: Connection, node_id: str, after: int) -> tuple[Envelope, ...]:
    """The replies to a node's questions, in the order they came, without the first `after`."""
    return tuple(kept.envelope for kept in _rows(connection, REPLY, node_id=node_id)[after:])


def questions_of(connection: Connection, request_id: str | None = None) -> tuple[Kept, ...]:
    """The questions about one request, or about all, in the order they came."""
    named = {} if request_id is None else {"request_id": request_id}
    return tuple(sorted(_rows(connection, QUESTION, **named), key=lambda kept: (kept.received_at_s, kept.node_id)))


def replies_to(connection: Connection, question: Kept) -> tuple[Kept, ...]:
    """What was replied to one question."""
    return _rows(connection, REPLY, question_digest=question.question_digest)


def _keep(connection: Connection, kept: Kept) -> None:
    # Numbered within the transaction: of two writers at once one fails and tries again, so that no number comes late.
    newest = select(func.max(conversations.c.number)).where(conversations.c.node_id == kept.node_id)
    row = {
        "node_id": kept.node_id,
        "number": (connection.scalar(newest) or 0) + 1,
        "kind": kept.envelope.type,
        "request_id": kept.request_id,
        "question_digest": kept.question_digest,
        "digest": kept.envelope.digest,
        "envelope": envelope_to_bytes(kept.envelope),
        "received_at_s": kept.received_at_s,
    }
    connection.execute(insert(conversations).values(row))


def _is_kept(connection: Connection, envelope: Envelope) -> bool:
    query = select(conversations.c.number).where(conversations.c.digest == envelope.digest)
    return connection.execute(query).first() is not None


def _rows(connection: Connection, kind: str, **named: str | bytes) -> tuple[Kept, ...]:
    query = select(conversations).filter_by(kind=kind, **named).order_by(conversations.c.number)
    return tuple(_kept(row) for row in connection.execute(query))


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    envelope = envelope_from_bytes(row.envelope)
    return Kept(row.node_id, row.number, row.request_id, row.question_digest, envelope, row.received_at_s)


def _check_room(known: Sequence[Kept], most: int) -> None:
    if len(known) >= most:
        raise Refused(f"At most {most} can be kept here.", "Telephone instead.")
