"""Bits that flip on a disk: what is read is what was written, or it is refused and the file is kept; never another."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt
from lero_node.data.manifest import newest_snapshot
from lero_node.data.store import Store
from lero_node.log import Log
from lero_node.privacy.ledger import Charge, Ledger, State
from support.nodes import KEY, MadeNode, make_node

SEED, FLIPS = 2026, 400
PAGE_BYTES, HEADER_BYTES = 4_096, 12
Reading = Callable[[Path], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeNode]:
    """A node with twenty requests in its ledger and as many lines in its log."""
    made = make_node(tmp_path_factory.mktemp("damaged"))
    made.import_rows()
    for number in range(20):
        charge = Charge(f"{number:032x}", bytes([number]) * 32, b"t" * 32, b"p" * 32, "k" * 64, 1_000, 2020, 2026)
        made.node.ledger.reserve(charge, made.node.policy.caps, made.node.now_s)
        made.node.ledger.release(charge.request_id, bytes([number]) * 300, made.node.now_s)
        made.node.log.write(made.node.now_s, "answer released", f"{number} cells", charge.request_id)
    made.node.close()
    yield made


def read_ledger(path: Path) -> object:
    """All that is ever read of it."""
    ledger = Ledger(path)
    try:
        entries = [ledger.existing(f"{number:032x}") for number in range(20)]
        assert all(entry.state is State.RELEASED for entry in entries)
        return [list(map(repr, ledger.rows())), ledger.standing(), entries]
    finally:
        ledger.close()


def read_log(path: Path) -> object:
    """Every line."""
    log = Log(path)
    try:
        return [astuple(entry) for entry in log.entries()]
    finally:
        log.close()


def is_refused_or_the_same(read: Reading, path: Path, content: bytes, bit: int, expected: object) -> bool:
    """Flips one bit; True where it was refused. Fails where anything else than what was written is read."""
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    try:
        found = read(path)
    except Corrupt:
        assert path.read_bytes() == flipped, "the damaged file was not kept as it is"
        return True
    assert found == expected, f"bit {bit} gives another reading"
    return False


@pytest.mark.attack("L5")
@pytest.mark.parametrize(("name", "read"), [("ledger.sqlite", read_ledger), ("log.sqlite", read_log)])
def test_a_bit_that_flips_in_ledger_or_log_is_found_or_changes_nothing(
    made: MadeNode, tmp_path: Path, name: str, read: Reading
) -> None:
    path = tmp_path / name
    shutil.copy(made.home.folder / name, path)
    content, expected = path.read_bytes(), read(path)
    drawn = random.Random(SEED)
    bits = [drawn.randrange(8 * len(content)) for _ in range(FLIPS)]
    refused = [is_refused_or_the_same(read, path, content, bit, expected) for bit in bits]
    assert sum(refused) > FLIPS // 10


@pytest.mark.attack("L5")
@pytest.mark.parametrize(("name", "read"), [("ledger.sqlite", read_ledger), ("log.sqlite", read_log)])
def test_no_bit_of_a_pages_own_bookkeeping_makes_a_row_disappear(
    made: MadeNode, tmp_path: Path, name: str, read: Reading
) -> None:
    path = tmp_path / name
    shutil.copy(made.home.folder / name, path)
    content, expected = path.read_bytes(), read(path)
    # A page of SQLite says in its first bytes how many rows it holds: one fewer, and the chain ends a row too early.
    starts = [100, *range(PAGE_BYTES, len(content), PAGE_BYTES)]
    bits = [8 * (start + byte) + bit for start in starts for byte in range(HEADER_BYTES) for bit in range(8)]
    refused = [is_refused_or_the_same(read, path, content, bit, expected) for bit in bits]
    assert any(refused)


@pytest.mark.attack("L5")
def test_a_bit_that_flips_anywhere_in_a_snapshot_is_found(made: MadeNode, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(made.home.store, folder)
    newest = newest_snapshot(folder, KEY)
    assert newest is not None
    store = Store(folder, KEY)
    files = [path for path in (folder / "snapshots" / newest.snapshot_id).iterdir() if path.stem != "quarantine"]
    drawn = random.Random(SEED)
    for _ in range(FLIPS):
        path = drawn.choice(files)
        content = path.read_bytes()
        bit = drawn.randrange(8 * len(content))
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(Corrupt):
            store.tables(newest.snapshot_id)
        assert path.read_bytes() == flipped
        path.write_bytes(content)
    assert store.tables(newest.snapshot_id)["members"].num_rows == 3
