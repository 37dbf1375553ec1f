"""DuckDB over a snapshot in memory: no file, no network, no extension, nothing spilled to disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from sqlglot import exp

from lero_node.query.dialects import DUCKDB, as_text

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

    def rows(self, query: exp.Query) -> list[tuple[int, ...]]:
        """Every row of a statement, as whole numbers."""
        return [tuple(row) for row in self._connection.execute(as_text(query, DUCKDB)).fetchall()]

    def members(self) -> int:
        """How many members there are, for the overflow check only. The store keeps one line for each."""
        [(lines,)] = self._connection.execute("SELECT count(*) FROM members").fetchall()
        return int(lines)

    def close(self) -> None:
        """Drops every table."""
        self._connection.close()
