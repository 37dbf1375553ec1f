"""A mapping is read strictly: every fault with its line and a fix, and what is collected from the mapping alone."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.mapping import collects, parse_mapping, read_mapping
from support import messy

SMALL = """\
version = 1
name = "Small"
[profile]
complete_from = "2019-04-01"
[members]
file = "members.csv"
[members.columns]
member_id = { column = "Ref" }
joined = { column = "Start" }
"""


def refusal(text: str) -> str:
    with pytest.raises(DataNotValid) as found:
        parse_mapping(text, load_dictionary())
    return found.value.detail


def test_what_is_collected_is_stated_by_the_mapping_and_sorted() -> None:
    mapping = parse_mapping(messy.MAPPING, load_dictionary())
    assert collects(mapping) == (
        "activities",
        "area",
        "birth_year",
        "joined",
        "left",
        "ons4.satisfaction",
        "referred",
        "reviews",
        "sex",
        "sure.total",
    )


def test_the_day_from_which_records_are_complete_is_stated_with_or_without_quotes() -> None:
    for text in (SMALL, SMALL.replace('"2019-04-01"', "2019-04-01")):
        assert parse_mapping(text, load_dictionary()).complete_from_day == to_day(date(2019, 4, 1))


def test_a_changed_mapping_has_another_digest() -> None:
    first, second = (parse_mapping(text, load_dictionary()) for text in (SMALL, SMALL + "\n"))
    assert first.digest != second.digest


@pytest.mark.parametrize("name", ["template", "ctn", "help"])
def test_every_template_is_a_valid_mapping(name: str) -> None:
    text = files("lero_policies").joinpath("mappings", f"{name}.toml").read_text(encoding="utf-8")
    assert "joined" in collects(parse_mapping(text, load_dictionary()))


def test_the_template_stays_valid_when_its_remarks_are_taken_up() -> None:
    text = files("lero_policies").joinpath("mappings", "template.toml").read_text(encoding="utf-8")
    taken_up = [
        line.removeprefix("# ")
        if line.startswith(("# [", "# file", "# measures", "# blank")) or " = { " in line
        else line
        for line in text.splitlines()
    ]
    found = collects(parse_mapping("\n".join(taken_up), load_dictionary()))
    assert {"activities", "milestones", "sure.total", "sex", "area", "recovery_at_start"} <= set(found)


def test_an_unknown_key_is_named_with_its_line_and_the_key_that_was_meant() -> None:
    detail = refusal(SMALL.replace("joined = { column", "joined = { colum"))
    assert "line 9" in detail
    assert "'colum' is not a key that belongs here; 'column' looks like it" in detail


def test_an_unknown_variable_is_named_with_the_one_that_was_meant() -> None:
    detail = refusal(SMALL + 'birth_yeer = { column = "DOB", as = "date" }\n')
    assert "line 10" in detail
    assert "the dictionary has no 'birth_yeer' in members; 'birth_year' looks like it" in detail


def test_a_code_that_no_closed_list_has_is_refused() -> None:
    detail = refusal(SMALL + 'sex = { column = "Gender", values = { "M" = "mail" } }\n')
    assert "'mail' is not a code of sex; 'male' looks like it" in detail


def test_all_faults_are_told_at_once() -> None:
    text = SMALL.replace('joined = { column = "Start" }', 'sex = { column = "S", constant = "male" }\nleft = { }')
    assert len(refusal(text).splitlines()) == 2


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ('birth_year = { column = "DOB" }', "say how to read it"),
        ('birth_year = { column = "Age", as = "age" }', "goes with `at`"),
        ('sex = { column = "S", as = "date" }', "`as` does not go with sex"),
        ('left = { column = "n", derive = "anchor_plus", anchor = "2025-01-01" }', "a derived day needs"),
        ('area = { column = "LA", values = { "Home" = "E99999999" } }', "is not a code of area"),
    ],
)
def test_a_column_that_cannot_be_read_as_stated_is_refused(extra: str, words: str) -> None:
    assert words in refusal(SMALL + extra + "\n")


def test_a_needed_variable_that_is_not_mapped_is_told() -> None:
    assert "'joined' (" in refusal(SMALL.replace('joined = { column = "Start" }\n', ""))


@pytest.mark.parametrize("name", ["../members.csv", "/members.csv", "a\\\\b.csv", "c:members.csv", ""])
def test_a_file_outside_the_import_folder_cannot_be_named(name: str) -> None:
    assert "inside the import folder" in refusal(SMALL.replace("members.csv", name))


def test_days_first_and_months_first_are_never_read_together() -> None:
    text = SMALL.replace("[members]\n", '[reading]\ndate_styles = ["dd/mm/yyyy", "mm/dd/yyyy"]\n[members]\n')
    assert "either the day or the month first" in refusal(text)


def test_a_measure_is_one_the_dictionary_has_and_is_stated() -> None:
    reviews = """
[[reviews]]
file = "r.csv"
measures = ["sure.totl"]
[reviews.columns]
member_id = { column = "Ref" }
measure = { constant = "sure.total" }
score = { column = "S" }
"""
    detail = refusal(SMALL + reviews)
    assert "the dictionary has no measure 'sure.totl'; 'sure.total' looks like it" in detail
    assert "'sure.total' is used below and not named here" in detail
    assert "a review needs a `date` or a `wave`" in detail


def test_a_missing_file_and_broken_toml_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="There is no mapping file"):
        read_mapping(tmp_path / "mapping.toml", load_dictionary())
    assert "is not valid TOML" in refusal("version = ")
