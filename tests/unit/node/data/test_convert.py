"""One cell becomes one value, or not known with a reason that never repeats the cell."""

from __future__ import annotations

from datetime import date

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_node.data.convert import Cell, Conversion, score_cell, whole
from lero_node.data.mapping import Column
from lero_node.data.places import Places

DICTIONARY = load_dictionary()
CONVERSION = Conversion.of(DICTIONARY, ["awaiting form"], ("dd/mm/yyyy",), to_day(date(2026, 4, 3)))
PLACES = Places(DICTIONARY.geography)


def read(variable: str, text: str, **column: object) -> Cell:
    spec = Column.model_validate({"column": "C", **column})
    return CONVERSION.reader(DICTIONARY.variable("members", variable), spec, [text])(text)


def score(measure: str, text: str, *, is_raw: bool = False) -> Cell:
    instrument = DICTIONARY.instruments[measure.partition(".")[0]]
    return score_cell(text, DICTIONARY.measures[measure], instrument, is_raw)


@pytest.mark.parametrize("text", ["", "N/K", "Not Known", "not stated", "-", "awaiting form", "AWAITING FORM"])
def test_not_known_in_many_spellings_is_not_a_fault(text: str) -> None:
    assert read("joined", text) == (None, None)
    assert read("area", text) == (None, None)


def test_categories_are_read_by_code_label_spelling_and_the_mappings_own_words() -> None:
    assert read("sex", "female") == ("female", None)
    assert read("sex", "Female") == ("female", None)
    assert read("sex", "Wmn", values={"wmn": "female"}) == ("female", None)
    assert read("sex", "Wmn")[0] is None
    assert read("sex", "Wmn")[1] is not None


def test_a_word_of_the_mapping_goes_before_the_dictionary() -> None:
    assert read("sex", "9", values={"9": "other"}) == ("other", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E08000035", "E08000035"),
        ("e08000016", "E08000038"),  # Barnsley, recoded
        ("E10000021", "E10000021"),  # Northamptonshire, split in two: the code still tells the region
        ("Northamptonshire", "E10000021"),
        ("Bristol", "E06000023"),
        ("City of Bristol", "E06000023"),
        ("Bristol, City of", "E06000023"),
        ("LEEDS CITY COUNCIL", "E08000035"),
        ("Telford & Wrekin", "E06000020"),
        ("St Helens", "E08000013"),
        ("London Borough of Camden", "E09000007"),
        ("Hull", "E06000010"),
        ("Durham County Council", "E06000047"),
        ("Wales", "W92000004"),
    ],
)
def test_an_authority_is_found_by_code_old_code_and_name(text: str, code: str) -> None:
    assert PLACES.find(text) == code


@pytest.mark.parametrize("text", ["London", "Yorkshire", "LS1 4AP", "E99999999", "City Council", "Narnia"])
def test_what_is_no_authority_is_not_guessed(text: str) -> None:
    assert PLACES.find(text) is None


@pytest.mark.parametrize(
    ("text", "column", "year"),
    [
        ("13/05/1980", {"as": "date"}, 1980),
        ("1980", {"as": "year"}, 1980),
        ("45", {"as": "age", "at": "2025-01-01"}, 1980),
        ("01/01/1900", {"as": "date"}, None),
        ("1900", {"as": "year"}, None),
        ("2017", {"as": "year"}, None),
        ("115", {"as": "age", "at": "2025-01-01"}, None),
    ],
)
def test_a_year_of_birth_comes_from_a_date_a_year_or_an_age_and_must_be_plausible(
    text: str, column: dict[str, object], year: int | None
) -> None:
    value, reason = read("birth_year", text, **column)
    assert value == year
    assert (reason is None) == (year is not None)


@pytest.mark.parametrize(
    ("text", "flag"), [("Yes", 1), ("x", 1), ("TRUE", 1), ("No", 0), ("", 0), ("0", 0), ("hm", None)]
)
def test_an_objection_is_yes_no_or_unclear(text: str, flag: int | None) -> None:
    assert read("objects", text)[0] == flag


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("-1", -1), ("1,000", 1000), ("12.0", 12), ("0012", 12)])
def test_whole_numbers_may_have_commas_and_empty_decimals(text: str, number: int) -> None:
    assert whole(text) == (number, None)


@pytest.mark.parametrize("text", ["1e300", "NaN", "inf", "12,5", "1.5", "0x10", "１２", "--1", "1 000", "99999999999"])
def test_nothing_else_is_a_whole_number(text: str) -> None:
    assert whole(text)[0] is None


def test_a_score_is_whole_and_inside_the_instruments_own_range() -> None:
    assert score("sure.total", "21") == (21, None)
    assert score("sure.total", "63.0") == (63, None)
    assert [score("sure.total", text)[0] for text in ("20", "64", "45.5", "12/05/2024", "")] == [None] * 5


def test_a_computed_score_is_stored_in_hundredths() -> None:
    assert score("sf36.mcs", "58.41") == (5841, None)
    assert score("sf36.mcs", "58.4139") == (5841, None)
    assert score("sf36.mcs", "100.01")[0] is None


def test_a_raw_swemwbs_score_is_converted_person_by_person() -> None:
    """21 raw is 19.25 metric: the published table, DOMAIN facts section 2 of the dictionary's source."""
    assert score("swemwbs.metric", "21", is_raw=True) == (1925, None)
    assert score("swemwbs.metric", "6", is_raw=True)[0] is None
    assert score("swemwbs.metric", "21.5", is_raw=True)[0] is None
    assert score("swemwbs.metric", "19.25") == (1925, None)


@pytest.mark.parametrize("text", ["Secret Word", "99/99/9999", "1e300"])
def test_no_reason_repeats_the_cell(text: str) -> None:
    found = [
        read("sex", text),
        read("area", text),
        read("joined", text),
        read("birth_year", text, **{"as": "date"}),
        read("objects", text),
        whole(text),
        score("sure.total", text),
    ]
    assert all(reason and text not in reason for _, reason in found)
