"""A statement as text for one engine: the same statement on each, only spelt as that engine spells."""

from __future__ import annotations

from sqlglot import exp

DUCKDB, POSTGRES = "duckdb", "postgres"
_RECORDS = frozenset({"members", "reviews", "activities", "milestones"})
# A column of ours that is a word of SQL: PostgreSQL takes it only in quotes, and DuckDB takes it in quotes too.
_RESERVED = frozenset({"left"})


def as_text(query: exp.Query, dialect: str, schema: str = "", *, pretty: bool = False) -> str:
    """The statement in a dialect. schema: where a database keeps the four tables, empty for tables in memory.

    The schema stands in the text itself, so that no setting of a session decides which tables are read.
    """
    written = query.copy()
    for identifier in written.find_all(exp.Identifier):
        if identifier.name in _RESERVED:
            identifier.set("quoted", True)
    for table in written.find_all(exp.Table):
        if schema and table.name in _RECORDS:
            table.set("db", exp.to_identifier(schema, quoted=True))
    return written.sql(dialect=dialect, pretty=pretty)
