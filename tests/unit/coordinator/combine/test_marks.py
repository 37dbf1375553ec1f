"""Marks and their words: nothing absent is ever a blank."""

from __future__ import annotations

from lero_coordinator.combine.marks import LEGEND, Status, mark_of


def test_the_five_kinds_of_absence_and_zero_are_six_different_things_in_words() -> None:
    words = [status.short for status in Status if status is not Status.SHOWN]
    assert words == [
        "zero, or so few that the noise hides them",
        "too few to show",
        "withheld",
        "not collected",
        "not asked",
        "not answered",
    ]


def test_a_figure_stands_only_beside_shown_and_zero() -> None:
    assert {status for status in Status if status.has_figure} == {Status.SHOWN, Status.ZERO}


def test_every_mark_is_explained_once() -> None:
    explained = [mark for mark, _ in LEGEND]
    assert len(explained) == len(set(explained))
    assert {status.mark for status in Status if status.mark} <= set(explained)
    assert set(explained) == {"[low]", "[u]", "[x]", "[z]", "[e]", "[p]", "[r]"}


def test_a_lower_bound_is_marked_only_where_it_is_shown() -> None:
    assert mark_of(Status.SHOWN, is_lower_bound=True) == "[e]"
    assert mark_of(Status.SHOWN, is_lower_bound=False) == ""
    assert mark_of(Status.WITHHELD, is_lower_bound=True) == "[x]"
