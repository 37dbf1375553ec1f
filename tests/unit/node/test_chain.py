"""A chained table: rows last, nothing is changed or removed unseen, and two processes cannot break the chain."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, Unavailable
from lero_node.chain import FIRST_HASH, Chain, Value

COLUMNS = {"number": "INTEGER", "word": "TEXT", "raw": "BLOB"}
ROWS: list[dict[str, Value]] = [
    {"number": 1, "word": "one", "raw": b"\x01"},
    {"number": -2, "word": "zwölf", "raw": None},
    {"number": None, "word": None, "raw": b""},
    {"number": 2**62, "word": "", "raw": bytes(300)},
]


def chain(path: Path) -> Chain:
    return Chain(path, "things", COLUMNS)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "chain.sqlite"
    made = chain(path)
    for row in ROWS:
        with made.writing():
            made.append(row)
    made.close()
    return path


def reopened(path: Path) -> int:
    """The length of a chain that verifies."""
    opened = chain(path)
    try:
        return opened.verify()
    finally:
        opened.close()


def edited(path: Path, *statements: str) -> None:
    """What someone does who opens the file with another tool."""
    connection = sqlite3.connect(path)
    connection.executescript("DROP TRIGGER things_no_update; DROP TRIGGER things_no_delete;" + ";".join(statements))
    connection.close()


def test_rows_come_back_in_order_each_with_the_hash_of_the_one_before(filled: Path) -> None:
    opened = chain(filled)
    rows = list(opened.rows())
    assert [dict(row.values) for row in rows] == ROWS
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    assert [row.previous for row in rows] == [FIRST_HASH, *(row.hash for row in rows[:-1])]
    assert opened.head() == rows[-1]
    assert opened.verify() == 4


def test_an_empty_chain_has_no_head_and_verifies(tmp_path: Path) -> None:
    empty = chain(tmp_path / "empty.sqlite")
    assert (empty.head(), empty.verify()) == (None, 0)


def test_nothing_is_kept_of_a_transaction_that_raises(filled: Path) -> None:
    opened = chain(filled)

    def write_and_fail() -> None:
        with opened.writing():
            opened.append(ROWS[0])
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert opened.verify() == 4
    with opened.writing():
        opened.append(ROWS[0])
    assert opened.verify() == 5


@pytest.mark.parametrize("statement", ["UPDATE things SET number = 9", "DELETE FROM things WHERE sequence = 4"])
def test_the_file_itself_refuses_updates_and_deletions(filled: Path, statement: str) -> None:
    connection = sqlite3.connect(filled)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute(statement)
    connection.close()
    assert reopened(filled) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE things SET number = 7 WHERE sequence = 1",
        "UPDATE things SET word = 'ones' WHERE sequence = 1",
        "UPDATE things SET raw = x'02' WHERE sequence = 1",
        "UPDATE things SET raw = '01' WHERE sequence = 1",
        "UPDATE things SET raw = x'' WHERE sequence = 2",
        "UPDATE things SET word = '' WHERE sequence = 3",
        "UPDATE things SET number = 0 WHERE sequence = 3",
        "UPDATE things SET word = CAST(word AS BLOB) WHERE sequence = 1",
        "UPDATE things SET number = 1.5 WHERE sequence = 1",
        "UPDATE things SET word = 'one' || char(0) WHERE sequence = 1",
        "UPDATE things SET hash = x'00' WHERE sequence = 2",
        "UPDATE things SET hash = NULL WHERE sequence = 4",
        "UPDATE things SET previous = zeroblob(32) WHERE sequence = 2",
        "UPDATE things SET sequence = 9 WHERE sequence = 4",
        "REPLACE INTO things (sequence, number) VALUES (2, 5)",
        "DELETE FROM things WHERE sequence = 1",
        "DELETE FROM things WHERE sequence = 2",
        "UPDATE things SET sequence = -1 WHERE sequence = 2; UPDATE things SET sequence = 2 WHERE sequence = 3;"
        "UPDATE things SET sequence = 3 WHERE sequence = -1",
    ],
)
def test_a_row_that_was_changed_removed_or_moved_with_another_tool_is_found(filled: Path, statement: str) -> None:
    edited(filled, statement)
    with pytest.raises(Corrupt):
        reopened(filled)


def test_a_flipped_bit_anywhere_in_the_file_ends_in_an_expected_error_or_changes_nothing(filled: Path) -> None:
    sound = filled.read_bytes()
    expected = [dict(row) for row in ROWS]
    for place in range(0, len(sound), 11):
        changed = bytearray(sound)
        changed[place] ^= 1 << (place % 8)
        filled.write_bytes(bytes(changed))
        try:
            opened = chain(filled)
            opened.verify()
            assert [dict(row.values) for row in opened.rows()] == expected, place
            opened.close()
        except (Corrupt, Unavailable):
            continue


def test_text_that_is_not_text_any_more_is_corrupt_and_not_a_passing_trouble(filled: Path) -> None:
    sound = filled.read_bytes()
    assert sound.count("zwölf".encode()) == 1
    filled.write_bytes(sound.replace("zwölf".encode(), b"zw\xff\xfflf"))
    with pytest.raises(Corrupt):
        reopened(filled)


def test_a_file_that_is_no_database_is_corrupt_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "chain.sqlite"
    path.write_bytes(b"these are my notes " * 100)
    with pytest.raises(Corrupt):
        chain(path)
    assert path.read_bytes() == b"these are my notes " * 100


def test_a_file_that_cannot_be_opened_is_a_passing_trouble(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        chain(tmp_path / "no such folder" / "chain.sqlite")


_APPEND = """
import sys
from pathlib import Path
from lero_node.chain import Chain
made = Chain(Path(sys.argv[1]), "things", {"number": "INTEGER", "word": "TEXT", "raw": "BLOB"})
for number in range(20):
    with made.writing():
        made.append({"number": number, "word": sys.argv[2], "raw": None})
"""


def test_two_processes_that_append_at_once_make_one_chain(filled: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", _APPEND, str(filled), who]) for who in ("left", "right")]
    assert [process.wait(120) for process in both] == [0, 0]
    opened = chain(filled)
    assert opened.verify() == 44
    words = [row.values["word"] for row in opened.rows()]
    assert words.count("left") == words.count("right") == 20
