"""DuckDB over a snapshot in memory: no file, no network, no extension, nothing spilled to disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from sqlglot import exp

# In this order: once external access is off, the other settings can no longer be changed.
_SETTINGS = (
    "SET temp_directory = ''",  # a spill would write member data outside the encrypted store
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET threads = 2",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class Engine:
    """Answers statements over Arrow tables by name. Values never leave except as the rows asked for."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        """tables: members, reviews and activities as pyarrow tables in the normalised schema."""
        self._connection = duckdb.connect(":memory:")
        for setting in _SETTINGS:
            self._connection.execute(setting)
        for name, table in tables.items():
            self._connection.register(name, table)

    def rows(self, query: exp.Select) -> list[tuple[int, ...]]:
        """Every row of a statement, as whole numbers."""
        return [tuple(row) for row in self._connection.execute(query.sql(dialect="duckdb")).fetchall()]

    def members(self) -> int:
        """How many lines the members table has; used for the overflow check only."""
        found = self._connection.execute("SELECT count(*), count(DISTINCT member_id) FROM members").fetchall()
        lines, distinct = found[0]
        if lines != distinct:
            raise AssertionError("import promises one line for each member")
        return int(lines)

    def close(self) -> None:
        """Drops every table."""
        self._connection.close()
