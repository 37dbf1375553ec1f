"""Keeps where each node's ledger stands, and tells a node what it said last: the node then sees whether it is older.

Only a node can judge its own history, so everything that differs is shown to it; nothing is decided here.
"""

from __future__ import annotations

import logging

from lero_contract.codec import decode_ledger_mark, decode_roster
from lero_contract.envelope import LEDGER_MARK, Envelope, key_id, open_one
from lero_contract.errors import Unauthorised
from lero_coordinator.store import Store, ledger_marks, papers

log = logging.getLogger(__name__)


def compare(store: Store, node_id: str, sent: Envelope, now_s: int) -> Envelope | None:
    """Keeps a node's mark where it is newer; returns what was kept before where that names another row or hash.

    Raises Malformed or Unauthorised for a mark that this node, as it is on the newest roster, did not sign. Of a node
    that is not listed yet nothing is kept: it is asked nothing.
    """
    with store.writing() as connection:
        newest = papers.newest_roster(connection)
        roster = decode_roster(newest.envelope.payload) if newest is not None else None
        listed = {node.node_id: node.identity_key for node in roster.nodes} if roster is not None else {}
        if roster is None or node_id not in listed:
            return None
        identity_key = listed[node_id]
        payload, _ = open_one(sent, LEDGER_MARK, {key_id(identity_key): identity_key})
        mark = decode_ledger_mark(payload)
        if (mark.federation_id, mark.node_id) != (roster.federation_id, node_id):
            raise Unauthorised("The mark is of another node's ledger.")
        held = ledger_marks.keep(connection, node_id, sent, now_s)
    if held is None or held.head == mark.head:
        return None
    if not mark.head.is_newer_than(held.head):
        kind = "an older head" if held.head.is_newer_than(mark.head) else "another hash for one row"
        log.warning("ledger: %s sent %s of its ledger; it is told, and stops", node_id, kind)
    return held.envelope
