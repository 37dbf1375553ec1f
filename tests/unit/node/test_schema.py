"""Files say their version: a newer one is left alone, an older one is copied and brought up, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, NotReady, Unavailable
from lero_node.gate.inbox import Inbox
from lero_node.gate.programmes import Programmes
from lero_node.log import Log
from lero_node.privacy.ledger import Caps, Ledger, State
from lero_node.schema import Schema, copy_database, open_file, statements_of

ONE = Schema(1, ("CREATE TABLE IF NOT EXISTS things (name TEXT)",))
TWO = Schema(2, ONE.statements, {1: ("ALTER TABLE things ADD COLUMN colour TEXT", "UPDATE things SET colour = 'red'")})
# As the first version of this program wrote it, with the hashes that it wrote.
LEDGER_OF_VERSION_1 = """
CREATE TABLE ledger (sequence INTEGER PRIMARY KEY, at_s INTEGER, state TEXT, request_id TEXT, request_digest BLOB,
  template_digest BLOB, plan_digest BLOB, signer_key_id TEXT, nano_rho INTEGER, nano_rho_worst INTEGER, year INTEGER,
  joined_from INTEGER, joined_to INTEGER, roster_day INTEGER, answer BLOB, previous BLOB, hash BLOB);
INSERT INTO ledger (sequence, at_s, state, year, roster_day, previous, hash) VALUES (1, 1775000000, 'year_opened', 1,
  20000, zeroblob(32), x'54de677148c3d50b6716c062112d2f187710dae5c0eec2c4be21d80f260ff705');
INSERT INTO ledger VALUES (2, 1775000000, 'reserved', '{a}', CAST('{r}' AS BLOB), CAST('{t}' AS BLOB),
  CAST('{p}' AS BLOB), '{k}', 100, 100, 1, 2019, 2026, NULL, NULL,
  x'54de677148c3d50b6716c062112d2f187710dae5c0eec2c4be21d80f260ff705',
  x'3ae4cc7a04da781e2c00d482d87dd58a09f1725159602fb15cffaaf2ab0e3232');
""".format(a="a" * 32, r="r" * 32, t="t" * 32, p="p" * 32, k="k" * 64)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite"


def asked(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def filled(path: Path, schema: Schema = ONE) -> None:
    with closing(open_file(path, schema)) as connection:
        connection.execute("INSERT INTO things (name) VALUES ('kettle')")


def written_by_another_version(path: Path, version: int) -> bytes:
    asked(path, f"PRAGMA user_version = {version}")
    return path.read_bytes()


def test_a_new_file_says_its_version_and_leaves_no_copy(path: Path, tmp_path: Path) -> None:
    filled(path, TWO)
    assert asked(path, "PRAGMA user_version") == [(2,)]
    assert list(tmp_path.iterdir()) == [path]


def test_an_older_file_is_copied_beside_itself_and_then_brought_up(path: Path, tmp_path: Path) -> None:
    filled(path)
    open_file(path, TWO).close()
    assert asked(path, "SELECT name, colour FROM things") == [("kettle", "red")]
    before = tmp_path / "things.sqlite.before-v2"
    assert asked(before, "SELECT * FROM things") == [("kettle",)]
    assert before.stat().st_mode & 0o777 == 0o600
    open_file(path, TWO).close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["things.sqlite", "things.sqlite.before-v2"]


def test_a_file_from_before_versions_were_written_is_of_version_1(path: Path) -> None:
    filled(path)
    written_by_another_version(path, 0)
    open_file(path, TWO).close()
    assert asked(path, "SELECT name, colour FROM things") == [("kettle", "red")]


def test_a_newer_file_is_refused_in_words_and_stays_as_it_is(path: Path) -> None:
    filled(path)
    before = written_by_another_version(path, 3)
    with pytest.raises(NotReady, match=r"things\.sqlite was written by a newer version of this program"):
        open_file(path, TWO)
    assert path.read_bytes() == before


def test_a_step_that_fails_leaves_the_old_file(path: Path) -> None:
    filled(path)
    broken = Schema(2, ONE.statements, {1: ("ALTER TABLE things ADD COLUMN colour TEXT", "UPDATE nothing SET x = 1")})
    with pytest.raises(Corrupt):
        open_file(path, broken)
    assert asked(path, "SELECT * FROM things") == [("kettle",)]
    assert asked(path, "PRAGMA user_version") == [(1,)]


def test_where_no_copy_can_be_made_nothing_is_changed(path: Path) -> None:
    filled(path)
    path.with_name(".things.sqlite.before-v2.part").mkdir()
    with pytest.raises(Unavailable, match="cannot be copied"):
        open_file(path, TWO)
    assert asked(path, "SELECT * FROM things") == [("kettle",)]


def test_a_copy_is_whole_while_somebody_else_is_in_the_middle_of_writing(path: Path, tmp_path: Path) -> None:
    filled(path)
    with closing(open_file(path, ONE)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO things VALUES ('half')")
        copy_database(path, tmp_path / "copy.sqlite")
        writer.execute("COMMIT")
    assert asked(tmp_path / "copy.sqlite", "SELECT name FROM things") == [("kettle",)]


def test_a_script_is_split_at_its_statements_and_not_inside_them() -> None:
    trigger = "CREATE TRIGGER t BEFORE DELETE ON a\nBEGIN SELECT 1; SELECT 2;\nEND;"
    assert statements_of(f"\nCREATE TABLE a (b);\n{trigger}\n") == ("CREATE TABLE a (b);", trigger)


def test_a_ledger_of_the_first_version_goes_on_as_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(LEDGER_OF_VERSION_1)
    ledger = Ledger(path)
    assert ledger.standing().spent_lifetime == 100
    ledger.mark_failed("a" * 32, 1_775_000_001)
    assert ledger.write_off(None, 20_000, Caps(250, 400), 1_775_000_002).nano_rho == 150
    ledger.close()
    again = Ledger(path)  # which verifies every row, old and new
    assert [row.values["epoch"] for row in again.rows()] == [None, None, None, 1]
    assert [row.values["state"] for row in again.rows()][-1] == State.WRITTEN_OFF.value
    assert asked(tmp_path / "ledger.sqlite.before-v2", "SELECT count(*) FROM ledger") == [(2,)]
    with pytest.raises(sqlite3.IntegrityError):
        asked(path, "DELETE FROM ledger")


@pytest.mark.parametrize("opens", [Ledger, Log, Inbox, Programmes])
def test_no_store_of_a_node_opens_a_file_of_a_newer_version(opens: type, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    opens(path).close()
    before = written_by_another_version(path, 99)
    with pytest.raises(NotReady, match="newer version"):
        opens(path)
    assert path.read_bytes() == before
