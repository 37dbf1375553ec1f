"""Who is still there, and who has reached what, at each point: DESIGN.md section 3a, member by member."""

from __future__ import annotations

from typing import Any

import pytest

from lero_contract.kinds import Milestones, Point, Retention
from support.requests import CUT_DAY, entry, table
from support.tables import Rows
from support.vectors import counts_of

# Points at 100 and 200 days, a gap of 90: last seen at or before day D - 90 is left.
POINTS = (Point("100 days", 100), Point("200 days", 200))
STAY = table(Retention(POINTS, 90))
LONG_AGO = CUT_DAY - 1000  # both points are long over


def member(joined: int = LONG_AGO, **more: Any) -> list[dict[str, Any]]:
    return [{"member_id": "m", "joined": joined, **more}]


def at(*days: int, **more: Any) -> list[dict[str, Any]]:
    return [{"member_id": "m", "day": day, "kind": None, "row_hash": n, **more} for n, day in enumerate(days)]


def course(members: list[dict[str, Any]], activities: list[dict[str, Any]], **more: Any) -> str:
    """The one cell that a member is in."""
    [(code, count)] = counts_of(STAY, Rows(members, activities=activities, **more)).items()
    assert count == 1
    return code


def test_someone_not_seen_within_the_gap_left_at_last_sight() -> None:
    assert course(member(), at(LONG_AGO + 99)) == "event_by_100"
    assert course(member(), at(LONG_AGO + 150)) == "event_by_200"
    assert course(member(), at(LONG_AGO + 201)) == "followed_to_200"


def test_someone_last_seen_on_the_day_of_a_point_is_still_there_at_it() -> None:
    assert course(member(), at(LONG_AGO + 100)) == "event_by_200"
    assert course(member(), at(LONG_AGO + 200)) == "followed_to_200"


def test_someone_never_seen_was_seen_when_they_joined() -> None:
    assert course(member(), []) == "event_by_100"
    assert course(member(CUT_DAY - 89), []) == "followed_to_0"


def test_the_gap_holds_the_days_after_its_first() -> None:
    # Not seen in (D - 90, D] is left: day D - 90 is not in it, day D - 89 is.
    assert course(member(CUT_DAY - 250), at(CUT_DAY - 90)) == "event_by_200"
    assert course(member(CUT_DAY - 250), at(CUT_DAY - 89)) == "followed_to_200"


def test_a_member_is_followed_to_the_last_point_that_is_over_on_the_cut_date() -> None:
    for joined, expected in ((99, "followed_to_0"), (100, "followed_to_100"), (199, "followed_to_100")):
        assert course(member(CUT_DAY - joined), at(CUT_DAY)) == expected
    assert course(member(CUT_DAY - 200), at(CUT_DAY)) == "followed_to_200"


def test_someone_who_left_before_a_point_that_is_not_over_counts_up_to_the_last_that_is() -> None:
    # Joined 150 days ago and gone since day 60: left by the first point. Gone after it: followed to it, no further.
    assert course(member(CUT_DAY - 150), at(CUT_DAY - 90)) == "event_by_100"
    assert course(member(CUT_DAY - 250), at(CUT_DAY - 150)) == "event_by_200"
    assert course(member(CUT_DAY - 195), at(CUT_DAY - 90)) == "followed_to_100"


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (LONG_AGO + 50, "event_by_100"),
        (LONG_AGO + 100, "event_by_200"),
        (LONG_AGO - 5, "event_by_100"),  # before joining: a slip of the pen, on the day of joining
        (CUT_DAY, "followed_to_200"),
        (CUT_DAY + 1, "followed_to_200"),
    ],
)
def test_a_recorded_leaving_date_stands_whatever_was_seen_later(left: int, expected: str) -> None:
    assert course(member(left=left), at(CUT_DAY)) == expected


def test_a_leaving_date_after_the_cut_date_is_not_known_yet() -> None:
    assert course(member(left=CUT_DAY + 1), []) == "event_by_100"


def test_rows_after_the_cut_date_and_reviews_without_a_day_are_no_sightings() -> None:
    assert course(member(CUT_DAY - 250), at(CUT_DAY + 1)) == "event_by_100"
    undated = [{"member_id": "m", "day": None, "wave": 12, "measure": "sure.total", "score": 50, "row_hash": 1}]
    assert course(member(CUT_DAY - 250), [], reviews=undated) == "event_by_100"


