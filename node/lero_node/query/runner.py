"""What an exact vector needs of an engine, whichever it is."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp


class Runner(Protocol):
    """Runs statements over the records of one snapshot."""

    def rows(self, query: exp.Query) -> list[tuple[int, ...]]:
        """Every row of a statement, as whole numbers."""
        ...

    def members(self) -> int:
        """How many members there are, for the overflow check. Raises where one has more than one line."""
        ...

    def close(self) -> None:
        """Lets go of the records."""
        ...
