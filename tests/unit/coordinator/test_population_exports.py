"""Exports look as three case systems would write them, and hold everything that must never travel further."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped,unused-ignore]

from lero_contract.dictionary import load_dictionary
from lero_coordinator.demo.population import Lero, canaries, write_exports
from lero_coordinator.demo.population.template import read_template
from support.populations import national, small

ENCODINGS = {"demo-a": "cp1252", "demo-b": "utf-8-sig"}


def _lero(template: str) -> Lero:
    return next(lero for lero in small().leros if lero.template == template)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {}
    for lero in small().leros:
        folders[lero.template] = tmp_path_factory.mktemp(lero.template)
        write_exports(lero, folders[lero.template])
    return folders


def _rows(folder: Path, file: str, template: str) -> list[dict[str, str]]:
    text = (folder / f"made-up-{file}.csv").read_bytes().decode(ENCODINGS[template])
    return list(csv.DictReader(io.StringIO(text)))


def _sheet(folder: Path, name: str) -> list[tuple[object, ...]]:
    book = load_workbook(folder / "made-up-register.xlsx", read_only=True)
    return [tuple(row) for row in book[name].iter_rows(values_only=True)]


def _text_of(folder: Path, template: str) -> str:
    if template == "demo-c":
        return "\n".join(str(cell) for row in _sheet(folder, "Members") for cell in row)
    return "\n".join(file.read_bytes().decode(ENCODINGS[template]) for file in folder.iterdir())


def test_every_canary_stands_in_its_leros_export_and_in_no_other(exports: dict[str, Path]) -> None:
    texts = [_text_of(exports[lero.template], lero.template) for lero in small().leros]
    planted = canaries(small())
    assert len(planted) == 12
    for canary in planted:
        assert sum(canary in text for text in texts) == 1


def test_canaries_of_a_whole_federation_are_all_different() -> None:
    planted = canaries(national())
    assert len(set(planted)) == len(planted) == 4 * 55


def test_the_first_system_writes_british_dates_windows_encoding_and_leading_zeros(exports: dict[str, Path]) -> None:
    clients = _rows(exports["demo-a"], "clients", "demo-a")
    assert len(clients) == len(_lero("demo-a").members)
    assert all(len(row["DOB"]) == 10 and row["DOB"][2] == row["DOB"][5] == "/" for row in clients)
    assert any(row["Client Ref"].startswith("00") for row in clients)
    assert any("café" in row["Notes"] for row in clients)
    assert {row["Gender"] for row in clients} <= {"M", "F", "X", "N/K"}


def test_the_first_system_puts_both_scores_of_a_review_in_one_row(exports: dict[str, Path]) -> None:
    reviews = _rows(exports["demo-a"], "reviews", "demo-a")
    source = _lero("demo-a").reviews
    assert [row["SURE Total"] for row in reviews] == [f"{score:g}" for score in source["sure_total"]]
    assert sum(row["SWEMWBS Raw"] == "" for row in reviews) == source["swemwbs_raw"].isna().sum() > 0


def test_the_second_system_writes_iso_dates_and_authorities_by_name(exports: dict[str, Path]) -> None:
    people = _rows(exports["demo-b"], "people", "demo-b")
    assert all(row["date_of_birth"][4] == row["date_of_birth"][7] == "-" for row in people)
    geography = load_dictionary().geography
    known = {area.name for area in geography.areas.values()} | set(geography.old_codes) | {""}
    assert {row["local_authority"] for row in people} <= known


def test_the_second_system_writes_one_row_for_each_score(exports: dict[str, Path]) -> None:
    outcomes = _rows(exports["demo-b"], "outcomes", "demo-b")
    source = _lero("demo-b").reviews
    assert len(outcomes) == source["sure_total"].notna().sum() + source["swemwbs_raw"].notna().sum()
    assert {row["tool"] for row in outcomes} == {"SURE", "SWEMWBS"}
    metric = {f"{score:g}" for score in load_dictionary().instruments["swemwbs"].metric.values()}
    scores = [row["score"] for row in outcomes if row["tool"] == "SWEMWBS"]
    assert sum(score in metric for score in scores) >= 0.98 * len(scores)


def test_the_spreadsheet_has_a_title_years_of_birth_and_many_ways_not_to_know(exports: dict[str, Path]) -> None:
    title, blank, headings, *rows = _sheet(exports["demo-c"], "Members")
    assert "made-up data" in str(title[0])
    assert not any(blank)
    assert len(rows) == len(_lero("demo-c").members)
    years = {row[headings.index("Year of birth")] for row in rows}
    assert years <= {1900, *range(1935, 2010)}
    words = {row[headings.index("Main problem")] for row in rows}
    assert {"Not known", "unknown", "-"} & words


@pytest.mark.parametrize("template", ["demo-a", "demo-b", "demo-c"])
def test_every_word_of_a_mapping_means_a_code_of_the_dictionary(template: str) -> None:
    dictionary = load_dictionary()
    for sheet in read_template(template).sheets:
        for column in sheet.columns:
            variable = dictionary.variable(sheet.table, column.variable)
            if variable.type == "category":
                assert set(column.words) <= {category.code for category in variable.categories}
    measures = {measure for sheet in read_template(template).sheets for measure in sheet.measures}
    assert measures <= set(dictionary.measures)
