"""The mapped columns of one file as values: each different text is read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lero_node.data.columns import MappedSheet
from lero_node.data.convert import Cell, Conversion
from lero_node.data.dates import AmbiguousColumn


@dataclass(frozen=True, repr=False)
class ReadColumn:
    """The cells of one variable, one for each row of the sheet. heading: the column, or "" for a constant."""

    heading: str
    cells: list[Cell]

    def __repr__(self) -> str:
        """Says nothing of the values."""
        return f"ReadColumn({self.heading!r}, hidden)"

    def value(self, position: int) -> str | int | None:
        """The value at a row."""
        return self.cells[position][0]

    def number(self, position: int) -> int | None:
        """The value at a row of a column of days or whole numbers."""
        value = self.cells[position][0]
        return value if isinstance(value, int) else None

    def text(self, position: int) -> str | None:
        """The value at a row of a column of references or codes."""
        value = self.cells[position][0]
        return value if isinstance(value, str) else None

    def reason(self, position: int) -> str | None:
        """Why the cell could not be read, if it could not."""
        return self.cells[position][1]


def read_columns(source: MappedSheet, conversion: Conversion, names: Iterable[str]) -> dict[str, ReadColumn]:
    """The named variables, as far as they are mapped. Raises AmbiguousColumn, naming file and column."""
    return {name: _read(source, conversion, name) for name in names if name in source.mapping.columns}


def raw_column(source: MappedSheet, name: str) -> list[str]:
    """The texts of a variable, one for each row; empty texts where it is not mapped."""
    spec = source.mapping.columns.get(name)
    if spec is None or spec.column is None:
        return [spec.constant or "" if spec else ""] * len(source.sheet.rows)
    position = source.position(spec.column)
    return [row[position] for row in source.sheet.rows]


def _read(source: MappedSheet, conversion: Conversion, name: str) -> ReadColumn:
    spec = source.mapping.columns[name]
    texts = raw_column(source, name)
    different = frozenset(texts)
    try:
        reader = conversion.reader(conversion.dictionary.variable(source.table, name), spec, different)
    except AmbiguousColumn as refusal:
        raise AmbiguousColumn(
            f"{source.sheet.file}: column '{spec.column}' cannot be read as dates: {refusal.detail}.",
            'Say in the mapping how dates are written: [reading] date_styles = ["dd/mm/yyyy"]',
        ) from None
    known = {text: reader(text) for text in different}
    return ReadColumn(spec.column or "", [known[text] for text in texts])
