"""A messy export ends in tables, a quarantine and a report that say what became of every row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.load import NothingAccepted, load_export
from lero_node.data.loaded import Loaded
from lero_node.data.mapping import parse_mapping
from lero_node.data.report import SheetReport
from lero_node.data.schema import SCHEMAS
from support import messy

TODAY, CUT = to_day(date(2026, 4, 3)), to_day(date(2026, 3, 31))
CANARIES = ("Canary", "Zoë", "0012", "0099", "Atlantis", "someday", "Blood pressure", "1e+300", "maybe")


def load(folder: Path, mapping: str = messy.MAPPING, *, may_be_empty: bool = False) -> Loaded:
    dictionary = load_dictionary()
    return load_export(
        parse_mapping(mapping, dictionary),
        folder,
        dictionary,
        hash_key=b"h" * 32,
        today_day=TODAY,
        cut_date_day=CUT,
        may_be_empty=may_be_empty,
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load(messy.write_messy_export(tmp_path_factory.mktemp("export")))


def of(loaded: Loaded, table: str) -> SheetReport:
    return next(sheet for sheet in loaded.report.sheets if sheet.table == table)


def reasons(loaded: Loaded, table: str) -> dict[int, str]:
    rows = loaded.quarantine.to_pylist()
    return {row["row"]: row["reason"] for row in rows if row["table"] == table}


def test_the_tables_have_the_normalised_columns(loaded: Loaded) -> None:
    assert {name: table.schema for name, table in loaded.tables.items()} == dict(SCHEMAS)


def test_members_that_are_sound_are_taken_in_with_their_leading_zeros(loaded: Loaded) -> None:
    members = {row["member_id"]: row for row in loaded.tables["members"].to_pylist()}
    assert list(members) == ["0007", "0008", "0009", "0013"]
    seven = members["0007"]
    assert (seven["birth_year"], seven["sex"], seven["area"]) == (1980, "male", "E08000035")
    assert seven["referred"] == to_day(date(2024, 2, 1))
    assert seven["joined"] == to_day(date(2024, 2, 15))
    assert seven["left"] is None


def test_a_retired_code_becomes_the_code_in_force_and_a_mapped_word_its_code(loaded: Loaded) -> None:
    eight = loaded.tables["members"].to_pylist()[1]
    assert (eight["area"], eight["sex"], eight["birth_year"]) == ("E08000038", "female", None)


def test_not_known_in_its_many_spellings_is_no_fault(loaded: Loaded) -> None:
    thirteen = loaded.tables["members"].to_pylist()[3]
    assert thirteen["sex"] == "not_known"
    assert (thirteen["birth_year"], thirteen["area"], thirteen["joined"]) == (None, None, None)
    assert not [p for p in of(loaded, "members").problems if p.row == 14]


def test_each_cell_left_empty_is_reported_by_row_and_column(loaded: Loaded) -> None:
    found = {(p.row, p.column): p.reason for p in of(loaded, "members").problems if p.effect == "not known"}
    assert found == {
        (6, "DOB"): "a date that stands for 'no date'",
        (7, "Local Authority"): "not an authority this import knows, by code or by name",
    }


def test_each_row_set_aside_is_in_the_quarantine_with_its_reason(loaded: Loaded) -> None:
    assert reasons(loaded, "members") == {
        8: "left before joining",
        9: "neither a joining date nor a referral date",
        11: "another row for the same member says something else; the first is kept",
        12: "no member reference",
        15: "the joining date cannot be read: no such day in the calendar",
        16: "whether this member objects to statistics cannot be read",
    }
    assert reasons(loaded, "reviews") == {
        3: "the score is outside the instrument's range",
        4: "this instrument gives whole scores only",
        5: "no member was taken in under this reference",
        6: "neither a date nor a wave",
        8: "the score is not a number",
        9: "the measure is none of those the mapping names here",
        10: "dated in the future",
        12: "no score",
    }
    assert reasons(loaded, "activities") == {
        5: "the date cannot be read: not a date in a style this import reads",
        6: "no member was taken in under this reference",
        7: "more cells than there are headings, so that columns may have shifted",
    }


def test_every_row_is_accounted_for(loaded: Loaded) -> None:
    members, reviews, activities = of(loaded, "members"), of(loaded, "reviews"), of(loaded, "activities")
    assert (members.read, members.accepted, members.set_aside) == (messy.MEMBERS_READ, 4, 6)
    assert (members.repeats, members.objecting, members.totals) == (1, 1, 1)
    assert (members.title_lines, members.blank_lines) == (2, 1)
    assert (reviews.read, reviews.accepted, reviews.set_aside, reviews.objecting) == (messy.REVIEWS_READ, 2, 8, 1)
    assert reviews.after_cut_date == 1
    assert (activities.read, activities.accepted, activities.set_aside) == (messy.ACTIVITIES_READ, 3, 3)
    assert all(sheet.accounted_for == sheet.read for sheet in loaded.report.sheets)


def test_two_equal_activities_are_two_and_their_hashes_differ(loaded: Loaded) -> None:
    rows = loaded.tables["activities"].to_pylist()
    assert [row["kind"] for row in rows] == ["group_meeting", "group_meeting", None]
    assert len({row["row_hash"] for row in rows}) == 3


def test_a_member_who_objects_is_nowhere_not_even_in_the_quarantine(loaded: Loaded) -> None:
    for table in (*loaded.tables.values(), loaded.quarantine):
        assert "0012" not in table["member_id"].to_pylist()
    assert "Rare Canary" not in str(loaded.quarantine.to_pylist())


def test_the_report_never_holds_a_value(loaded: Loaded) -> None:
    written = loaded.report.to_text() + str(loaded.report.to_dict())
    assert not [canary for canary in CANARIES if canary in written]


def test_the_report_says_what_to_do_in_words(loaded: Loaded) -> None:
    text = loaded.report.to_text()
    assert "members from members march.csv: 13 rows read, 4 taken in." in text
    assert "  Set aside: 1 row: left before joining (row 8)." in text
    assert "  Not known: column 'DOB', 1 cell: a date that stands for 'no date' (row 6)." in text
    assert "17 rows set aside in all: put them right in the case system and import again." in text


def test_a_renamed_column_stops_the_import_and_says_what_it_looks_like_now(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid) as refusal:
        load(messy.write_renamed_export(tmp_path))
    assert refusal.value.detail.splitlines() == [
        "members march.csv: column 'DOB' (members: birth_year) is not in the file; 'Date of birth' looks like it.",
        "members march.csv: column 'Start Date' (members: joined) is not in the file; 'Started on' looks like it.",
    ]
    assert "imported before stay in use" in refusal.value.next_step


def test_an_export_of_which_nothing_is_taken_in_is_refused_unless_the_caller_says_so(tmp_path: Path) -> None:
    mapping = "\n".join(messy.MAPPING.split("[[reviews]]")[0].splitlines())
    (tmp_path / "members.csv").write_text(
        "Client Ref,DOB,Gender,Local Authority,Referred,Start Date,End Date,Opted out\n"
    )
    with pytest.raises(NothingAccepted) as refusal:
        load(tmp_path, mapping)
    assert refusal.value.report.accepted == 0
    empty = load(tmp_path, mapping, may_be_empty=True)
    assert all(table.num_rows == 0 for table in empty.tables.values())


def test_rows_of_one_member_fold_where_the_mapping_expects_them(tmp_path: Path) -> None:
    mapping = """
