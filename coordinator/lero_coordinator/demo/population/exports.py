"""Writes a made-up LERO's records as its case system would export them: names and notes that nobody asked for included.

Each file says in its name that it is made up. The caller makes the folder, mode 0700.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from lero_contract.days import from_day, year_of
from lero_contract.dictionary import load_dictionary
from lero_coordinator.demo.population.model import Lero
from lero_coordinator.demo.population.template import Column, Sheet, Template, read_template
from lero_coordinator.demo.population.workbook import write_workbook

# How each case system writes its files, and what it calls the columns that no mapping reads.
_ENCODINGS: Final = {"demo-a": "cp1252", "demo-b": "utf-8-sig"}
_UNASKED: Final = {
    "demo-a": {"name": "Client Name", "note": "Notes"},
    "demo-b": {"name": "full_name", "note": "comments"},
    "demo-c": {"name": "Who", "note": "Remarks"},
}
_AREAS_BY_NAME: Final = frozenset({"demo-b", "demo-c"})
_STRFTIME: Final = {"dd/mm/yyyy": "%d/%m/%Y", "yyyy-mm-dd": "%Y-%m-%d"}
_MEASURES: Final = {"sure.total": "sure_total", "swemwbs.metric": "swemwbs_raw"}


def write_exports(lero: Lero, folder: Path) -> None:
    """Write every file of the LERO's case system into an existing, empty folder."""
    template = read_template(lero.template)
    frames: dict[tuple[str, str], pd.DataFrame] = {}
    for sheet in template.sheets:
        frame = _sheet_frame(lero, sheet, template)
        place = (sheet.file, sheet.sheet)
        if place in frames:  # a second score column of the same rows
            frame = pd.concat([frames[place], frame[frame.columns.difference(frames[place].columns)]], axis=1)
        frames[place] = frame
    books: dict[str, dict[str, pd.DataFrame]] = {}
    for (file, name), frame in frames.items():
        if name:
            books.setdefault(file, {})[name] = frame
        else:
            frame.to_csv(folder / file, index=False, encoding=_ENCODINGS[template.name], lineterminator="\r\n")
    for file, sheets in books.items():
        write_workbook(folder / file, f"{lero.name}: made-up data", sheets)


def _sheet_frame(lero: Lero, sheet: Sheet, template: Template) -> pd.DataFrame:
    """One table under its export's headings, in words."""
    records = _records(lero, sheet)
    written = {column.heading: _written(records, column, template) for column in sheet.columns}
    if sheet.table == "members":
        written |= {heading: records[name] for name, heading in _UNASKED[template.name].items()}
    return pd.DataFrame(written)


def _records(lero: Lero, sheet: Sheet) -> pd.DataFrame:
    """The rows of one sheet, each variable in a column of its own name."""
    if sheet.table != "reviews":
        records: pd.DataFrame = getattr(lero, sheet.table)
        return records.rename(columns={"day": "date", "birth_day": "birth_year"})
    reviews = lero.reviews.rename(columns={"day": "date"})
    if len(sheet.measures) == 1:
        return reviews.rename(columns={_MEASURES[sheet.measures[0]]: "score"})
    return _one_row_per_score(reviews)


def _one_row_per_score(reviews: pd.DataFrame) -> pd.DataFrame:
    """A long table: SURE as marked, SWEMWBS as its metric score where the raw total has one."""
    metric = load_dictionary().instruments["swemwbs"].metric
    raw = reviews["swemwbs_raw"]
    scores = {"sure.total": reviews["sure_total"], "swemwbs.metric": raw.map(metric).fillna(raw)}
    kept = reviews.drop(columns=list(_MEASURES.values()))
    parts = [kept.assign(measure=measure, score=score) for measure, score in scores.items()]
    long = pd.concat(parts).dropna(subset="score").sort_index(kind="stable")
    return long.assign(measure=pd.Categorical(long["measure"], categories=list(_MEASURES))).reset_index(drop=True)


def _written(records: pd.DataFrame, column: Column, template: Template) -> pd.Series:
    values = records[column.variable]
    if column.variable == "objects":
        return _in_words(values.map({True: "yes", False: "no"}).astype("category"), column)
    if column.variable == "birth_year" and column.how == "year":
        return values.map(year_of)
    if column.variable in ("birth_year", "referred", "joined", "left", "date"):
        return _dates(values, template)
    if column.variable == "score":
        return values.map({score: f"{score:g}" for score in values.dropna().unique()})
    if column.variable == "area" and template.name in _AREAS_BY_NAME:
        names = {area.code: area.name for area in load_dictionary().geography.areas.values()}
        return values.cat.rename_categories(names).astype("object")
    return _in_words(values, column) if isinstance(values.dtype, pd.CategoricalDtype) else values


def _in_words(values: pd.Series, column: Column) -> pd.Series:
    """Words for codes; where a code has several, they come in turn. A code without words stands as it is."""
    spellings = [column.words.get(code, (code,)) for code in values.cat.categories]
    most = max(len(words) for words in spellings)
    table = np.array([[words[i % len(words)] for i in range(most)] for words in (*spellings, (None,))], dtype=object)
    turn = np.arange(len(values)) % most
    return pd.Series(table[values.cat.codes.to_numpy(), turn], index=values.index, dtype=object)


def _dates(days: pd.Series, template: Template) -> pd.Series:
    """Dates in the export's style; in a workbook, real dates. Missing stays missing."""
    known = np.asarray(days.dropna(), dtype=np.int64)
    if len(known) == 0:
        return pd.Series([None] * len(days), index=days.index, dtype=object)
    first = from_day(int(known.min()))
    every = (first + timedelta(days=i) for i in range(int(known.max() - known.min()) + 1))
    style = _STRFTIME[template.date_style]
    shown: Iterable[object] = every if template.name not in _ENCODINGS else (day.strftime(style) for day in every)
    table = np.array([*shown, None], dtype=object)
    position = days.astype("Int64").sub(int(known.min())).fillna(len(table) - 1).to_numpy(dtype=np.int64)
    return pd.Series(table[position], index=days.index, dtype=object)
