"""What a round says: figures with intervals where there may be any, and six different reasons where there are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lero_contract.axes import OUTSIDE_ENGLAND, elsewhere
from lero_contract.dictionary import NOT_KNOWN
from lero_contract.errors import Malformed
from lero_contract.kinds import Activity, Companion, Unit
from lero_contract.price import epsilon_of
from lero_contract.request import Filter
from lero_contract.roster import NodeEntry
from lero_coordinator.combine import Release
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import EVERY, CombinedTable, Figure, Level, Participation
from lero_coordinator.combine.withholding import ALL, ENGLAND
from support.requests import SURE_TWICE, contacts, table
from support.rounds import (
    BURY,
    DARLINGTON,
    EAST_MIDLANDS,
    GATESHEAD,
    HARTLEPOOL,
    NORTH_EAST,
    NORTH_WEST,
    OLDHAM,
    answer,
    asked,
    lero,
    released,
)

BY_AREA = replace(table(dimensions=["area"]), hide_wider_than=400)
NORTHUMBERLAND = "E06000057"


def trio(area: str, prefix: str) -> list[NodeEntry]:
    return [lero(f"{prefix}{number}", area) for number in (1, 2, 3)]


def value(figure: Figure) -> float:
    assert figure.estimate is not None
    return figure.estimate.value


def patchwork() -> tuple[Release, CombinedTable]:
    """Three LEROs each in Hartlepool and Bury, one in Gateshead; Oldham's does not answer, Darlington's is stale."""
    north, west = trio(HARTLEPOOL, "n"), trio(BURY, "w")
    alone, silent, stale = lero("alone", GATESHEAD), lero("silent", OLDHAM), lero("stale", DARLINGTON)
    unable = lero("unable", NORTHUMBERLAND, collects=["sex"])
    leros = [*north, *west, alone, silent, stale, unable]
    request = asked(leros, BY_AREA)
    answers = [answer(request, node, {"members": {(HARTLEPOOL,): 100}}) for node in north]
    answers += [answer(request, node, {"members": {(BURY,): 0, (elsewhere(NORTH_EAST),): 1}}) for node in west]
    answers.append(answer(request, alone, {"members": {(GATESHEAD,): 77}}))
    answers.append(answer(request, stale, {"members": {(DARLINGTON,): 5000}}, is_stale=True))
    answers.append(answer(request, unable, {}))
    release = released(request, leros, answers, {"silent": "declined"})
    return release, release.table("members")


def test_zero_and_the_kinds_of_absence_of_a_place_are_told_apart() -> None:
    _, members = patchwork()
    found = {place: members.figure(place).status for place in (BURY, GATESHEAD, OLDHAM, DARLINGTON, NORTHUMBERLAND)}
    assert found == {
        BURY: Status.ZERO,
        GATESHEAD: Status.WITHHELD,
        OLDHAM: Status.NOT_ANSWERED,
        DARLINGTON: Status.NOT_ANSWERED,
        NORTHUMBERLAND: Status.NOT_COLLECTED,
    }
    assert members.figure("E06000002").status is Status.NOT_ASKED


def test_with_the_lone_lero_goes_another_authority_of_its_region() -> None:
    _, members = patchwork()
    assert members.figure(HARTLEPOOL).status is Status.WITHHELD
    assert value(members.figure(NORTH_EAST)) == 300 + 77 + 3


def test_every_authority_has_a_row_and_an_absent_figure_holds_no_number() -> None:
    release, members = patchwork()
    authorities = [f for f in members.figures if f.place.level is Level.AUTHORITY]
    assert len(authorities) == 153
    absent = [f for f in members.figures if not f.status.has_figure]
    assert all((f.estimate, f.people, f.leros) == (None, None, 0) for f in absent)
    assert release.withheld_authorities == {GATESHEAD, HARTLEPOOL}


def test_stale_answers_are_in_no_figure() -> None:
    _, members = patchwork()
    assert value(members.figure(ENGLAND)) == 380
    assert (members.answered, members.asked) == (7, 10)


def test_a_counts_variance_is_that_of_all_its_cells() -> None:
    _, members = patchwork()
    # The noise of one count at rho 0.02 has variance 1 / (2 * 0.02) = 25; seven nodes each add one cell to the North
    # East for "elsewhere", and four of them one more for their own authority there.
    estimate = members.figure(NORTH_EAST).estimate
    assert estimate is not None
    assert estimate.variance == pytest.approx(11 * 25)
    assert (estimate.lower, estimate.upper) == (380 - 33, 380 + 33)  # 1.96 sqrt(275) is 32.5


def test_coverage_names_every_lero_and_counts_every_authority() -> None:
    release, _ = patchwork()
    kinds = {node.node_id: node.participation for node in release.nodes}
    assert kinds["alone"] is Participation.ANSWERED
    assert kinds["silent"] is Participation.REFUSED
    assert kinds["stale"] is Participation.STALE
    assert (release.coverage[HARTLEPOOL].listed, release.coverage[HARTLEPOOL].answered) == (3, 3)
    assert (release.coverage[DARLINGTON].answered, release.coverage[DARLINGTON].stale) == (0, 1)
    assert release.coverage["E06000002"].listed == 0
    assert release.answered == 8


def test_a_lero_that_was_told_it_is_stale_counts_as_stale() -> None:
    leros = [*trio(HARTLEPOOL, "n"), lero("late", BURY)]
    request = asked(leros, BY_AREA)
    release = released(request, leros, [answer(request, n, {}) for n in leros[:3]], {"late": "stale"})
    assert release.coverage[BURY].stale == 1


def test_a_region_none_of_whose_leros_answered_has_no_figure_of_its_strays() -> None:
    leros = [*trio(HARTLEPOOL, "n"), lero("irwell", BURY)]
    request = asked(leros, BY_AREA)
    cells = {(elsewhere(NORTH_WEST),): 4, (elsewhere(EAST_MIDLANDS),): 2}
    members = released(request, leros, [answer(request, n, {"members": cells}) for n in leros[:3]]).table("members")
    assert members.figure(NORTH_WEST).status is Status.NOT_ANSWERED
    assert value(members.figure(EAST_MIDLANDS)) == 6  # no LERO is listed there


def test_a_lone_lero_that_agreed_is_shown() -> None:
    leros = [*trio(BURY, "w"), lero("alone", GATESHEAD)]
    request = asked(leros, BY_AREA)
    answers = [answer(request, n, {}) for n in leros[:3]]
    answers.append(answer(request, leros[3], {"members": {(GATESHEAD,): 77}}, agrees=True))
    assert value(released(request, leros, answers).table("members").figure(GATESHEAD)) == 77


def test_two_nodes_of_one_organisation_are_one_lero() -> None:
    leros = [lero(f"n{i}", HARTLEPOOL, organisation="one") for i in (1, 2, 3)] + trio(DARLINGTON, "d")
    request = asked(leros, BY_AREA)
    members = released(request, leros, [answer(request, n, {}) for n in leros]).table("members")
    assert members.figure(HARTLEPOOL).status is Status.WITHHELD


def test_counts_are_hidden_by_their_noise_and_never_by_their_value() -> None:
    leros = trio(HARTLEPOOL, "n")
    # Half-width of three cells at rho 0.02: 1.96 * 5 * sqrt(3) = 16.97, so 17 people.
    narrow, wide = replace(BY_AREA, hide_wider_than=17), replace(BY_AREA, hide_wider_than=16)
    for members in (0, 1, 100_000):
        for asked_for, status in ((narrow, {Status.SHOWN, Status.ZERO}), (wide, {Status.TOO_FEW})):
            request = asked(leros, asked_for)
            answers = [answer(request, n, {"members": {(HARTLEPOOL,): members}}) for n in leros]
            assert released(request, leros, answers).table("members").figure(HARTLEPOOL).status in status


def test_a_table_that_no_lero_records_says_so_for_every_place() -> None:
    leros = trio(HARTLEPOOL, "n")
    bare = [replace(n, collects=("area",)) for n in leros]
    request = asked(bare, BY_AREA, table(SURE_TWICE, ["region"], table_id="sure"))
    sure = released(request, bare, [answer(request, n, {}) for n in bare]).table("sure")
    assert {f.status for f in sure.figures} == {Status.NOT_COLLECTED}
    assert [c.code for f in sure.figures if f.place.code == ENGLAND for c in f.group] == ["Start", "3 months"]


def test_a_place_not_asked_has_a_row_for_each_review_of_a_mean() -> None:
    leros = trio(HARTLEPOOL, "n")
    request = asked(leros, table(SURE_TWICE, ["area", "sex"]))
    sure = released(request, leros, [answer(request, n, {}) for n in leros]).table("members")
    rows = [tuple(c.code for c in f.group) for f in sure.figures if f.place.code == BURY]
    assert rows == [(EVERY, "Start"), (EVERY, "3 months")]


def test_a_mean_stands_beside_the_people_it_is_of() -> None:
    leros = trio(HARTLEPOOL, "n")
    request = asked(leros, table(SURE_TWICE, nano_rho=10**9))
    # Each: 50 reviews of 47 points at the start, so 50 * 21 and 50 * 5; none after three months.
    answers = [answer(request, n, {"members": {("Start",): (1050, 250)}}) for n in leros]
    sure = released(request, leros, answers).table("members")
    start = sure.figure(ALL, "Start")
    assert value(start) == pytest.approx(47)
    assert start.people is not None
    assert start.people.value == 150
    assert start.leros == 3
    later = sure.figure(ALL, "3 months")
    assert (later.status, later.estimate, later.people) == (Status.TOO_FEW, None, None)


def test_a_regions_mean_is_widened_for_the_few_leros_that_serve_it() -> None:
    leros = [*trio(HARTLEPOOL, "n"), *(lero(f"w{i}", BURY) for i in range(9))]
    request = asked(leros, table(SURE_TWICE, ["region"], nano_rho=10**9))
    answers = [answer(request, n, {"members": {(NORTH_EAST, "Start"): (1050, 0)}}) for n in leros[:3]]
    answers += [answer(request, n, {"members": {(NORTH_WEST, "Start"): (350, 0)}}) for n in leros[3:]]
    sure = released(request, leros, answers).table("members")
    few, many = sure.figure(NORTH_EAST, "Start"), sure.figure(NORTH_WEST, "Start")
    assert (few.leros, many.leros) == (3, 9)
    assert few.estimate is not None
    assert many.estimate is not None
    assert few.estimate.upper - few.estimate.lower > many.estimate.upper - many.estimate.lower


def test_a_capped_figure_is_marked_as_an_estimate_and_says_what_the_cap_is() -> None:
    leros = trio(HARTLEPOOL, "n")
    request = asked(leros, replace(table(contacts()), hide_wider_than=5000))
    first = "from 2025-10"
    seen = released(request, leros, [answer(request, n, {"members": {(first,): 900}}) for n in leros]).table("members")
    assert (seen.unit, seen.figure(ALL, first).mark) == ("contacts", "[e]")
    assert value(seen.figure(ALL)) == 2700
    assert "at most 30 contacts count in a figure, in at most 2 figures" in seen.lower_bound_words


def test_active_members_are_a_lower_bound_only_where_one_may_not_count_in_every_period() -> None:
    leros = trio(HARTLEPOOL, "n")
    for most, beside, mark in ((2, None, ""), (1, Companion(2, 10**6), "[e]")):
        active = Activity(Unit.ACTIVE_MEMBERS, contacts().slices, ("group_meeting",), False, most, 1, beside)
        request = asked(leros, table(active))
        cells = {("from 2025-10",): 50}
        seen = released(request, leros, [answer(request, n, {"members": cells}) for n in leros]).table("members")
        assert (seen.figure(ALL, "from 2025-10").mark, bool(seen.lower_bound_words)) == (mark, bool(mark))


def test_tables_of_parts_of_a_list_are_of_one_definition_with_the_table_of_the_whole() -> None:
    # Women and everyone else, of those who record sex, against everybody: the difference would be the fourth LERO's.
    leros = [*trio(HARTLEPOOL, "n"), lero("other", HARTLEPOOL, collects=["area"]), *trio(DARLINGTON, "d")]
    women = Filter("sex", ("female",))
    others = Filter("sex", ("male", "other", "not_known"))
    parts = [table(dimensions=["area"], filters=[f], table_id=t) for f, t in ((women, "women"), (others, "others"))]
    request = asked(leros, BY_AREA, *parts)
    release = released(request, leros, [answer(request, n, {}) for n in leros])
    assert HARTLEPOOL in release.withheld_authorities


def test_the_six_kinds_of_blank_stand_in_one_release_and_differ_in_mark_or_words() -> None:
    north, west = trio(HARTLEPOOL, "n"), trio(BURY, "w")
    alone, silent = lero("alone", GATESHEAD), lero("silent", OLDHAM)
    unable = lero("unable", NORTHUMBERLAND, collects=["sex"])
    leros = [*north, *west, alone, silent, unable]
    by_sex = table(dimensions=["area", "sex"], table_id="by_sex")  # its totals are wider than 40 people
    request = asked(leros, BY_AREA, replace(by_sex, hide_wider_than=30))
    answers = [answer(request, n, {"members": {(HARTLEPOOL,): 9}}) for n in north]
    answers += [answer(request, n, {}) for n in (*west, alone, unable)]
    release = released(request, leros, answers)
    figures = [f for t in release.tables for f in t.figures]
    blanks = {f.status for f in figures if f.status is not Status.SHOWN}
    assert blanks == set(Status) - {Status.SHOWN}
    assert len({(s.mark, s.words) for s in blanks}) == 6
    assert all(f.mark == f.status.mark for f in figures)
    assert all((f.estimate is None) == (f.status not in (Status.SHOWN, Status.ZERO)) for f in figures)


def test_active_members_have_no_total_over_periods() -> None:
    leros = trio(HARTLEPOOL, "n")
    active = Activity(Unit.ACTIVE_MEMBERS, contacts().slices, ("group_meeting",), False, 2, 1)
    request = asked(leros, table(active))
    seen = released(request, leros, [answer(request, n, {}) for n in leros]).table("members")
    assert [f.group[0].code for f in seen.figures] == ["from 2025-10", "from 2026-01"]


def test_places_stand_from_the_widest_to_the_authorities_by_name_within_their_region() -> None:
    _, members = patchwork()
    levels = list(dict.fromkeys(f.place.level for f in members.figures))
    assert levels == [Level.ALL, Level.ENGLAND, Level.REGION, Level.OUTSIDE, Level.NOT_KNOWN, Level.AUTHORITY]
    in_region = [f.place.name for f in members.figures if f.place.region == NORTH_EAST]
    assert in_region == sorted(in_region)
    assert {f.place.code for f in members.figures} >= {ALL, ENGLAND, OUTSIDE_ENGLAND, NOT_KNOWN}


def test_the_price_is_said_for_one_membership_and_for_two() -> None:
    release, _ = patchwork()
    assert release.rho == 0.02
    assert (release.epsilon, release.epsilon_twice) == (epsilon_of(0.02), epsilon_of(0.04))
    assert release.epsilon == pytest.approx(0.90, abs=0.005)  # PRIVACY.md's table


def test_one_node_is_never_counted_twice() -> None:
    leros = trio(HARTLEPOOL, "n")
    request = asked(leros, BY_AREA)
    answers = [answer(request, n, {}) for n in leros]
    with pytest.raises(Malformed, match="two answers"):
        released(request, leros, [*answers, answers[0]])
