"""The files of an export, and no others: inside the folder that was named, plain files, of a size that can be read."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_node.data.workbook_guard import MAX_FILE_BYTES

SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls", ".ods")


def files_of(source: Path, pattern: str = "*") -> tuple[Path, ...]:
    """Files whose name matches, in name order; without regard to case. source: a folder, or the one file itself.

    Raises DataNotValid where the source is missing, nothing matches, or a match is a link, a device or too large.
    """
    if not source.exists():
        raise DataNotValid(
            f"There is no file or folder {source.name}.", "Name the folder that the export was saved in."
        )
    entries = sorted(source.iterdir(), key=lambda entry: entry.name) if source.is_dir() else [source]
    matched = [entry for entry in entries if _matches(entry.name, pattern)]
    if not matched:
        raise DataNotValid(
            f"No file of the export is called {pattern}.", "Put `file` in the mapping right, or export again."
        )
    return tuple(_checked(entry) for entry in matched)


def _matches(name: str, pattern: str) -> bool:
    """Hidden files and the locks of open office programs are nobody's export."""
    lowered = name.lower()
    return lowered.endswith(SUFFIXES) and not lowered.startswith((".", "~$")) and fnmatchcase(lowered, pattern.lower())


def _checked(path: Path) -> Path:
    # A link could point anywhere, and a pipe or device never ends.
    if path.is_symlink() or not path.is_file():
        raise DataNotValid(f"{path.name} is not a plain file.", "Copy the file itself into the folder.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise DataNotValid(f"{path.name} is larger than this import reads.", "Export a shorter period.")
    return path
