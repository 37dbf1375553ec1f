"""Dates are read by explicit styles; what could be read two ways is refused."""

from __future__ import annotations

from datetime import date

import pytest

from lero_contract.days import to_day
from lero_node.data.dates import AmbiguousColumn, day_reader

TODAY = to_day(date(2026, 4, 3))


def read(text: str, *styles: str) -> date | None:
    day, reason = day_reader([text], styles, TODAY)(text)
    assert (day is None) == (reason is not None)
    return date.fromordinal(day + date(1970, 1, 1).toordinal()) if day is not None else None


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("05/03/2024", "dd/mm/yyyy"),
        ("5/3/2024", "d/m/yyyy"),
        ("05-03-2024", "dd-mm-yyyy"),
        ("05/03/24", "dd/mm/yy"),
        ("05-Mar-2024", "dd-mmm-yyyy"),
        ("5 March 2024", "dd-mmm-yyyy"),
        ("2024-03-05", "yyyy-mm-dd"),
        ("2024-03-05 14:30:00", "yyyy-mm-dd hh:mm:ss"),
        ("2024/03/05", "yyyy/mm/dd"),
        ("03/05/2024", "mm/dd/yyyy"),
        ("05/03/2024 09:15", "dd/mm/yyyy"),
    ],
)
def test_each_stated_style_reads_the_fifth_of_march(text: str, style: str) -> None:
    assert read(text, style) == date(2024, 3, 5)


def test_international_dates_need_no_statement() -> None:
    assert read("2024-03-05", "dd/mm/yyyy") == date(2024, 3, 5)
    assert read("2024-03-05") == date(2024, 3, 5)


@pytest.mark.parametrize(
    "text", ["31/02/2024", "00/01/2024", "13/13/2024", "5.3.2024", "March", "45321", "05/xyz/2024"]
)
def test_what_is_no_date_of_the_style_is_not_guessed(text: str) -> None:
    assert read(text, "dd/mm/yyyy") is None


def test_a_month_that_does_not_exist_never_becomes_a_day() -> None:
    """04/13/1985 is not the 13th of April where days come first."""
    days = ["04/13/1985", "13/04/1985", "14/04/1985"]
    assert day_reader(days, ["dd/mm/yyyy"], TODAY)("04/13/1985")[0] is None


def test_the_first_day_of_1900_stands_for_no_date() -> None:
    assert read("01/01/1900", "dd/mm/yyyy") is None


def test_two_digits_mean_the_latest_year_that_has_begun() -> None:
    assert read("05/03/26", "dd/mm/yy") == date(2026, 3, 5)
    assert read("05/03/27", "dd/mm/yy") == date(1927, 3, 5)


def test_without_a_statement_a_thirteenth_proves_the_order() -> None:
    assert day_reader(["05/03/2024", "13/03/2024"], [], TODAY)("05/03/2024")[0] == to_day(date(2024, 3, 5))
    assert day_reader(["05/03/2024", "03/13/2024"], [], TODAY)("05/03/2024")[0] == to_day(date(2024, 5, 3))


@pytest.mark.parametrize("texts", [["05/03/2024"], ["13/03/2024", "03/13/2024"]])
def test_a_column_that_proves_nothing_or_both_is_refused(texts: list[str]) -> None:
    with pytest.raises(AmbiguousColumn):
        day_reader(texts, [], TODAY)


def test_a_column_that_contradicts_the_statement_is_refused() -> None:
    with pytest.raises(AmbiguousColumn):
        day_reader(["03/13/2024", "03/14/2024", "14/03/2024"], ["dd/mm/yyyy"], TODAY)
    with pytest.raises(AmbiguousColumn):
        day_reader(["13/03/2024"], ["mm/dd/yyyy"], TODAY)
