"""Excel and OpenDocument sheets as lines of text: whole numbers without ".0", dates as yyyy-mm-dd."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

from lero_contract.errors import DataNotValid
from lero_node.data.texts import plain
from lero_node.data.workbook_guard import MAX_ROWS, check_container

_Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(path: Path, sheet: str | None) -> dict[str, list[tuple[str, ...]]]:
    """Lines of text by sheet name, the first line being row 1. sheet: read this one only.

    Raises DataNotValid for a container that unpacks to too much, a file that is no workbook, or a missing sheet.
    """
    try:
        check_container(path)
        workbook = CalamineWorkbook.from_path(str(path))
        if sheet is not None and sheet not in workbook.sheet_names:
            names = ", ".join(f"'{name}'" for name in workbook.sheet_names)
            raise DataNotValid(f"{path.name} has no sheet '{sheet}'. It has: {names}.", "Put the mapping right.")
        return {name: _lines(workbook, name, path.name) for name in ([sheet] if sheet else workbook.sheet_names)}
    except (CalamineError, BadZipFile, OSError) as reason:
        raise DataNotValid(
            f"{path.name} cannot be read as a workbook.", "Take off its password, or save it as CSV."
        ) from reason


def _lines(workbook: CalamineWorkbook, name: str, file: str) -> list[tuple[str, ...]]:
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise DataNotValid(f"{file} has more than {MAX_ROWS:,} rows.", "Export a shorter period.")
    return [tuple(_text(value) for value in row) for row in rows]


def _text(value: _Value) -> str:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".12g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
