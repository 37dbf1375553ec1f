"""What is kept of one member: the review nearest the middle, contacts up to their bound, chosen by the keyed hash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lero_contract.kinds import Mean, Unit
from support.requests import CUT_DAY, START, SURE_TWICE, contacts, day, table
from support.tables import Rows
from support.vectors import cells_of

JOINED = CUT_DAY - 200
MEMBER = [{"member_id": "m", "joined": JOINED}]
OTHER = {"member_id": "o", "joined": JOINED}
SURE = table(SURE_TWICE)


def review(score: int | None, after: int | None = None, row_hash: int = 0, **more: Any) -> dict[str, Any]:
    when = None if after is None else JOINED + after
    return {"member_id": "m", "day": when, "measure": "sure.total", "score": score, "row_hash": row_hash, **more}


def sure(*reviews: dict[str, Any]) -> tuple[int, ...]:
    """Count and centred sum at the start, count and centred sum at 3 months; weight 21, middle 42."""
    return cells_of(SURE, Rows(MEMBER, list(reviews)))


def meeting(when: int, row_hash: int, kind: str = "group_meeting") -> dict[str, Any]:
    return {"member_id": "m", "day": when, "kind": kind, "row_hash": row_hash}


def test_a_score_adds_its_weight_and_its_distance_from_the_middle() -> None:
    assert sure(review(50, 0), review(30, 90)) == (21, 8, 21, -12)


def test_of_several_reviews_in_a_window_the_nearest_to_its_middle_counts() -> None:
    # Days -30 to 45: the middle is 7.5. 20 is 12.5 away, -4 is 11.5.
    assert sure(review(60, 20, row_hash=1), review(40, -4, row_hash=2)) == (21, -2, 0, 0)


def test_a_tie_goes_to_the_lower_keyed_hash() -> None:
    # 7 and 8 are both half a day away.
    assert sure(review(60, 7, row_hash=-5), review(40, 8, row_hash=-6)) == (21, -2, 0, 0)
    assert sure(review(60, 7, row_hash=-6), review(40, 8, row_hash=-5)) == (21, 18, 0, 0)


def test_windows_hold_their_first_and_last_day_and_no_other() -> None:
    assert sure(review(43, -31)) == (0, 0, 0, 0)
    assert sure(review(43, -30)) == (21, 1, 0, 0)
    assert sure(review(43, 45)) == (21, 1, 0, 0)
    assert sure(review(43, 46)) == (0, 0, 21, 1)
    assert sure(review(43, 135)) == (0, 0, 21, 1)
    assert sure(review(43, 136)) == (0, 0, 0, 0)


def test_a_review_that_names_its_wave_is_placed_by_it_and_not_by_its_day() -> None:
    assert sure(review(43, 0, wave=3)) == (0, 0, 21, 1)
    assert sure(review(43, 0, wave=6)) == (0, 0, 0, 0)
    assert sure(review(43, None, wave=0)) == (21, 1, 0, 0)
    assert sure(review(43, None)) == (0, 0, 0, 0)


def test_reviews_after_the_cut_date_without_a_score_or_of_another_measure_do_not_count() -> None:
    assert sure(review(43, 201, wave=0)) == (0, 0, 0, 0)
    assert sure(review(None, 0)) == (0, 0, 0, 0)
    assert sure(review(43, 0, measure="sure.outlook")) == (0, 0, 0, 0)


def test_reviews_of_someone_who_is_no_member_do_not_count() -> None:
    assert sure(review(43, 0, member_id="objector")) == (0, 0, 0, 0)


def test_a_score_outside_its_range_is_clamped_even_if_import_let_it_through() -> None:
    assert sure(review(10**6, 0), review(-(10**6), 90)) == (21, 21, 21, -21)


def test_contacts_are_counted_up_to_the_most_in_a_cell() -> None:
    rows = Rows(MEMBER, [], [meeting(day(2026, 1, 5), n) for n in range(5)])
    assert cells_of(table(contacts(max_per_cell=3)), rows) == (0, 3)
    assert cells_of(table(contacts(max_per_cell=30)), rows) == (0, 5)


def test_the_cells_kept_are_those_of_the_lowest_keyed_hashes() -> None:
    autumn, winter = day(2025, 10, 5), day(2026, 1, 5)
    one = contacts(max_cells=1)
    assert cells_of(table(one), Rows(MEMBER, [], [meeting(autumn, 2), meeting(winter, 3), meeting(winter, 1)])) == (
        0,
        2,
    )
    assert cells_of(table(one), Rows(MEMBER, [], [meeting(autumn, 0), meeting(winter, 3), meeting(winter, 1)])) == (
        1,
        0,
    )


def test_contacts_split_by_kind_touch_a_cell_for_each() -> None:
    rows = Rows(MEMBER, [], [meeting(day(2026, 1, 5), 1), meeting(day(2026, 1, 5), 2, "one_to_one")])
    assert cells_of(table(contacts(max_cells=4, split=True)), rows) == (0, 0, 1, 1)
    assert cells_of(table(contacts(max_cells=1, split=True)), rows) == (0, 0, 1, 0)


def test_kinds_not_asked_for_and_days_outside_do_not_count() -> None:
    outside = [meeting(day(2025, 9, 30), 1), meeting(CUT_DAY + 1, 2), meeting(day(2026, 1, 5), 3, "outreach")]
    assert cells_of(table(contacts()), Rows(MEMBER, [], outside)) == (0, 0)


def test_an_active_member_counts_once_however_often_they_came() -> None:
    active = replace(contacts(max_per_cell=1), unit=Unit.ACTIVE_MEMBERS, companion=None)
    rows = Rows([*MEMBER, OTHER], [], [meeting(day(2026, 1, 5), n) for n in range(9)])
    assert cells_of(table(active), rows) == (0, 1)


def test_another_members_rows_change_nothing_in_what_is_kept() -> None:
    one = Mean("sure.total", (replace(START, from_day=-30, to_day=135),))
    mine = [review(60, 52, row_hash=5), review(40, 53, row_hash=4)]
    theirs = [review(63, 52, row_hash=n, member_id="o") for n in range(3)]
    alone = cells_of(table(one), Rows(MEMBER, mine))
    assert cells_of(table(one), Rows([*MEMBER, OTHER], [*theirs, *mine])) == (alone[0] + 21, alone[1] + 21)
