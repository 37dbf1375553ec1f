"""The log keeps every line in order, and does not open where one was changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt
from lero_node.log import Log, LogEntry


def test_lines_come_back_in_order_also_after_opening_again(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.sqlite")
    log.write(5, "joined", "lero-test at localhost:7443")
    log.write(6, "request heard", "How many?", "a" * 32)
    log.write(4, "stopped")
    log.close()
    again = Log(tmp_path / "log.sqlite")
    assert list(again.entries()) == [
        LogEntry(1, 5, "joined", "", "lero-test at localhost:7443"),
        LogEntry(2, 6, "request heard", "a" * 32, "How many?"),
        LogEntry(3, 4, "stopped", "", ""),
    ]


def test_a_changed_line_is_found_when_the_log_is_opened(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.sqlite")
    log.write(5, "request refused", "not_allowed", "a" * 32)
    log.close()
    connection = sqlite3.connect(tmp_path / "log.sqlite")
    connection.executescript("DROP TRIGGER log_no_update; UPDATE log SET event = 'request heard'")
    connection.close()
    with pytest.raises(Corrupt):
        Log(tmp_path / "log.sqlite")
