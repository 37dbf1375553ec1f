"""Who is heard no longer: from the moment it is recorded, whatever the newest roster says, until it is undone."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from lero_contract.envelope import key_id
from lero_coordinator.store.tables import parties, revocations

NODE = "node"


def revoke(connection: Connection, role: str, party_id: str, now_s: int) -> bool:
    """Record it; False where it was recorded before, and the first moment stands."""
    if party_id in revoked_ids(connection, role):
        return False
    connection.execute(insert(revocations).values(role=role, party_id=party_id, revoked_at_s=now_s))
    return True


def restore(connection: Connection, role: str, party_id: str) -> bool:
    """Undo it; False where there was nothing to undo."""
    same = (revocations.c.role == role) & (revocations.c.party_id == party_id)
    return connection.execute(delete(revocations).where(same)).rowcount > 0


def revoked_ids(connection: Connection, role: str) -> frozenset[str]:
    """Everyone revoked in a role, by name."""
    return frozenset(connection.scalars(select(revocations.c.party_id).where(revocations.c.role == role)))


def is_revoked(connection: Connection, role: str, party_id: str) -> bool:
    """Whether this one is."""
    same = (revocations.c.role == role) & (revocations.c.party_id == party_id)
    return connection.execute(select(revocations.c.role).where(same)).first() is not None


def revoked_keys(connection: Connection, role: str) -> frozenset[str]:
    """The key ids of everyone revoked in a role, whatever other name lists the same key."""
    same = (revocations.c.role == parties.c.role) & (revocations.c.party_id == parties.c.party_id)
    query = select(parties.c.public_key).join(revocations, same).where(parties.c.role == role)
    return frozenset(key_id(key) for key in connection.scalars(query))
