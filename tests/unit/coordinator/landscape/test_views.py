"""How tables are laid out for reading."""

from __future__ import annotations

import pytest

from lero_contract.dictionary import load_dictionary
from lero_coordinator.combine.release import Release
from lero_coordinator.landscape.views import authorities_view, groups_view, places_view
from support.releases import england, three_areas

REGIONS = {code: name for code, name in load_dictionary().geography.regions.items() if code.startswith("E")}


@pytest.fixture(scope="module")
def release() -> Release:
    return england()


def test_authorities_stand_in_alphabetical_order_within_their_region(release: Release) -> None:
    view = authorities_view(release.table("members_by_area"), REGIONS)
    assert [section.heading for section in view.sections] == list(REGIONS.values())
    for section in view.sections:
        names = [row.heads[0] for row in section.rows]
        assert names == sorted(names)


def test_authorities_without_a_lero_are_named_in_a_sentence_not_in_lines(release: Release) -> None:
    view = authorities_view(release.table("members_by_area"), REGIONS)
    named = sum(len(s.rows) for s in view.sections) + sum(s.remark.count(";") + 1 for s in view.sections if s.remark)
    assert named == 153
    assert all(row.words != "not asked: no LERO is listed here" for s in view.sections for row in s.rows)


def test_every_line_has_a_figure_or_words(release: Release) -> None:
    for table in release.tables:
        for view in (groups_view(table), places_view(table), authorities_view(table, REGIONS)):
            assert all(row.value or row.words for section in view.sections for row in section.rows)


def test_two_axes_become_a_section_for_each_category_of_the_first(release: Release) -> None:
    view = groups_view(release.table("who_age_sex"))
    assert view.columns == ("Sex",)
    assert [s.heading for s in view.sections][:2] == ["Age band: All", "Age band: Under 18"]
    assert [row.heads for row in view.sections[1].rows][:2] == [("All",), ("Male",)]


def test_places_with_periods_become_a_section_for_each_place(release: Release) -> None:
    view = groups_view(release.table("contacts_by_region"))
    assert view.columns == ("Period",)
    assert [s.heading for s in view.sections][:3] == ["All memberships", "England", "North East"]
    assert len(view.sections[0].rows) == 5
    assert view.notes[0].startswith("A lower bound: of one member at most 30 contacts")


def test_sums_of_other_lines_have_no_bar(release: Release) -> None:
    rows = places_view(release.table("members_by_area")).sections[0].rows
    assert [row.heads[0] for row in rows if row.bar is None] == ["All memberships", "England"]
    assert max(row.bar.upper for row in rows if row.bar is not None) == 100


def test_a_mean_shows_its_members_and_no_bar() -> None:
    view = groups_view(three_areas().table("sure_by_wave"))
    assert view.beside_head == "Members reviewed"
    assert [row.heads[0] for row in view.sections[0].rows] == ["Start", "3 months", "6 months", "12 months"]
    assert all(row.people and row.bar is None for row in view.sections[0].rows if row.value)
