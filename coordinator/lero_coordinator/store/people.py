"""Organisations, parties and enrolments: a known name never quietly changes its key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from lero_contract.codec import envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import Conflict
from lero_contract.roster import Party
from lero_coordinator.store.tables import enrolments, organisations, parties


@dataclass(frozen=True)
class StoredEnrolment:
    """A LERO's wish to be listed as it was signed, and when it was taken in."""

    node_id: str
    envelope: Envelope
    accepted_at_s: int


def name_organisation(connection: Connection, organisation_id: str, name: str) -> None:
    """Record an organisation. Raises Conflict where its id stands for another name."""
    held = connection.scalar(select(organisations.c.name).where(organisations.c.organisation_id == organisation_id))
    if held is None:
        connection.execute(insert(organisations).values(organisation_id=organisation_id, name=name))
    elif held != name:
        words = f"The organisation {organisation_id} is listed under another name."
        raise Conflict(words, "Check which of the two this is; two organisations need two ids.")


def organisation_names(connection: Connection) -> dict[str, str]:
    """Every organisation's name by its id."""
    rows = connection.execute(select(organisations).order_by(organisations.c.organisation_id))
    return {row.organisation_id: row.name for row in rows}


def add_party(connection: Connection, role: str, party: Party) -> None:
    """Record an analyst, publisher or keeper; the same again is the same. Raises Conflict for another key or body."""
    same = (parties.c.role == role) & (parties.c.party_id == party.party_id)
    held = connection.execute(select(parties).where(same)).one_or_none()
    if held is None:
        row = {"party_id": party.party_id, "organisation_id": party.organisation_id, "public_key": party.public_key}
        connection.execute(insert(parties).values(role=role, **row))
    elif Party(held.party_id, held.organisation_id, held.public_key) != party:
        raise Conflict(f"There is another {role} named {party.party_id}.", "Give the new key a new name.")


def parties_of(connection: Connection, role: str) -> tuple[Party, ...]:
    """Everyone in a role, by name."""
    rows = connection.execute(select(parties).where(parties.c.role == role).order_by(parties.c.party_id))
    return tuple(Party(row.party_id, row.organisation_id, row.public_key) for row in rows)


def put_enrolment(connection: Connection, stored: StoredEnrolment, organisation_id: str) -> None:
    """Record an enrolment, or its newer wording. Whether the new may take the old's place is decided before."""
    row = {
        "organisation_id": organisation_id,
        "envelope": envelope_to_bytes(stored.envelope),
        "accepted_at_s": stored.accepted_at_s,
    }
    same = enrolments.c.node_id == stored.node_id
    if connection.execute(update(enrolments).where(same).values(row)).rowcount == 0:
        connection.execute(insert(enrolments).values(node_id=stored.node_id, **row))


def enrolment_of(connection: Connection, node_id: str) -> StoredEnrolment | None:
    """What a node enrolled with last."""
    found = all_enrolments(connection, node_id)
    return found[0] if found else None


def all_enrolments(connection: Connection, node_id: str | None = None) -> tuple[StoredEnrolment, ...]:
    """Every enrolment by node id, or one node's."""
    query = select(enrolments).order_by(enrolments.c.node_id)
    if node_id is not None:
        query = query.where(enrolments.c.node_id == node_id)
    return tuple(
        StoredEnrolment(row.node_id, envelope_from_bytes(row.envelope), row.accepted_at_s)
        for row in connection.execute(query)
    )
