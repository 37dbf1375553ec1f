"""The commands as an operator types them: what they say, what they print for machines, and how they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import decode_enrolment, encode_invite, envelope_from_bytes
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.inbox import Decision
from support.inviting import Inviter
from support.nodes import CANARIES, KEY, MAPPING, POLICY, MadeNode, make_node
from support.requests import DAY_S, table

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


@pytest.fixture
def quay(tmp_path: Path) -> Run:
    """The commands of a computer that is not set up yet, whose service manager has a key for it."""
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "key").write_text("5e" * 32)

    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(tmp_path / "quay"))
        environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
        return CliRunner().invoke(cli, [*place, *words], input=answers, env=environment)

    return typed


def set_up(quay: Run, folder: Path) -> None:
    words = ("--area", "E06000001", "--mapping", str(folder / "mapping.toml"), "--keep-key", "credential:key")
    result = quay("init", *words)
    assert (result.exit_code, "lero-node join INVITE" in result.stderr) == (0, True)


def write_invite(folder: Path, expires_in_s: int = DAY_S) -> str:
    """By a coordinator that nobody can reach."""
    inviter, now_s = Inviter(), int(time.time())
    roster = replace(inviter.roster(), issued_at_s=now_s - DAY_S, expires_at_s=now_s + DAY_S)
    invite = replace(inviter.invite(roster), expires_at_s=now_s + expires_in_s)
    (folder / "quay.invite").write_bytes(encode_invite(invite))
    return str(folder / "quay.invite")


def test_joining_shows_who_invites_whom_and_asks_before_anything_is_done(quay: Run, tmp_path: Path) -> None:
    set_up(quay, tmp_path)
    asked = quay("join", write_invite(tmp_path), answers="n\n")
    assert asked.exit_code == 1
    assert "lero-test invites Harbour, as harbour." in asked.stderr
    assert "Compare them with the national body by phone" in asked.stderr
    assert not (tmp_path / "quay" / "membership.json").exists()


def test_a_coordinator_that_cannot_be_reached_is_said_with_how_to_go_on(quay: Run, tmp_path: Path) -> None:
    set_up(quay, tmp_path)
    away = quay("join", write_invite(tmp_path), "--yes")
    assert away.exit_code == 5
    assert "localhost:1 cannot be reached" in away.stderr and "Run the same command again" in away.stderr
    late = quay("join", write_invite(tmp_path, expires_in_s=-1), "--yes")
    assert (late.exit_code, "The invite has expired." in late.stderr) == (3, True)


def test_by_file_the_wish_is_written_and_run_says_that_there_is_no_line(quay: Run, tmp_path: Path) -> None:
    set_up(quay, tmp_path)
    invite, out = write_invite(tmp_path), tmp_path / "quay.enrolment"
    nowhere = quay("join", invite, "--yes", "--by-file", str(tmp_path / "no such folder" / "x"))
    assert (nowhere.exit_code, "There is no folder" in nowhere.stderr) == (2, True)
    over = quay("join", invite, "--yes", "--by-file", invite)
    assert (over.exit_code, "is there already" in over.stderr) == (6, True)
    joined = quay("join", invite, "--yes", "--by-file", str(out))
    assert joined.stdout == "Joined lero-test as harbour.\nYear 1 of the allowance is open.\n"
    wish = decode_enrolment(envelope_from_bytes(out.read_bytes()).payload)
    assert (wish.entry.node_id, wish.invite_id) == ("harbour", f"{1:032x}")
    running = quay("run")
    assert (running.exit_code, "joined by file" in running.stderr) == (2, True)
    assert "The list does not name this node yet." in quay("profile", "show").stderr


def test_a_profile_is_shown_to_machines_and_sent_only_after_a_yes(made: MadeNode, run: Run, tmp_path: Path) -> None:
    shown = json.loads(run("profile", "show", "--json").stdout)
    assert shown["stated"] == shown["listed"]
    assert (shown["stated"]["areas"], shown["stated"]["complete_from"]) == (["E06000062"], "2018-04-01")
    out = tmp_path / "harbour.enrolment"
    assert run("profile", "send", "--by-file", str(out), answers="n\n").exit_code == 1
    assert not out.exists()
    assert run("profile", "send", "--by-file", str(out), "--yes").exit_code == 0
    written = out.read_bytes()
    assert decode_enrolment(envelope_from_bytes(written).payload).invite_id == ""
    again = run("profile", "send", "--by-file", str(out), "--yes")
    assert (again.exit_code, "is there already" in again.stderr, out.read_bytes()) == (6, True, written)
    away = run("profile", "send", "--yes")  # nobody listens where this node was told to call
    assert (away.exit_code, "cannot be reached" in away.stderr) == (5, True)


def test_a_computer_that_is_not_set_up_is_told_to_begin_there(quay: Run, tmp_path: Path) -> None:
    early = quay("join", write_invite(tmp_path), "--yes")
    assert (early.exit_code, "lero-node init" in early.stderr) == (2, True)


def test_a_file_that_cannot_be_written_is_said_in_words(made: MadeNode, run: Run) -> None:
    (made.home.folder / "data").write_text("in the way")
    failed = run("import", str(made.home.folder), "--complete-to", "2026-03-31")
    assert failed.exit_code == 1
    assert "data" in failed.stderr and "try again" in failed.stderr
    assert isinstance(failed.exception, SystemExit)
