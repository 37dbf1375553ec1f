"""What a backup takes is a list, so that a lock, a mark, a stranger's file or a path out of the folder is not on it."""

from __future__ import annotations

import pytest

from lero_node.backup.contents import Fate, fate_of, may_be_restored


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        ("node.toml", Fate.TAKEN),
        ("policy.confirmed.toml", Fate.TAKEN),
        ("identity.sealed", Fate.TAKEN),
        ("rosters/00000002.roster", Fate.TAKEN),
        ("ledger.sqlite", Fate.COPIED),
        ("data/snapshots/000001-00/members.parquet", Fate.RECORDS),
        ("data/snapshots/000001-00/connection.sealed", Fate.RECORDS),
        ("run.lock", Fate.LEFT_OUT),
        ("restored", Fate.LEFT_OUT),
        ("key.json", Fate.LEFT_OUT),
        ("ledger.sqlite-journal", Fate.LEFT_OUT),
        ("ledger.sqlite.before-v2", Fate.LEFT_OUT),
        (".node.toml.part", Fate.LEFT_OUT),
        ("notes.txt", Fate.UNKNOWN),
        ("marks/abc.mark", Fate.UNKNOWN),
    ],
)
def test_each_file_of_a_data_folder_has_one_fate(name: str, fate: Fate) -> None:
    assert fate_of(name) is fate


@pytest.mark.parametrize(
    "name",
    [
        "../node.toml",
        "/etc/passwd",
        "rosters/../node.toml",
        "rosters/../../x.roster",
        "C:\\node.toml",
        "rosters\\00000002.roster",
        "data/snapshots/000001-00/../../../x.parquet",
        "NUL",
        "node.toml\n",
        "node.toml/",
        "",
        "restored",
        "key.json",
        "run.lock",
    ],
)
def test_no_archive_may_bring_a_file_that_is_not_on_the_list(name: str) -> None:
    assert not may_be_restored(name)
