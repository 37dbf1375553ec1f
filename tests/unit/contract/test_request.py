"""Requests and tables check their own shape: one test for each thing that may not be asked. Kinds: see kinds/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lero_contract.errors import Malformed
from lero_contract.kinds import Basis, Headcount, Period, Slice
from lero_contract.request import MAX_NANO_RHO, Filter, is_node_id
from support.requests import (
    ISSUED_S,
    RHO_02,
    START,
    SURE_TWICE,
    request,
    table,
)

YEAR = Period(20_000, 20_364)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: Filter("sex", ()),
        lambda: Filter("sex", ("male", "male")),
        lambda: table(table_id="Members"),
        lambda: table(table_id="members by area"),
        lambda: table(table_id=""),
        lambda: replace(table(), title=" "),
        lambda: table(dimensions=["sex", "sex"]),
        lambda: table(dimensions=["sex", "age_band", "area", "employment", "accommodation"]),
        lambda: table(dimensions=["area", "region"]),
        lambda: table(filters=[Filter("sex", ("male",)), Filter("sex", ("female",))]),
        lambda: table(nano_rho=0),
        lambda: table(nano_rho=-RHO_02),
        lambda: table(nano_rho=MAX_NANO_RHO + 1),
        lambda: replace(table(), hide_wider_than=0),
        lambda: replace(table(SURE_TWICE), hide_wider_than=40),
    ],
)
def test_a_table_that_breaks_a_rule_is_malformed(asked: Callable[[], object]) -> None:
    with pytest.raises(Malformed):
        asked()


@pytest.mark.parametrize(
    "changes",
    [
        {"request_id": "1"},
        {"request_id": "G" * 32},
        {"request_id": "A" * 32},
        {"request_id": "0" * 32 + "\n"},
        {"federation_id": ""},
        {"title": "  "},
        {"question": ""},
        {"dictionary_digest": bytes(31)},
        {"roster_digest": b""},
        {"cohort": ()},
        {"cohort": ("quayside", "harbour")},
        {"cohort": ("harbour", "harbour")},
        {"cohort": ("Harbour",)},
        {"cohort": ("../harbour",)},
        {"closes_at_s": ISSUED_S},
        {"tables": ()},
        {"tables": (table(), table()), "price_nano_rho": 2 * RHO_02},
        {"tables": tuple(table(table_id=f"t{n}") for n in range(101)), "price_nano_rho": 101 * RHO_02},
        {"price_nano_rho": RHO_02 - 1},
        {"price_nano_rho": 0},
    ],
)
def test_a_request_that_breaks_a_rule_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        replace(request(), **changes)  # type: ignore[arg-type]


def test_ordinary_requests_are_fine() -> None:
    referred = table(Headcount(Basis.REFERRED, YEAR), ["area", "sex"], table_id="referred")
    assert request(table(), referred, table(SURE_TWICE, table_id="sure")).price_nano_rho == 3 * RHO_02


@pytest.mark.parametrize(
    ("name", "may_be"), [("a", True), ("lero-7", True), ("7", True), ("-a", False), ("a" * 64, False)]
)
def test_a_node_id_is_a_short_plain_name(name: str, may_be: bool) -> None:
    assert is_node_id(name) is may_be


def test_days_and_times_that_no_calendar_holds_are_refused() -> None:
    for changes in ({"cut_date_day": -(10**9)}, {"closes_at_s": 2**62}, {"issued_at_s": -1}):
        with pytest.raises(Malformed):
            replace(request(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("hidden", ["\x1b[2J", "a\nb", "\u202e", "\u200b", "a" * 201, " "])
def test_words_that_could_mislead_the_person_who_decides_are_refused(hidden: str) -> None:
    with pytest.raises(Malformed):
        replace(request(), title=hidden)
    with pytest.raises(Malformed):
        replace(table(), title=hidden)
    with pytest.raises(Malformed):
        replace(START, label=hidden)
    with pytest.raises(Malformed):
        Slice(hidden, Period(0, 1))


def test_a_question_may_have_lines_but_no_controls() -> None:
    assert replace(request(), question="How many?\nAnd who?").question.endswith("who?")
    with pytest.raises(Malformed):
        replace(request(), question="How many?\x1b[8m")
