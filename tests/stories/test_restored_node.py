"""A computer breaks and a backup comes back: what was spent after it stays spent, and nothing old is answered anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.errors import Restored, RolledBack
from lero_node.answer import answer, receive, stored_answer
from lero_node.cli import cli
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.gate.inbox import Decision
from lero_node.home import Home
from lero_node.node import open_node
from lero_node.witness import FileMarks
from lero_node.writing_off import write_off
from support.nodes import KEY, MadeNode, make_node
from support.requests import DAY_S, table

PHRASE = "three wise owls"
YEAR_S = 366 * DAY_S
Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """A command of either computer. The passphrase of the backup lies in a file, and the new key in a credential."""
    (tmp_path / "phrase").write_text(f"{PHRASE}\n")
    (tmp_path / "credential").write_text("5e" * 32)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    def run(home: Path, *words: str, marks: str = "old-marks") -> Result:
        return CliRunner().invoke(cli, ["--home", str(home), "--marks", str(tmp_path / marks), *words])

    return run


def on_new_computer(old: MadeNode, folder: Path, marks: Path) -> MadeNode:
    """The restored folder opened, where no mark of its ledger was ever kept."""
    node = open_node(Home(folder), KEY, old.clock, lambda name: FileMarks(marks / f"{name}.mark"))
    return MadeNode(node, old.roots, old.analyst, old.clock, old.inviter)


def test_a_restored_node_gets_no_budget_back_and_never_answers_an_old_request_anew(
    tmp_path: Path, typed: Typed
) -> None:
    old = make_node(tmp_path / "old")
    create_key(f"fd:{offer_on_descriptor(KEY)}", old.home.folder, Surroundings(str, {}, system_vault))
    old.import_rows()
    first, second = old.asked(table(), number=1), old.asked(table(), number=2)
    answer(old.node, old.heard(first))
    first_bytes = stored_answer(old.node, old.item(first))
    allowance = old.node.policy.caps.year_nano_rho

    # A backup is made, and the node goes on: the second answer is in no backup.
    out = tmp_path / "north-star.backup"
    key = f"fd:{offer_on_descriptor(KEY)}"
    words = ("backup", "--out", str(out), "--with-records", "--passphrase-file", str(tmp_path / "phrase"))
    made_backup = typed(old.home.folder, "--key", key, *words)
    assert made_backup.exit_code == 0, made_backup.output
    assert "not do: bring budget back" in made_backup.stderr
    answer(old.node, old.heard(second))
    lost = old.node.ledger.standing()
    assert lost.spent_lifetime == 40_000_000

    # It comes back on another computer.
    folder = tmp_path / "new" / "home"
    restoring = ("restore", str(out), "--keep-key", "credential:credential", "--passphrase-file")
    done = typed(folder, *restoring, str(tmp_path / "phrase"), marks="new-marks")
    assert done.exit_code == 0, done.output
    assert "It answers nothing yet." in done.stderr
    assert "lero-node budget write-off" in done.stderr
    again = typed(folder, *restoring, str(tmp_path / "phrase"), marks="new-marks")
    assert (again.exit_code, "not empty" in again.stderr) == (6, True)

    # It answers nothing, and each command that looks says why.
    new = on_new_computer(old, folder, tmp_path / "new-marks")
    assert new.spent() == 20_000_000, "the second answer is not known here"
    with pytest.raises(RolledBack):
        answer(new.node, new.heard(second))
    assert stored_answer(new.node, new.item(second)) is None
    verified = typed(folder, "log", "verify", marks="new-marks")
    assert (verified.exit_code, "restored from a backup" in verified.stdout) == (6, True)
    assert typed(folder, "doctor", "--offline", marks="new-marks").exit_code != 0

    # The operator writes off: the rest of the year is gone, and the old request is refused for what it is.
    write_off(new.node, ())
    assert new.spent() == allowance >= lost.spent_year
    assert not new.home.restored.exists()
    assert typed(folder, "log", "verify", marks="new-marks").exit_code == 0
    assert "written off after a restore" in typed(folder, "budget", "show", marks="new-marks").stdout
    third = old.asked(table(), number=3)
    receive(new.node, new.signed(third))
    refused = new.item(third)
    assert (refused.decision, refused.notice) == (Decision.REFUSED, Restored.code)
    assert stored_answer(new.node, new.item(second)) is None
    assert stored_answer(new.node, new.item(first)) == first_bytes, "what was finished is the same bytes as ever"

    # A year later, by the dates of signed lists, new requests are answered again.
    new.clock.at_s += YEAR_S
    issued_at_s = int(new.clock())
    new.accept(issued_at_s=issued_at_s - DAY_S, expires_at_s=issued_at_s + 90 * DAY_S)
    opening = typed(folder, "budget", "open-year", "--yes", marks="new-marks")
    assert opening.exit_code == 0, opening.output
    fourth = new.asked(table(), number=4, issued_at_s=issued_at_s, closes_at_s=issued_at_s + 28 * DAY_S)
    answer(new.node, new.heard(fourth))
    assert stored_answer(new.node, new.item(fourth)) is not None
    standing = new.node.ledger.standing()
    assert (standing.year, standing.spent_year) == (2, 20_000_000)
    assert standing.spent_lifetime >= lost.spent_lifetime + 20_000_000
    for made in (old, new):
        made.node.close()
