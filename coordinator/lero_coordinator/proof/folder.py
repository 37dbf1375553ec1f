"""Reads a folder that somebody handed over: what lies in it, never what it says lies elsewhere."""

from __future__ import annotations

import itertools
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_coordinator.keys import write_new
from lero_coordinator.proof.names import STATEMENT

MOST_ENTRIES = 5_000  # files and folders
MOST_BYTES = 512 * 1024 * 1024  # of all files together


def read_folder(folder: Path) -> Mapping[str, bytes]:
    """Every file by its path within the folder, with "/" between the parts.

    Raises DataNotValid where there is no folder, for a link or anything else that is no plain file, and for more than
    any release holds.
    """
    if not folder.is_dir():
        raise DataNotValid(f"There is no folder {folder}.", "Check the name.")
    found: dict[str, bytes] = {}
    size = 0
    paths = list(itertools.islice(folder.rglob("*"), MOST_ENTRIES + 1))
    if len(paths) > MOST_ENTRIES:
        raise DataNotValid(f"The folder {folder.name} holds more than any release.", "Check the name.")
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise DataNotValid(f"{name} is a link, or no plain file.", "Ask for the folder as it was published.")
        size += path.lstat().st_size
        if size > MOST_BYTES:
            raise DataNotValid(f"The folder {folder.name} holds more than any release.", "Check the name.")
        found[name] = path.read_bytes()
    return found


def is_published(folder: Path) -> bool:
    """Whether a folder, or one it lies in, is one that is or was published: what must stay private is not put there."""
    found = folder.resolve()
    return any(_holds_statement(parent) for parent in (found, *found.parents))


def _holds_statement(folder: Path) -> bool:
    """One release's, or of a page that compares several."""
    return (folder / STATEMENT).exists() or any(folder.glob(f"data/*-{STATEMENT}"))


def write_private_folder(files: Mapping[str, bytes], out: Path) -> None:
    """A new folder with these files, for this account alone, whole or not there.

    Raises DataNotValid where `out` exists: nothing is ever written over.
    """
    if out.exists() or out.is_symlink():
        raise DataNotValid(f"{out} exists already.", "Name a new folder.")
    beside = out.absolute().with_name(f".{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)  # of a writing that was broken off
    beside.mkdir(mode=0o700, parents=True)
    for name, content in files.items():
        target = beside / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(target, content, 0o600)
    beside.rename(out)
