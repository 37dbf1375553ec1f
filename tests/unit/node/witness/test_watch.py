"""Which marks belong to a ledger's own history: its own rows in its own epoch, and what was written off before."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lero_contract.errors import RolledBack
from lero_contract.ledger_mark import LedgerHead
from lero_node.witness import check


def row(sequence: int, epoch: int = 0, history: str = "a") -> LedgerHead:
    return LedgerHead(sequence, history.encode() * 32, epoch)


@dataclass(frozen=True)
class Rows:
    """A ledger by its heads, the first row first."""

    heads: tuple[LedgerHead, ...]

    def head(self) -> LedgerHead | None:
        return self.heads[-1] if self.heads else None

    def head_at(self, sequence: int) -> LedgerHead | None:
        return self.heads[sequence - 1] if 0 < sequence <= len(self.heads) else None


THREE = Rows((row(1), row(2), row(3)))
# Restored with two rows, and written off: rows 3 and 4 of the lost history are nobody's any more.
WRITTEN_OFF = Rows((row(1), row(2), row(3, 1, "b"), row(4, 1, "b")))


@pytest.mark.parametrize(
    ("ledger", "seen"),
    [
        (THREE, row(1)),
        (THREE, row(3)),
        (WRITTEN_OFF, row(2)),
        (WRITTEN_OFF, row(3)),
        (WRITTEN_OFF, row(99)),
        (WRITTEN_OFF, row(3, 1, "b")),
        (WRITTEN_OFF, row(4, 1, "b")),
    ],
)
def test_a_row_of_its_own_and_what_was_written_off_are_its_history(ledger: Rows, seen: LedgerHead) -> None:
    check(ledger, seen, "the coordinator")


@pytest.mark.parametrize(
    ("ledger", "seen", "words"),
    [
        (Rows(()), row(1), "ends at no row at all, and the coordinator knows row 1"),
        (THREE, row(4), "ends at row 3, and the coordinator knows row 4"),
        (THREE, row(2, 1), "ends at row 3, and the coordinator knows row 2 after write-off 1"),
        (WRITTEN_OFF, row(3, 2), "ends at row 4 after write-off 1"),
        (WRITTEN_OFF, row(5, 1), "older than it was"),
        (THREE, row(3, 0, "b"), "two histories"),
        (THREE, row(2, 0, "b"), "two histories"),
        (WRITTEN_OFF, row(4, 1, "c"), "two histories"),
        (WRITTEN_OFF, row(2, 1, "b"), "two histories"),
    ],
)
def test_a_newer_row_and_another_row_in_the_same_place_stop_it(ledger: Rows, seen: LedgerHead, words: str) -> None:
    with pytest.raises(RolledBack, match=words) as raised:
        check(ledger, seen, "the coordinator")
    assert "lero-node budget write-off" in raised.value.next_step
