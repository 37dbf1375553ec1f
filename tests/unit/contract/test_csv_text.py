"""What a spreadsheet would run is inert in every CSV of this project; what is a number stays one."""

from __future__ import annotations

import pytest

from lero_contract.csv_text import inert, to_csv


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_starts_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert inert(f"a{text}") == f"a{text}"


def test_numbers_stay_numbers_and_the_file_says_that_it_is_utf_8() -> None:
    written = to_csv(["name", "price"], [["=1+1", -3], ["Sefton, “north”", 0.5]])
    assert written == b"\xef\xbb\xbf" + 'name,price\r\n\'=1+1,-3\r\n"Sefton, “north”",0.5\r\n'.encode()
