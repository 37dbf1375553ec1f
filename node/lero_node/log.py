"""What this node did and refused, hash-chained. Holds request ids, codes and fixed words; never a member value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lero_node.chain import Chain

COLUMNS = {"at_s": "INTEGER", "event": "TEXT", "request_id": "TEXT", "detail": "TEXT"}


@dataclass(frozen=True)
class LogEntry:
    """One line: when (seconds since 1970, UTC), what, about which request, and words."""

    sequence: int
    at_s: int
    event: str
    request_id: str
    detail: str


class Log:
    """The log in its file."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file and checks every row. Raises Corrupt where the chain does not hold."""
        self._chain = Chain(path, "log", COLUMNS)
        self._chain.verify()

    def write(self, now_s: int, event: str, detail: str = "", request_id: str = "") -> None:
        """Adds a line, durable when this returns."""
        with self._chain.writing():
            self._chain.append({"at_s": now_s, "event": event, "request_id": request_id, "detail": detail})

    def entries(self) -> Iterator[LogEntry]:
        """Every line, oldest first."""
        for row in self._chain.rows():
            at_s = row.values["at_s"]
            yield LogEntry(
                row.sequence,
                at_s if isinstance(at_s, int) else 0,
                str(row.values["event"]),
                str(row.values["request_id"]),
                str(row.values["detail"]),
            )

    def head(self) -> tuple[int, bytes]:
        """How many lines there are, and the hash of the newest, which covers all before; nothing: 0 and no bytes."""
        row = self._chain.head()
        return (row.sequence, row.hash) if row is not None else (0, b"")

    def close(self) -> None:
        """Lets go of the file."""
        self._chain.close()
