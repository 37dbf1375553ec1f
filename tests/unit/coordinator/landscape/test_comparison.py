"""Releases side by side with exact figures: what holds, what is of use."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import Category, Figure, Level, Place, Release
from lero_coordinator.combine.statistic import COUNT
from lero_coordinator.landscape import publish_comparison
from lero_coordinator.landscape.compared import Exact, compare, tally, why_unusable
from support.releases import three_areas

WHOLE = Place(Level.ALL, "all", "All memberships", "")
NOTICE = "Public data, for illustration."


def count_of(code: str, estimate: Estimate | None) -> Figure:
    status = Status.SHOWN if estimate is not None else Status.TOO_FEW
    return Figure(WHOLE, (Category("sex", "Sex", code, code.title()),), COUNT, status, status.mark, estimate, None, 3)


def release_with(*figures: Figure) -> Release:
    """A release of one headcount with these figures."""
    release = three_areas(synthetic=False)
    table = release.table("who_age_sex")
    return replace(release, tables=(replace(table, figures=figures),))


NARROW = release_with(count_of("male", Estimate(100, 1, 100, 98, 102)), count_of("female", Estimate(60, 1, 60, 58, 62)))
WIDE = release_with(count_of("male", Estimate(100, 999, 100, 30, 170)), count_of("female", None))
EXACT: Exact = {("who_age_sex", ("male",)): 99.0, ("who_age_sex", ("female",)): 57.0}


def test_an_interval_holds_or_misses_the_exact_figure() -> None:
    [table] = compare([("a", NARROW)], EXACT, load_dictionary())
    assert [line.beside[0].holds_words for line in table.lines] == ["holds it", "misses it"]


def test_a_hidden_figure_neither_holds_nor_misses() -> None:
    [table] = compare([("a", WIDE)], EXACT, load_dictionary())
    assert [line.beside[0].holds_words for line in table.lines] == ["holds it", "no figure"]


def test_a_tally_counts_what_is_held_and_names_what_is_of_no_use() -> None:
    tables = compare([("narrow", NARROW), ("wide", WIDE)], EXACT, load_dictionary())
    narrow, wide = tally("narrow", 0, tables), tally("wide", 1, tables)
    assert (narrow.figures, narrow.shown, narrow.held, narrow.unusable) == (2, 2, 1, ())
    assert (wide.figures, wide.shown, wide.held) == (2, 1, 1)
    assert [name.rpartition("(")[2] for name in wide.unusable] == [
        "interval wider than the figure)",
        "too few to show)",
    ]


@pytest.mark.parametrize(("upper", "expected"), [(34.9, ""), (35.1, "interval wider than half the scale")])
def test_a_mean_wider_than_half_its_scale_is_unusable(upper: float, expected: str) -> None:
    figure = count_of("male", Estimate(25, 1, 25, 21, upper))
    assert why_unusable(figure, scale_width=28) == expected  # half of 28 is 14: 21 to 35


def test_a_figure_without_an_exact_one_is_said_to_have_none() -> None:
    [table] = compare([("a", NARROW)], {}, load_dictionary())
    assert {line.exact_words("people") for line in table.lines} == {"not worked out"}
    assert {line.beside[0].holds_words for line in table.lines} == {"not worked out"}


def test_releases_of_different_tables_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same tables"):
        compare([("a", NARROW), ("b", three_areas())], EXACT, load_dictionary())


def test_the_page_and_the_file_hold_both_releases_the_notice_and_the_exact_figures(tmp_path: Path) -> None:
    releases = [("epsilon 1", WIDE), ("epsilon 4", NARROW)]
    publish_comparison(releases, EXACT, tmp_path / "out", notice=NOTICE, made_on=date(2026, 5, 1))
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert NOTICE in page
    assert "98 to 102" in page
    assert "too few to show" in page
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/comparison.csv").read_text(encoding="utf-8-sig"))))
    assert [(r["release"], r["group_codes"], r["exact"], r["value"], r["holds_exact"]) for r in rows] == [
        ("epsilon 1", "male", "99.0", "100", "holds it"),
        ("epsilon 4", "male", "99.0", "100", "holds it"),
        ("epsilon 1", "female", "57.0", "", "no figure"),
        ("epsilon 4", "female", "57.0", "60", "misses it"),
    ]
    assert {row["notice"] for row in rows} == {NOTICE}


def test_a_comparison_may_be_published_again_over_itself(tmp_path: Path) -> None:
    for made_on in (date(2026, 4, 20), date(2026, 4, 21)):
        publish_comparison([("a", NARROW), ("b", WIDE)], EXACT, tmp_path / "out", notice=NOTICE, made_on=made_on)
    assert "21 April 2026" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
