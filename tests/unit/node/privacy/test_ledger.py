"""The account: charged once and before anything else, never past its caps, never refunded, the same after a crash."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.errors import BudgetSpent, Conflict, Corrupt, Refused
from lero_node.privacy.ledger import COLUMNS, Caps, Charge, Ledger, Standing, State, check_budget

NOW_S = 1_775_000_000
DAY = 20_000  # of a roster
CAPS = Caps(year_nano_rho=250, lifetime_nano_rho=400)
CHARGE = Charge("a" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 100, 2019, 2026)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = Ledger(tmp_path / "ledger.sqlite")
    opened.open_year(DAY, NOW_S)
    return opened


def charge(name: str, nano_rho: int = 100) -> Charge:
    return replace(CHARGE, request_id=name * 32, request_digest=name.encode() * 32, nano_rho=nano_rho)


def reserve(ledger: Ledger, *names: str) -> None:
    for name in names:
        ledger.reserve(charge(name), CAPS, NOW_S)


def states(ledger: Ledger) -> list[object]:
    return [row.values["state"] for row in ledger.rows()]


def test_a_charge_lowers_what_is_left_of_the_year_and_the_lifetime(ledger: Ledger) -> None:
    entry = ledger.reserve(CHARGE, CAPS, NOW_S)
    assert (entry.state, entry.nano_rho, entry.answer) == (State.RESERVED, 100, None)
    assert ledger.standing() == Standing(year=1, year_opened_roster_day=DAY, spent_year=100, spent_lifetime=100)


def test_a_charge_row_says_who_asked_what_for_how_much_and_whom_it_touches(ledger: Ledger) -> None:
    ledger.reserve(CHARGE, CAPS, NOW_S)
    row = list(ledger.rows())[-1].values
    assert dict(row) == {
        "at_s": NOW_S,
        "state": "reserved",
        "request_id": "a" * 32,
        "request_digest": b"r" * 32,
        "template_digest": b"t" * 32,
        "plan_digest": b"p" * 32,
        "signer_key_id": "k" * 64,
        "nano_rho": 100,
        "nano_rho_worst": 100,
        "year": 1,
        "joined_from": 2019,
        "joined_to": 2026,
        "roster_day": None,
        "answer": None,
        "epoch": None,
    }
    assert tuple(row) == (*COLUMNS, "epoch")


def test_a_charge_is_refused_when_it_would_pass_the_years_allowance(ledger: Ledger) -> None:
    reserve(ledger, "a", "b")
    with pytest.raises(BudgetSpent, match="year 1"):
        ledger.reserve(charge("c", 51), CAPS, NOW_S)
    ledger.reserve(charge("c", 50), CAPS, NOW_S)
    assert ledger.standing().spent_year == 250


def test_a_charge_is_refused_when_it_would_pass_the_lifetime_though_the_year_has_room(ledger: Ledger) -> None:
    reserve(ledger, "a", "b")
    ledger.open_year(DAY + 365, NOW_S)
    reserve(ledger, "c", "d")
    with pytest.raises(BudgetSpent, match="life of this node"):
        ledger.reserve(charge("e", 1), CAPS, NOW_S)
    assert ledger.standing() == Standing(2, DAY + 365, spent_year=200, spent_lifetime=400)


def test_nothing_is_charged_before_a_year_is_open(tmp_path: Path) -> None:
    closed = Ledger(tmp_path / "ledger.sqlite")
    with pytest.raises(BudgetSpent, match="No year"):
        closed.reserve(CHARGE, CAPS, NOW_S)
    assert states(closed) == []


def test_a_refused_charge_leaves_no_row(ledger: Ledger) -> None:
    with pytest.raises(BudgetSpent):
        ledger.reserve(charge("a", 251), CAPS, NOW_S)
    assert states(ledger) == ["year_opened"]
    assert ledger.entry("a" * 32) is None


def test_a_request_is_charged_once_however_often_it_comes(ledger: Ledger) -> None:
    first = ledger.reserve(CHARGE, CAPS, NOW_S)
    assert ledger.reserve(CHARGE, CAPS, NOW_S + 9) == first
    assert ledger.reserve(CHARGE, Caps(1, 1), NOW_S + 9) == first, "what was charged stands, whatever the caps are now"
    assert ledger.standing().spent_lifetime == 100


def test_a_known_id_with_other_content_is_a_conflict_and_charges_nothing(ledger: Ledger) -> None:
    ledger.reserve(CHARGE, CAPS, NOW_S)
    with pytest.raises(Conflict):
        ledger.reserve(replace(CHARGE, request_digest=b"x" * 32), CAPS, NOW_S)
    assert ledger.standing().spent_lifetime == 100


def test_the_first_answer_stored_is_the_answer_for_ever(ledger: Ledger) -> None:
    reserve(ledger, "a")
    assert ledger.release("a" * 32, b"first", NOW_S) == b"first"
    assert ledger.release("a" * 32, b"second", NOW_S) == b"first"
    ledger.mark_sent("a" * 32, NOW_S)
    assert ledger.release("a" * 32, b"third", NOW_S) == b"first"
    assert ledger.existing("a" * 32).answer == b"first"
    assert states(ledger) == ["year_opened", "reserved", "released", "sent"]


def test_only_a_released_answer_is_marked_sent_and_only_once(ledger: Ledger) -> None:
    reserve(ledger, "a")
    ledger.mark_sent("a" * 32, NOW_S)
    assert ledger.existing("a" * 32).state is State.RESERVED
    ledger.release("a" * 32, b"x", NOW_S)
    for _ in range(2):
        ledger.mark_sent("a" * 32, NOW_S)
    assert states(ledger) == ["year_opened", "reserved", "released", "sent"]


def test_a_failure_keeps_the_charge_and_stores_no_answer_afterwards(ledger: Ledger) -> None:
    reserve(ledger, "a")
    ledger.mark_failed("a" * 32, NOW_S)
    assert ledger.existing("a" * 32).state is State.FAILED
    assert ledger.standing().spent_lifetime == 100
    with pytest.raises(Conflict):
        ledger.release("a" * 32, b"late", NOW_S)
    assert ledger.existing("a" * 32).answer is None
    assert ledger.reserve(charge("a"), CAPS, NOW_S).state is State.FAILED


def test_what_was_released_cannot_fail(ledger: Ledger) -> None:
    reserve(ledger, "a")
    ledger.release("a" * 32, b"x", NOW_S)
    ledger.mark_failed("a" * 32, NOW_S)
    assert ledger.existing("a" * 32).state is State.RELEASED


def test_a_request_that_was_never_charged_can_be_neither_released_nor_sent(ledger: Ledger) -> None:
    for act in (lambda: ledger.release("z" * 32, b"x", NOW_S), lambda: ledger.mark_sent("z" * 32, NOW_S)):
        with pytest.raises(Conflict):
            act()
    assert states(ledger) == ["year_opened"]


def test_a_year_opens_after_365_days_of_roster_dates_and_not_before(ledger: Ledger) -> None:
    for early in (DAY, DAY + 364, DAY - 1000):
        with pytest.raises(Refused, match="days of roster dates"):
            ledger.open_year(early, NOW_S + 10**9)
    reserve(ledger, "a")
    assert ledger.open_year(DAY + 365, NOW_S) == Standing(2, DAY + 365, spent_year=0, spent_lifetime=100)


def test_budget_is_judged_by_standing_and_caps_alone() -> None:
    check_budget(50, Standing(1, DAY, 200, 200), CAPS)
    check_budget(0, Standing(1, DAY, 250, 400), CAPS)
    with pytest.raises(BudgetSpent):
        check_budget(1, Standing(1, DAY, 250, 250), CAPS)
    with pytest.raises(BudgetSpent):
        check_budget(1, Standing(1, DAY, 999, 999), CAPS)


def test_the_account_is_the_same_after_it_is_opened_again(ledger: Ledger, tmp_path: Path) -> None:
    reserve(ledger, "a", "b")
    ledger.release("a" * 32, b"bytes", NOW_S)
    before = (ledger.standing(), ledger.entry("a" * 32), ledger.entry("b" * 32))
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert (again.standing(), again.entry("a" * 32), again.entry("b" * 32)) == before


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE ledger SET nano_rho = 1 WHERE state = 'reserved'",
        "UPDATE ledger SET answer = x'00' WHERE state = 'released'",
        "UPDATE ledger SET answer = hex(answer) WHERE state = 'released'",
        "UPDATE ledger SET answer = lower(hex(answer)) WHERE state = 'released'",
        "UPDATE ledger SET roster_day = 1 WHERE state = 'year_opened'",
        "DELETE FROM ledger WHERE state = 'reserved'",
    ],
)
def test_an_account_edited_by_another_tool_does_not_open(ledger: Ledger, tmp_path: Path, edit: str) -> None:
    reserve(ledger, "a")
    ledger.release("a" * 32, b"bytes", NOW_S)
    ledger.close()
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(f"DROP TRIGGER ledger_no_update; DROP TRIGGER ledger_no_delete; {edit}")
    connection.close()
    with pytest.raises(Corrupt):
        Ledger(path)


_RESERVE_AND_WAIT = """
import sys, time
from pathlib import Path
from lero_node.privacy.ledger import Caps, Charge, Ledger
ledger = Ledger(Path(sys.argv[1]))
ledger.reserve(Charge("b" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 100, 0, 2026), Caps(250, 400), 1)
if sys.argv[2] == "in the middle of the release":
    with ledger._chain.writing():
        ledger._chain.append({"state": "released", "request_id": "b" * 32, "answer": b"half"})
        print("ready", flush=True)
        time.sleep(600)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("moment", ["before the release", "in the middle of the release"])
