"""PostgreSQL in place: the statements run where the records are, and only their sums come back."""

from __future__ import annotations

from sqlglot import exp

from lero_contract.errors import Corrupt
from lero_node.data.database import Database
from lero_node.query.dialects import POSTGRES, as_text


class PostgresEngine:
    """Answers statements within the one read-only transaction of an open database."""

    def __init__(self, database: Database) -> None:
        """database: open, its role and columns checked. The engine closes it."""
        self._database = database

    def rows(self, query: exp.Query) -> list[tuple[int, ...]]:
        """Every row of a statement, as whole numbers. Raises psycopg.Error where the database does not answer."""
        return [
            tuple(int(value) for value in row)
            for row in self._database.rows(as_text(query, POSTGRES, self._database.schema))
        ]

    def members(self) -> int:
        """How many lines the members have. Raises Corrupt where a member has two: they would count twice.

        An import sees to that once and for all; a database may change, so it is asked each time.
        """
        lines, distinct = self._database.member_lines()
        if lines != distinct:
            raise Corrupt("The database has more than one line for a member.")
        return lines

    def close(self) -> None:
        """Ends the transaction and the connection."""
        self._database.close()
