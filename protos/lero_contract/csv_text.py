"""CSV that a spreadsheet only ever reads: text it would run as a formula is made inert; numbers stay numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from lero_contract.errors import Malformed

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Value = str | float | int


def inert(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read names right; every text inert."""
    inert_rows = ([inert(value) if isinstance(value, str) else value for value in row] for row in rows)
    return _written([inert(heading) for heading in head], inert_rows)


def _written(head: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of such a file by heading, every value as text.

    Raises Malformed for anything that `to_csv` would not write: a heading said twice, or quotes where none are needed,
    could show a spreadsheet something else than is read here.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as reason:
        raise Malformed("The file is no CSV file as this program writes them.") from reason
    head = list(reader.fieldnames or ())
    if any(None in row or None in row.values() for row in rows):
        raise Malformed("The file has a row with too few or too many columns.")
    if len(head) != len(set(head)) or _written(head, (list(row.values()) for row in rows)) != content:
        raise Malformed("The file is not written as this program writes it.")
    return rows
