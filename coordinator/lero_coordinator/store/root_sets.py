"""Root sets: the first as it was recorded, later ones only as a stored roster brought them, and one that waits."""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, insert, select

from lero_contract.errors import Conflict, NotReady
from lero_contract.roster import RootSet
from lero_coordinator.store.tables import next_roots, roots


def set_roots(connection: Connection, new: RootSet) -> None:
    """Record the first root set; the same again is the same. Raises Conflict for another of its version."""
    held = newest_roots(connection)
    if held == new:
        return
    if held is not None:
        raise Conflict("This coordinator has a root set already.", "A root set changes by rotation only.")
    _write(connection, roots, new)


def newest_roots(connection: Connection) -> RootSet | None:
    """The root set in force, if any is recorded."""
    return _newest(connection, roots)


def roots_in_force(connection: Connection) -> RootSet:
    """The root set whose threshold signs. Raises NotReady where none is recorded."""
    found = newest_roots(connection)
    if found is None:
        raise NotReady("No root keys are recorded.", "Run `lero-coordinator root init`.")
    return found


def follow_roots(connection: Connection, new: RootSet) -> None:
    """Take over the root set of a roster that has been checked; one that waited is then either it, or overtaken."""
    _write(connection, roots, new)
    clear_next(connection)


def next_root_set(connection: Connection) -> RootSet | None:
    """The root set that the next roster will bring."""
    return _newest(connection, next_roots)


def set_next(connection: Connection, new: RootSet) -> None:
    """Record the root set that the next roster will bring, instead of any recorded before."""
    clear_next(connection)
    _write(connection, next_roots, new)


def clear_next(connection: Connection) -> bool:
    """No other root set is to come; False where none was."""
    return connection.execute(delete(next_roots)).rowcount > 0


def _write(connection: Connection, table: Table, new: RootSet) -> None:
    for position, key in enumerate(new.public_keys):
        row = {"version": new.version, "position": position, "threshold": new.threshold, "public_key": key}
        connection.execute(insert(table).values(row))


def _newest(connection: Connection, table: Table) -> RootSet | None:
    rows = connection.execute(select(table).order_by(table.c.version.desc(), table.c.position)).all()
    keys = tuple(row.public_key for row in rows if row.version == rows[0].version)
    return RootSet(rows[0].version, rows[0].threshold, keys) if rows else None
