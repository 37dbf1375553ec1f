"""Keeps the mark of the ledger's head before anything is sent, and stops the node that is older than a mark.

Every writing method of the ledger ends in `Witness.keep`. A mark is never replaced by an older one, nor by one of
another history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_ledger_mark, encode_ledger_mark
from lero_contract.envelope import LEDGER_MARK, Envelope, key_id, open_one, public_bytes, sign
from lero_contract.errors import Conflict, Malformed, RolledBack, Unauthorised, Unavailable
from lero_contract.ledger_mark import LedgerHead, LedgerMark
from lero_node.witness.marks import Marks
from lero_node.witness.watch import NEXT_STEP, History, check

HERE, COORDINATOR = "this computer", "the coordinator"
_MOST_TRIES = 5

DAY_S = 86_400


@dataclass(frozen=True)
class Witness:
    """One node's. signing: its identity key. restored: a file that is there after the folder came from a backup.

    clock: whole seconds since 1970, UTC.
    """

    marks: Marks
    signing: Ed25519PrivateKey
    federation_id: str
    node_id: str
    restored: Path
    clock: Callable[[], int]

    def check_local(self, ledger: History) -> None:
        """Before anything is answered. Raises RolledBack without a mark, after a restore, or for an older ledger."""
        self._checked(ledger)

    def check_marks(self, marks: Iterable[LedgerMark], ledger: History) -> None:
        """As `check_local`, and by marks that others keep too."""
        self._checked(ledger)
        for mark in marks:
            check(ledger, mark.head, COORDINATOR)

    def keep(self, ledger: History) -> Envelope:
        """The mark of the ledger's head as it is now, kept here when this returns; call before anything is sent.

        Raises RolledBack as `check_local`, Unavailable where the mark cannot be kept: then nothing may be sent.
        """
        for _ in range(_MOST_TRIES):
            envelope, mark = self._checked(ledger)
            head = _head_of(ledger)
            if not head.is_newer_than(mark.head):
                return envelope
            # Looked at again afterwards: another process may have put the mark of its own, older row over a newer one.
            self._write(head)
        raise Unavailable("The mark of the ledger is not kept where it was written.", "Choose a place with --marks.")

    def start(self, ledger: History) -> None:
        """After joining: the mark of a ledger of one row. Raises RolledBack where another was kept of this node."""
        if self.kept() is None and _head_of(ledger).sequence == 1:
            self.begin(ledger)
        else:
            self.keep(ledger)

    def begin(self, ledger: History) -> Envelope:
        """The first mark of a new ledger, or the first after a write-off. Raises RolledBack below a mark kept here."""
        kept = self.kept()
        if kept is not None:
            check(ledger, kept.head, HERE)
        return self._write(_head_of(ledger))

    def hear(self, seen: Envelope, ledger: History) -> None:
        """Compares a mark that the coordinator keeps. Raises RolledBack; the mark then stops every command here too.

        Raises Malformed or Unauthorised where it is not this node's own word: then it says nothing.
        """
        mark = self.opened(seen)
        try:
            check(ledger, mark.head, COORDINATOR)
        except RolledBack:
            kept = self.kept()
            is_known = kept is not None and ledger.head_at(kept.head.sequence) == kept.head
            if kept is None or is_known or mark.head.is_newer_than(kept.head):
                self.marks.write(seen)
            raise

    def kept(self) -> LedgerMark | None:
        """The mark kept here; None where there is none that this node has signed."""
        found = self._read()
        return found[1] if found else None

    def opened(self, envelope: Envelope) -> LedgerMark:
        """What a mark says. Raises Malformed or Unauthorised where it is not this node's own word."""
        public = public_bytes(self.signing)
        payload, _ = open_one(envelope, LEDGER_MARK, {key_id(public): public})
        mark = decode_ledger_mark(payload)
        if (mark.federation_id, mark.node_id) != (self.federation_id, self.node_id):
            raise Unauthorised("The mark is of another node's ledger.")
        return mark

    def signed(self, head: LedgerHead) -> Envelope:
        """This node's word for a head, kept nowhere yet."""
        now_s = self.clock()
        # To the day: the moment could tell how long the computation of an answer took.
        mark = LedgerMark(self.federation_id, self.node_id, head, now_s - now_s % DAY_S)
        return sign(LEDGER_MARK, encode_ledger_mark(mark), self.signing)

    def _checked(self, ledger: History) -> tuple[Envelope, LedgerMark]:
        if self.restored.exists():
            raise RolledBack(
                "This data folder was restored from a backup: what was spent since the backup is not known here.",
                NEXT_STEP,
            )
        found = self._read()
        if found is None:
            raise RolledBack(
                "This computer holds no mark of this node's ledger, so whether the ledger is the newest is not known. "
                "The data folder was copied or restored, or the mark was lost.",
                NEXT_STEP,
            )
        check(ledger, found[1].head, HERE)
        return found

    def _read(self) -> tuple[Envelope, LedgerMark] | None:
        found = self.marks.read()
        try:
            return (found, self.opened(found)) if found is not None else None
        except (Malformed, Unauthorised):
            return None

    def _write(self, head: LedgerHead) -> Envelope:
        mark = self.signed(head)
        self.marks.write(mark)
        return mark


def _head_of(ledger: History) -> LedgerHead:
    head = ledger.head()
    if head is None:
        raise Conflict("The ledger has no row yet.")
    return head
