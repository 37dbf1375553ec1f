"""What the bounds of an activity table cut off, and contacts counted from joining."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lero_contract.kinds import Activity, Companion, Origin, Period, Slice, Unit
from support.requests import CUT_DAY, RHO_02, contacts, day, entry, table
from support.tables import Rows
from support.vectors import cells_of

JOINED = CUT_DAY - 200
AUTUMN, WINTER = day(2025, 10, 5), day(2026, 1, 5)


def meetings(when: int, times: int, member_id: str = "m", first_hash: int = 0) -> list[dict[str, Any]]:
    return [
        {"member_id": member_id, "day": when, "kind": "group_meeting", "row_hash": first_hash + n} for n in range(times)
    ]


def rows(*activities: list[dict[str, Any]], ids: tuple[str, ...] = ("m",), joined: int = JOINED) -> Rows:
    members = [{"member_id": name, "joined": joined, "sex": "female"} for name in ids]
    return Rows(members, [], [one for several in activities for one in several])


def measured(most: int = 20, max_cells: int = 2, max_per_cell: int = 3) -> Activity:
    beside = Companion(most, RHO_02 // 10)
    return replace(contacts(), max_cells=max_cells, max_per_cell=max_per_cell, companion=beside)


def left_out(asked: Activity, found: Rows) -> tuple[int, ...]:
    """Count and centred sum. Of at most 20: weight 10, and the amount less 10."""
    return cells_of(table(asked), found, name="left_out")


def test_what_is_above_the_most_in_a_cell_and_what_falls_in_a_cell_too_many_are_both_left_out() -> None:
    # Five in autumn and four in winter, of which three and three are kept: three are cut.
    found = rows(meetings(AUTUMN, 5), meetings(WINTER, 4, first_hash=50))
    assert left_out(measured(), found) == (10, 3 - 10)
    # One cell is kept, autumn's with the lower hash: 9 - 3 = 6 are cut.
    assert left_out(measured(max_cells=1), found) == (10, 6 - 10)


def test_a_member_of_whom_nothing_is_cut_does_not_count() -> None:
    assert left_out(measured(), rows(meetings(AUTUMN, 3), meetings(WINTER, 3, first_hash=50))) == (0, 0)
    assert left_out(measured(), rows()) == (0, 0)


def test_what_is_wanted_is_measured_up_to_the_most_and_no_further() -> None:
    # 50 wanted, measured up to 20; three of them kept: 17 are known to be cut, the rest is not known.
    assert left_out(measured(), rows(meetings(AUTUMN, 50))) == (10, 17 - 10)


def test_a_most_below_what_may_be_kept_measures_nothing_below_nought() -> None:
    # Up to 2 x 3 may be kept, and 4 is measured: min(9, 4) - min(6, 4) = 0, so nobody counts.
    found = rows(meetings(AUTUMN, 5), meetings(WINTER, 4, first_hash=50))
    assert left_out(measured(most=4), found) == (0, 0)
    # Of five in one cell three are kept: min(5, 4) - min(3, 4) = 1, around the middle 2.
    assert left_out(measured(most=4), rows(meetings(AUTUMN, 5))) == (2, 1 - 2)


def test_the_companion_is_of_the_whole_node_whatever_splits_the_table() -> None:
    found = rows(meetings(AUTUMN, 5), meetings(AUTUMN, 6, "o", 50), ids=("m", "o"))
    split = cells_of(table(measured(), ["sex", "area"]), found, name="left_out")
    assert split == left_out(measured(), found) == (20, (2 - 10) + (3 - 10))


def test_active_members_are_cut_by_the_cells_they_may_touch() -> None:
    active = replace(measured(most=4, max_cells=1, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS)
    # Two cells touched, one kept: 1 left out, around the middle 2. Nine visits in one cell are one.
    assert left_out(active, rows(meetings(AUTUMN, 9), meetings(WINTER, 1, first_hash=50))) == (2, 1 - 2)
    assert left_out(active, rows(meetings(AUTUMN, 9))) == (0, 0)


FIRST_WEEKS = replace(
    measured(),
    slices=(Slice("week before", Period(-7, -1)), Slice("first 4 weeks", Period(0, 27))),
    origin=Origin.JOINING,
)


def test_from_joining_contacts_are_placed_by_days_after_it() -> None:
    activities = [meetings(JOINED + after, 1, first_hash=n) for n, after in enumerate((-8, -7, -1, 0, 27, 28))]
    assert cells_of(table(FIRST_WEEKS), rows(*activities)) == (2, 2)


def test_from_joining_only_those_who_joined_where_records_are_complete_count() -> None:
    found = rows(meetings(JOINED, 5))
    assert cells_of(table(FIRST_WEEKS), found, entry(complete_from_day=JOINED)) == (0, 3)
    assert cells_of(table(FIRST_WEEKS), found, entry(complete_from_day=JOINED + 1)) == (0, 0)
    late = cells_of(table(FIRST_WEEKS), found, entry(complete_from_day=JOINED + 1), "left_out")
    assert late == (0, 0)


def test_a_kind_that_nobody_declared_is_not_known_and_counts_where_that_is_asked_for() -> None:
    odd = [{"member_id": "m", "day": WINTER, "kind": kind, "row_hash": n} for n, kind in enumerate((None, "zebra", ""))]
    known = meetings(WINTER, 1, first_hash=50)
    asked = replace(contacts(split=True), kinds=("not_known", "group_meeting"))
    assert cells_of(table(asked), rows(odd, known)) == (0, 0, 3, 1)
    assert cells_of(table(contacts()), rows(odd, known)) == (0, 1)
