from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from lero_contract.errors import DataNotValid
from lero_contract.price import NANO
from lero_coordinator.preview.accuracy import Wish, least_price, read_wish, scaled
from lero_coordinator.preview.widths import (
    AUTHORITY,
    CONTACTS,
    LERO,
    NATION,
    ONE_REGION,
    PEOPLE,
    PERCENT,
    POINTS,
    Width,
)


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("±10 people in a region", Wish(10, PEOPLE, ONE_REGION)),
        ("+/- 10 people in each region", Wish(10, PEOPLE, ONE_REGION)),
        ("+/-1 point of SURE", Wish(1, POINTS, NATION)),
        ("± 1 point of SURE in the nation", Wish(1, POINTS, NATION)),
        ("1.5 points in England", Wish(1.5, POINTS, NATION)),
        ("±5 percentage points for a LERO", Wish(5, PERCENT, LERO)),
        ("±5% in an authority", Wish(5, PERCENT, AUTHORITY)),
        ("±2,000 contacts per region", Wish(2000, CONTACTS, ONE_REGION)),
        ("10@region", Wish(10, "", ONE_REGION)),
        ("2.5pp@nation", Wish(2.5, PERCENT, NATION)),
    ],
)
def test_a_wish_is_read_as_people_say_it(words: str, wish: Wish) -> None:
    assert read_wish(words) == wish


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ten people", "is not an accuracy"),
        ("±10 people in a village", 'no place "village"'),
        ("±10 apples in a region", '"apples" is no unit'),
        ("±0 people in a region", "above 0"),
    ],
)
def test_words_that_are_no_wish_are_refused_with_examples(words: str, said: str) -> None:
    with pytest.raises(DataNotValid, match=said) as raised:
        read_wish(words)
    assert raised.value.next_step


def curve(sampling: float) -> Callable[[int], Width]:
    """Noise of exactly 1 / sqrt(rho) beside some sampling."""
    return lambda nano: Width(POINTS, 1 / math.sqrt(nano / NANO), sampling, 80.0, 1, True)


def test_the_least_price_is_exact_to_its_last_unit() -> None:
    # 1 / sqrt(rho) <= 10 from rho 0.01 on, which is 10,000,000 units.
    assert least_price(Wish(10, "", NATION), curve(0.0)) == 10_000_000
    # With sampling of 6, noise may be 8: rho 1 / 64 = 0.015625.
    assert least_price(Wish(10, "", NATION), curve(6.0)) == 15_625_000


def test_what_sampling_alone_makes_wider_no_price_buys() -> None:
    with pytest.raises(DataNotValid, match=r"sampling alone is ± 2\.2 points there, with about 80 people") as raised:
        least_price(Wish(2, POINTS, NATION), curve(2.24))
    assert raised.value.next_step.startswith("Ask for ± 2.3 or more")


def test_a_wish_beyond_the_dearest_request_is_refused() -> None:
    with pytest.raises(DataNotValid, match="No price up to 10 rho"):
        least_price(Wish(0.1, POINTS, NATION), curve(0.0))


def test_prices_are_scaled_to_the_unit_and_never_over() -> None:
    # 100 over 1 : 1 : 1 is 33 each, and the unit left goes to the first of equal remainders.
    assert scaled({"a": 5, "b": 5, "c": 5}, 100) == {"a": 34, "b": 33, "c": 33}
    # 10 over 1 : 2: 3.33 and 6.67; the unit left goes to the larger remainder.
    assert scaled({"a": 1, "b": 2}, 10) == {"a": 3, "b": 7}


def test_a_table_keeps_a_price_when_others_are_a_thousand_million_times_dearer() -> None:
    found = scaled({"small": 1, "large": 10**10}, 1000)
    assert found == {"small": 1, "large": 999}
