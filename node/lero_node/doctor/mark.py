"""Compares the ledger with the mark that this computer keeps outside the data folder."""

from __future__ import annotations

import contextlib

from lero_contract.codec import Welcome, decode_welcome
from lero_contract.errors import NotReady
from lero_node.data.sealing import StorageKey
from lero_node.home import Home, load_settings
from lero_node.link.identity import open_identity
from lero_node.node import Clock, witness_of
from lero_node.privacy.ledger import Ledger
from lero_node.witness import FindMarks, Witness


def joined(home: Home) -> Welcome:
    """What this node joined by. Raises NotReady before that."""
    try:
        return decode_welcome(home.welcome.read_bytes())
    except FileNotFoundError:
        raise NotReady("This node has not joined a federation.", "Run: lero-node join --help") from None


def check_mark(home: Home, witness: Witness) -> None:
    """Raises RolledBack where the mark is newer, of another history or missing, and after a restore."""
    with contextlib.closing(Ledger(home.ledger)) as ledger:
        witness.check_local(ledger)


def witness_here(home: Home, key: StorageKey, marks: FindMarks, clock: Clock) -> Witness:
    """The witness of this folder, whatever its policy says. Raises as `load_settings` and `open_identity`."""
    federation_id, node_id = joined(home).federation_id, load_settings(home).node_id
    return witness_of(home, open_identity(home.identity, key), node_id, federation_id, marks, clock)
