"""What a database must be before it is read: our columns, and a role that reads four tables and can write nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from lero_contract.errors import DataNotValid
from lero_node.data.schema import SCHEMAS

Rows = Callable[[str, Mapping[str, object]], list[tuple[Any, ...]]]

WHOLE, TEXT = ("smallint", "integer", "bigint"), ("text", "character varying")
# Every role the user is, or can become: a right of any of them is a right of the user.
_ROLES = "SELECT oid, rolname, rolsuper, rolcreaterole FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"
_TOO_STRONG = f"""
WITH mine AS ({_ROLES})
SELECT rolname FROM mine
WHERE rolsuper OR rolcreaterole
   OR rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
ORDER BY rolname LIMIT 1
"""  # noqa: S608  (put together of this module's own texts)
_WRITABLE = f"""
WITH mine AS ({_ROLES})
SELECT n.nspname || '.' || c.relname
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND EXISTS (
    SELECT FROM mine
    WHERE has_table_privilege(mine.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
       OR has_any_column_privilege(mine.oid, c.oid, 'INSERT, UPDATE')
       OR c.relowner = mine.oid)
ORDER BY 1 LIMIT 1
"""  # noqa: S608
_CREATES = f"""
WITH mine AS ({_ROLES})
SELECT 1 FROM mine, pg_namespace AS n WHERE n.nspname = %(schema)s AND has_schema_privilege(mine.oid, n.oid, 'CREATE')
LIMIT 1
"""  # noqa: S608
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL), coalesce(l.collisdeterministic, true),
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE n.nspname = %(schema)s AND c.relname = ANY(%(tables)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


def schema_columns() -> dict[str, dict[str, tuple[str, ...]]]:
    """The tables, and for each column the types of PostgreSQL it may have."""
    return {
        name: {field.name: WHOLE if pa.types.is_integer(field.type) else TEXT for field in schema}
        for name, schema in SCHEMAS.items()
    }


def check_role(rows: Rows, schema: str) -> None:
    """Raises DataNotValid where the user, or a role it can take on, may write or give itself the right to."""
    fix = "Make a role of its own with SELECT on the four tables and nothing else: see deploy/postgresql-views.sql."
    for (name,) in rows(_TOO_STRONG, {}):
        raise DataNotValid(f"The database's user is, or can become, the role '{name}', which may do anything.", fix)
    for (table,) in rows(_WRITABLE, {}):
        raise DataNotValid(f"The database's user may write to {table}, or owns it.", fix)
    if rows(_CREATES, {"schema": schema}):
        raise DataNotValid(f"The database's user may make new tables in the schema {schema}.", fix)


def check_columns(rows: Rows, schema: str) -> None:
    """Raises DataNotValid with every table or column that is missing, cannot be read or has another type."""
    wanted = schema_columns()
    found: dict[str, dict[str, tuple[object, ...]]] = {name: {} for name in wanted}
    for table, column, *about in rows(_COLUMNS, {"schema": schema, "tables": list(wanted)}):
        found[str(table)][str(column)] = tuple(about)
    complaints = [c for name, columns in wanted.items() for c in _complaints(f"{schema}.{name}", columns, found[name])]
    if complaints:
        raise DataNotValid(
            "\n".join(complaints), "Put the views right: deploy/postgresql-views.sql has each column with its type."
        )


def _complaints(
    table: str, wanted: Mapping[str, tuple[str, ...]], found: Mapping[str, tuple[object, ...]]
) -> list[str]:
    if not found:
        return [f"There is no table or view {table}."]
    if not all(may_read for _, _, may_read in found.values()):
        return [f"The user may not read {table}."]
    words = []
    for column, types in wanted.items():
        if column not in found:
            words.append(f"{table} has no column {column}.")
            continue
        own_type, is_exact, _ = found[column]
        if own_type not in types:
            words.append(f"{table}.{column} is {own_type}; it must be {' or '.join(types)}.")
        elif not is_exact:
            words.append(f"{table}.{column} has a collation that takes different texts for equal ones.")
    return words
