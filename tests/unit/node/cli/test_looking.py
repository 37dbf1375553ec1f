"""`doctor`, `log verify`, `backup` and `restore` as typed: what they print, and the number they end with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_node.answer import answer
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from support.nodes import KEY, MadeNode, make_node
from support.requests import table

Run = Callable[..., Result]


@pytest.fixture
def made(tmp_path: Path) -> MadeNode:
    found = make_node(tmp_path)
    create_key(f"fd:{offer_on_descriptor(KEY)}", found.home.folder, Surroundings(str, {}, system_vault))
    found.import_rows()
    answer(found.node, found.heard(found.asked(table())))
    return found


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


def test_both_chains_are_walked_and_their_heads_named(made: MadeNode, run: Run) -> None:
    head = made.node.ledger.head()
    assert head is not None
    said = run("log", "verify")
    assert said.exit_code == 0
    ledger, log, mark = said.stdout.splitlines()
    assert ledger == f"The ledger holds: 3 rows, the newest is {head.hash.hex()[:16]}."
    assert log.startswith(f"The log holds: {len(made.log())} rows, the newest is ")
    assert mark == "The mark of the ledger that this computer keeps agrees with it."
    found = json.loads(run("log", "verify", "--json").stdout)
    assert (found["ledger"]["rows"], found["ledger"]["holds"], found["mark_agrees"]) == (3, True, True)


@pytest.mark.parametrize("name", ["ledger", "log"])
def test_a_changed_row_is_named_and_ends_with_its_own_number(made: MadeNode, run: Run, name: str) -> None:
    made.node.close()
    with sqlite3.connect(made.home.folder / f"{name}.sqlite") as connection:
        connection.execute(f"DROP TRIGGER {name}_no_update")
        connection.execute(f"UPDATE {name} SET at_s = 1 WHERE sequence = 2")
    connection.close()
    said = run("log", "verify")
    assert said.exit_code == 6
    assert f"Row 2 of the {name}" in said.stdout
    other = {"ledger": "log", "log": "ledger"}[name]
    assert f"The {other} holds" in said.stdout
    assert json.loads(run("log", "verify", "--json").stdout)[name]["holds"] is False


def test_a_ledger_that_went_back_is_told_by_the_mark(made: MadeNode, run: Run) -> None:
    before = made.home.ledger.read_bytes()
    answer(made.node, made.heard(made.asked(table(), number=2)))
    made.home.ledger.write_bytes(before)
    said = run("log", "verify")
    assert said.exit_code == 6
    assert "The ledger holds: 3 rows" in said.stdout
    assert "older than it was" in said.stdout


def test_the_doctor_ends_with_the_number_of_what_is_wrong_first(made: MadeNode, run: Run) -> None:
    said = run("doctor", "--offline", "--json")
    verdicts = {row["check"]: row for row in json.loads(said.stdout)}
    assert verdicts["ledger"]["mark"] == "ok"
    assert verdicts["noise"]["mark"] == "ok"
    assert "coordinator" not in verdicts
    wrong = [row for row in verdicts.values() if row["mark"] == "wrong"]
    assert wrong, "this node was given no certificate, and its list is of another time"
    assert said.exit_code == wrong[0]["exit_code"]
    assert all(row["next_step"] for row in wrong)


def test_a_passphrase_is_typed_twice_for_a_backup_and_once_for_a_restore(
    made: MadeNode, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "key").write_text("5e" * 32)
    out = tmp_path / "x.backup"
    assert run("backup", "--out", str(out), answers="three wise owls\nthree wise cats\n").exit_code == 1
    assert not out.exists()
    done = run("backup", "--out", str(out), answers="three wise owls\nthree wise owls\n")
    assert (done.exit_code, done.stdout.splitlines()[-1].startswith(f"Wrote {out}: ")) == (0, True)
    assert "It answers nothing yet" not in done.output
    words = ["--home", str(tmp_path / "new"), "restore", str(out), "--keep-key", "credential:key", "--json"]
    back = CliRunner().invoke(cli, words, input="three wise owls\n")
    assert back.exit_code == 0
    assert "run lero-node import FOLDER" in back.stderr
    assert '"node": "harbour"' in back.stdout


def test_a_backup_stands_in_the_log(run: Run, tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("three wise owls\r\n")
    assert run("backup", "--out", str(tmp_path / "x"), "--passphrase-file", str(phrase)).exit_code == 0
    assert "backup made" in run("log", "show", "--last", "1").stdout
