"""What a person decided about finished answers: to send or to withhold, once each, and never taken back. No figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from enum import Enum

from lero_contract.errors import Refused

Execute = Callable[[str, tuple[object, ...]], sqlite3.Cursor]

SCHEMA = """
CREATE TABLE IF NOT EXISTS releases (request_id TEXT PRIMARY KEY, decision TEXT, decided_at_s INTEGER);
"""


class Leave(Enum):
    """What was decided about a finished answer."""

    SEND = "send"
    WITHHOLD = "withhold"


class Releases:
    """The decisions, in the inbox's file. A row is never changed: what was withheld is never sent."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def decide(self, request_id: str, leave: Leave, now_s: int) -> None:
        """Keeps a decision. Raises Refused where another was made before."""
        done = self._execute("INSERT OR IGNORE INTO releases VALUES (?, ?, ?)", (request_id, leave.value, now_s))
        found = self.of(request_id)
        if done.rowcount == 0 and found is not leave:
            raise Refused(
                "The answer was withheld already; that stands."
                if found is Leave.WITHHOLD
                else "The answer was let go already."
            )

    def of(self, request_id: str) -> Leave | None:
        """What was decided about an answer, None where nothing was yet."""
        row = self._execute("SELECT decision FROM releases WHERE request_id = ?", (request_id,)).fetchone()
        return Leave(row[0]) if row is not None else None
