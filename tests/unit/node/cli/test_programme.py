"""A year of requests as an operator reads it, approves it and takes the yes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import envelope_to_bytes
from lero_contract.programme import Programme
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.inbox import Decision
from support.nodes import KEY, POLICY, MadeNode, make_node
from support.programmes import entry, programme, request_for, signed
from support.requests import SURE_TWICE, table

Run = Callable[..., Result]
# The commands read this computer's own clock, so the programme is of no year long past when the test runs.
LASTING = programme(
    entry(), entry("reviews", [table(SURE_TWICE, table_id="sure")]), valid_from_s=0, expires_at_s=2**33 - 1
)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    found = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    create_key(f"fd:{offer_on_descriptor(KEY)}", found.home.folder, Surroundings(str, {}, system_vault))
    found.accept(expires_at_s=2**33 - 1)
    yield found
    found.node.close()


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


def file_of(made: MadeNode, tmp_path: Path, found: Programme = LASTING) -> str:
    path = tmp_path / "year.programme"
    path.write_bytes(envelope_to_bytes(signed(made, found)))
    return str(path)


def test_a_programme_is_shown_before_anything_is_decided(made: MadeNode, run: Run, tmp_path: Path) -> None:
    shown = run("programme", "show", file_of(made, tmp_path))
    assert shown.exit_code == 0
    assert "What leaves this computer: only the noisy figures" in shown.stdout
    assert "The whole year: [##==" in shown.stdout
    said = json.loads(run("programme", "show", file_of(made, tmp_path), "--json").stdout)
    assert said["prices_nano_rho"] == {"members": 20_000_000, "reviews": 20_000_000}
    assert (said["price_nano_rho"], said["reserve_nano_rho"], said["reasons_against"]) == (40_000_000, 50_000_000, [])
    assert json.loads(run("programme", "list", "--json").stdout) == []


def test_approving_shows_it_and_asks_and_a_no_approves_nothing(made: MadeNode, run: Run, tmp_path: Path) -> None:
    file = file_of(made, tmp_path)
    no = run("programme", "approve", file, answers="n\n")
    assert (no.exit_code, "The whole year" in no.stderr) == (1, True)
    assert made.heard(request_for(made, LASTING)).decision is Decision.WAITING
    yes = run("programme", "approve", file, answers="y\n")
    assert yes.stdout.startswith("Approved standard-year-2025: 2 requests, once each.")
    assert made.heard(request_for(made, LASTING, number=2)).decision is Decision.APPROVED
    [row] = json.loads(run("programme", "list", "--json").stdout)
    assert (row["programme"], row["state"], row["used"]) == ("standard-year-2025", "approved", "1 of 2")
    assert "programme approved" in made.log()


def test_a_request_that_waits_when_its_programme_is_approved_is_approved_with_it(
    made: MadeNode, run: Run, tmp_path: Path
) -> None:
    open_still = 2**33 - 1
    waiting = replace(request_for(made, LASTING), closes_at_s=open_still)
    other = made.asked(table(), number=9, closes_at_s=open_still)
    assert made.heard(waiting).decision is made.heard(other).decision is Decision.WAITING
    done = run("programme", "approve", file_of(made, tmp_path), "--yes")
    assert "“A request” was waiting, and is approved by it." in done.stdout
    assert made.item(waiting).decision is Decision.APPROVED
    assert made.item(waiting).reason.startswith("by the programme standard-year-2025")
    assert made.item(other).decision is Decision.WAITING
    [row] = json.loads(run("programme", "list", "--json").stdout)
    assert row["used"] == "1 of 2"


def test_a_withdrawn_programme_puts_what_is_not_computed_back_before_the_operator(
    made: MadeNode, run: Run, tmp_path: Path
) -> None:
    assert run("programme", "approve", file_of(made, tmp_path), "--yes").exit_code == 0
    asked = request_for(made, LASTING)
    made.heard(asked)
    done = run("programme", "withdraw", "standard-year-2025")
    assert "1 of its requests, not computed yet, now wait for you" in done.stdout
    assert made.item(asked).decision is Decision.WAITING
    assert made.heard(asked).decision is Decision.WAITING  # offered again, it still asks
    again = run("programme", "withdraw", "standard-year-2025")
    assert (again.exit_code, "No programme named" in again.stderr) == (3, True)


def test_a_programme_that_the_policy_forbids_is_not_approved_and_the_reasons_are_said(
    made: MadeNode, run: Run, tmp_path: Path
) -> None:
    holidays = replace(LASTING, entries=(replace(LASTING.entries[0], purpose="holidays"),))
    refused = run("programme", "approve", file_of(made, tmp_path, holidays), "--yes")
    assert refused.exit_code == 3
    assert "members: The purpose 'holidays' is not allowed here." in refused.stderr
    assert json.loads(run("programme", "list", "--json").stdout) == []


def test_an_expired_programme_is_not_approved(made: MadeNode, run: Run, tmp_path: Path) -> None:
    old = replace(LASTING, expires_at_s=1_780_000_000)  # May 2026, before this software was written
    refused = run("programme", "approve", file_of(made, tmp_path, old), "--yes")
    assert (refused.exit_code, "expired on 28 May 2026" in refused.stderr) == (3, True)


def test_a_file_that_is_no_programme_is_refused_in_words(made: MadeNode, run: Run, tmp_path: Path) -> None:
    request = tmp_path / "x.request"
    request.write_bytes(envelope_to_bytes(made.signed(made.asked())))
    for file, said in ((request, "should hold a programme"), (Path(__file__), "not a message of this contract")):
        refused = run("programme", "show", str(file))
        assert (refused.exit_code, said in refused.stderr) == (6, True)
