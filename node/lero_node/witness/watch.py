"""Whether a mark that somebody kept belongs to this ledger's own history. Pure."""

from __future__ import annotations

from typing import Protocol

from lero_contract.errors import RolledBack
from lero_contract.ledger_mark import LedgerHead

NEXT_STEP = "Stop the other copy if there is one, then see: lero-node budget write-off --dry-run"


class History(Protocol):
    """A ledger, by the heads it has had."""

    def head(self) -> LedgerHead | None:
        """The newest row's."""
        ...

    def head_at(self, sequence: int) -> LedgerHead | None:
        """That of one row, None where there is none."""
        ...


def check(history: History, seen: LedgerHead, keeper: str) -> None:
    """Returns where `seen` was a head of this ledger, or lies before the epoch it is in: that was written off.

    keeper: who kept the mark, in words. Raises RolledBack where it is newer, or of another history in this epoch.
    """
    own = history.head()
    if own is None or seen.is_newer_than(own):
        raise RolledBack(
            f"This node's ledger is older than it was: it ends at {_in_words(own)}, and {keeper} knows "
            f"{_in_words(seen)}. A backup was restored, the data folder was copied, or two computers run as this node.",
            NEXT_STEP,
        )
    if seen.epoch == own.epoch and history.head_at(seen.sequence) != seen:
        raise RolledBack(
            f"This node's ledger has two histories: {keeper} knows another {_in_words(seen)} than the one here. "
            "A backup was restored, the data folder was copied, or two computers run as this node.",
            NEXT_STEP,
        )


def _in_words(head: LedgerHead | None) -> str:
    if head is None:
        return "no row at all"
    return f"row {head.sequence}" + (f" after write-off {head.epoch}" if head.epoch else "")
