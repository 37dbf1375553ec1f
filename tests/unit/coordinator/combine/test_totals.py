"""Three nodes' cells on common places and groups, added up by hand."""

from __future__ import annotations

from lero_contract.axes import OUTSIDE_ENGLAND, elsewhere
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_contract.kinds import Activity, Unit
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.totals import Key, Total, totals_of
from lero_coordinator.combine.withholding import ALL, ENGLAND
from support.requests import SURE_TWICE, contacts, table
from support.rounds import (
    BURY,
    DARLINGTON,
    EAST_MIDLANDS,
    HARTLEPOOL,
    NORTH_EAST,
    NORTH_WEST,
    WALES,
    answer,
    asked,
    lero,
)

BY_AREA = table(dimensions=["area"])


def three_leros() -> dict[Key, Total]:
    """Two share Hartlepool; each has a few members from beyond its own authorities."""
    tees = lero("tees", HARTLEPOOL, DARLINGTON)
    hart = lero("hart", HARTLEPOOL)
    irwell = lero("irwell", BURY)
    request = asked([tees, hart, irwell], BY_AREA)
    answers = [
        answer(request, tees, {"members": {(HARTLEPOOL,): 30, (DARLINGTON,): 12, (elsewhere(NORTH_EAST),): 4}}),
        answer(request, hart, {"members": {(HARTLEPOOL,): 25, (elsewhere(NORTH_WEST),): 2, (NOT_KNOWN,): 3}}),
        answer(request, irwell, {"members": {(BURY,): 40, (elsewhere(NORTH_EAST),): 1, (OUTSIDE_ENGLAND,): 5}}),
    ]
    return totals_of("members", answers, load_dictionary())


def test_an_authority_is_the_sum_over_the_leros_that_serve_it() -> None:
    totals = three_leros()
    assert totals[HARTLEPOOL, ()] == Total([55], 2, {"tees-org", "hart-org"})
    assert totals[DARLINGTON, ()] == Total([12], 1, {"tees-org"})


def test_a_region_is_its_authorities_and_everyones_elsewhere_in_it() -> None:
    totals = three_leros()
    # 30 + 12 + 4 of the first, 25 of the second, 1 of the third; 3 + 2 + 1 noisy cells.
    assert (totals[NORTH_EAST, ()].values, totals[NORTH_EAST, ()].cells) == ([72], 6)
    assert (totals[NORTH_WEST, ()].values, totals[NORTH_WEST, ()].cells) == ([42], 4)


def test_england_is_the_sum_of_its_regions_and_leaves_out_the_rest() -> None:
    totals = three_leros()
    assert totals[ENGLAND, ()].values == [72 + 42]
    assert totals[OUTSIDE_ENGLAND, ()].values == [5]
    assert totals[NOT_KNOWN, ()].values == [3]
    assert totals[ALL, ()].values == [114 + 5 + 3]
    regions = [totals[code, ()] for code in load_dictionary().geography.regions if code.startswith("E")]
    assert sum(region.values[0] for region in regions) == 114
    assert sum(region.cells for region in regions) == totals[ENGLAND, ()].cells


def test_a_welsh_leros_own_area_counts_outside_england() -> None:
    cardiff = lero("cardiff", WALES)
    request = asked([cardiff], BY_AREA)
    totals = totals_of("members", [answer(request, cardiff, {"members": {(WALES,): 9}})], load_dictionary())
    assert totals[OUTSIDE_ENGLAND, ()].values == [9]
    assert totals[ENGLAND, ()].values == [0]
    assert (WALES, ()) not in totals


