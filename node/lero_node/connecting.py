"""A LERO's own database becomes the newest snapshot: looked at first, then only its sealed address is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.connection import Connection, read_connection, read_url
from lero_node.data.database import open_database
from lero_node.data.manifest import read_manifest, snapshot_folders
from lero_node.data.sealing import StorageKey
from lero_node.data.store import Store
from lero_node.data.survey import Survey, survey
from lero_node.home import Home, exclusively
from lero_node.log import Log

SCHEMA = "lero"


def connection_of(home: Home, key: StorageKey, url_file: Path | None, schema: str | None) -> Connection:
    """The address in the file; without a file the one that was kept last. schema: as before, or "lero", where None.

    Raises DataNotValid where there is neither file nor kept address, or the file does not hold one.
    """
    folders = [folder for folder in snapshot_folders(home.store) if read_manifest(folder, key).is_in_place]
    kept = read_connection(folders[-1], key) if folders else None
    if url_file is not None:
        return Connection(read_url(url_file), schema or (kept.schema if kept else SCHEMA))
    if kept is None:
        raise DataNotValid("No database has been connected before.", "Give the file with its address: --url-file FILE")
    return Connection(kept.url, schema or kept.schema)


def look(connection: Connection, complete_to: date, now_s: int) -> Survey:
    """Checks address, role and columns, and counts. Raises as `open_database` and `survey`, and for a day to come."""
    if complete_to > datetime.fromtimestamp(now_s, UTC).date():
        raise DataNotValid("Records cannot be complete to a day that has not come.", "Check --complete-to.")
    database = open_database(connection)
    try:
        return survey(database, load_dictionary())
    finally:
        database.close()


def take_into_use(home: Home, key: StorageKey, connection: Connection, complete_to: date, now_s: int) -> str:
    """From now on requests are answered from the database; returns the id of its snapshot."""
    with exclusively(home.import_lock, "Another import or purge is at work on this data folder."):
        snapshot_id = Store(home.store, key).connect(connection, to_day(complete_to), now_s).snapshot_id
    log = Log(home.log)
    log.write(now_s, "database connected", f"snapshot {snapshot_id}, complete to {complete_to.isoformat()}")
    log.close()
    return snapshot_id
