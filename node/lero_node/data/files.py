"""Files that are old or new and never half: written beside, synced, then renamed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """The file holds `content` after a power loss, or what it held before. Readable by its owner only."""
    # By process: two that write one file at once must not write into each other's half.
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """The content of a finished file is on the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk. Windows keeps names without being asked, and cannot be asked."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_folder(folder: Path) -> None:
    """The folder exists and is its owner's alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def remove_folder(folder: Path) -> None:
    """The folder is gone under its own name at once, and altogether soon after.

    The rename comes first, so that a crash leaves a name that no reader looks at.
    """
    doomed = folder.with_name(f".gone-{folder.name}")
    folder.replace(doomed)
    sync_folder(folder.parent)
    shutil.rmtree(doomed)
