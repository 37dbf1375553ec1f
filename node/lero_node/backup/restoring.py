"""Puts a backup into an empty data folder, whole or not at all; the node answers nothing until a person has spoken.

What was spent since the backup is not in it. So the folder carries the flag of a restore from its first moment on: the
rest of the year has to be written off, and nothing that was issued before is answered.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from lero_contract.errors import DataNotValid, NotReady
from lero_node.backup.archive import Reader, reading
from lero_node.backup.manifest import Manifest
from lero_node.data.files import sync_folder, write_durably
from lero_node.data.keys import Surroundings, keep_key
from lero_node.home import Home, load_settings, save_settings
from lero_node.link.identity import open_identity
from lero_node.log import Log
from lero_node.privacy.ledger import Ledger

_ROOM_LEFT = 64 * 1024 * 1024  # bytes that stay free on the disk
EVENT = "restored from a backup"


def restore(home: Home, path: Path, passphrase: str, source: str, around: Surroundings, now_s: int) -> Manifest:
    """source: where the storage key is to live from now on, as for `init`.

    Raises DataNotValid where the data folder is not empty or the file is no backup, Unauthorised for another
    passphrase, Corrupt where something in it was changed or does not verify, NotReady where the disk or the place for
    the key cannot take it. Then nothing is left behind.
    """
    if home.folder.exists() and (not home.folder.is_dir() or any(home.folder.iterdir())):
        raise DataNotValid(
            f"{home.folder} is not empty.", "A backup goes into a new data folder only: choose one with --home."
        )
    parent = home.folder.absolute().parent
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reading(path, passphrase) as archive:
        if shutil.disk_usage(parent).free < archive.manifest.size + _ROOM_LEFT:
            raise NotReady("The disk has no room for what is in the backup.", "Make room, and try again.")
        staged = Home(Path(tempfile.mkdtemp(prefix=f".{home.folder.name}.restoring-", dir=parent)))
        try:
            _fill(staged, archive, source, around, now_s)
            if home.folder.exists():
                home.folder.rmdir()  # empty; not every system renames onto a folder
            staged.folder.rename(home.folder)
            sync_folder(parent)
        except BaseException:
            shutil.rmtree(staged.folder, ignore_errors=True)
            raise
        return archive.manifest


def _fill(home: Home, archive: Reader, source: str, around: Surroundings, now_s: int) -> None:
    """Everything that makes it a node, and the flag, before it has its name."""
    archive.write_to(home.folder)
    keep_key(archive.key, source, home.folder, around)
    save_settings(home, load_settings(home).model_copy(update={"storage_key": source}))
    open_identity(home.identity, archive.key)
    Ledger(home.ledger).close()  # opening it walks the chain
    log = Log(home.log)
    made = datetime.fromtimestamp(archive.manifest.made_at_s, UTC)
    log.write(now_s, EVENT, f"of {made:%Y-%m-%d %H:%M} UTC, with {archive.manifest.ledger_rows} rows of the ledger")
    log.close()
    write_durably(home.restored, f"{now_s}\n".encode())
    for folder in (path for path in home.folder.rglob("*") if path.is_dir()):
        sync_folder(folder)
    sync_folder(home.folder)
