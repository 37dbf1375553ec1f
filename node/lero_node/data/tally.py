"""Keeps account of one table read from one file: each row goes one way, and the sum of the ways is the rows read."""

from __future__ import annotations

import json
from collections import Counter

from lero_node.data.columns import MappedSheet
from lero_node.data.report import Problem, SheetReport


class Tally:
    """A builder of one `SheetReport` and of the rows set aside. Row positions count from 0 within the sheet."""

    def __init__(self, source: MappedSheet) -> None:
        self._source = source
        self._counts: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self.aside: list[dict[str, object]] = []
        for number in source.sheet.totals:
            self._problems.append(Problem(number, "", "left out", "a line of totals, not a record"))

    def accept(self, is_after_cut_date: bool = False) -> None:
        """The row is in the snapshot's table."""
        self._counts["accepted"] += 1
        self._counts["after_cut_date"] += is_after_cut_date

    def repeat(self) -> None:
        """The row says what another has said."""
        self._counts["repeats"] += 1

    def objecting(self) -> None:
        """The row belongs to someone who objects to statistics. It is kept nowhere."""
        self._counts["objecting"] += 1

    def nothing(self) -> None:
        """The row records nothing, and the mapping expects such rows."""
        self._counts["nothing_recorded"] += 1

    def not_known(self, position: int, column: str, reason: str) -> None:
        """One cell of an accepted or repeated row was left empty."""
        self._problems.append(Problem(self._source.sheet.numbers[position], column, "not known", reason))

    def set_aside(self, position: int, reason: str, member_id: str | None) -> None:
        """The row goes to the quarantine, with its cells as they stood."""
        sheet = self._source.sheet
        self._counts["set_aside"] += 1
        self._problems.append(Problem(sheet.numbers[position], "", "set aside", reason))
        row = sheet.rows[position]
        headings = sheet.headings + ("",) * (len(row) - len(sheet.headings))
        self.aside.append(
            {
                "table": self._source.table,
                "file": sheet.file,
                "row": sheet.numbers[position],
                "reason": reason,
                "member_id": member_id,
                "cells": json.dumps(list(zip(headings, row, strict=True)), ensure_ascii=False),
            }
        )

    def report(self) -> SheetReport:
        """The finished account."""
        sheet = self._source.sheet
        return SheetReport(
            table=self._source.table,
            file=sheet.file,
            read=len(sheet.rows) + len(sheet.totals),
            accepted=self._counts["accepted"],
            set_aside=self._counts["set_aside"],
            repeats=self._counts["repeats"],
            objecting=self._counts["objecting"],
            nothing_recorded=self._counts["nothing_recorded"],
            totals=len(sheet.totals),
            blank_lines=sheet.blank_lines,
            title_lines=sheet.title_lines,
            after_cut_date=self._counts["after_cut_date"],
            problems=tuple(sorted(self._problems, key=lambda problem: (problem.row, problem.column))),
        )
