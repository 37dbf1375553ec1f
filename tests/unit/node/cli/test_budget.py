"""What an operator and a trustee read of the account: the chart, what each charge was, the sentence, and the table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.price import epsilon_of
from lero_node.answer import answer
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.inbox import Decision
from lero_node.privacy.ledger import Charge
from support.nodes import CANARIES, KEY, MadeNode, make_node
from support.requests import ISSUED_S, table

Run = Callable[..., Result]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeNode:
    monkeypatch.setenv("LERO_NODE_MARKS", str(tmp_path / "marks"))
    found = make_node(tmp_path)
    descriptor = offer_on_descriptor(KEY)
    create_key(f"fd:{descriptor}", found.home.folder, Surroundings(str, {}, system_vault))
    found.import_rows()
    return found


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str) -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words])

    return typed


def answered(made: MadeNode, number: int = 1, title: str = "A request", sent: bool = True) -> str:
    """A request answered here; each costs 0.02 of the 1 rho a year."""
    asked = made.asked(table(), number=number, title=title)
    answer(made.node, made.heard(asked))
    if sent:
        made.node.ledger.mark_sent(asked.request_id, ISSUED_S)
        made.node.inbox.settle(asked.request_id)
    return asked.request_id


def test_the_last_line_says_what_left_and_what_share_it_used(made: MadeNode, run: Run) -> None:
    assert run("budget", "show").stdout.splitlines()[-1] == "So far this year nothing has left this computer."
    answered(made, 1)
    assert run("budget", "show").stdout.splitlines()[-1] == (
        "So far this year 1 answer left this computer: noisy figures only, never a record; it used 2% of the year's "
        "allowance."
    )
    answered(made, 2)
    answered(made, 3, sent=False)
    assert run("budget", "show").stdout.splitlines()[-1] == (
        "So far this year 2 answers left this computer: noisy figures only, never a record; together they used 4% of "
        "the year's allowance. Charged, and not left: 1 answer, 2% of the allowance."
    )


def test_each_charge_is_shown_with_its_request_who_asked_for_what_and_its_state(made: MadeNode, run: Run) -> None:
    sent, kept = answered(made, 1, "Who comes"), answered(made, 2, "Who stays", sent=False)
    shown = run("budget", "show").stdout
    assert f"  2026-03-31  2%  “Who comes” (request {sent[:8]}, sent)\n" in shown
    assert f"  2026-03-31  2%  “Who stays” (request {kept[:8]}, waiting to leave)\n" in shown
    assert "asked by asker of The body, for: Commissioning: planning and paying for recovery support\n" in shown


def test_a_withheld_and_a_failed_answer_keep_their_charge_and_say_so(made: MadeNode, run: Run) -> None:
    withheld = answered(made, 1, sent=False)
    made.node.inbox.decide(withheld, Decision.WITHHELD, "", "withheld", ISSUED_S)
    made.node.ledger.reserve(charge(2), made.node.policy.caps, ISSUED_S)
    made.node.ledger.mark_failed(f"{2:032x}", ISSUED_S)
    shown = run("budget", "show").stdout
    assert "withheld: the charge stays)" in shown
    assert "not in the inbox any more (request 00000000, failed: the charge stays)" in shown


def charge(number: int, nano_rho: int = 100_000_000) -> Charge:
    return Charge(f"{number:032x}", b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, nano_rho, 2019, 2021)


def test_the_chart_has_a_bar_for_each_month_and_the_sum_by_then(made: MadeNode, run: Run) -> None:
    answered(made, 1)
    in_may_s = ISSUED_S + 40 * 86_400  # 2026-05-10
    made.node.ledger.reserve(charge(2), made.node.policy.caps, in_may_s)
    lines = run("budget", "show").stdout.splitlines()
    assert "2026-03  [#.......................................] 2% charged, 2% used by then" in lines
    assert "2026-04  [=.......................................] 2% used by then" in lines
    assert "2026-05  [=####...................................] 10% charged, 12% used by then" in lines


def test_the_price_if_the_others_collude_stands_beside_where_it_differs(made: MadeNode, run: Run) -> None:
    made.node.ledger.reserve(replace(charge(2), nano_rho_worst=400_000_000), made.node.policy.caps, ISSUED_S)
    shown = run("budget", "show").stdout
    assert "Year     [####....................................] 10% (40% if the others collude) of 1 rho used" in shown
    assert "0.1 rho, epsilon" in shown
    assert "; if the others collude 0.4 rho, epsilon" in shown


def test_spend_is_shown_by_joining_year_and_nothing_for_who_joined_yesterday(made: MadeNode, run: Run) -> None:
    answered(made, 1)
    made.node.ledger.reserve(charge(2), made.node.policy.caps, ISSUED_S)
    assert "2019 to 2021" not in run("budget", "show").stdout
    shown = run("budget", "show", "--by-joining-year").stdout
    assert "  2018 or before   0.02 rho, epsilon 0.90\n" in shown
    assert f"  2019 to 2021     0.12 rho, epsilon {epsilon_of(0.12):.2f}\n" in shown
    assert "  2022 to 2026     0.02 rho, epsilon 0.90\n" in shown
    assert "  2027 or after    nothing\n" in shown


def test_an_earlier_year_can_be_seen_and_one_that_was_never_opened_cannot(made: MadeNode, run: Run) -> None:
    answered(made, 1)
    made.node.ledger.open_year(made.node.ledger.standing().year_opened_roster_day + 365, ISSUED_S + 365 * 86_400)
    assert "0% of 1 rho used" in run("budget", "show").stdout
    earlier = run("budget", "show", "--year", "1").stdout
    assert earlier.splitlines()[-1].startswith("In year 1 1 answer left this computer")
    assert run("budget", "show", "--year", "3").exit_code == 2


def test_machines_get_everything_that_is_said_in_words(made: MadeNode, run: Run) -> None:
    answered(made, 1)
    said = json.loads(run("budget", "show", "--json").stdout)
    assert (said["year"], said["is_open"], said["spent_year_nano_rho"], said["year_nano_rho"]) == (
        1,
        True,
        20_000_000,
        10**9,
    )
    assert said["months"][0] == {
        "month": "2026-03",
        "nano_rho": 20_000_000,
        "nano_rho_worst": 20_000_000,
        "running_nano_rho": 20_000_000,
    }
    [only] = said["charges"]
    assert (only["title"], only["state"], only["state_in_words"], only["share_of_year"]) == (
        "A request",
        "sent",
        "sent",
        0.02,
    )
    assert [(span["first"], span["last"]) for span in said["by_joining_year"]] == [(0, 2026), (2027, 9999)]
    assert said["sentence"].startswith("So far this year 1 answer left")


def test_a_trustee_gets_a_row_for_each_opened_year_charge_and_write_off(
    made: MadeNode, run: Run, tmp_path: Path
) -> None:
    answered(made, 1, "=HYPERLINK(1)")
    made.node.ledger.write_off(
        None, made.node.ledger.standing().year_opened_roster_day, made.node.policy.caps, ISSUED_S
    )
    out = tmp_path / "account.csv"
    assert run("budget", "export", "--out", str(out)).exit_code == 0
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    year, charged, written_off = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (year["What happened"], year["Date (UTC)"]) == ("year opened", "2026-03-31")
    assert charged["Title"] == "'=HYPERLINK(1)", "inert"
    assert (charged["State"], charged["Price (rho)"], charged["Share of a year's allowance (%)"]) == (
        "sent",
        "0.02",
        "2.0",
    )
    assert (charged["Asked by"], charged["Organisation"]) == ("asker", "The body")
    assert (written_off["What happened"], written_off["Price (rho)"]) == ("write-off", "0.98")
    assert written_off["Used of the year up to here (rho)"] == "1.0"
    assert not any(canary.encode() in content for canary in CANARIES)


def test_a_table_is_never_written_over_another_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "account.csv"
    out.write_text("mine")
    refused = run("budget", "export", "--out", str(out))
    assert refused.exit_code == 6
    assert out.read_text() == "mine"
