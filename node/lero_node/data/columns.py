"""Which columns of an export the mapping finds, and what a missing one was probably renamed to.

A missing column stops the import before anything is replaced; it is never read as "not known".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.finding import files_of
from lero_node.data.mapping import ExportMapping, TableMapping
from lero_node.data.reading import Sheet, read_sheet
from lero_node.data.texts import heading_key

_LIKELY = 72.0  # per cent; below it two headings have little in common


@dataclass(frozen=True)
class MappedSheet:
    """One file under one table of the mapping. missing: (variable, column) pairs the file does not have."""

    table: str
    mapping: TableMapping
    sheet: Sheet
    missing: tuple[tuple[str, str], ...]
    doubled: tuple[str, ...]

    def position(self, column: str) -> int:
        """Where the column stands. Raises ValueError for one the file does not have."""
        return [heading_key(name) for name in self.sheet.headings].index(heading_key(column))


@dataclass(frozen=True)
class MappingCheck:
    """found: (table, file, column). faults: sentences, one for each missing or doubled column. unused: file, column."""

    found: tuple[tuple[str, str, str], ...]
    faults: tuple[str, ...]
    unused: tuple[tuple[str, str], ...]

    @property
    def is_sound(self) -> bool:
        """Whether an import can go ahead."""
        return not self.faults

    def to_text(self) -> str:
        """For the screen."""
        lines = [f"{table}: column '{column}' is in {file}." for table, file, column in self.found]
        lines += [f"Not read: column '{column}' of {file}." for file, column in self.unused]
        return "\n".join([*lines, *self.faults] or ["The mapping names no column."])

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "found": [dict(zip(("table", "file", "column"), item, strict=True)) for item in self.found],
            "faults": list(self.faults),
            "unused": [dict(zip(("file", "column"), item, strict=True)) for item in self.unused],
        }


def check_mapping(mapping: ExportMapping, source: Path, dictionary: Dictionary) -> MappingCheck:
    """The mapping against an export, without loading it. source: its folder, or its one file.

    Raises DataNotValid where a file is missing or cannot be read at all.
    """
    sheets = mapped_sheets(mapping, source)
    used = {(s.sheet.file, heading_key(column)) for s in sheets for column in s.mapping.headings()}
    found = [
        (s.table, s.sheet.file, column)
        for s in sheets
        for column in dict.fromkeys(s.mapping.headings())
        if column not in {name for _, name in s.missing}
    ]
    unused = [(s.sheet.file, name) for s in sheets for name in s.sheet.headings]
    return MappingCheck(
        found=tuple(found),
        faults=tuple(fault for s in sheets for fault in _faults(s, dictionary)),
        unused=tuple(dict.fromkeys(pair for pair in unused if (pair[0], heading_key(pair[1])) not in used)),
    )


def mapped_sheets(mapping: ExportMapping, source: Path) -> tuple[MappedSheet, ...]:
    """Every file of every mapped table, members first. Raises DataNotValid (see `check_mapping`)."""
    found = []
    for table, _, content in mapping.tables():
        for path in files_of(source, content.file):
            sheet = read_sheet(path, content.sheet, content.headings())
            keys = [heading_key(name) for name in sheet.headings]
            wanted = [(name, spec.column) for name, spec in content.columns.items() if spec.column is not None]
            missing = tuple((name, column) for name, column in wanted if heading_key(column) not in keys)
            doubled = tuple(column for column in content.headings() if keys.count(heading_key(column)) > 1)
            found.append(MappedSheet(table, content, sheet, missing, tuple(dict.fromkeys(doubled))))
    return tuple(found)


def require_columns(sheets: Iterable[MappedSheet], dictionary: Dictionary) -> None:
    """Raises DataNotValid with every missing or doubled column, and what it looks like now."""
    faults = [fault for sheet in sheets for fault in _faults(sheet, dictionary)]
    if faults:
        raise DataNotValid(
            "\n".join(dict.fromkeys(faults)),
            "Put the mapping right and import again. The records imported before stay in use.",
        )


def closest_heading(wanted: str, spellings: Iterable[str], headings: Iterable[str]) -> str | None:
    """The heading most like `wanted` or a usual heading of the same variable; None where none is like either."""
    usual = {heading_key(spelling) for spelling in spellings}

    def likeness(heading: str) -> float:
        key = heading_key(heading)
        if key in usual:
            return 100.0
        return max(fuzz.WRatio(key, heading_key(wanted)), *(fuzz.ratio(key, spelling) for spelling in usual), 0.0)

    best = max(headings, key=likeness, default=None)
    return best if best is not None and likeness(best) >= _LIKELY else None


def _faults(found: MappedSheet, dictionary: Dictionary) -> list[str]:
    mapped = {heading_key(column) for column in found.mapping.headings()}
    free = [name for name in found.sheet.headings if name and heading_key(name) not in mapped]
    lines = []
    for variable, column in found.missing:
        near = closest_heading(column, dictionary.variable(found.table, variable).headings, free)
        hint = f"; '{near}' looks like it" if near else ""
        lines.append(f"{found.sheet.file}: column '{column}' ({found.table}: {variable}) is not in the file{hint}.")
        free = [name for name in free if name != near]
    lines += [f"{found.sheet.file}: column '{name}' is there more than once." for name in found.doubled]
    return lines
