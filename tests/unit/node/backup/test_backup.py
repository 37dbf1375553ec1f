"""A backup is whole, opens with its passphrase alone, and goes only into an empty folder, which answers nothing yet."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, DataNotValid, LeroError, NotReady, RolledBack, Unauthorised
from lero_node.answer import answer
from lero_node.backup import make_backup, restore
from lero_node.backup.archive import FILES, KEY_MEMBER, MANIFEST_MEMBER
from lero_node.backup.contents import Fate, fate_of
from lero_node.chain import ChainRow
from lero_node.data.keys import Surroundings, offer_on_descriptor, open_key, system_vault
from lero_node.data.manifest import check_parts, newest_snapshot
from lero_node.data.passphrase import Stretching
from lero_node.data.sealing import StorageKey
from lero_node.home import Home, load_settings
from lero_node.link.identity import open_identity
from lero_node.log import Log
from lero_node.node import open_node
from lero_node.privacy.ledger import Ledger
from support.nodes import CANARIES, KEY, MadeNode, make_node, marks_beside
from support.requests import ISSUED_S, table

PHRASE = "three wise owls"
NEW_PHRASE = "another phrase"
LATER_S = ISSUED_S + 3600
Change = Callable[[dict[str, bytes]], None]


def typing(words: str) -> Surroundings:
    return Surroundings(lambda _: words, {}, system_vault)


@pytest.fixture
def made(tmp_path: Path) -> MadeNode:
    """A node with records and one answer."""
    found = make_node(tmp_path)
    found.import_rows()
    answer(found.node, found.heard(found.asked(table())))
    found.accept()
    return found


@pytest.fixture
def backed_up(made: MadeNode, tmp_path: Path) -> Path:
    out = tmp_path / "north-star.backup"
    make_backup(made.home, KEY, PHRASE, out, with_records=True, now_s=LATER_S)
    return out


def bring_back(backup: Path, folder: Path, phrase: str = PHRASE) -> Home:
    home = Home(folder)
    restore(home, backup, phrase, "passphrase", typing(NEW_PHRASE), LATER_S)
    return home


def test_a_restored_folder_holds_every_file_the_same_but_the_place_of_the_key(
    made: MadeNode, backed_up: Path, tmp_path: Path
) -> None:
    home = bring_back(backed_up, tmp_path / "new")
    for name in ("policy.toml", "policy.confirmed.toml", "mapping.toml", "identity.sealed", "rosters/00000002.roster"):
        assert (home.folder / name).read_bytes() == (made.home.folder / name).read_bytes()
    before, after = load_settings(made.home), load_settings(home)
    assert after == before.model_copy(update={"storage_key": "passphrase"})
    key = open_key("passphrase", home.folder, typing(NEW_PHRASE))
    assert key.reveal() == KEY.reveal(), "records keep their key"
    open_identity(home.identity, key)
    snapshot = newest_snapshot(home.store, key)
    assert snapshot is not None
    check_parts(home.store, snapshot)
    assert [row.hash for row in open_ledger(home)] == [row.hash for row in made.node.ledger.rows()]


def open_ledger(home: Home) -> list[ChainRow]:
    ledger = Ledger(home.ledger)
    rows = list(ledger.rows())
    ledger.close()
    return rows


def test_every_file_of_a_used_data_folder_is_decided_about(made: MadeNode) -> None:
    folder = made.home.folder
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert [name for name in names if fate_of(name) is Fate.UNKNOWN] == []


def test_records_are_left_out_unless_they_are_asked_for(made: MadeNode, tmp_path: Path) -> None:
    done = make_backup(made.home, KEY, PHRASE, tmp_path / "small.backup", with_records=False, now_s=LATER_S)
    assert not [name for name in done.manifest.parts if "snapshots" in name]
    home = bring_back(tmp_path / "small.backup", tmp_path / "new")
    assert newest_snapshot(home.store, KEY) is None


def test_nothing_of_a_member_and_no_key_stands_in_a_backup_in_the_clear(backed_up: Path) -> None:
    content = backed_up.read_bytes()
    assert not any(canary.encode() in content for canary in CANARIES[:2])
    assert KEY.reveal() not in content
    assert KEY.reveal().hex().encode() not in content
    assert PHRASE.encode() not in content


def test_no_mark_lock_or_flag_travels(made: MadeNode, tmp_path: Path) -> None:
    made.home.lock.write_text("")
    made.home.restored.write_text("1\n")
    (made.home.folder / "notes.txt").write_text("mine")
    out = tmp_path / "again.backup"
    done = make_backup(made.home, KEY, PHRASE, out, with_records=True, now_s=LATER_S)
    assert done.not_taken == ("notes.txt",)
    with zipfile.ZipFile(out) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert not names & {"run.lock", "import.lock", "restored", "notes.txt", "key.json"}
    assert not [name for name in names if name.endswith(".mark")]


def test_a_restored_node_answers_nothing_and_says_why(backed_up: Path, tmp_path: Path) -> None:
    home = bring_back(backed_up, tmp_path / "new")
    node = open_node(home, KEY, lambda: float(LATER_S), marks_beside(home))
    with pytest.raises(RolledBack, match="restored from a backup"):
        node.witness.check_local(node.ledger)
    node.close()
    log = Log(home.log)
    assert [entry.event for entry in log.entries()][-1] == "restored from a backup"
    log.close()


def test_a_node_that_works_meanwhile_is_copied_at_one_moment(made: MadeNode, tmp_path: Path) -> None:
    with made.node.ledger._chain.writing():  # another process in the middle of a charge
        made.node.ledger._append({"at_s": LATER_S, "state": "reserved", "request_id": "f" * 32, "nano_rho": 1})
        out = tmp_path / "busy.backup"
        make_backup(made.home, KEY, PHRASE, out, with_records=False, now_s=LATER_S)
    home = bring_back(out, tmp_path / "new")
    assert "f" * 32 not in {row.values["request_id"] for row in open_ledger(home)}


def test_another_passphrase_opens_nothing_and_leaves_nothing_behind(backed_up: Path, tmp_path: Path) -> None:
    with pytest.raises(Unauthorised):
        bring_back(backed_up, tmp_path / "new", "three wise cats")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def test_a_short_passphrase_makes_no_backup(made: MadeNode, tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="at least 8"):
        make_backup(made.home, KEY, "seven77", tmp_path / "x.backup", with_records=False, now_s=LATER_S)
    assert not list(tmp_path.glob("*.backup*"))


def test_a_backup_is_never_written_over_another_nor_into_its_own_folder(made: MadeNode, tmp_path: Path) -> None:
    out = tmp_path / "x.backup"
    out.write_text("mine")
    with pytest.raises(DataNotValid, match="there already"):
        make_backup(made.home, KEY, PHRASE, out, with_records=False, now_s=LATER_S)
    assert out.read_text() == "mine"
    with pytest.raises(DataNotValid, match="is none"):
        make_backup(made.home, KEY, PHRASE, made.home.folder / "x.backup", with_records=False, now_s=LATER_S)


def test_a_ledger_that_does_not_verify_is_not_backed_up(made: MadeNode, tmp_path: Path) -> None:
    made.node.close()
    edit(made.home.ledger, "UPDATE ledger SET nano_rho = 1 WHERE state = 'reserved'")
    with pytest.raises(Corrupt, match="Row 2 of the ledger"):
        make_backup(made.home, KEY, PHRASE, tmp_path / "x.backup", with_records=False, now_s=LATER_S)
    assert not list(tmp_path.glob("*x.backup*"))


def edit(path: Path, statement: str) -> None:
    """As somebody with another tool."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER ledger_no_update")
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("inside", [True, False])
def test_a_backup_goes_into_an_empty_folder_only(backed_up: Path, tmp_path: Path, inside: bool) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    if not inside:
        assert bring_back(backed_up, folder).settings.exists()
        return
    (folder / "ledger.sqlite").write_text("mine")
    with pytest.raises(DataNotValid, match="not empty"):
        bring_back(backed_up, folder)
    assert (folder / "ledger.sqlite").read_text() == "mine"


