"""The account says what the ledger says: the same sums, by month and by joining year, and what each charge became."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from lero_contract.days import to_day
from lero_node.privacy.account import Account, Span, Total, by_joining_year, by_month, read_account, total
from lero_node.privacy.ledger import Caps, Charge, Ledger, State

NOV_S, JAN_S = 1_762_000_000, 1_768_000_000  # 2025-11-01 and 2026-01-09
DAY = 20_000
CAPS = Caps(year_nano_rho=1000, lifetime_nano_rho=5000)
CHARGE = Charge("a" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 100, 0, 2025)


def charge(name: str, nano_rho: int, joined_from: int = 0, joined_to: int = 2025) -> Charge:
    return replace(
        CHARGE,
        request_id=name * 32,
        request_digest=name.encode() * 32,
        nano_rho=nano_rho,
        joined_from=joined_from,
        joined_to=joined_to,
    )


def read(ledger: Ledger) -> Account:
    return read_account(ledger.rows())


def opened(folder: Path) -> Ledger:
    ledger = Ledger(folder / "ledger.sqlite")
    ledger.open_year(DAY, NOV_S)
    return ledger


def test_a_charge_has_the_newest_state_of_its_request_and_when_it_came(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.reserve(charge("a", 100), CAPS, NOV_S)
    ledger.reserve(charge("b", 50), CAPS, NOV_S)
    ledger.release("a" * 32, b"bytes", NOV_S + 5)
    ledger.mark_sent("a" * 32, JAN_S)
    ledger.mark_failed("b" * 32, JAN_S)
    first, second = read(ledger).spent
    assert (first.state, first.at_s, first.state_at_s) == (State.SENT, NOV_S, JAN_S)
    assert (second.state, second.nano_rho) == (State.FAILED, 50)


def test_the_sums_are_those_that_the_ledger_refuses_by_also_after_a_write_off(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.reserve(charge("a", 100), CAPS, NOV_S)
    ledger.open_year(DAY + 365, JAN_S)
    ledger.reserve(charge("b", 70), CAPS, JAN_S)
    ledger.write_off(None, DAY + 365, CAPS, JAN_S)
    account, standing = read(ledger), ledger.standing()
    assert account.year == standing.year == 2
    assert total(account.of_year(2)).nano_rho == standing.spent_year == 1000, "the 930 left were written off"
    assert total(account.spent).nano_rho == standing.spent_lifetime == 1100
    assert [each.state for each in account.spent] == [State.FAILED, State.FAILED, State.WRITTEN_OFF]


def test_a_pooled_price_has_two_ends(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.reserve(replace(charge("a", 100), nano_rho_worst=400), CAPS, NOV_S)
    assert total(read(ledger).spent) == Total(100, 400)


def test_the_months_between_are_there_though_nothing_was_charged(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.reserve(charge("a", 100), CAPS, NOV_S)
    ledger.reserve(charge("b", 70), CAPS, JAN_S)
    months = by_month(read(ledger).spent, "2025-11", "2026-02")
    assert {month: total(spent).nano_rho for month, spent in months.items()} == {
        "2025-11": 100,
        "2025-12": 0,
        "2026-01": 70,
        "2026-02": 0,
    }


def test_a_joining_year_has_the_sum_of_the_charges_that_can_touch_it_and_the_next_year_none(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.reserve(charge("a", 100, 0, 2025), CAPS, NOV_S)
    ledger.reserve(charge("b", 30, 2020, 2023), CAPS, NOV_S)
    assert by_joining_year(read(ledger).spent) == (
        Span(0, 2019, Total(100, 100)),
        Span(2020, 2023, Total(130, 130)),
        Span(2024, 2025, Total(100, 100)),
        Span(2026, 9999, Total(0, 0)),
    )


def test_a_write_off_touches_who_had_joined_by_then_and_nobody_later(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.write_off(None, to_day(date(2026, 1, 9)), CAPS, JAN_S)
    spans = by_joining_year(read(ledger).spent)
    assert [(span.first, span.last) for span in spans] == [(0, 2026), (2027, 9999)]
    assert spans[-1].total == Total(0, 0)


def test_an_account_without_a_charge_has_one_span_of_nothing(tmp_path: Path) -> None:
    assert by_joining_year(read(opened(tmp_path)).spent) == (Span(0, 9999, Total(0, 0)),)
