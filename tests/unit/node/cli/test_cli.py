"""The commands as an operator types them: what they say, what they print for machines, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.inbox import Decision
from support.nodes import CANARIES, KEY, MAPPING, POLICY, MadeNode, make_node
from support.requests import table

Run = Callable[..., Result]


@pytest.fixture
def made(tmp_path: Path) -> MadeNode:
    found = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    descriptor = offer_on_descriptor(KEY)
    create_key(f"fd:{descriptor}", found.home.folder, Surroundings(str, {}, system_vault))
    return found


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


def test_a_request_is_shown_with_its_price_and_the_very_statements(made: MadeNode, run: Run) -> None:
    item = made.heard(made.asked(table()))
    shown = run("request", "show", item.request_id, "--sql")
    assert shown.exit_code == 0
    assert "What leaves this computer: only the noisy figures" in shown.stdout
    assert "of this year's privacy allowance" in shown.stdout
    assert "COUNT(*)" in shown.stdout
    assert "State: waiting." in shown.stdout


def test_a_request_is_shown_to_machines_with_whole_units_of_price(made: MadeNode, run: Run) -> None:
    asked = made.asked(table())
    made.heard(asked)
    [row] = json.loads(run("request", "list", "--json").stdout)
    assert (row["request"], row["state"]) == (asked.request_id, "waiting")
    shown = json.loads(run("request", "show", asked.request_id, "--json").stdout)
    assert shown["price_nano_rho"] == asked.price_nano_rho
    assert shown["tables"] == ["members"]


def test_approving_and_refusing_decide_a_waiting_request_once(made: MadeNode, run: Run) -> None:
    first = made.heard(made.asked(table(), number=1)).request_id
    second = made.heard(made.asked(table(), number=2)).request_id
    assert run("request", "approve", first).exit_code == 0
    assert run("request", "refuse", second).exit_code == 0
    again = run("request", "approve", second)
    assert again.exit_code == 3
    assert "declined already" in again.stderr
    found = [made.node.inbox.find(request_id) for request_id in (first, second)]
    assert [item.decision for item in found if item] == [Decision.APPROVED, Decision.DECLINED]
    assert made.spent() == 0


def test_a_beginning_that_fits_two_requests_names_none(made: MadeNode, run: Run) -> None:
    made.heard(made.asked(table(), number=1))
    made.heard(made.asked(table(), number=2))
    ambiguous = run("request", "show", "0000")
    assert ambiguous.exit_code == 3
    assert "More than one request" in ambiguous.stderr
    assert run("request", "show", "ffff").exit_code == 3


def test_the_budget_is_shown_as_a_bar_and_as_numbers(made: MadeNode, run: Run) -> None:
    assert "0% of 1 rho used" in run("budget", "show").stdout
    said = json.loads(run("budget", "show", "--json").stdout)
    assert (said["year"], said["spent_year_nano_rho"], said["year_nano_rho"]) == (1, 0, 10**9)


def test_a_second_year_is_not_opened_before_its_time(made: MadeNode, run: Run) -> None:
    early = run("budget", "open-year", "--yes")
    assert early.exit_code == 3
    assert "365 days of roster dates" in early.stderr


def test_one_member_is_purged_by_a_reference_that_is_asked_for(made: MadeNode, run: Run) -> None:
    made.import_rows()
    assert run("data", "purge").exit_code == 2
    done = run("data", "purge", "--member", answers=f"{CANARIES[0]}\ny\n")
    assert done.exit_code == 0
    assert "Removed from 1 snapshots" in done.stdout
    [row] = json.loads(run("data", "show", "--json").stdout)
    assert (row["members"], row["snapshot"]) == ("2", "000001-01")


def test_a_misspelt_policy_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "policy.toml"
    wrong.write_text(POLICY.replace("most_cells =", "most_sells ="))
    checked = run("policy", "check", str(wrong))
    assert checked.exit_code == 6
    line = next(n for n, text in enumerate(wrong.read_text().splitlines(), 1) if text.startswith("most_sells"))
    assert f"line {line}" in checked.stderr


def test_a_key_that_is_not_this_folders_opens_nothing(made: MadeNode) -> None:
    other = type(KEY)(bytes(32))
    words = ["--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(other)}", "request", "list"]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 3
    assert "not the one this data folder was set up with" in refused.stderr


def test_a_computer_that_is_no_node_says_what_to_do_first(tmp_path: Path) -> None:
    nowhere = CliRunner().invoke(cli, ["--home", str(tmp_path / "nowhere"), "log", "show"])
    assert nowhere.exit_code == 2
    assert "lero-node init" in nowhere.stderr
    assert not (tmp_path / "nowhere").exists()


def test_every_command_has_an_example() -> None:
    def leaves(group: object, path: str) -> list[tuple[str, str]]:
        commands = getattr(group, "commands", None)
        if commands is None:
            return [(path, str(getattr(group, "help", "")))]
        return [leaf for name, command in commands.items() for leaf in leaves(command, f"{path} {name}")]

    found = leaves(cli, "lero-node")
    assert len(found) > 15
    assert [path for path, help_text in found if f"Example: {path}" not in help_text] == []


def test_an_id_left_empty_approves_nothing(made: MadeNode, run: Run) -> None:
    item = made.heard(made.asked(table()))
    for beginning in ("", "000"):
        refused = run("request", "approve", beginning)
        assert (refused.exit_code, "at least 4 digits" in refused.stderr) == (3, True)
    assert made.item(item.request).decision is Decision.WAITING


def test_set_up_does_not_begin_where_the_file_to_send_cannot_be_written(tmp_path: Path) -> None:
    mapping, home = tmp_path / "mapping.toml", tmp_path / "quay"
    mapping.write_text(MAPPING)
    words = ["--name", "Quay", "--node", "quay", "--area", "E06000001", "--mapping", str(mapping)]
    out = ["--out", str(tmp_path / "no such folder" / "quay.enrolment")]
    refused = CliRunner().invoke(cli, ["--home", str(home), "init", *words, *out])
    assert (refused.exit_code, "There is no folder" in refused.stderr) == (2, True)
    assert not home.exists()


def test_a_file_that_cannot_be_written_is_said_in_words(made: MadeNode, run: Run) -> None:
    (made.home.folder / "data").write_text("in the way")
    failed = run("import", str(made.home.folder), "--complete-to", "2026-03-31")
    assert failed.exit_code == 1
    assert "data" in failed.stderr and "try again" in failed.stderr
    assert isinstance(failed.exception, SystemExit)
