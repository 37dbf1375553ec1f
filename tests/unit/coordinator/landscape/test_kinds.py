"""Every kind of table on the page and in the data files: the right unit, the right words, charts that say them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Change, TableKind
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import Release
from lero_coordinator.landscape import publish
from lero_coordinator.landscape.charts import chart_of
from lero_coordinator.landscape.kinds import words_of
from lero_coordinator.landscape.views import Row, authorities_view, groups_view
from lero_coordinator.preview.whole_error import Bounds
from lero_coordinator.proposal import read_measured
from support.bundles import EVERY_KIND
from support.releases import england

REGIONS = {code: name for code, name in load_dictionary().geography.regions.items() if code.startswith("E")}


@pytest.fixture(scope="module")
def release() -> Release:
    return england(bundle="every kind")


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("every-kind") / "out"
    return publish(release, out, publisher_key=None, notice=None, made_on=date(2026, 5, 1)).folder


def rows_of(folder: Path, table_id: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / f"data/{table_id}.csv").read_text(encoding="utf-8-sig"))))


def lines(release: Release, table_id: str, heading: str) -> dict[tuple[str, ...], Row]:
    view = groups_view(release.table(table_id))
    [section] = [s for s in view.sections if s.heading == heading]
    return {row.heads: row for row in section.rows}


def test_the_tests_cover_every_kind_there_is() -> None:
    assert {type(t.kind) for t in EVERY_KIND} == set(TableKind.__subclasses__())


def test_every_figure_has_a_line_or_stands_beside_one_or_is_said_to_be_in_the_file(release: Release) -> None:
    for table in release.tables:
        words = words_of(table.table)
        shown = {s.code for s in table.statistics} - words.hidden
        assert shown >= {table.main.code}
        assert words.hidden <= {words.beside}


def test_the_data_file_has_statistic_and_unit_of_every_figure(folder: Path) -> None:
    found = {(r["statistic"], r["unit"]) for t in EVERY_KIND for r in rows_of(folder, t.table_id)}
    assert found == {
        ("count", "people"),
        ("count", "contacts"),
        ("count", "active members"),
        ("mean", "points"),
        ("share", "%"),
        ("share_above", "%"),
        ("lower_quartile", "points"),
        ("median", "points"),
        ("upper_quartile", "points"),
        ("mean_change", "points"),
        ("done", "people"),
        ("due", "people"),
        ("retained", "%"),
        ("reached", "%"),
        ("followed", "people"),
    }


def test_each_figure_is_one_row_with_its_own_key(folder: Path, release: Release) -> None:
    for table in release.tables:
        rows = rows_of(folder, table.table.table_id)
        axes = [c.axis for c in table.figures[0].group]
        keys = {(r["area_code"], r["statistic"], *(r[axis] for axis in axes)) for r in rows}
        assert len(rows) == len(keys) == len(table.figures)


def test_a_share_in_the_file_keeps_the_measurement_beside_what_is_shown(folder: Path) -> None:
    row = next(r for r in rows_of(folder, "long_term") if r["statistic"] == "share")
    assert float(row["lower"]) <= float(row["value"]) <= float(row["upper"]) <= 100
    assert float(row["noisy_value"]) == pytest.approx(float(row["value"]))
    assert float(row["noise_variance"]) > 0


def test_shares_have_a_percent_sign_and_counts_stand_beside_them(release: Release) -> None:
    found = lines(release, "sure_change", "England")
    assert list(found) == [
        ("Reliably improved",),
        ("No reliable change",),
        ("Reliably worsened",),
        ("Mean change",),
        ("Completed both reviews",),
        ("Due",),
    ]
    improved, mean = found["Reliably improved",], found["Mean change",]
    assert improved.value.endswith("%")
    assert improved.people
    assert mean.value.endswith(" points")


def test_retention_has_a_line_for_each_point_and_one_for_those_followed(release: Release) -> None:
    found = lines(release, "stay", "England")
    assert [heads[0] for heads in found][-2:] == ["60 months", "Followed from joining"]
    assert found["3 months",].value.endswith("%")
    assert not found["Followed from joining",].value.endswith("%")


def test_the_three_answers_on_recovery_are_always_on_the_page_together(release: Release) -> None:
    for section in groups_view(release.table("long_term")).sections:
        for point in {row.heads[0] for row in section.rows}:
            own = [row for row in section.rows if row.heads[0] == point and row.heads[1] != "Due"]
            assert [row.heads[1] for row in own] == ["In recovery", "Not in recovery", "Not known"]
            assert len({bool(row.value) for row in own}) == 1


def test_completeness_has_one_line_for_each_variable(release: Release) -> None:
    [section] = groups_view(release.table("recorded")).sections
    assert [row.heads for row in section.rows] == [("Sex",), ("Year of birth",), ("Substance group",)]


def test_bands_are_on_the_page_for_england_and_the_page_says_where_the_others_are(release: Release) -> None:
    view = groups_view(release.table("sure_bands"))
    with_bands = [s.heading for s in view.sections if any(row.heads[1] == "21 to 30" for row in s.rows)]
    assert with_bands == ["England"]
    assert "the data file has them for every place" in view.notes[-1]


def test_how_many_leros_are_in_it_stands_at_every_table(release: Release) -> None:
    for table in release.tables:
        assert "51 of 55 LEROs asked are in this table." in groups_view(table).notes


def test_authorities_of_a_curve_have_a_line_for_each_point(release: Release) -> None:
    view = authorities_view(release.table("stay"), REGIONS)
    assert view.columns == ("Authority", "Time since joining")
    own = [row.heads[1] for row in view.sections[0].rows if row.heads[0] == view.sections[0].rows[0].heads[0]]
    assert own[:2] == ["3 months", "6 months"]


def test_a_place_without_any_figure_says_why_in_one_line(release: Release) -> None:
    view = authorities_view(release.table("stay"), REGIONS)
    withheld = [row for s in view.sections for row in s.rows if row.words.startswith("withheld")]
    assert withheld
    assert {row.heads[1] for row in withheld} == {"All"}
    names = [row.heads[0] for row in withheld]
    assert len(names) == len(set(names))


def test_a_change_says_that_nobody_is_compared(release: Release) -> None:
    table = release.table("sure_change").table
    said = words_of(table).about(table, load_dictionary())
    assert "people who completed both, no comparison group" in said
    assert "less than 6 points" in said


def test_what_a_cap_leaves_out_is_in_the_page_and_in_the_statement(release: Release, folder: Path) -> None:
    left_out = release.table("contacts_by_region").left_out
    assert left_out is not None
    assert left_out.amount is not None
    said = {t["id"]: t for t in json.loads((folder / "release.json").read_text())["tables"]}
    assert said["contacts_by_region"]["left_out"]["amount"] == {
        "value": left_out.amount.value,
        "lower": left_out.amount.lower,
        "upper": left_out.amount.upper,
    }
    assert set(said["contacts_by_region"]["left_out"]) == {"members", "amount", "share", "is_added_back"}
    assert said["stay"]["left_out"] is None
    assert "left out, unevenly" in (folder / "index.html").read_text(encoding="utf-8")


def test_the_next_draft_finds_in_the_folder_what_was_left_out_and_under_which_bounds(
    release: Release, folder: Path
) -> None:
    left_out = release.table("contacts_by_region").left_out
    assert left_out is not None
    assert left_out.share is not None
    measured = read_measured(folder)["contacts_by_region"]
    assert measured.share == pytest.approx(left_out.share.value / 100)
    assert measured.bounds == Bounds(4, 30)


def test_the_statement_names_every_statistic_with_its_unit(folder: Path) -> None:
    said = {t["id"]: t for t in json.loads((folder / "release.json").read_text())["tables"]}
    assert (said["stay"]["unit"], said["stay"]["statistics"][0]) == (
        "%",
        {"code": "retained", "label": "Still there", "unit": "%"},
    )


def said_by(drawn: str) -> list[str]:
    marks = ElementTree.fromstring(drawn).iter()
    return [e.get("aria-label", "") for e in marks if e.get("role") == "graphics-symbol"]


@pytest.mark.parametrize(
    ("table_id", "marks"), [("sure_bands", 8), ("sure_change", 3), ("stay", 6), ("long_term", 9), ("recorded", 3)]
)
def test_each_mark_of_a_chart_says_its_figure_and_interval(release: Release, table_id: str, marks: int) -> None:
    said = said_by(chart_of(release.table(table_id), load_dictionary(), is_made_up=True))
    assert len(said) == marks
    assert all("% to " in text for text in said)


def test_a_curve_is_drawn_for_each_milestone(release: Release) -> None:
    said = said_by(chart_of(release.table("steps"), load_dictionary(), is_made_up=True))
    assert {text.partition(",")[0] for text in said} == {"Paid work", "Own home"}


def test_a_curve_ends_where_a_point_is_not_shown_and_says_so_with_its_mark(release: Release) -> None:
    table = release.table("stay")
    late = ("36 months", "60 months")
    figures = tuple(
        replace(f, status=Status.TOO_FEW, mark="[u]", estimate=None, people=None) if f.group[-1].code in late else f
        for f in table.figures
    )
    drawn = chart_of(replace(table, figures=figures), load_dictionary(), is_made_up=False)
    assert len(said_by(drawn)) == 4
    assert drawn.count(">[u]<") == 2


def test_counts_have_no_chart(release: Release) -> None:
    assert chart_of(release.table("who_age_sex"), load_dictionary(), is_made_up=True) == ""


@pytest.mark.parametrize(
    ("measure", "threshold", "words"),
    [
        (
            "sure.total",
            4,
            "less than 4 points is no reliable change: a choice of this request, for no value is published.",
        ),
        ("phq9.total", 6, "less than 6 points is no reliable change, as published for this instrument."),
        ("phq9.total", 5, "a choice of this request; the published value is 6."),
    ],
)
def test_a_page_says_who_chose_what_counts_as_a_change(measure: str, threshold: int, words: str) -> None:
    table = next(t for t in EVERY_KIND if isinstance(t.kind, Change))
    assert isinstance(table.kind, Change)
    kind = replace(table.kind, measure=measure, threshold=threshold)
    assert words in words_of(replace(table, kind=kind)).about(replace(table, kind=kind), load_dictionary())
