"""What a cap leaves out: added back to the grand total, said of every other figure, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lero_contract.kinds import Activity, Centring, Companion, Unit
from lero_contract.plan import Part
from lero_contract.request import Table
from lero_contract.roster import NodeEntry
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.counts import share_left_out
from lero_coordinator.combine.estimates import Estimate, Noisy
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure
from lero_coordinator.combine.withholding import ALL
from support.requests import contacts, table
from support.rounds import HARTLEPOOL, Cells, answer, asked, lero, released

FIRST, SECOND = "from 2025-10", "from 2026-01"
# A companion that is as dear as its table: dear enough that the share can be shown.
KIND = replace(contacts(), companion=Companion(100, 5 * 10**8))
NARROW = replace(table(KIND, nano_rho=10**9), hide_wider_than=5000)
TRIO = [lero(f"n{number}", HARTLEPOOL) for number in (1, 2, 3)]


def companion_cells(members: int, amount: int, most: int) -> list[int]:
    """As a node sends them: members times the weight, and the centred sum."""
    centring = Centring.between(0, most)
    return [members * centring.weight, centring.factor * amount - centring.middle * members]


def combined(asked_for: Table, cells: Cells, members: int, amount: int) -> CombinedTable:
    """Each of three LEROs sends the same."""
    kind = asked_for.kind
    assert isinstance(kind, Activity)
    assert kind.companion is not None
    beside = companion_cells(members, amount, kind.companion.most)
    request = asked(TRIO, asked_for)
    answers = [answer(request, n, {"members": cells, "members.left_out": beside}) for n in TRIO]
    return released(request, TRIO, answers).table("members")


def value(figure: Figure) -> float:
    assert figure.estimate is not None
    return figure.estimate.value


def test_what_is_left_out_is_added_to_the_grand_total_and_to_nothing_else() -> None:
    seen = combined(NARROW, {(FIRST,): 900, (SECOND,): 600}, 20, 150)
    assert value(seen.figure(ALL)) == 3 * (900 + 600 + 150)
    assert (value(seen.figure(ALL, FIRST)), value(seen.figure(ALL, SECOND))) == (2700, 1800)
    assert [f.mark for f in seen.figures] == ["", "[e]", "[e]"]


def test_the_grand_total_carries_the_companions_noise_too() -> None:
    seen = combined(NARROW, {(FIRST,): 900}, 20, 150)
    part: Part = answer(asked(TRIO, NARROW), TRIO[0], {}).plan.parts[1]
    # The amount is the centred sum plus the count times middle over weight, which is 1: twice the variance of a cell.
    own = 3 * 2 * seen.noise_scale**2
    estimate = seen.figure(ALL).estimate
    assert estimate is not None
    assert estimate.variance == pytest.approx(own + 3 * 2 * part.noise_scale**2)


def test_a_region_of_a_capped_table_stays_a_lower_bound() -> None:
    by_region = replace(NARROW, dimensions=("region",))
    seen = combined(by_region, {("E12000001", FIRST): 900}, 20, 150)
    assert (value(seen.figure(ALL)), value(seen.figure("E12000001"))) == (3150, 2700)
    assert (seen.figure(ALL).mark, seen.figure("E12000001").mark) == ("", "[e]")


def test_a_groups_total_over_periods_stays_a_lower_bound() -> None:
    by_sex = replace(NARROW, dimensions=("sex",))
    seen = combined(by_sex, {("female", FIRST): 900}, 20, 150)
    assert (value(seen.figure(ALL)), value(seen.figure(ALL, "female", EVERY))) == (3150, 2700)
    assert seen.figure(ALL, "female", EVERY).mark == "[e]"


def test_members_amount_and_share_are_carried_and_said() -> None:
    seen = combined(NARROW, {(FIRST,): 900, (SECOND,): 600}, 20, 150)
    assert seen.left_out is not None
    assert seen.left_out.members is not None
    assert seen.left_out.amount is not None
    assert seen.left_out.share is not None
    assert (seen.left_out.members.value, seen.left_out.amount.value) == (60, 450)
    assert seen.left_out.share.value == pytest.approx(100 * 450 / 4950)
    assert "About 9% of contacts (" in seen.lower_bound_words
    assert "left out, unevenly" in seen.lower_bound_words
    assert "has it added back" in seen.lower_bound_words


def test_an_odd_most_is_worked_in_half_units() -> None:
    kind = replace(KIND, companion=Companion(101, 5 * 10**8))
    seen = combined(replace(NARROW, kind=kind), {(FIRST,): 900}, 7, 133)
    assert seen.left_out is not None
    assert seen.left_out.amount is not None
    assert seen.left_out.amount.value == 399


def test_the_share_is_of_kept_and_left_out_together() -> None:
    share = share_left_out(Noisy(900, 0), Noisy(100, 0))
    assert share == Estimate(10, 0, 10, 10, 10)


def test_an_amount_whose_noise_is_too_wide_is_not_said() -> None:
    seen = combined(replace(NARROW, hide_wider_than=100), {(FIRST,): 900}, 20, 150)
    assert seen.left_out is not None
    assert (seen.left_out.amount, seen.left_out.share) == (None, None)
    assert "too few to show" in seen.lower_bound_words


def test_where_the_companions_noise_is_too_wide_the_total_of_what_was_kept_stays_a_lower_bound() -> None:
    # A cheap companion: its noise is wider than the limit, that of the table is not.
    kind = replace(KIND, companion=Companion(100, 10**5))
    seen = combined(replace(NARROW, kind=kind), {(FIRST,): 900}, 20, 150)
    assert (value(seen.figure(ALL)), seen.figure(ALL).mark) == (2700, "[e]")
    assert seen.left_out is not None
    assert not seen.left_out.is_added_back
    assert "added back" not in seen.lower_bound_words


def test_a_table_of_too_few_leros_says_nothing_of_what_is_left_out() -> None:
    alone: list[NodeEntry] = TRIO[:1]
    request = asked(alone, NARROW)
    answers: list[Accepted] = [answer(request, alone[0], {"members.left_out": companion_cells(20, 150, 100)})]
    assert released(request, alone, answers).table("members").left_out is None


def test_active_members_say_the_share_but_have_no_grand_total() -> None:
    kind = Activity(Unit.ACTIVE_MEMBERS, contacts().slices, ("group_meeting",), False, 1, 1, Companion(2, 10**8))
    seen = combined(replace(NARROW, kind=kind), {(FIRST,): 60, (SECOND,): 30}, 10, 10)
    assert [f.mark for f in seen.figures] == ["[e]", "[e]"]
    assert seen.left_out is not None
    assert seen.left_out.share is not None
    assert seen.left_out.share.value == pytest.approx(10)


def test_active_members_who_may_count_in_every_period_leave_nothing_out() -> None:
    kind = Activity(Unit.ACTIVE_MEMBERS, contacts().slices, ("group_meeting",), False, 2, 1)
    request = asked(TRIO, replace(NARROW, kind=kind))
    seen = released(request, TRIO, [answer(request, n, {}) for n in TRIO]).table("members")
    assert (seen.left_out, seen.lower_bound_words) == (None, "")