def test_a_charge_survives_a_kill_and_a_release_that_was_not_finished_never_was(
    ledger: Ledger, tmp_path: Path, moment: str
) -> None:
    path = tmp_path / "ledger.sqlite"
    child = subprocess.Popen([sys.executable, "-c", _RESERVE_AND_WAIT, path, moment], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    ledger.close()
    again = Ledger(path)
    entry = again.existing("b" * 32)
    assert (entry.state, entry.answer) == (State.RESERVED, None)
    assert again.standing().spent_lifetime == 100
    assert again.release("b" * 32, b"whole", NOW_S) == b"whole"


_SPEND = """
import sys
from pathlib import Path
from lero_contract.errors import BudgetSpent
from lero_node.privacy.ledger import Caps, Charge, Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(10):
    name = sys.argv[2] + f"{number:031x}"
    try:
        ledger.reserve(Charge(name, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 30, 0, 2026), Caps(250, 400), 1)
    except BudgetSpent:
        pass
"""


def test_two_processes_that_spend_at_once_do_not_pass_the_cap(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    both = [subprocess.Popen([sys.executable, "-c", _SPEND, str(path), who]) for who in ("a", "b")]
    assert [process.wait(120) for process in both] == [0, 0]
    assert ledger.standing().spent_year == 240, "eight charges of 30 fit into 250"