def test_only_the_tables_named_are_sightings() -> None:
    rows = Rows(member(), at(CUT_DAY, measure="sure.total"), at(LONG_AGO + 150))
    assert counts_of(STAY, rows) == {"followed_to_200": 1}
    assert counts_of(table(Retention(POINTS, 90, ("activities",))), rows) == {"event_by_200": 1}
    assert counts_of(table(Retention(POINTS, 90, ("milestones",))), rows) == {"event_by_100": 1}


def test_members_who_joined_before_records_are_complete_are_left_out() -> None:
    rows = Rows(member(), activities=at(CUT_DAY))
    assert counts_of(STAY, rows, entry(complete_from_day=LONG_AGO)) == {"followed_to_200": 1}
    assert counts_of(STAY, rows, entry(complete_from_day=LONG_AGO + 1)) == {}


WAY = table(Milestones(("paid_work", "own_home"), POINTS, 90))


def way(*milestones: dict[str, Any], seen: int = CUT_DAY, joined: int = LONG_AGO) -> dict[str, int]:
    return counts_of(WAY, Rows(member(joined), activities=at(seen), milestones=milestones))


def reached(kind: str, day: int) -> dict[str, Any]:
    return {"member_id": "m", "day": day, "kind": kind, "row_hash": day}


def test_each_milestone_has_its_own_cell() -> None:
    work, home = reached("paid_work", LONG_AGO + 50), reached("own_home", LONG_AGO + 150)
    assert way(work, home) == {"paid_work/event_by_100": 1, "own_home/event_by_200": 1}


def test_a_milestone_on_the_day_of_a_point_is_reached_by_it_and_a_day_later_it_is_not() -> None:
    on, after = reached("paid_work", LONG_AGO + 100), reached("paid_work", LONG_AGO + 101)
    assert way(on)["paid_work/event_by_100"] == 1
    assert way(after)["paid_work/event_by_200"] == 1


def test_the_first_time_counts() -> None:
    late, early = reached("paid_work", LONG_AGO + 150), reached("paid_work", LONG_AGO + 50)
    assert way(late, early)["paid_work/event_by_100"] == 1


def test_a_milestone_after_the_last_point_or_the_cut_date_is_followed_to_the_last_point_without_it() -> None:
    assert way(reached("paid_work", LONG_AGO + 201))["paid_work/followed_to_200"] == 1
    assert way(reached("paid_work", CUT_DAY + 1))["paid_work/followed_to_200"] == 1


def test_by_a_point_that_is_not_over_nothing_is_reached_yet() -> None:
    # Joined 150 days ago: only the first point is over, and the milestone came after it.
    assert way(reached("paid_work", CUT_DAY - 20), joined=CUT_DAY - 150)["paid_work/followed_to_100"] == 1


def test_of_someone_who_drifted_away_nothing_is_known_after_last_sight() -> None:
    assert way(seen=LONG_AGO + 99) == {"paid_work/followed_to_0": 1, "own_home/followed_to_0": 1}
    assert way(seen=LONG_AGO + 100) == {"paid_work/followed_to_100": 1, "own_home/followed_to_100": 1}


def test_a_milestone_after_last_sight_still_counts_for_itself_and_says_nothing_of_others() -> None:
    found = way(reached("paid_work", LONG_AGO + 150), seen=LONG_AGO + 20)
    assert found == {"paid_work/event_by_200": 1, "own_home/followed_to_0": 1}


def test_a_milestone_after_the_last_point_says_that_its_member_was_still_there_without_it_until_then() -> None:
    found = way(reached("paid_work", LONG_AGO + 201), seen=LONG_AGO + 20)
    assert found == {"paid_work/followed_to_200": 1, "own_home/followed_to_0": 1}


def test_a_milestone_from_before_joining_is_not_reached_since_and_one_on_the_day_of_joining_is() -> None:
    before, on_the_day = reached("paid_work", LONG_AGO - 1), reached("own_home", LONG_AGO)
    assert way(before, on_the_day) == {"paid_work/followed_to_200": 1, "own_home/event_by_100": 1}
    again = way(before, reached("paid_work", LONG_AGO + 150))
    assert again == {"paid_work/event_by_200": 1, "own_home/followed_to_200": 1}


def test_a_milestone_that_nobody_declared_is_none() -> None:
    odd = [reached("zebra", LONG_AGO + 10), reached("not_known", LONG_AGO + 11)]
    assert way(*odd) == {"paid_work/followed_to_200": 1, "own_home/followed_to_200": 1}
