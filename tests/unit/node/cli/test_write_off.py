"""`budget write-off` as an operator types it: it shows, asks, does it once, and nothing else brings the node back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.errors import Unavailable
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.link.relay import News, Relay
from support.nodes import KEY, MadeNode, make_node
from support.requests import ISSUED_S

Run = Callable[..., Result]


class NobodyThere(Relay):
    """A line on which nobody answers."""

    def __init__(self, *_: object) -> None:
        pass

    def poll(self, *_: object) -> News:
        raise Unavailable

    def close(self) -> None:
        pass


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeNode:
    monkeypatch.setattr("time.time", lambda: ISSUED_S + 60.0)
    found = make_node(tmp_path)
    create_key(f"fd:{offer_on_descriptor(KEY)}", found.home.folder, Surroundings(str, {}, system_vault))
    found.home.restored.write_text("")
    monkeypatch.setattr("lero_node.link.relay.Relay", NobodyThere)
    return found


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


def epochs(made: MadeNode) -> int:
    made.reopen()
    return made.node.ledger.standing().epoch


def test_a_dry_run_shows_what_would_be_lost_and_writes_nothing(made: MadeNode, run: Run) -> None:
    shown = run("budget", "write-off", "--dry-run")
    assert shown.exit_code == 0
    assert "rho, the rest of year 1." in shown.stdout
    assert shown.stdout.endswith("Nothing was written.\n")
    assert "restored from a backup" in shown.stderr
    assert "The coordinator could not be asked" in shown.stderr
    assert (epochs(made), made.home.restored.exists()) == (0, True)


def test_it_asks_and_a_no_changes_nothing(made: MadeNode, run: Run) -> None:
    assert run("budget", "write-off", answers="n\n").exit_code != 0
    assert (epochs(made), made.home.restored.exists()) == (0, True)


def test_a_yes_writes_off_logs_it_and_clears_the_flag(made: MadeNode, run: Run) -> None:
    done = run("budget", "write-off", answers="y\n")
    assert (done.exit_code, done.stdout) == (0, "Written off in epoch 1. Next: lero-node run\n")
    assert (epochs(made), made.home.restored.exists()) == (1, False)
    assert made.log()[-1] == "ledger written off"
    made.node.witness.check_local(made.node.ledger)


def test_machines_get_whole_units(made: MadeNode, run: Run) -> None:
    found = json.loads(run("budget", "write-off", "--yes", "--json").stdout)
    assert (found["epoch"], found["nano_rho"]) == (1, made.node.policy.caps.year_nano_rho)


def test_where_nothing_is_wrong_it_says_that_none_is_needed(made: MadeNode, run: Run) -> None:
    made.home.restored.unlink()
    shown = run("budget", "write-off", "--dry-run")
    assert "no write-off is needed" in shown.stderr


def test_no_year_opens_in_a_folder_that_was_restored(run: Run) -> None:
    opened = run("budget", "open-year", "--yes")
    assert opened.exit_code == 6
    assert "lero-node budget write-off" in opened.stderr


def test_a_mark_in_the_data_folder_is_refused(made: MadeNode, run: Run) -> None:
    refused = run("--marks", str(made.home.folder / "marks"), "budget", "show")
    assert refused.exit_code == 6
    assert "cannot lie in the data folder" in refused.stderr
