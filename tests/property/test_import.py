"""Laws of the import: every row goes one way, order does not matter, and nobody who objects leaves a trace."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_node.data.load import load_export
from lero_node.data.loaded import Loaded
from lero_node.data.mapping import parse_mapping

DICTIONARY = load_dictionary()
MAPPING = parse_mapping(
    """
version = 1
name = "Any"
[profile]
complete_from = "2019-04-01"
[reading]
date_styles = ["dd/mm/yyyy"]
[members]
file = "members.csv"
[members.columns]
member_id = { column = "ref" }
sex = { column = "sex" }
area = { column = "area" }
joined = { column = "joined" }
left = { column = "left" }
objects = { column = "objects" }
[[reviews]]
file = "reviews.csv"
measures = ["sure.total"]
blank_score = "no_review"
[reviews.columns]
member_id = { column = "ref" }
date = { column = "date" }
measure = { constant = "sure.total" }
score = { column = "score" }
[activities]
file = "activities.csv"
[activities.columns]
member_id = { column = "ref" }
date = { column = "date" }
kind = { column = "kind" }
""",
    DICTIONARY,
)
REFS = st.sampled_from(["1", "2", "003", "3", "", "n/k", "Total", 'a,"b'])
DATES = st.sampled_from(["01/02/2024", "13/02/2024", "31/02/2024", "", "n/k", "2024-03-01", "01/01/1900", "rubbish"])
ODD = st.text(alphabet="ab,;\"' \t\n0é", max_size=4)
MEMBERS = st.tuples(
    REFS,
    st.sampled_from(["M", "F", "", "?"]) | ODD,
    st.sampled_from(["Leeds", "York", ""]) | ODD,
    DATES,
    DATES,
    st.sampled_from(["", "", "no", "yes", "perhaps"]),
)
REVIEWS = st.tuples(REFS, DATES, st.sampled_from(["21", "44", "63", "64", "", "1e300", "NaN", "1,000"]))
ACTIVITIES = st.tuples(REFS, DATES, st.sampled_from(["Group", "1:1", "unheard of", ""]))
EXPORTS = st.tuples(*(st.lists(rows, max_size=12) for rows in (MEMBERS, REVIEWS, ACTIVITIES)))
HEADINGS = (
    ("members.csv", "ref,sex,area,joined,left,objects"),
    ("reviews.csv", "ref,date,score"),
    ("activities.csv", "ref,date,kind"),
)


def load(export: tuple[list[tuple[str, ...]], ...]) -> Loaded:
    with tempfile.TemporaryDirectory() as folder:
        for (name, headings), rows in zip(HEADINGS, export, strict=True):
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL).writerows([headings.split(","), *rows])
            Path(folder, name).write_text(text.getvalue(), encoding="utf-8", newline="")
        day = to_day(date(2026, 4, 3))
        return load_export(
            MAPPING, Path(folder), DICTIONARY, hash_key=b"h" * 32, today_day=day, cut_date_day=day, may_be_empty=True
        )


@settings(max_examples=60)
@given(EXPORTS)
def test_every_row_read_is_accounted_for_and_every_row_set_aside_is_kept(
    export: tuple[list[tuple[str, ...]], ...],
) -> None:
    loaded = load(export)
    for sheet, rows in zip(loaded.report.sheets, export, strict=True):
        written = sum(1 for row in rows if any(cell.split() for cell in row))
        assert sheet.read == sheet.accounted_for == written
        assert sheet.accepted == loaded.tables[sheet.table].num_rows
    assert loaded.quarantine.num_rows == loaded.report.set_aside


@settings(max_examples=40)
@given(EXPORTS)
def test_members_are_distinct_and_every_dated_row_belongs_to_one(export: tuple[list[tuple[str, ...]], ...]) -> None:
    loaded = load(export)
    members = loaded.tables["members"]["member_id"].to_pylist()
    assert len(members) == len(set(members))
    for name in ("reviews", "activities"):
        assert set(loaded.tables[name]["member_id"].to_pylist()) <= set(members)


@settings(max_examples=40)
@given(EXPORTS)
def test_who_objects_in_any_row_is_in_no_table_and_not_in_the_quarantine(
    export: tuple[list[tuple[str, ...]], ...],
) -> None:
    loaded = load(export)
    totals = {
        problem.row for sheet in loaded.report.sheets[:1] for problem in sheet.problems if problem.effect == "left out"
    }
    objecting = {row[0] for number, row in enumerate(export[0], start=2) if row[5] == "yes" and number not in totals}
    objecting -= {"", "n/k"}
    for table in (*loaded.tables.values(), loaded.quarantine):
        assert objecting.isdisjoint(table["member_id"].to_pylist())


@settings(max_examples=40)
@given(EXPORTS)
def test_the_order_of_reviews_and_activities_changes_no_table(export: tuple[list[tuple[str, ...]], ...]) -> None:
    # A line of totals is known by its place, so only exports without one can be put in another order.
    members, *dated = export
    dated = [[row for row in rows if row[0] != "Total"] for rows in dated]
    first, second = load((members, *dated)), load((members, *(rows[::-1] for rows in dated)))
    for name in ("reviews", "activities"):
        orders = [("row_hash", "ascending")]
        assert first.tables[name].sort_by(orders).equals(second.tables[name].sort_by(orders))
