"""Replaces a folder of pages as a whole: a reader finds the old one or the new one, never a mixture.

1. Write everything into a folder beside, and flush it.  2. Rename the old folder away.  3. Rename the new one into its
place.  4. Remove the old one. A crash before 3 is undone by the next call; one after it leaves the new folder whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from lero_contract.errors import DataNotValid

_BESIDE_STATEMENTS = frozenset({"index.html", "comparison.csv", "release.envelope"})


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
    ours = _published(out)
    others = sorted(name for name in _files(out) if name not in ours)
    if others:
        raise DataNotValid(f"The folder {out.name} holds other files, such as {others[0]}.", "Name a new folder.")


def _published(folder: Path) -> frozenset[str]:
    """What the statements in a folder say was published there; nothing where there is no statement.

    A name alone proves nothing: many folders hold an index.html, or `data` that somebody needs.
    """
    statements = {
        path.relative_to(folder).as_posix(): _listed(path)
        for path in (folder / "release.json", *folder.glob("data/*-release.json"))
    }
    found = {name for own, listed in statements.items() if listed for name in (own, *listed)}
    return frozenset(found | _BESIDE_STATEMENTS) if found else frozenset()


def _listed(statement: Path) -> tuple[str, ...]:
    """The files that a release statement lists; none where the file is no such statement."""
    try:
        said = json.loads(statement.read_bytes())
        return tuple(str(file["name"]) for file in said["files"]) if "request_digest" in said else ()
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def _files(folder: Path) -> Iterator[str]:
    """Everything in a folder that is not itself a folder, by its path within it."""
    return (e.relative_to(folder).as_posix() for e in folder.rglob("*") if e.is_symlink() or not e.is_dir())


def _write_all(files: Mapping[str, bytes], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
