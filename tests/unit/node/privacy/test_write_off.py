"""After a restore: what a lost ledger can have spent is charged, what it may have answered is given up for good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.errors import BudgetSpent, Conflict, Refused
from lero_contract.ledger_mark import LedgerHead
from lero_node.privacy.ledger import Caps, Charge, Ledger, Standing, State, loss_of

NOW_S = 1_775_000_000
DAY = 20_000
CAPS = Caps(year_nano_rho=250, lifetime_nano_rho=2_000)
CHARGE = Charge("a" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 100, 2019, 2026)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = Ledger(tmp_path / "ledger.sqlite")
    opened.open_year(DAY, NOW_S)
    return opened


def reserve(ledger: Ledger, name: str, nano_rho: int = 100) -> str:
    ledger.reserve(replace(CHARGE, request_id=name * 32, nano_rho=nano_rho), CAPS, NOW_S)
    return name * 32


def test_within_the_year_its_rest_is_charged_and_nothing_else_fits(ledger: Ledger) -> None:
    reserve(ledger, "a")
    loss = ledger.write_off(None, DAY + 364, CAPS, NOW_S + 5)
    assert (loss.nano_rho, loss.years, loss.epoch) == (150, 0, 1)
    assert ledger.standing() == Standing(1, DAY + 364, 250, 250, 1, NOW_S + 5, is_written_off=True)
    with pytest.raises(BudgetSpent):
        reserve(ledger, "b", 1)


def test_no_allowance_that_is_changed_around_a_write_off_brings_the_year_back(ledger: Ledger) -> None:
    ledger.write_off(None, DAY, Caps(year_nano_rho=1, lifetime_nano_rho=1), NOW_S)
    with pytest.raises(BudgetSpent, match="year 1 of the allowance was written off"):
        reserve(ledger, "a", 1)
    ledger.open_year(DAY + 365, NOW_S)
    reserve(ledger, "a", 250)


def test_every_whole_year_that_a_lost_ledger_may_have_opened_is_charged_too(ledger: Ledger) -> None:
    reserve(ledger, "a")
    loss = ledger.write_off(None, DAY + 3 * 365 + 364, CAPS, NOW_S)
    assert (loss.nano_rho, loss.years) == (150 + 3 * 250, 3)
    assert ledger.standing().spent_lifetime == 1_000


def test_no_year_opens_in_the_365_days_after(ledger: Ledger) -> None:
    ledger.write_off(None, DAY + 100, CAPS, NOW_S)
    for early in (DAY + 365, DAY + 464):
        with pytest.raises(Refused, match="days of roster dates"):
            ledger.open_year(early, NOW_S)
    assert ledger.open_year(DAY + 465, NOW_S) == Standing(2, DAY + 465, 0, 250, epoch=1, not_before_s=NOW_S)
    reserve(ledger, "b")
    assert ledger.standing().spent_year == 100


def test_what_was_reserved_is_given_up_and_what_was_released_is_sent_as_it_is(ledger: Ledger) -> None:
    reserved, released, sent, failed = (reserve(ledger, name, 10) for name in "abcd")
    for done in (released, sent):
        ledger.release(done, b"bytes", NOW_S)
    ledger.mark_sent(sent, NOW_S)
    ledger.mark_failed(failed, NOW_S)
    assert ledger.write_off(None, DAY, CAPS, NOW_S).unfinished == (reserved,)
    states = [ledger.existing(name).state for name in (reserved, released, sent, failed)]
    assert states == [State.FAILED, State.RELEASED, State.SENT, State.FAILED]
    with pytest.raises(Conflict):
        ledger.release(reserved, b"other noise", NOW_S)
    assert ledger.release(released, b"other noise", NOW_S) == b"bytes"
    assert ledger.standing().spent_lifetime == 250


def test_the_epoch_is_above_its_own_and_above_any_that_a_witness_knows(ledger: Ledger) -> None:
    assert ledger.write_off(LedgerHead(9, b"n" * 32, 4), DAY, CAPS, NOW_S).epoch == 5
    assert ledger.write_off(LedgerHead(9, b"n" * 32, 4), DAY, CAPS, NOW_S).epoch == 6
    reserve(ledger, "a", 0)
    head = ledger.head()
    assert head is not None
    assert (head.epoch, ledger.existing("a" * 32).head) == (6, head)
    first = ledger.head_at(1)
    assert first is not None
    assert (first.epoch, ledger.head_at(99)) == (0, None)


def test_it_never_lowers_anything_whatever_day_and_time_it_is_told(ledger: Ledger) -> None:
    ledger.write_off(None, DAY + 100, CAPS, NOW_S + 100)
    again = ledger.write_off(None, DAY, replace(CAPS, year_nano_rho=10), NOW_S)
    assert (again.nano_rho, again.roster_day, again.not_before_s) == (0, DAY + 100, NOW_S + 100)
    assert ledger.standing().spent_year == 250


def test_the_row_says_what_was_written_off_and_whom_it_may_have_touched(ledger: Ledger) -> None:
    ledger.write_off(None, 20_544, CAPS, NOW_S)  # 1 April 2026
    row = list(ledger.rows())[-1].values
    said = {name: value for name, value in row.items() if value is not None}
    assert said == {
        "at_s": NOW_S,
        "state": "written_off",
        "nano_rho": 500,
        "nano_rho_worst": 500,
        "year": 1,
        "joined_from": 0,
        "joined_to": 2026,
        "roster_day": 20_544,
        "epoch": 1,
    }


def test_foreseeing_writes_nothing(ledger: Ledger) -> None:
    before = list(ledger.rows())
    foreseen = ledger.loss(None, DAY, CAPS, NOW_S)
    assert list(ledger.rows()) == before
    assert ledger.write_off(None, DAY, CAPS, NOW_S) == foreseen


def test_a_ledger_without_a_year_loses_a_whole_one() -> None:
    loss = loss_of(Standing(0, 0, 0, 0), None, DAY, CAPS, NOW_S, ())
    assert (loss.year, loss.nano_rho, loss.years, loss.roster_day) == (1, 250, 0, DAY)