version = 1
name = "Visits"
[profile]
complete_from = "2019-04-01"
[members]
file = "visits.csv"
repeats = "same"
[members.columns]
member_id = { column = "ref" }
sex = { column = "sex" }
area = { column = "area" }
joined = { constant = "2025-01-01" }
"""
    (tmp_path / "visits.csv").write_text("ref,sex,area\na,,Leeds\na,F,Leeds\na,F,York\nb,M,York\n")
    loaded = load(tmp_path, mapping)
    members = [(r["member_id"], r["sex"], r["area"]) for r in loaded.tables["members"].to_pylist()]
    assert members == [("a", "female", "E08000035"), ("b", "male", "E06000014")]
    sheet = of(loaded, "members")
    assert (sheet.accepted, sheet.repeats, sheet.set_aside) == (2, 2, 0)
    assert [(p.row, p.column) for p in sheet.problems] == [(4, "area")]


def test_likely_doubles_are_counted_and_nobody_is_named(tmp_path: Path) -> None:
    mapping = messy.MAPPING.split("[[reviews]]")[0]
    heading = "Client Ref,DOB,Gender,Local Authority,Referred,Start Date,End Date,Opted out\n"
    rows = "".join(f"{ref},13/05/1980,M,Leeds,,15/02/2024,,\n" for ref in ("a", "b"))
    (tmp_path / "members.csv").write_text(heading + rows + "c,13/05/1981,M,Leeds,,15/02/2024,,\n")
    loaded = load(tmp_path, mapping)
    assert loaded.report.likely_duplicates == 2
    assert "2 members may be recorded twice under different references" in loaded.report.to_text()


def test_a_date_column_that_could_be_read_two_ways_is_refused_with_its_name(tmp_path: Path) -> None:
    mapping = messy.MAPPING.split("[[reviews]]")[0].replace('date_styles = ["dd/mm/yyyy"]', "")
    heading = "Client Ref,DOB,Gender,Local Authority,Referred,Start Date,End Date,Opted out\n"
    (tmp_path / "members.csv").write_text(heading + "a,1980-05-13,M,Leeds,,03/04/2024,,\n")
    with pytest.raises(DataNotValid, match=r"column 'Start Date' cannot be read as dates"):
        load(tmp_path, mapping)
