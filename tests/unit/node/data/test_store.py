"""Snapshots are whole or absent, verify to the byte, and show nothing without the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, DataNotValid
from lero_node.data import store as store_module
from lero_node.data.loaded import Loaded
from lero_node.data.manifest import SNAPSHOTS, newest_snapshot
from lero_node.data.sealing import StorageKey
from lero_node.data.store import Store
from support.snapshots import loaded_of

KEY = StorageKey(b"k" * 32)
ANNA, BEN = "member-zanzibar-1", "member-zanzibar-2"


def two_members(extra: str = "") -> Loaded:
    return loaded_of(
        members=[{"member_id": ANNA, "joined": 20_000, "sex": "female"}, {"member_id": BEN + extra, "joined": 20_100}],
        reviews=[{"member_id": ANNA, "day": 20_001, "measure": "sure.total", "score": 44, "row_hash": -5}],
        activities=[{"member_id": BEN + extra, "day": 20_200, "kind": "one_to_one", "row_hash": 7}],
        quarantine=[
            {
                "table": "members",
                "file": "members.csv",
                "row": 9,
                "reason": "no date",
                "member_id": ANNA,
                "cells": '[["Ref", "member-zanzibar-1"]]',
            }
        ],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", KEY)


def test_what_was_written_is_what_is_read(store: Store) -> None:
    loaded = two_members()
    snapshot = store.write(loaded, 20_300, 1_760_000_000)
    tables = store.tables(snapshot.snapshot_id)
    assert all(tables[name].equals(loaded.tables[name]) for name in loaded.tables)
    assert store.quarantine(snapshot.snapshot_id).equals(loaded.quarantine)
    assert store.newest() == snapshot
    assert snapshot.counts == {"members": 2, "reviews": 1, "activities": 1, "milestones": 0, "quarantine": 1}


def test_before_the_first_import_there_is_no_snapshot(store: Store) -> None:
    assert store.newest() is None
    assert store.snapshots() == ()


def test_the_idle_parent_reads_the_newest_manifest_without_the_tables(store: Store, tmp_path: Path) -> None:
    snapshot = store.write(two_members(), 20_300, 1)
    assert newest_snapshot(tmp_path / "store", KEY) == snapshot


def test_no_file_of_the_store_shows_a_member_id_or_a_column_name(store: Store, tmp_path: Path) -> None:
    store.hash_key()
    store.write(two_members(), 20_300, 1)
    files = [f for f in (tmp_path / "store").rglob("*") if f.is_file()]
    assert len(files) >= 7
    for file in files:
        content = file.read_bytes()
        assert b"zanzibar" not in content
        assert b"member_id" not in content


@pytest.mark.parametrize("name", ["members", "reviews", "activities", "milestones", "quarantine"])
def test_a_flipped_byte_anywhere_in_a_table_is_corrupt(store: Store, tmp_path: Path, name: str) -> None:
    snapshot = store.write(two_members(), 20_300, 1)
    path = tmp_path / "store" / SNAPSHOTS / snapshot.snapshot_id / f"{name}.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(Corrupt):
        store.quarantine(snapshot.snapshot_id) if name == "quarantine" else store.tables(snapshot.snapshot_id)


def test_a_flipped_byte_in_the_manifest_is_corrupt(store: Store, tmp_path: Path) -> None:
    snapshot = store.write(two_members(), 20_300, 1)
    path = tmp_path / "store" / SNAPSHOTS / snapshot.snapshot_id / "manifest.sealed"
    for position in (0, 8, 40, len(path.read_bytes()) - 1):
        original = path.read_bytes()
        changed = bytearray(original)
        changed[position] ^= 0x80
        path.write_bytes(changed)
        with pytest.raises(Corrupt):
            store.newest()
        path.write_bytes(original)


def test_a_table_moved_from_another_snapshot_is_corrupt(store: Store, tmp_path: Path) -> None:
    first = store.write(two_members(), 20_300, 1)
    second = store.write(two_members("x"), 20_330, 2)
    folder = tmp_path / "store" / SNAPSHOTS
    (folder / second.snapshot_id / "members.parquet").write_bytes(
        (folder / first.snapshot_id / "members.parquet").read_bytes()
    )
    with pytest.raises(Corrupt):
        store.tables(second.snapshot_id)


def test_a_manifest_moved_from_another_snapshot_is_corrupt(store: Store, tmp_path: Path) -> None:
    first, second = store.write(two_members(), 20_300, 1), store.write(two_members(), 20_330, 2)
    folder = tmp_path / "store" / SNAPSHOTS
    (folder / second.snapshot_id / "manifest.sealed").write_bytes(
        (folder / first.snapshot_id / "manifest.sealed").read_bytes()
    )
    with pytest.raises(Corrupt):
        store.newest()


def test_another_key_opens_nothing(store: Store, tmp_path: Path) -> None:
    snapshot = store.write(two_members(), 20_300, 1)
    other = Store(tmp_path / "store", StorageKey(b"o" * 32))
    with pytest.raises(Corrupt):
        other.newest()
    with pytest.raises(Corrupt):
        other.tables(snapshot.snapshot_id)


def test_a_crash_before_the_rename_leaves_the_snapshot_that_was_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.write(two_members(), 20_300, 1)

    def crash(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "seal_manifest", crash)
        with pytest.raises(KeyboardInterrupt):
            store.write(two_members("x"), 20_330, 2)
    again = Store(tmp_path / "store", KEY)
    assert again.newest() == first
    third = again.write(two_members("y"), 20_330, 3)
    assert [s.snapshot_id for s in again.snapshots()] == [first.snapshot_id, third.snapshot_id]
    assert sorted(f.name for f in (tmp_path / "store" / SNAPSHOTS).iterdir()) == [
        first.snapshot_id,
        third.snapshot_id,
    ]


def test_two_lines_for_one_member_are_a_fault_of_the_import_and_are_never_stored(store: Store) -> None:
    with pytest.raises(AssertionError, match="one line"):
        store.write(loaded_of(members=[{"member_id": "m1", "joined": 1}, {"member_id": "m1", "joined": 2}]), 20_000, 0)
    assert store.newest() is None


def test_a_purged_snapshot_is_gone_and_its_number_is_not_used_again(store: Store) -> None:
    first, second = store.write(two_members(), 20_300, 1), store.write(two_members(), 20_330, 2)
    store.purge(second.snapshot_id)
    assert store.newest() == first
    assert store.write(two_members(), 20_330, 3).snapshot_id not in (first.snapshot_id, second.snapshot_id)
    with pytest.raises(DataNotValid):
        store.purge(second.snapshot_id)


def test_older_snapshots_are_purged_and_the_named_one_stays(store: Store) -> None:
    made = [store.write(two_members(), 20_300 + n, n) for n in range(3)]
    assert store.purge_older_than(made[2].snapshot_id) == (made[0].snapshot_id, made[1].snapshot_id)
    assert store.snapshots() == (made[2],)


def test_a_member_is_removed_from_every_table_snapshot_and_quarantine(store: Store, tmp_path: Path) -> None:
    first, second = store.write(two_members(), 20_300, 1), store.write(two_members(), 20_330, 2)
    assert store.remove_member(ANNA) == 2
    assert store.remove_member(ANNA) == 0
    kept = store.snapshots()
    assert [s.imported_at_s for s in kept] == [1, 2]
    assert {s.snapshot_id for s in kept}.isdisjoint({first.snapshot_id, second.snapshot_id})
    for snapshot in kept:
        tables = store.tables(snapshot.snapshot_id)
        assert tables["members"]["member_id"].to_pylist() == [BEN]
        assert tables["reviews"].num_rows == 0
        assert store.quarantine(snapshot.snapshot_id).num_rows == 0
    assert len(list((tmp_path / "store" / SNAPSHOTS).iterdir())) == 2


def test_the_hash_key_is_drawn_once(store: Store, tmp_path: Path) -> None:
    key = store.hash_key()
    assert len(key) == 32
    assert Store(tmp_path / "store", KEY).hash_key() == key


def test_a_load_does_not_print_its_rows() -> None:
    assert ANNA not in repr(two_members())
