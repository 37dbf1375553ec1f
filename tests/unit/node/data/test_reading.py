"""Files become rows of text with a spreadsheet's row numbers; hostile and broken files are refused."""

from __future__ import annotations

import os
import struct
import zipfile
from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from lero_contract.errors import DataNotValid
from lero_node.data import finding, workbook_guard
from lero_node.data.finding import files_of
from lero_node.data.reading import Sheet, read_sheet

WANTED = ("Ref", "Start Date")


def csv_sheet(folder: Path, content: bytes) -> Sheet:
    path = folder / "members.csv"
    path.write_bytes(content)
    return read_sheet(path, None, WANTED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_told_apart(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"Ref{delimiter}Start Date{delimiter}Café\r\n007{delimiter}2024-01-01{delimiter}Zoë\r\n"
    sheet = csv_sheet(tmp_path, text.encode(encoding))
    assert sheet.headings == ("Ref", "Start Date", "Café")
    assert sheet.rows == (("007", "2024-01-01", "Zoë"),)


def test_title_lines_blank_lines_and_totals_are_told_apart_and_numbers_are_a_spreadsheets(tmp_path: Path) -> None:
    text = 'Our list\n\nRef,Start Date\n1,"two\nlines"\n\n2,b\nTotal,2\nEnd of report\n'
    sheet = csv_sheet(tmp_path, text.encode())
    assert sheet.rows == (("1", "two lines"), ("2", "b"))
    assert sheet.numbers == (4, 6)
    assert sheet.totals == (7, 8)
    assert (sheet.title_lines, sheet.blank_lines) == (1, 1)


def test_a_total_in_the_middle_is_a_row_like_any_other(tmp_path: Path) -> None:
    assert csv_sheet(tmp_path, b"Ref,Start Date\nTotal,1\n2,b\n").numbers == (2, 3)


def test_short_rows_are_filled_and_long_ones_keep_what_is_too_much(tmp_path: Path) -> None:
    sheet = csv_sheet(tmp_path, b"Ref,Start Date\n1\n2,b,,\n3,c,d\n")
    assert sheet.rows == (("1", ""), ("2", "b"), ("3", "c", "d"))


def test_a_workbook_gives_text_with_dates_and_whole_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["hello"])
    clients = book.create_sheet("Clients")
    for row in (["Our list"], [], ["Ref", "Start Date", "Score"], ["007", date(2024, 3, 5), 12.0], [8, None, 12.5]):
        clients.append(row)
    book.save(tmp_path / "members.xlsx")
    for name in (None, "Clients"):
        sheet = read_sheet(tmp_path / "members.xlsx", name, WANTED)
        assert sheet.rows == (("007", "2024-03-05", "12"), ("8", "", "12.5"))
        assert sheet.numbers == (4, 5)


def test_two_sheets_that_fit_alike_must_be_told_apart_by_the_mapping(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Now", "Old"):
        page = book.create_sheet(name)
        page.append(["Ref", "Start Date"])
        page.append(["1", "2024-01-01"])
    book.save(tmp_path / "members.xlsx")
    with pytest.raises(DataNotValid, match="several sheets"):
        read_sheet(tmp_path / "members.xlsx", None, WANTED)
    with pytest.raises(DataNotValid, match="no sheet 'New'"):
        read_sheet(tmp_path / "members.xlsx", "New", WANTED)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"not a workbook"])
def test_an_empty_or_false_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    for name in ("members.xlsx", "members.ods", "members.xls") if content.strip() else ("members.csv",):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataNotValid):
            read_sheet(tmp_path / name, None, WANTED)


def test_a_bomb_is_refused_by_what_its_directory_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_guard, "MAX_UNPACKED_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(DataNotValid, match="unpacks to more"):
        read_sheet(tmp_path / "bomb.xlsx", None, WANTED)


def test_a_bomb_whose_directory_lies_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 100)  # the uncompressed size the directory states
    path.write_bytes(content)
    with pytest.raises(DataNotValid, match="unpacks to more"):
        read_sheet(path, None, WANTED)


def test_files_are_found_by_pattern_in_name_order_without_locks_and_hidden_ones(tmp_path: Path) -> None:
    for name in ("b members.csv", "A Members.CSV", "~$a members.xlsx", ".members.csv", "members.docx"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in files_of(tmp_path, "*members*")] == ["A Members.CSV", "b members.csv"]
    assert [path.name for path in files_of(tmp_path / "b members.csv", "*")] == ["b members.csv"]
    with pytest.raises(DataNotValid):
        files_of(tmp_path, "reviews*.csv")
    with pytest.raises(DataNotValid):
        files_of(tmp_path / "absent")


def test_links_and_pipes_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "outside.csv"
    secret.write_text("Ref\n1\n")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "members.csv").symlink_to(secret)
    with pytest.raises(DataNotValid, match="not a plain file"):
        files_of(folder, "members.csv")
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(DataNotValid, match="not a plain file"):
        files_of(folder, "pipe.csv")


def test_a_file_past_the_cap_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_FILE_BYTES", 3)
    (tmp_path / "members.csv").write_text("Ref\n1\n")
    with pytest.raises(DataNotValid, match="larger"):
        files_of(tmp_path)


def test_a_sheet_does_not_print_its_rows(tmp_path: Path) -> None:
    assert "Canary" not in repr(csv_sheet(tmp_path, b"Ref,Start Date\nCanary,1\n"))
