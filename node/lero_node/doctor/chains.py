"""Walks the two chained files, the ledger and the log, and says how far each holds. Needs no key."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lero_contract.errors import Corrupt, LeroError
from lero_node.home import Home
from lero_node.log import Log
from lero_node.privacy.ledger import Ledger

LEDGER, LOG = "ledger", "log"
_HASH_DIGITS = 16


@dataclass(frozen=True)
class Walked:
    """One chain. length: rows. head: the first digits of the newest row's hash. fault: why it does not hold."""

    name: str
    length: int
    head: str
    fault: LeroError | None = None

    @property
    def in_words(self) -> str:
        """One line."""
        if self.fault is not None:
            return f"The {self.name} does not hold: {self.fault.detail}"
        return f"The {self.name} holds: {self.length} rows, the newest is {self.head}."


def walk(home: Home) -> tuple[Walked, Walked]:
    """The ledger and the log, each on its own: a fault in one does not hide the other."""
    return _walked(LEDGER, home.ledger, _ledger), _walked(LOG, home.log, _log)


def last_logged_s(home: Home) -> int:
    """When the newest line of the log was written, seconds since 1970; 0 for none. Raises Corrupt."""
    if not home.log.exists():  # `walk` has said so; opening it would make an empty one, which holds
        return 0
    with contextlib.closing(Log(home.log)) as log:
        return max((entry.at_s for entry in log.entries()), default=0)


def _walked(name: str, path: Path, end_of: Callable[[Path], tuple[int, bytes]]) -> Walked:
    try:
        if not path.exists():  # opening it would make an empty one, which holds
            raise Corrupt(f"The {name} is missing: {path.name}.", "Restore the data folder, or ask for help.")
        length, digest = end_of(path)
    except LeroError as error:
        return Walked(name, 0, "", error)
    return Walked(name, length, digest.hex()[:_HASH_DIGITS])


def _ledger(path: Path) -> tuple[int, bytes]:
    with contextlib.closing(Ledger(path)) as ledger:
        head = ledger.head()
    return (head.sequence, head.hash) if head is not None else (0, b"")


def _log(path: Path) -> tuple[int, bytes]:
    with contextlib.closing(Log(path)) as log:
        return log.head()
