"""Writes a workbook as a person keeps one: a title above the headings, one sheet per table, dates as dates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from openpyxl import Workbook  # type: ignore[import-untyped,unused-ignore]


def write_workbook(file: Path, title: str, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write each frame under its name; the title and an empty line stand above each. Missing values are empty cells."""
    book = Workbook(write_only=True)
    for name, frame in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([f"{name} - {title}"])
        sheet.append([])
        sheet.append(list(frame.columns))
        whole = frame.astype(object).where(frame.notna(), None)
        for row in zip(*(whole[column].tolist() for column in whole.columns), strict=True):
            sheet.append(row)
    book.save(file)
