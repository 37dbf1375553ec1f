"""Where a node's ledger stands: comparable without the ledger, so that an older copy of it is told by its witnesses."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.errors import Malformed

HASH_BYTES = 32


@dataclass(frozen=True)
class LedgerHead:
    """One row of a ledger. epoch: write-offs up to it; sequence: from 1; hash: of the row, which covers all before."""

    sequence: int
    hash: bytes
    epoch: int = 0

    def is_newer_than(self, other: LedgerHead) -> bool:
        """Whether this one came later: a ledger that was restored goes on in the next epoch."""
        return (self.epoch, self.sequence) > (other.epoch, other.sequence)


@dataclass(frozen=True)
class LedgerMark:
    """A node's word for the head of its ledger. at_s: the first second of the day it was signed, by its own clock."""

    federation_id: str
    node_id: str
    head: LedgerHead
    at_s: int

    def __post_init__(self) -> None:
        if self.head.sequence < 1 or len(self.head.hash) != HASH_BYTES:
            raise Malformed("A ledger mark names a row from 1 on and its hash of 32 bytes.")
