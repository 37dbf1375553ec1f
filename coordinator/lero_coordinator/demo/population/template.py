"""Reads a demo LERO's column mapping backwards: from codes to the headings and words its made-up case system writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lero_policies import ROOT


@dataclass(frozen=True)
class Column:
    """One column of an export. words: for each code, the words for it, in turn; empty where a value is written as is.

    how: "date" and "year" of birth, "raw" score, or empty.
    """

    variable: str
    heading: str
    how: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Sheet:
    """One table of an export: a file, or a sheet of a workbook. measures: for reviews, what it records."""

    table: str
    file: str
    sheet: str
    columns: tuple[Column, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A mapping of `lero_policies/mappings`, as its exports see it. date_style: as in "dd/mm/yyyy"."""

    name: str
    date_style: str
    sheets: tuple[Sheet, ...]

    def records(self, measure: str) -> bool:
        """Whether the case system keeps this measure."""
        return any(measure in sheet.measures for sheet in self.sheets)


@cache
def read_template(name: str) -> Template:
    """The template of that name: demo-a, demo-b or demo-c."""
    raw = tomllib.loads(ROOT.joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8"))
    tables = [("members", raw["members"]), *(("reviews", entry) for entry in raw["reviews"])]
    tables += [(table, raw[table]) for table in ("activities", "milestones") if table in raw]
    return Template(name, raw["reading"]["date_styles"][0], tuple(_sheet(table, entry) for table, entry in tables))


def _sheet(table: str, raw: Mapping[str, Any]) -> Sheet:
    return Sheet(
        table=table,
        file=raw["file"].replace("*", "made-up-"),
        sheet=raw.get("sheet", ""),
        columns=tuple(_column(name, entry) for name, entry in raw["columns"].items() if "column" in entry),
        measures=tuple(raw.get("measures", ())),
    )


def _column(variable: str, raw: Mapping[str, Any]) -> Column:
    words: dict[str, tuple[str, ...]] = {}
    for word, code in raw.get("values", {}).items():
        words[code] = (*words.get(code, ()), word)
    return Column(variable, raw["column"], raw.get("as", ""), words)
