"""Revisions of a round: numbered, dated, each with the very answers that are in it; once stored, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from lero_contract.errors import Unavailable
from lero_coordinator.store.tables import outcomes, revisions

REJECTED = "rejected"


@dataclass(frozen=True)
class Revision:
    """One combined state of a round. answers: by node, the SHA-256 of the answer's signed header.

    refused: by node, the code of its refusal. rejected: nodes whose answer did not hold then.
    """

    number: int
    made_at_s: int
    answers: Mapping[str, bytes]
    refused: Mapping[str, str]
    rejected: tuple[str, ...]


def add(connection: Connection, request_id: str, revision: Revision) -> None:
    """Record the next revision; the same again is the same. Raises Unavailable where another was first."""
    held = revisions_of(connection, request_id)
    if len(held) >= revision.number and held[revision.number - 1].answers == revision.answers:
        return
    if len(held) != revision.number - 1:
        raise Unavailable(f"Another revision {revision.number} was made at the same time.", "Try again.")
    row = {"request_id": request_id, "number": revision.number, "made_at_s": revision.made_at_s}
    connection.execute(insert(revisions).values(row))
    said: list[tuple[str, str, bytes | None]] = [(node, "answered", d) for node, d in revision.answers.items()]
    said += [(node, code, None) for node, code in revision.refused.items()]
    said += [(node, REJECTED, None) for node in revision.rejected]
    named = {"request_id": request_id, "number": revision.number}
    rows = [{**named, "node_id": node, "outcome": outcome, "header_digest": d} for node, outcome, d in said]
    if rows:
        connection.execute(insert(outcomes), rows)


def revisions_of(connection: Connection, request_id: str) -> tuple[Revision, ...]:
    """Every revision of a round, in the order of their numbers."""
    query = select(revisions).where(revisions.c.request_id == request_id).order_by(revisions.c.number)
    return tuple(
        _revision(connection, request_id, row.number, row.made_at_s) for row in connection.execute(query).all()
    )


def _revision(connection: Connection, request_id: str, number: int, made_at_s: int) -> Revision:
    same = (outcomes.c.request_id == request_id) & (outcomes.c.number == number)
    rows = connection.execute(select(outcomes).where(same).order_by(outcomes.c.node_id)).all()
    return Revision(
        number=number,
        made_at_s=made_at_s,
        answers={row.node_id: row.header_digest for row in rows if row.header_digest is not None},
        refused={r.node_id: r.outcome for r in rows if r.header_digest is None and r.outcome != REJECTED},
        rejected=tuple(row.node_id for row in rows if row.outcome == REJECTED),
    )
