"""What nodes said: the first answer and the first refusal stand; different later bytes are kept as evidence only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection, insert, select, update

from lero_contract.codec import decode_refusal, envelope_from_bytes
from lero_coordinator.rounds import Said
from lero_coordinator.store.tables import conflicts, replies, sightings

ANSWER = "answer"
REFUSAL = "refusal"
MOST_EVIDENCE = 3  # different replies kept beside the first, of each node, so that one that sends all day fills no disk


@dataclass(frozen=True)
class Reply:
    """One answer (the bytes of `Answer.to_bytes`) or refusal (an envelope's bytes) as it arrived.

    code: of the error family, for a refusal; empty for an answer. late: it came after the round had closed.
    """

    request_id: str
    node_id: str
    kind: str
    content: bytes
    code: str
    received_at_s: int
    late: bool


class Kept(Enum):
    """What became of a reply."""

    NEW = "new"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Sighting:
    """When a node was last heard, and the version it runs."""

    node_id: str
    seen_at_s: int
    software_version: str


def keep(connection: Connection, reply: Reply) -> tuple[Kept, Reply]:
    """Store a reply, and return what stands: the first one.

    An answer may follow a refusal (a person thought again); after an answer nothing else counts. What conflicts is
    stored apart, once, and no more than MOST_EVIDENCE of it.
    """
    held = [r for r in replies_to(connection, reply.request_id) if r.node_id == reply.node_id]
    same_kind = next((r for r in held if r.kind == reply.kind), None)
    if same_kind is not None and same_kind.content == reply.content:
        return Kept.SAME, same_kind
    contradicts = same_kind or next((r for r in held if r.kind == ANSWER), None)
    if contradicts is not None:
        _keep_evidence(connection, reply)
        return Kept.CONFLICT, contradicts
    row = {**vars(reply), "digest": _digest(reply)}
    connection.execute(insert(replies).values(row))
    return Kept.NEW, reply


def replies_to(connection: Connection, request_id: str) -> tuple[Reply, ...]:
    """Every reply to a request, by node; a node's answer before its refusal."""
    query = select(replies).where(replies.c.request_id == request_id).order_by(replies.c.node_id, replies.c.kind)
    return tuple(
        Reply(row.request_id, row.node_id, row.kind, row.content, row.code, row.received_at_s, row.late)
        for row in connection.execute(query)
    )


def said_to(connection: Connection, request_id: str) -> tuple[Said, ...]:
    """Who said what to a request, without the content."""
    columns = (replies.c.node_id, replies.c.kind, replies.c.code, replies.c.late)
    query = select(*columns).where(replies.c.request_id == request_id).order_by(replies.c.node_id, replies.c.kind)
    return tuple(Said(row.node_id, row.kind, row.code, row.late) for row in connection.execute(query))


def reasons_to(connection: Connection, request_id: str) -> dict[str, str]:
    """Why people declined or withheld, by node: a code of `conversation.REASONS`; nodes that gave none are left out."""
    query = select(replies.c.node_id, replies.c.content).filter_by(request_id=request_id, kind=REFUSAL)
    found = {
        row.node_id: decode_refusal(envelope_from_bytes(row.content).payload).reason
        for row in connection.execute(query.order_by(replies.c.node_id))
    }
    return {node: reason for node, reason in found.items() if reason}


def conflicts_of(connection: Connection, request_id: str) -> tuple[str, ...]:
    """The nodes that sent two different replies to a request, sorted."""
    query = select(conflicts.c.node_id).where(conflicts.c.request_id == request_id).distinct()
    return tuple(sorted(connection.scalars(query)))


def saw(connection: Connection, sighting: Sighting) -> None:
    """Record that a node was heard."""
    row = {"seen_at_s": sighting.seen_at_s, "software_version": sighting.software_version}
    same = sightings.c.node_id == sighting.node_id
    if connection.execute(update(sightings).where(same).values(row)).rowcount == 0:
        connection.execute(insert(sightings).values(node_id=sighting.node_id, **row))


def all_sightings(connection: Connection) -> dict[str, Sighting]:
    """When each node was last heard."""
    rows = connection.execute(select(sightings).order_by(sightings.c.node_id))
    return {row.node_id: Sighting(row.node_id, row.seen_at_s, row.software_version) for row in rows}


def _keep_evidence(connection: Connection, reply: Reply) -> None:
    named, digest = {"request_id": reply.request_id, "node_id": reply.node_id}, _digest(reply)
    known = connection.scalars(select(conflicts.c.digest).filter_by(**named)).all()
    if digest not in known and len(known) < MOST_EVIDENCE:
        row = {**named, "digest": digest, "content": reply.content, "received_at_s": reply.received_at_s}
        connection.execute(insert(conflicts).values(row))


def _digest(reply: Reply) -> bytes:
    return hashlib.sha256(reply.kind.encode() + b"\0" + reply.content).digest()