def test_a_place_that_cannot_keep_the_key_leaves_nothing_behind(backed_up: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        restore(Home(tmp_path / "new"), backed_up, PHRASE, "credential:none", typing(""), LATER_S)
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def rewritten(backup: Path, change: Change) -> Path:
    """The same zip with its members changed, and sound as a zip."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = backup.with_name("changed.backup")
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100600 << 16
            archive.writestr(info, content)
    return out


def looser_policy(members: dict[str, bytes]) -> None:
    """Of the same length, so that only the hash tells."""
    name = f"{FILES}policy.confirmed.toml"
    members[name] = members[name].replace(b"year = 1", b"year = 9")


def one_file_less(members: dict[str, bytes]) -> None:
    del members[f"{FILES}inbox.sqlite"]


def one_file_more(members: dict[str, bytes]) -> None:
    members["files/../../evil.toml"] = b"x"


def no_manifest(members: dict[str, bytes]) -> None:
    del members[MANIFEST_MEMBER]


def manifest_changed(members: dict[str, bytes]) -> None:
    members[MANIFEST_MEMBER] = members[MANIFEST_MEMBER][:-1] + b"\x00"


def dear_passphrase(members: dict[str, bytes]) -> None:
    """Costs that would keep this computer busy for ever."""
    members[KEY_MEMBER] = json.dumps(json.loads(members[KEY_MEMBER]) | {"memory_kib": 2**31}).encode()


@pytest.mark.parametrize(
    "change", [looser_policy, one_file_less, one_file_more, no_manifest, manifest_changed, dear_passphrase]
)
def test_a_backup_that_somebody_changed_is_refused_and_leaves_nothing_behind(
    backed_up: Path, tmp_path: Path, change: Change
) -> None:
    with pytest.raises((DataNotValid, Corrupt, Unauthorised)):
        bring_back(rewritten(backed_up, change), tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".new*"))


def test_a_changed_file_is_told_though_the_zip_is_sound(backed_up: Path, tmp_path: Path) -> None:
    unchanged = rewritten(backed_up, lambda members: None)
    assert bring_back(unchanged, tmp_path / "fine").settings.exists()
    with pytest.raises(Corrupt, match=r"policy\.confirmed\.toml in the backup was changed"):
        bring_back(rewritten(backed_up, looser_policy), tmp_path / "new")


def test_a_link_or_a_bomb_in_a_backup_is_refused(backed_up: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(backed_up) as archive:
        members = {info.filename: (info, archive.read(info.filename)) for info in archive.infolist()}
    for mode, compression in ((0o120777, zipfile.ZIP_STORED), (0o100600, zipfile.ZIP_DEFLATED)):
        out = tmp_path / "odd.backup"
        with zipfile.ZipFile(out, "w") as archive:
            for name, (info, content) in members.items():
                odd = zipfile.ZipInfo(name)
                odd.external_attr = (mode if name == f"{FILES}node.toml" else 0o100600) << 16
                odd.compress_type = compression if name == f"{FILES}node.toml" else info.compress_type
                archive.writestr(odd, content)
        with pytest.raises(DataNotValid, match="not as this program writes it"):
            bring_back(out, tmp_path / "new")


def test_any_flipped_byte_is_an_error_or_without_effect(backed_up: Path, tmp_path: Path) -> None:
    content = bytearray(backed_up.read_bytes())
    for number, place in enumerate(range(50, len(content), len(content) // 12)):
        flipped = bytearray(content)
        flipped[place] ^= 0x10
        out = tmp_path / f"flipped-{number}.backup"
        out.write_bytes(flipped)
        try:
            home = bring_back(out, tmp_path / f"new-{number}")
        except LeroError:
            assert not (tmp_path / f"new-{number}").exists()
        else:
            assert open_ledger(home)
            assert home.restored.exists()


def test_a_key_that_was_restored_under_a_credential_opens_with_that_credential(backed_up: Path, tmp_path: Path) -> None:
    other = StorageKey(bytes(reversed(range(32))))
    home = Home(tmp_path / "new")
    restore(home, backed_up, PHRASE, f"fd:{offer_on_descriptor(other)}", typing(""), LATER_S)
    found = open_key(f"fd:{offer_on_descriptor(other)}", home.folder, typing(""))
    assert found.reveal() == KEY.reveal()
    with pytest.raises(Unauthorised):
        open_key(f"fd:{offer_on_descriptor(StorageKey(bytes(32)))}", home.folder, typing(""))


def test_the_costs_of_a_passphrase_are_those_of_this_program_or_more() -> None:
    fresh = Stretching.fresh()
    assert (fresh.memory_kib, fresh.passes, len(fresh.salt)) == (65_536, 3, 16)
    for cheap in ({"memory_kib": 8}, {"passes": 1}, {"salt": "00"}, {"memory_kib": "x"}):
        with pytest.raises(Corrupt):
            Stretching.from_note(fresh.to_note() | cheap)
