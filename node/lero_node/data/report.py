"""Where every row of an export went, by file, row number, column and reason, and never by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

_SHOWN_ROWS = 8


@dataclass(frozen=True)
class Problem:
    """One cell, or one whole row where `column` is empty.

    row: as a spreadsheet numbers it, the heading included. effect: "not known" for a cell that was left empty,
    "set aside" for a row that is in no answer until the export is put right, "left out" for a line of totals.
    """

    row: int
    column: str
    effect: str
    reason: str


@dataclass(frozen=True)
class SheetReport:
    """One table read from one file. Every row read is in exactly one of the counts that `accounted_for` adds up."""

    table: str
    file: str
    read: int
    accepted: int
    set_aside: int
    repeats: int
    objecting: int
    nothing_recorded: int
    totals: int
    blank_lines: int
    title_lines: int
    after_cut_date: int
    problems: tuple[Problem, ...]

    @property
    def accounted_for(self) -> int:
        """Equals `read`."""
        return self.accepted + self.set_aside + self.repeats + self.objecting + self.nothing_recorded + self.totals


@dataclass(frozen=True)
class Report:
    """The whole load. likely_duplicates: members who share birth year, sex, authority and joining day with another."""

    sheets: tuple[SheetReport, ...]
    likely_duplicates: int

    @property
    def accepted(self) -> int:
        """Rows accepted, over all tables."""
        return sum(sheet.accepted for sheet in self.sheets)

    @property
    def set_aside(self) -> int:
        """Rows set aside, over all tables."""
        return sum(sheet.set_aside for sheet in self.sheets)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "accepted": self.accepted,
            "set_aside": self.set_aside,
            "likely_duplicates": self.likely_duplicates,
            "sheets": [asdict(sheet) for sheet in self.sheets],
        }

    def to_text(self) -> str:
        """What a volunteer reads and can act on: the counts, then each reason once with the rows to look at."""
        lines = [line for sheet in self.sheets for line in _sheet_lines(sheet)]
        if self.likely_duplicates:
            lines += [
                f"{_people(self.likely_duplicates)} may be recorded twice under different references "
                "(same year of birth, sex, authority and joining day).",
                "  They are counted as different members. Please check in the case system.",
            ]
        lines.append(
            "Every row was taken in."
            if not self.set_aside
            else f"{_rows(self.set_aside)} set aside in all: put them "
            "right in the case system and import again. They are kept encrypted here and are in no answer."
        )
        return "\n".join(lines)


def _sheet_lines(sheet: SheetReport) -> Iterable[str]:
    yield f"{sheet.table} from {sheet.file}: {_rows(sheet.read)} read, {sheet.accepted:,} taken in."
    for count, words in (
        (sheet.repeats, "that said the same again"),
        (sheet.objecting, "of members who object to statistics, left out"),
        (sheet.nothing_recorded, "without a score, which is no review"),
        (sheet.after_cut_date, "taken in with a date after the day the export is complete to; no answer uses it yet"),
    ):
        if count:
            yield f"  {_rows(count)} {words}."
    for (effect, column, reason), rows in _grouped(sheet.problems):
        place = f"column '{column}', {_plural(len(rows), 'cell')}" if column else _rows(len(rows))
        yield f"  {effect.capitalize()}: {place}: {reason} ({_row_numbers(rows)})."


def _grouped(problems: Iterable[Problem]) -> list[tuple[tuple[str, str, str], list[int]]]:
    """By effect, column and reason; the most frequent first, whole rows before cells."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for problem in problems:
        found.setdefault((problem.effect, problem.column, problem.reason), []).append(problem.row)
    return sorted(found.items(), key=lambda item: (bool(item[0][1]), -len(item[1]), item[0]))


def likely_duplicates(keys: Iterable[tuple[object, ...]]) -> int:
    """How many members share every part of their key with another; a key with a part not known is nobody's double."""
    counts = Counter(key for key in keys if all(part is not None for part in key))
    return sum(count for count in counts.values() if count > 1)


def _row_numbers(rows: list[int]) -> str:
    shown = ", ".join(str(row) for row in sorted(rows)[:_SHOWN_ROWS])
    more = f" and {len(rows) - _SHOWN_ROWS:,} more" if len(rows) > _SHOWN_ROWS else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _rows(count: int) -> str:
    return _plural(count, "row")


def _people(count: int) -> str:
    return f"{count:,} members" if count != 1 else "1 member"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
