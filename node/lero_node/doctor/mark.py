"""Compares the ledger with the mark that this computer keeps outside the data folder."""

from __future__ import annotations

import contextlib

from lero_node.data.sealing import StorageKey
from lero_node.home import Home
from lero_node.link.identity import open_identity
from lero_node.link.membership import load_membership
from lero_node.node import Clock, witness_of
from lero_node.privacy.ledger import Ledger
from lero_node.witness import FindMarks, Witness


def check_mark(home: Home, witness: Witness) -> None:
    """Raises RolledBack where the mark is newer, of another history or missing, and after a restore."""
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        witness.check_local(ledger)


def witness_here(home: Home, key: StorageKey, marks: FindMarks, clock: Clock) -> Witness:
    """The witness of this folder, whatever its policy says. Raises as `load_membership` and `open_identity`."""
    member = load_membership(home.membership)
    return witness_of(home, open_identity(home.identity, key), member.node_id, member.federation_id, marks, clock)
