"""The newest word of each node for the head of its ledger, as it was signed; never replaced by an older one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from lero_contract.codec import decode_ledger_mark, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.ledger_mark import LedgerHead
from lero_coordinator.store.tables import ledger_marks


@dataclass(frozen=True)
class KeptMark:
    """What is kept of one node. other: what it signed for the same row with another hash, if it ever did."""

    node_id: str
    envelope: Envelope
    received_at_s: int
    other: Envelope | None = None

    @property
    def head(self) -> LedgerHead:
        """Where the ledger stood; the signature was checked before it came in here."""
        return decode_ledger_mark(self.envelope.payload).head

    @property
    def in_words(self) -> str:
        """For the list of nodes. Two histories: a restored or copied data folder, or two computers of one name."""
        written_off = f", after write-off {self.head.epoch}" if self.head.epoch else ""
        return f"row {self.head.sequence}{written_off}" + (", TWO HISTORIES" if self.other is not None else "")


def keep(connection: Connection, node_id: str, sent: Envelope, now_s: int) -> KeptMark | None:
    """Takes a mark in, and returns what was kept before; None for the first of a node.

    A newer one takes the place of the old one. An older one changes nothing. Of two that name one row and differ, the
    first stays, and the other is kept beside it until the ledger goes on in the next epoch.
    """
    held, head = mark_of(connection, node_id), decode_ledger_mark(sent.payload).head
    row = {"envelope": envelope_to_bytes(sent), "received_at_s": now_s}
    if held is None:
        connection.execute(insert(ledger_marks).values(node_id=node_id, **row))
        return None
    same_node = ledger_marks.c.node_id == node_id
    if head.is_newer_than(held.head):
        changed = row if head.epoch == held.head.epoch else {**row, "other": None}
        connection.execute(update(ledger_marks).where(same_node).values(changed))
    elif not held.head.is_newer_than(head) and head != held.head:
        connection.execute(update(ledger_marks).where(same_node).values(other=envelope_to_bytes(sent)))
    return held


def mark_of(connection: Connection, node_id: str) -> KeptMark | None:
    """What is kept of one node."""
    return all_marks(connection, node_id).get(node_id)


def all_marks(connection: Connection, node_id: str | None = None) -> dict[str, KeptMark]:
    """What is kept of every node, or of one."""
    query = select(ledger_marks).order_by(ledger_marks.c.node_id)
    if node_id is not None:
        query = query.where(ledger_marks.c.node_id == node_id)
    return {
        row.node_id: KeptMark(
            row.node_id,
            envelope_from_bytes(row.envelope),
            row.received_at_s,
            envelope_from_bytes(row.other) if row.other is not None else None,
        )
        for row in connection.execute(query)
    }
