"""A file of an export as rows of text with the numbers a spreadsheet gives them. Nothing is guessed about meaning here.

Everything is text first, so that leading zeros stay. Title lines above the headings, blank lines and a line of totals
at the foot are told apart and counted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_node.data.texts import heading_key, plain
from lero_node.data.workbook import read_workbook
from lero_node.data.workbook_guard import MAX_ROWS

Row = tuple[str, ...]
_DELIMITERS = (",", ";", "\t", "|")
_HEAD_LINES = 30
_FOOT_LINES = 4
_TOTAL = re.compile(r"(grand |sub-?)?totals?:?", re.IGNORECASE)
_FOOT = re.compile(
    r"(grand |sub-?)?totals?\b.*|(record |row )?count\b.*|number of (records|rows|members|clients|people)\b.*"
    r"|end of (report|file|data)\b.*|\d+ (rows|records)\b.*"
    r"|(report|printed|generated|exported|run) (on|by|at|date)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, repr=False)
class Sheet:
    """Rows under their headings. Every row has as many cells as there are headings, or more where the file has.

    numbers: of each row, from 1 at the top of the file. totals: numbers of the lines left out at the foot.
    """

    file: str
    headings: Row
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    totals: tuple[int, ...]
    blank_lines: int
    title_lines: int

    def __repr__(self) -> str:
        """Says nothing of the rows."""
        return f"Sheet({self.file!r}, hidden)"


def read_sheet(path: Path, sheet: str | None, wanted: Collection[str]) -> Sheet:
    """One file, or one sheet of a workbook. wanted: headings by which the heading line is found.

    Raises DataNotValid for a file that is too large, cannot be read, or has no heading line.
    """
    if path.suffix.lower() == ".csv":
        candidates = [("", lines) for lines in _csv_readings(path)]
    else:
        candidates = list(read_workbook(path, sheet).items())
    names = {heading_key(name) for name in wanted}
    scored = [(_header(lines, names), lines) for _, lines in candidates if any(any(line) for line in lines)]
    if not scored:
        raise DataNotValid(f"{path.name} has no rows.", "Export it again.")
    (matches, header), lines = max(scored, key=lambda item: (item[0][0], len(item[1][item[0][1]])))
    rivals = [other for (found, _), other in scored if found == matches and other is not lines]
    if len(candidates) > 1 and rivals and path.suffix.lower() != ".csv":
        titles = ", ".join(f"'{name}'" for name, _ in candidates)
        raise DataNotValid(f"{path.name} has several sheets: {titles}.", "Say in the mapping which: sheet = NAME")
    return _split(path.name, lines, header)


def _csv_readings(path: Path) -> list[list[Row]]:
    """The file's lines as each likely delimiter would cut them."""
    text = _decoded(path)
    sample = list(islice(io.StringIO(text), 4 * _HEAD_LINES))
    used = [mark for mark in _DELIMITERS if any(mark in line for line in sample)] or [","]
    return [_cut(text, mark, path.name) for mark in used]


def _cut(text: str, delimiter: str, name: str) -> list[Row]:
    lines: list[Row] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append(tuple(plain(cell) for cell in cells))
            if len(lines) > MAX_ROWS:
                raise DataNotValid(f"{name} has more than {MAX_ROWS:,} rows.", "Export a shorter period.")
    except csv.Error as reason:
        raise DataNotValid(f"{name}, row {len(lines) + 1}: the quotes or a cell's length make no sense.") from reason
    return lines


def _decoded(path: Path) -> str:
    """By its mark (UTF-8 or UTF-16), else strict UTF-8, else Windows-1252 as British office programs write it."""
    content = path.read_bytes()
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataNotValid(f"The letters of {path.name} are in no encoding this import reads.", "Save it as CSV UTF-8.")


def _header(lines: Sequence[Row], wanted: Collection[str]) -> tuple[int, int]:
    """How many wanted headings the best of the first lines has, and its position; by shape where none has any."""
    head = lines[:_HEAD_LINES]
    matches = [len({heading_key(cell) for cell in line} & set(wanted)) for line in head]
    if matches and max(matches) > 0:
        return max(matches), matches.index(max(matches))
    widths = [_distinct_words(line) for line in head]
    return 0, widths.index(max(widths))


def _distinct_words(line: Row) -> int:
    """How many different cells of the line could be headings."""
    return len({cell.casefold() for cell in line if cell and not cell[0].isdigit()})


def _split(name: str, lines: Sequence[Row], header: int) -> Sheet:
    headings = _without_empty_end(lines[header])
    width = len(headings)
    body = [(number, line) for number, line in enumerate(lines[header + 1 :], start=header + 2) if any(line)]
    kept = len(body)
    while kept and len(body) - kept < _FOOT_LINES and _is_foot(body[kept - 1][1], width):
        kept -= 1
    rows = [_squared(line, width) for _, line in body[:kept]]
    return Sheet(
        file=name,
        headings=headings,
        rows=tuple(rows),
        numbers=tuple(number for number, _ in body[:kept]),
        totals=tuple(number for number, _ in body[kept:]),
        blank_lines=len(lines) - header - 1 - len(body),
        title_lines=sum(1 for line in lines[:header] if any(line)),
    )


def _is_foot(line: Row, width: int) -> bool:
    """A line whose first filled cell is "total"; or begins like one, and leaves at least half of the columns empty."""
    filled = [cell for cell in line if cell]
    if _TOTAL.fullmatch(filled[0]):
        return True
    return 2 * len(filled) <= max(width, 2) and _FOOT.fullmatch(filled[0]) is not None


def _squared(line: Row, width: int) -> Row:
    """Short lines filled up; the empty cells that many programs write at the end of long ones dropped."""
    if len(line) < width:
        return line + ("",) * (width - len(line))
    return line[: max(width, len(_without_empty_end(line)))]


def _without_empty_end(line: Row) -> Row:
    end = len(line)
    while end and not line[end - 1]:
        end -= 1
    return line[:end]
