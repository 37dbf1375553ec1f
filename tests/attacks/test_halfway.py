"""Killed with signal 9 during an import: what is there is the old records or the new ones, and never a mixture."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

from lero_node.data.manifest import newest_snapshot
from lero_node.data.sealing import StorageKey
from lero_node.data.store import Store
from support.faulty import Faulty, FaultyNode, Launch, launched

pytestmark = pytest.mark.real_run
KILLED = -9
SEED, RANDOM_KILLS = 2026, 6
# Every file that an import writes, every table, and the renaming that makes them the newest import.
IMPORT_STEPS = (
    *(("lero_node.data.store:write_durably", "after", nth) for nth in (1, 2)),
    *(("lero_node.data.parquet:EncryptedParquet.write", "after", nth) for nth in (1, 3, 5)),
    ("lero_node.data.store:Store._finish", "before", 1),
    ("lero_node.data.store:Store._finish", "after", 1),
    ("lero_node.log:Log.write", "before", 1),
)


@pytest.mark.attack("L8")
def test_an_import_killed_at_any_moment_leaves_the_old_records_or_the_new_ones(attacked: Faulty) -> None:
    node = next(iter(attacked.nodes.values()))
    drawn = random.Random(SEED)
    node.command(*import_words(node, node.folder / "export"))
    old = records(node)
    grown = node.folder / "export-grown"
    shutil.copytree(node.folder / "export", grown)
    with_one_more(grown)
    became_new = 0
    for step in [*IMPORT_STEPS, *([None] * RANDOM_KILLS)]:
        with launched(node.home, Launch(die=(step,) if step else ())):
            process = node.begin(*import_words(node, grown))
        if step is None:
            time.sleep(drawn.uniform(0.5, 2.0))
            process.kill()
        process.communicate()
        assert process.returncode in ((KILLED,) if step else (KILLED, 0)), step
        found = records(node)
        assert found[1:] in (old[1:], (old[1] + 1,)), step
        if found != old:
            became_new += 1
            node.command(*import_words(node, node.folder / "export"))
            old = records(node)
    assert became_new >= 2  # those killed after the last step, at least
    attacked.check_answered_once(attacked.ask())


def import_words(node: FaultyNode, export: Path) -> tuple[str, ...]:
    return ("import", str(export), "--complete-to", "2026-03-31")


def records(node: FaultyNode) -> tuple[str, int]:
    """The newest import and how many members it holds, read as the computation reads it: every byte is checked."""
    key = StorageKey(node.storage_key)
    newest = newest_snapshot(node.home / "data", key)
    assert newest is not None
    return newest.snapshot_id, Store(node.home / "data", key).tables(newest.snapshot_id)["members"].num_rows


def with_one_more(export: Path) -> None:
    """One member more than before, by another id."""
    members = export / "made-up-clients.csv"
    heading, first, *others = members.read_bytes().splitlines(keepends=True)
    another = first.replace(member_id := first.split(b",")[0], member_id + b"9")
    members.write_bytes(b"".join([heading, first, *others, another]))
