"""Invites, each bound once, and the certificates that nodes were given and have shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select, update

from lero_contract.errors import Conflict
from lero_coordinator.invites import Issued
from lero_coordinator.store.tables import certificates, invites

MOST_CERTIFICATES = 5  # kept of each node, so that one that asks all day fills no disk


@dataclass(frozen=True)
class Certified:
    """A certificate that a node was given. bundle: the digest of the authorities it was given with.

    shown_at_s: when it first called with it, and so surely held it and them; else None.
    """

    fingerprint: bytes
    node_id: str
    authority: int
    bundle: bytes
    issued_at_s: int
    expires_at_s: int
    shown_at_s: int | None = None


def add_invite(connection: Connection, issued: Issued) -> None:
    """Record an invite."""
    connection.execute(insert(invites).values(vars(issued)))


def all_invites(connection: Connection, node_id: str | None = None) -> tuple[Issued, ...]:
    """Every invite, oldest first, or one node's."""
    query = select(invites).order_by(invites.c.made_at_s, invites.c.invite_id)
    if node_id is not None:
        query = query.where(invites.c.node_id == node_id)
    return tuple(Issued(**row) for row in connection.execute(query).mappings())


def invite_of(connection: Connection, invite_id: str) -> Issued | None:
    """The invite of this id."""
    row = connection.execute(select(invites).where(invites.c.invite_id == invite_id)).mappings().one_or_none()
    return Issued(**row) if row is not None else None


def withdraw_invite(connection: Connection, invite_id: str, now_s: int) -> None:
    """Nobody may use it from now on; the first moment stands."""
    still = (invites.c.invite_id == invite_id) & invites.c.withdrawn_at_s.is_(None)
    connection.execute(update(invites).where(still).values(withdrawn_at_s=now_s))


def bind_invite(connection: Connection, invite_id: str, identity_key: bytes, now_s: int) -> None:
    """Bind an invite to the key that uses it; the same key again is the same. Raises Conflict for another.

    One statement, so that of two who come at the same moment, in two processes, one is refused.
    """
    free = or_(invites.c.identity_key.is_(None), invites.c.identity_key == identity_key)
    usable = (invites.c.invite_id == invite_id) & invites.c.withdrawn_at_s.is_(None) & free
    bound = connection.execute(update(invites).where(usable).values(identity_key=identity_key))
    if bound.rowcount == 0:
        raise Conflict("The invite was used by another computer.", "Find out who had the file.")
    first = (invites.c.invite_id == invite_id) & invites.c.used_at_s.is_(None)
    connection.execute(update(invites).where(first).values(used_at_s=now_s))


def add_certificate(connection: Connection, certified: Certified) -> None:
    """Record a certificate, and forget the node's oldest."""
    connection.execute(insert(certificates).values(vars(certified)))
    of_node = certificates_of(connection, certified.node_id)
    for old in of_node[: max(0, len(of_node) - MOST_CERTIFICATES)]:
        connection.execute(delete(certificates).where(certificates.c.fingerprint == old.fingerprint))


def certificates_of(connection: Connection, node_id: str | None = None) -> tuple[Certified, ...]:
    """A node's certificates, oldest first, or everybody's."""
    query = select(certificates).order_by(certificates.c.issued_at_s, certificates.c.fingerprint)
    if node_id is not None:
        query = query.where(certificates.c.node_id == node_id)
    return tuple(Certified(**row) for row in connection.execute(query).mappings())


def certificate_of(connection: Connection, fingerprint: bytes) -> Certified | None:
    """The certificate with this fingerprint."""
    query = select(certificates).where(certificates.c.fingerprint == fingerprint)
    row = connection.execute(query).mappings().one_or_none()
    return Certified(**row) if row is not None else None


def certificate_shown(connection: Connection, fingerprint: bytes, now_s: int) -> None:
    """Note that a node has called with it; the first moment stands."""
    first = (certificates.c.fingerprint == fingerprint) & certificates.c.shown_at_s.is_(None)
    connection.execute(update(certificates).where(first).values(shown_at_s=now_s))
