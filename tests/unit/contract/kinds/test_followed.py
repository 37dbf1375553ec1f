"""Retention, milestones, recovery and completeness: one cell for each member, or for each member and name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.kinds import Completeness, Milestones, Point, Recovery, Retention
from lero_contract.price import Sensitivity
from support.requests import RHO_02, START, THREE_MONTHS
from support.shapes import refused, shapes_of

POINTS = (Point("6 months", 182), Point("a year", 365))
STAY = Retention(POINTS)
WAY = Milestones(("paid_work", "own_home", "break_in_recovery"), POINTS)


@pytest.mark.parametrize("kind", [STAY, WAY])
@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("The gap must be at least a day", {"gap_days": 0}),
        ("The gap must be at least a day", {"gap_days": 10**5}),
        ("seen_in names tables whose rows are sightings, each once", {"seen_in": ()}),
        ("activities, reviews, milestones", {"seen_in": ("members",)}),
        ("each once", {"seen_in": ("reviews", "reviews")}),
        ("Each point must be later than the one before", {"points": POINTS[::-1]}),
    ],
)
def test_a_gap_or_a_sighting_that_cannot_be_is_malformed(
    kind: Retention | Milestones, words: str, changes: dict[str, object]
) -> None:
    refused(words, lambda: replace(kind, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("needs its kinds, each once", lambda: replace(WAY, kinds=())),
        ("needs its kinds, each once", lambda: replace(WAY, kinds=("paid_work", "paid_work"))),
        ("A milestone is not in the dictionary", lambda: shapes_of(replace(WAY, kinds=("moon_landing",)))),
        # Nobody can reach a milestone that is not known.
        ("A milestone is not in the dictionary", lambda: shapes_of(replace(WAY, kinds=("not_known",)))),
        ("between 1 and 60 windows", lambda: Recovery(())),
        ("Two windows overlap", lambda: Recovery((START, replace(THREE_MONTHS, from_day=0)))),
        ("between 1 and 60 variables, each once", lambda: Completeness(())),
        ("between 1 and 60 variables, each once", lambda: Completeness(("sex", "sex"))),
        ("no variable 'shoe_size' of members", lambda: shapes_of(Completeness(("sex", "shoe_size")))),
        # The reference identifies, and who objects is in no table at all.
        ("no variable 'member_id' of members", lambda: shapes_of(Completeness(("member_id",)))),
        ("no variable 'objects' of members", lambda: shapes_of(Completeness(("objects",)))),
    ],
)
def test_a_name_that_stands_twice_or_nowhere_is_malformed(words: str, asked: Callable[[], object]) -> None:
    refused(words, asked)


def test_retention_has_one_cell_a_member_left_by_each_point_or_followed_to_it() -> None:
    [shape] = shapes_of(STAY)
    [course] = shape.axes
    assert course.codes == ("event_by_182", "event_by_365", "followed_to_0", "followed_to_182", "followed_to_365")
    assert [course.labels[code] for code in course.codes] == [
        "Left by 6 months",
        "Left by a year",
        "Not followed to a point",
        "Followed to 6 months",
        "Followed to a year",
    ]
    assert (shape.sensitivity, shape.greatest_cell, shape.values) == (Sensitivity(1, 1, 1), 1, ("count",))


def test_milestones_have_one_cell_a_member_and_milestone() -> None:
    [shape] = shapes_of(WAY)
    milestone, course = shape.axes
    assert milestone.codes == ("paid_work", "own_home", "break_in_recovery")
    assert milestone.labels["break_in_recovery"] == "Break in recovery"
    assert course.labels["event_by_182"] == "Reached by 6 months"
    assert (shape.sensitivity, shape.greatest_cell) == (Sensitivity(3, 3, 3), 1)


def test_recovery_says_in_not_in_and_not_known_at_each_point() -> None:
    [shape] = shapes_of(Recovery((START, THREE_MONTHS)))
    point, status = shape.axes
    assert (point.name, point.codes) == ("point", ("Start", "3 months"))
    assert status.codes == ("in_recovery", "not_in_recovery", "not_known")
    assert (shape.sensitivity, shape.greatest_cell) == (Sensitivity(2, 2, 2), 1)


def test_completeness_says_known_or_not_known_of_each_variable() -> None:
    [shape] = shapes_of(Completeness(("sex", "birth_year", "area", "left")))
    field, status = shape.axes
    assert (field.name, field.codes) == ("field", ("sex", "birth_year", "area", "left"))
    assert field.labels["birth_year"] == "Year of birth"
    assert status.codes == ("known", "not_known")
    assert (shape.sensitivity, shape.greatest_cell) == (Sensitivity(4, 4, 4), 1)


@pytest.mark.parametrize("kind", [STAY, WAY, Recovery((START,)), Completeness(("sex",))])
def test_each_has_the_whole_price_in_one_part_and_no_calendar_day_of_its_own(
    kind: Retention | Milestones | Recovery | Completeness,
) -> None:
    [shape] = shapes_of(kind)
    assert (shape.part, shape.price_nano_rho, shape.is_split) == ("", RHO_02, True)
    assert kind.first_day() is None
    assert kind.is_followed == (not isinstance(kind, Completeness))


def test_what_must_be_collected_is_the_first_source_of_sightings_and_the_milestones() -> None:
    assert STAY.needs() == {"activities"}
    assert replace(STAY, seen_in=("reviews", "activities")).needs() == {"reviews"}
    assert WAY.needs() == {"milestones", "activities"}
    assert Recovery((START,)).needs() == {"recovery_now"}
    # What is not collected at all is not known there, and that is the answer.
    assert Completeness(("sex",)).needs() == frozenset()
