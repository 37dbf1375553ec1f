"""What is withheld follows from who answered; a subtraction from what is shown never isolates too few LEROs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from lero_contract.axes import OUTSIDE_ENGLAND
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_coordinator.combine.withholding import (
    ALL,
    ENGLAND,
    MINIMUM_LEROS,
    Rules,
    Support,
    by_region,
    choose_complements,
    plan_withholding,
)
from support.rounds import BURY, DARLINGTON, GATESHEAD, HARTLEPOOL, NORTH_EAST, NORTH_WEST, OLDHAM, WALES

GEOGRAPHY = load_dictionary().geography
AREAS = (HARTLEPOOL, DARLINGTON, GATESHEAD, BURY, OLDHAM, "E08000001", WALES)
WHOLE = {ENGLAND, ALL, OUTSIDE_ENGLAND, NOT_KNOWN}


def leros(names: str) -> frozenset[str]:
    """One LERO for each letter."""
    return frozenset(names)


def support(
    served: Mapping[str, str], table_id: str = "members", definition: str = "members", axis: str = "area"
) -> Support:
    behind = leros("".join(served.values()))
    return Support(table_id, definition, axis, behind, {area: leros(names) for area, names in served.items()})


def withheld(*supports: Support, agreed: str = "") -> dict[str, frozenset[str]]:
    return plan_withholding(supports, Rules(GEOGRAPHY, leros(agreed)))


def test_an_authority_with_three_leros_is_shown() -> None:
    assert withheld(support({HARTLEPOOL: "abc", DARLINGTON: "abd"})) == {"members": frozenset()}


def test_an_authority_with_one_lero_takes_the_smallest_other_of_its_region_with_it() -> None:
    found = withheld(support({HARTLEPOOL: "a", DARLINGTON: "bcde", GATESHEAD: "bcd", BURY: "efg"}))
    assert found["members"] == {HARTLEPOOL, GATESHEAD}


def test_of_equals_the_first_code_goes() -> None:
    found = withheld(support({GATESHEAD: "a", DARLINGTON: "bcd", HARTLEPOOL: "bcd", BURY: "efg"}))
    assert found["members"] == {GATESHEAD, HARTLEPOOL}


def test_two_authorities_of_one_lero_need_a_third_for_their_sum_is_its_figure() -> None:
    found = withheld(support({HARTLEPOOL: "a", DARLINGTON: "a", GATESHEAD: "bcd", BURY: "efg"}))
    assert found["members"] == {HARTLEPOOL, DARLINGTON, GATESHEAD}


def test_a_lero_that_agreed_stands_alone() -> None:
    served = {HARTLEPOOL: "a", DARLINGTON: "bcd", BURY: "efg"}
    assert withheld(support(served), agreed="a") == {"members": frozenset()}


def test_every_lero_of_the_authority_must_agree() -> None:
    served = {HARTLEPOOL: "ab", DARLINGTON: "cde", BURY: "efg"}
    assert HARTLEPOOL in withheld(support(served), agreed="a")["members"]
    assert withheld(support(served), agreed="ab") == {"members": frozenset()}


def test_a_region_with_nothing_to_hide_one_among_is_withheld_and_takes_another_with_it() -> None:
    found = withheld(support({HARTLEPOOL: "a", BURY: "bcd", "E06000015": "efg"}))
    # Of two regions with three LEROs, the first code; its authority goes too, or England less what is shown is a's.
    assert found["members"] == {HARTLEPOOL, BURY, NORTH_EAST, NORTH_WEST}


def test_three_leros_in_three_regions_leave_england_alone() -> None:
    found = withheld(support({HARTLEPOOL: "a", BURY: "b", "E06000015": "c"}))["members"]
    assert {HARTLEPOOL, BURY, "E06000015", NORTH_EAST, NORTH_WEST} <= found
    assert not found & WHOLE


def test_two_leros_in_all_show_nothing() -> None:
    assert withheld(support({HARTLEPOOL: "a", BURY: "b"}))["members"] >= WHOLE
    assert withheld(support({HARTLEPOOL: "a", BURY: "b"}, axis="")) == {"members": {ALL}}


def test_a_table_of_two_leros_shows_no_region_either_for_each_region_holds_their_members_from_elsewhere() -> None:
    nobody_works_here = "E12000009"
    assert withheld(support({HARTLEPOOL: "a", BURY: "b"}))["members"] >= {NORTH_EAST, nobody_works_here}


def test_one_authority_with_the_missing_leros_goes_rather_than_two_with_one_each() -> None:
    found = withheld(support({HARTLEPOOL: "a", DARLINGTON: "b", GATESHEAD: "cd"}), agreed="bcd")
    assert found["members"] == {HARTLEPOOL, GATESHEAD}


def test_leros_in_one_of_two_tables_alone_are_hidden_among_their_like() -> None:
    # d, e and f are in the first table alone. Each table hides Darlington with two others; but the difference of the
    # tables over the region, less that in Gateshead, would be d's figure in Darlington.
    first = {HARTLEPOOL: "abc", "E06000002": "abc", DARLINGTON: "d", GATESHEAD: "abcdef", BURY: "ghi"}
    second = {HARTLEPOOL: "abc", "E06000002": "abc", GATESHEAD: "abc", BURY: "ghi"}
    assert {DARLINGTON, GATESHEAD} <= withheld(support(first), support(second, "by_sex"))["members"]


def test_the_only_lero_beyond_england_is_hidden_with_those_of_unknown_area() -> None:
    found = withheld(support({WALES: "z", HARTLEPOOL: "abc", BURY: "def"}))
    assert found["members"] == {WALES, OUTSIDE_ENGLAND, NOT_KNOWN}


def test_an_authority_withheld_in_one_table_is_withheld_in_all() -> None:
    everyone = {HARTLEPOOL: "abc", DARLINGTON: "def", BURY: "ghi"}
    recorded_by_few = {HARTLEPOOL: "a", DARLINGTON: "def", BURY: "ghi"}
    found = withheld(support(everyone), support(recorded_by_few, "sure", "sure"))
    assert found["members"] == found["sure"] == {HARTLEPOOL, DARLINGTON}


def test_a_region_few_record_a_measure_in_is_withheld_for_that_measure_only() -> None:
    everyone = {HARTLEPOOL: "abc", BURY: "def"}
    found = withheld(support(everyone), support({HARTLEPOOL: "a", BURY: "def"}, "sure", "sure", "region"))
    assert found == {"members": frozenset(), "sure": {NORTH_EAST, NORTH_WEST}}


def test_two_tables_of_one_definition_may_not_differ_by_one_lero() -> None:
    # Members by area from a, b, c and d, less members by area and sex from a, b and c, would be d's own figure.
    everyone = support({HARTLEPOOL: "abcd", DARLINGTON: "efg", BURY: "hij"})
    all_but_one = support({HARTLEPOOL: "abc", DARLINGTON: "efg", BURY: "hij"}, "by_sex")
    assert HARTLEPOOL in withheld(everyone, all_but_one)["by_sex"]
    another = support({HARTLEPOOL: "abc", DARLINGTON: "efg", BURY: "hij"}, "sure", "sure")
    assert withheld(everyone, another) == {"members": frozenset(), "sure": frozenset()}


def test_a_place_without_answers_is_neither_withheld_nor_a_complement() -> None:
    chosen, is_short = choose_complements(
        {"x": leros("a"), "y": leros(""), "z": leros("bcd")}, {"x", "y"}, MINIMUM_LEROS
    )
    assert chosen == {"x", "z"}
    assert not is_short


served_by_some = st.dictionaries(
    st.sampled_from(AREAS), st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=4), min_size=1
)


def _support(table_id: str, served: Mapping[str, frozenset[str]]) -> Support:
    return Support(table_id, "members", "area", frozenset[str]().union(*served.values()), served)


def _isolated(
    group: Mapping[str, frozenset[str]], hidden: frozenset[str], agreed: frozenset[str]
) -> frozenset[str] | None:
    """The LEROs whose figure is the group's total less its shown places; None where that is nobody's secret."""
    left = [place for place in group if place in hidden]
    together = frozenset[str]().union(*(group[place] for place in left))
    is_safe = not left or (len(left) >= 2 and len(together) >= MINIMUM_LEROS) or together <= agreed
    return None if is_safe else together


@settings(max_examples=300)
@given(st.lists(served_by_some, min_size=1, max_size=3), st.frozensets(st.sampled_from("abcdefgh"), max_size=3))
def test_no_subtraction_from_a_total_that_is_shown_isolates_too_few_leros(
    tables: Sequence[Mapping[str, frozenset[str]]], agreed: frozenset[str]
) -> None:
    supports = [_support(f"t{number}", served) for number, served in enumerate(tables)]
    found = plan_withholding(supports, Rules(GEOGRAPHY, agreed))
    for made in supports:
        hidden = found[made.table_id]
        for place, behind in {**made.served, **by_region(made.served, GEOGRAPHY)}.items():
            is_open = place not in hidden and place != WALES  # Wales has no row of its own
            assert not is_open or len(behind) >= MINIMUM_LEROS or behind <= agreed
        regions = {r: v for r, v in by_region(made.served, GEOGRAPHY).items() if r != OUTSIDE_ENGLAND}
        if ENGLAND not in hidden:
            assert _isolated(regions, hidden, agreed) is None
        for region in regions.keys() - hidden:
            inside = {a: v for a, v in made.served.items() if GEOGRAPHY.areas[a].region == region}
            assert _isolated(inside, hidden, agreed) is None
        if ALL not in hidden and OUTSIDE_ENGLAND in hidden:
            assert NOT_KNOWN in hidden


@given(served_by_some)
def test_what_is_withheld_does_not_depend_on_the_order_in_which_leros_are_listed(
    served: Mapping[str, frozenset[str]],
) -> None:
    rules = Rules(GEOGRAPHY, frozenset())
    backwards = dict(reversed(list(served.items())))
    assert plan_withholding([_support("t", served)], rules) == plan_withholding([_support("t", backwards)], rules)
