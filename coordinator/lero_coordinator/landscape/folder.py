"""Replaces a folder of pages as a whole: a reader finds the old one or the new one, never a mixture.

1. Write everything into a folder beside, and flush it.  2. Rename the old folder away.  3. Rename the new one into its
place.  4. Remove the old one. A crash before 3 is undone by the next call; one after it leaves the new folder whole.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from lero_contract.errors import DataNotValid

KNOWN = frozenset({"index.html", "map.svg", "data", "release.json", "release.envelope", "README.txt", "comparison.csv"})


def replace_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Make `out` hold exactly these files, by their paths within it.

    Raises DataNotValid where `out` is no folder, or holds what was never published: that would be lost.
    """
    out = out.absolute()
    beside, away = out.with_name(f".{out.name}.new"), out.with_name(f".{out.name}.old")
    out.parent.mkdir(parents=True, exist_ok=True)
    _undo_interrupted(out, away)
    _check_ours(out)
    _write_all(files, beside)
    if out.exists():
        out.rename(away)
    beside.rename(out)
    shutil.rmtree(away, ignore_errors=True)


def _undo_interrupted(out: Path, away: Path) -> None:
    if away.exists() and not out.exists():
        away.rename(out)
    shutil.rmtree(away, ignore_errors=True)


def _check_ours(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise DataNotValid(f"{out.name} is a file, not a folder.", "Name a new folder.")
    others = sorted(entry.name for entry in out.iterdir() if entry.name not in KNOWN) if out.exists() else []
    if others:
        raise DataNotValid(f"The folder {out.name} holds other files, such as {others[0]}.", "Name a new folder.")


def _write_all(files: Mapping[str, bytes], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