def test_margins_come_from_the_same_cells() -> None:
    hart = lero("hart", HARTLEPOOL)
    request = asked([hart], table(dimensions=["sex", "age_band"]))
    cells = {("male", "18_29"): 5, ("male", "30_49"): 7, ("female", "30_49"): 11, (NOT_KNOWN, NOT_KNOWN): -2}
    totals = totals_of("members", [answer(request, hart, {"members": cells})], load_dictionary())
    assert totals[ALL, ("male", EVERY)].values == [12]
    assert totals[ALL, (EVERY, "30_49")].values == [18]
    assert totals[ALL, (EVERY, EVERY)] == Total([21], 4 * 5, {"hart-org"})


def test_a_region_table_counts_each_member_where_they_live() -> None:
    hart, irwell = lero("hart", HARTLEPOOL), lero("irwell", BURY)
    request = asked([hart, irwell], table(dimensions=["region"]))
    answers = [
        answer(request, hart, {"members": {(NORTH_EAST,): 8, (NORTH_WEST,): 1, (WALES,): 2}}),
        answer(request, irwell, {"members": {(NORTH_WEST,): 6}}),
    ]
    totals = totals_of("members", answers, load_dictionary())
    assert (totals[NORTH_WEST, ()].values, totals[NORTH_WEST, ()].cells) == ([7], 2)
    assert totals[ENGLAND, ()].values == [15]
    assert (totals[OUTSIDE_ENGLAND, ()].values, totals[OUTSIDE_ENGLAND, ()].cells) == ([2], 3 * 2)


def test_means_keep_count_and_sum_apart_and_are_never_added_over_reviews() -> None:
    hart = lero("hart", HARTLEPOOL)
    request = asked([hart], table(SURE_TWICE, ["sex"]))
    cells = {("male", "Start"): (21, 4), ("female", "Start"): (42, -10), ("male", "3 months"): (21, 6)}
    totals = totals_of("members", [answer(request, hart, {"members": cells})], load_dictionary())
    assert totals[ALL, (EVERY, "Start")].values == [63, -6]
    assert (ALL, (EVERY, EVERY)) not in totals


def test_contacts_add_up_over_periods_and_kinds_but_active_members_do_not() -> None:
    hart = lero("hart", HARTLEPOOL)
    by_kind = contacts(split=True)
    request = asked([hart], table(by_kind))
    first, second = (s.label for s in by_kind.slices)
    cells = {(first, "group_meeting"): 10, (second, "group_meeting"): 20, (second, "one_to_one"): 5}
    totals = totals_of("members", [answer(request, hart, {"members": cells})], load_dictionary())
    assert totals[ALL, (EVERY, "group_meeting")].values == [30]
    assert totals[ALL, (EVERY, EVERY)].values == [35]

    active = Activity(Unit.ACTIVE_MEMBERS, by_kind.slices, by_kind.kinds, False, 2, 1)
    request = asked([hart], table(active, ["sex"]))
    answers = [answer(request, hart, {"members": {("male", first): 3, ("male", second): 3}})]
    totals = totals_of("members", answers, load_dictionary())
    assert totals[ALL, (EVERY, second)].values == [3]
    assert (ALL, ("male", EVERY)) not in totals


def test_a_node_that_does_not_collect_a_table_adds_neither_figure_nor_noise() -> None:
    hart, tees = lero("hart", HARTLEPOOL), lero("tees", HARTLEPOOL, collects=["area"])
    request = asked([hart, tees], table(dimensions=["sex"]))
    answers = [answer(request, hart, {"members": {("male",): 9}}), answer(request, tees, {})]
    totals = totals_of("members", answers, load_dictionary())
    assert totals[ALL, ("male",)] == Total([9], 1, {"hart-org"})
    assert (EAST_MIDLANDS, ()) not in totals


def test_sums_beyond_64_bits_do_not_wrap() -> None:
    leros = [lero(name, HARTLEPOOL) for name in ("a", "b", "c")]
    request = asked(leros, BY_AREA)
    answers = [answer(request, node, {"members": {(HARTLEPOOL,): 2**62}}) for node in leros]
    assert totals_of("members", answers, load_dictionary())[HARTLEPOOL, ()].values == [3 * 2**62]
