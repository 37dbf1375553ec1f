"""Attacks on what a node remembers: folders copied back, two computers as one node, files of other versions; and files
that a person carries in.

One real node and a real coordinator. The mark that the node keeps outside its data folder is in an attacker's reach too
where a test says so.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete

from lero_contract.codec import (
    Refusal,
    ReplyParcel,
    RequestParcel,
    encode_refusal,
    encode_request,
)
from lero_contract.envelope import REFUSAL, REQUEST, sign
from lero_contract.errors import BudgetSpent, DataNotValid, Declined, Malformed, Restored, Unauthorised, Unavailable
from lero_contract.v1 import request_pb2 as pb
from lero_coordinator.demo.federation import federation
from lero_coordinator.demo.processes import NodeHome
from lero_coordinator.store.ledger_marks import mark_of
from lero_coordinator.store.tables import ledger_marks
from lero_node.backup.archive import FILES, KEY_MEMBER, MANIFEST_MEMBER
from lero_node.backup.manifest import Part, open_manifest, seal_manifest, unwrap_key
from support.hostile import Hostile, small_site, until
from support.requests import DAY_S, RHO_02, table

pytestmark = pytest.mark.real_run

NODE = "harbour"
ALARM = "ALARM ledger rolled back"
FORMULA = '=HYPERLINK("http://x","y")'
PASSPHRASE = "quiet river under glass"
KNOWN = {error.code for error in (DataNotValid, Malformed, Unauthorised)}
YEAR_NANO_RHO = 1_000_000_000  # of the demonstration's policy


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("history")
    with federation(folder, [small_site(folder, NODE)], synthetic=True, tell=lambda *_: None) as running:
        yield Hostile(running)


@pytest.fixture
def node(hostile: Hostile) -> NodeHome:
    return hostile.running.nodes[NODE]


@pytest.mark.attack("E1")
def test_a_title_that_is_a_formula_is_inert_in_the_account_for_a_trustee(
    hostile: Hostile, node: NodeHome, tmp_path: Path
) -> None:
    asked = [hostile.asked(title=title) for title in (FORMULA, "@SUM(A1)", "-2+3")]
    hostile.offer(*((each.request_id, hostile.signed(each)) for each in asked))
    until(lambda: all(hostile.replied(each.request_id) for each in asked), "all three answers")
    node.command("budget", "export", "--out", str(tmp_path / "account.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "account.csv").read_text(encoding="utf-8-sig"))))
    assert {row["Title"] for row in rows if row["Title"]} == {f"'{FORMULA}", "'@SUM(A1)", "'-2+3"}
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert {float(row["Price (rho)"]) for row in rows if row["Title"]} == {0.02}


@pytest.mark.attack("L10")
@pytest.mark.parametrize("file", ["ledger.sqlite", "inbox.sqlite"])
def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(node: NodeHome, file: str) -> None:
    node.stop()
    path = node.home / file
    sound = path.read_bytes()
    run_sql(path, "PRAGMA user_version = 99")
    newer = path.read_bytes()
    for words in (("request", "list"), ("budget", "show"), ("run",)):
        assert f"{file} was written by a newer version of this program" in refused(node, *words)
    assert path.read_bytes() == newer
    path.write_bytes(sound)
    node.start()


@pytest.mark.attack("L10")
def test_files_of_an_older_version_are_migrated_with_a_backup_beside_and_the_node_goes_on(
    hostile: Hostile, node: NodeHome
) -> None:
    node.stop()
    ledger, inbox = node.home / "ledger.sqlite", node.home / "inbox.sqlite"
    rows, decided = hostile.ledger(NODE), hostile.inbox(NODE)
    run_sql(
        ledger, "ALTER TABLE ledger DROP COLUMN epoch", "PRAGMA user_version = 0"
    )  # as before versions were written
    newer = [name for name in tables_of(inbox) if name not in ("requests", "not_heard")]
    run_sql(inbox, *(f"DROP TABLE {name}" for name in newer), "PRAGMA user_version = 1")
    older = {path: dump(path) for path in (ledger, inbox)}
    node.command("log", "verify")
    node.command("request", "list")
    for path in (ledger, inbox):
        [kept] = path.parent.glob(f"{path.name}.before-v*")
        assert dump(kept) == older[path]
    assert hostile.ledger(NODE) == rows
    assert hostile.inbox(NODE) == decided
    assert newer
    assert set(newer) <= set(tables_of(inbox))
    node.start()
    hostile.settle(hostile.asked())
    assert hostile.spent(NODE) == sum(row["nano_rho"] or 0 for row in rows) + RHO_02


@pytest.mark.attack("E3")
def test_courier_files_that_are_no_plain_files_or_name_paths_are_refused_and_write_nothing(
    hostile: Hostile, node: NodeHome, tmp_path: Path
) -> None:
    node.stop()
    node.command("request", "list")  # so that every file of the node is there
    asked = hostile.asked()
    files = hostile_files(tmp_path, RequestParcel((), hostile.signed(asked)).to_bytes())
    for name in ("../../../evil", "/tmp/evil", "NUL", "C:\\evil"):
        message = pb.Request.FromString(encode_request(asked))
        message.request_id = name
        envelope = sign(REQUEST, message.SerializeToString(deterministic=True), hostile.running.analyst)
        file = tmp_path / f"named-{len(files)}"
        file.write_bytes(RequestParcel((), envelope).to_bytes())
        files.append(file)
    ledger, tree = hostile.ledger(NODE), tree_of(hostile)
    reply = tmp_path / "the.reply"
    for file in files:
        refused(node, "answer", str(file), "--out", str(reply))
    assert not reply.exists()
    for file in hostile_files(tmp_path / "invites", b"no invite")[:3]:
        refused(node, "join", str(file), "--yes")
    # And the other way: replies of nodes that are called like paths, to the coordinator.
    replies = hostile_files(tmp_path / "replies", b"no reply")
    for number, name in enumerate(("../../evil", "/evil", "..")):
        said = Refusal(asked.request_id, hostile.signed(asked).digest, name, Declined.code)
        envelope = sign(REFUSAL, encode_refusal(said), hostile.running.analyst)
        file = tmp_path / f"reply-{number}"
        file.write_bytes(ReplyParcel(None, envelope, None).to_bytes())
        replies.append(file)
    told = json.loads(coordinator(hostile, "receive", "--json", *map(str, replies)).stdout)
    assert [row["file"] for row in told if row["error"] in KNOWN] == [str(file) for file in replies]
    for file in replies[:3]:
        done = coordinator(hostile, "enrol", "accept", str(file))
        assert (done.returncode, "not a plain file" in done.stderr) == (DataNotValid.exit_code, True), file
    assert hostile.ledger(NODE) == ledger
    assert set(tree_of(hostile)) ^ set(tree) == set()
    node.start()


@pytest.mark.attack("E3")
def test_a_backup_that_would_write_outside_its_folder_or_without_end_is_refused_whole(
    hostile: Hostile, node: NodeHome, tmp_path: Path
) -> None:
    word = tmp_path / "word.txt"
    word.write_text(PASSPHRASE, encoding="utf-8")
    sound = tmp_path / "sound.backup"
    node.command("backup", "--out", str(sound), "--passphrase-file", str(word))
    target = NodeHome(tmp_path / "new")
    target.folder.mkdir()

    def restored(file: Path) -> str:
        # The key is to be kept by a credential, so that no keyring is asked for.
        return refused(target, "restore", str(file), "--keep-key", "credential:lero", "--passphrase-file", str(word))

    with pytest.MonkeyPatch.context() as patch:
        credentials = tmp_path / "credentials"
        credentials.mkdir()
        (credentials / "lero").write_bytes(bytes(range(32)))
        patch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
        made = [*added_to(sound, tmp_path), *sealed_with(sound, tmp_path), *hostile_files(tmp_path / "x", b"no zip")]
        before = sorted(tmp_path.rglob("*"))
        assert len(made) == 4 + 2 + 5 + 5
        for file in made:
            said = restored(file)
            assert "backup" in said or "plain file" in said, (file, said)
            assert sorted(tmp_path.rglob("*")) in (before, sorted([*before, target.folder / "node.log"])), file
        # The same command takes the sound one.
        target.command("restore", str(sound), "--keep-key", "credential:lero", "--passphrase-file", str(word))
    assert (target.home / "restored").exists()


@pytest.mark.attack("L6")
def test_two_computers_that_run_as_one_node_do_not_both_go_on_and_one_answer_is_kept(
    hostile: Hostile, node: NodeHome, tmp_path: Path
) -> None:
    node.stop()
    twin = NodeHome(tmp_path / "twin")
    twin._key = node._key
    shutil.copytree(node.home, twin.home)
    shutil.copytree(marks_of(node), marks_of(twin))  # a clone of the whole disk
    earlier = Saved(node, tmp_path / "earlier")
    node.start()
    twin.start()
    # Of many cells: two answers of one cell are the same by chance now and then, and then nothing has gone wrong.
    asked = hostile.asked(table(dimensions=("sex", "age_band")))
    hostile.settle(asked)
    until(lambda: has_ended(node) or has_ended(twin), "one of the two to stop")
    assert list(hostile.answers(asked.request_id)) == [NODE]
    stopped = [each for each in (node, twin) if has_ended(each)]
    for each in stopped:
        said = (each.folder / "node.log").read_text(encoding="utf-8")
        assert "two computers run as this node" in said
        assert "Stop the other copy if there is one, then see: lero-node budget write-off --dry-run" in said
    twin.stop()
    node.stop()
    # As if it had never been, for the tests that follow.
    earlier.bring_back(with_mark=True)
    forget_marks(hostile)
    hostile.take_back([asked.request_id])
    node.start()


@pytest.mark.attack("L6")
def test_a_folder_copied_back_stops_the_node_by_every_witness_and_after_a_write_off_nothing_older_is_answered(
    hostile: Hostile, node: NodeHome, tmp_path: Path
) -> None:
    kept = hostile.asked(title="Answered before the copy")
    hostile.settle(kept)
    until(lambda: hostile.states(NODE, kept.request_id)[-1] == "sent", "its receipt")
    node.stop()
    first = hostile.raw(kept.request_id, NODE)
    earlier = Saved(node, tmp_path / "earlier")
    node.start()
    lost = hostile.asked(title="Answered after the copy")
    hostile.settle(lost)
    # The coordinator knows of an answer's rows from the poll that follows it.
    until(lambda: witnessed(hostile) == len(hostile.ledger(NODE)) > earlier.rows, "the newest mark at the coordinator")
    node.stop()
    newest_marks = tmp_path / "newest marks"
    shutil.copytree(marks_of(node), newest_marks)

    # The coordinator alone: the mark on this computer was put back too, as by a backup of the whole disk.
    earlier.bring_back(with_mark=True)
    assert "the coordinator knows" in stops(node)
    # This computer alone: a coordinator that says nothing of it.
    earlier.bring_back(with_mark=False)
    shutil.copytree(newest_marks, marks_of(node), dirs_exist_ok=True)
    forget_marks(hostile)
    assert "this computer knows" in stops(node)
    # No witness at all: the mark is gone, and the coordinator says nothing.
    shutil.rmtree(marks_of(node))
    forget_marks(hostile)
    assert "holds no mark of this node's ledger" in stops(node)
    # The folder came back twice, and its log with it: of the three alarms the last two are in this one.
    assert [entry["event"] for entry in hostile.log(NODE)].count(ALARM) == 2
    assert len(hostile.ledger(NODE)) == earlier.rows

    # The operator writes off. Both old requests are offered again; a new one too.
    node.command("budget", "write-off", "--yes")
    spent = sum(row["nano_rho"] or 0 for row in hostile.ledger(NODE))
    assert spent >= YEAR_NANO_RHO
    hostile.forget_replies(kept.request_id)
    hostile.forget_replies(lost.request_id)
    node.start()
    until(lambda: hostile.replied(kept.request_id) and hostile.replied(lost.request_id), "both replies")
    assert hostile.raw(kept.request_id, NODE) == first
    assert hostile.refusals(lost.request_id)[NODE].code == Restored.code
    issued_at_s = int(time.time()) + 300  # as late as a node hears, and after what a write-off leaves around itself
    after = hostile.asked(issued_at_s=issued_at_s, closes_at_s=issued_at_s + DAY_S)
    hostile.settle(after)
    assert hostile.refusals(after.request_id)[NODE].code == BudgetSpent.code
    assert sum(row["nano_rho"] or 0 for row in hostile.ledger(NODE)) == spent


def marks_of(node: NodeHome) -> Path:
    """Where the mark of a node's ledger lies, outside its data folder."""
    return node.folder / "marks"


class Saved:
    """A copy of a node's data folder, and of the mark beside it, as they were."""

    def __init__(self, node: NodeHome, folder: Path) -> None:
        self._node = node
        self._folder = folder
        shutil.copytree(node.home, folder / "home")
        shutil.copytree(marks_of(node), folder / "marks")
        with closing(sqlite3.connect(node.home / "ledger.sqlite")) as ledger:
            [[self.rows]] = ledger.execute("SELECT count(*) FROM ledger").fetchall()

    def bring_back(self, with_mark: bool) -> None:
        """Puts the folder back; the mark too where that is in reach."""
        shutil.rmtree(self._node.home)
        shutil.copytree(self._folder / "home", self._node.home)
        if with_mark:
            shutil.rmtree(marks_of(self._node))
            shutil.copytree(self._folder / "marks", marks_of(self._node))


def stops(node: NodeHome) -> str:
    """`run`, which must end by itself: with what it said."""
    already = (node.folder / "node.log").stat().st_size
    node.start()
    until(lambda: has_ended(node), "the node to stop by itself")
    said = (node.folder / "node.log").read_bytes()[already:].decode()
    assert "lero-node budget write-off --dry-run" in said
    assert "Sent the answer" not in said
    return said


def has_ended(node: NodeHome) -> bool:
    """Whether `run` has ended by itself."""
    return node._running is not None and node._running.poll() is not None


def forget_marks(hostile: Hostile) -> None:
    """A coordinator that keeps nothing of any ledger."""
    with hostile.running.office.store.writing() as connection:
        connection.execute(delete(ledger_marks))


def witnessed(hostile: Hostile) -> int:
    """The newest row of the node's ledger that the coordinator keeps a mark of."""
    with hostile.running.office.store.reading() as connection:
        kept = mark_of(connection, NODE)
    return kept.head.sequence if kept is not None else 0


def hostile_files(folder: Path, content: bytes) -> list[Path]:
    """A link, a pipe, a device that never ends, a file of 17 MB, and one of no sense."""
    folder.mkdir(exist_ok=True)
    made = [folder / name for name in ("linked", "piped", "endless", "large", "senseless")]
    (folder / "content").write_bytes(content)
    made[0].symlink_to(folder / "content")
    os.mkfifo(made[1])
    os.mknod(made[2], 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero
    made[3].write_bytes(content + bytes(17 * 1024 * 1024))
    made[4].write_bytes(b"\xff" * 1000)
    return made


def added_to(sound: Path, folder: Path) -> list[Path]:
    """Backups with one member more, or another kind of member: by somebody without the passphrase."""
    hostile_names = ("files/../../evil", "../evil", "/tmp/evil", "files/..\\evil")
    made: list[Path] = []
    for name in hostile_names:
        add = partial(zipfile.ZipFile.writestr, zinfo_or_arcname=name, data="x")
        made.append(changed(sound, folder / f"added-{len(made)}", add))
    link = zipfile.ZipInfo("files/policy.toml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made.append(
        changed(sound, folder / "link", lambda archive: archive.writestr(link, "/etc/passwd"), "files/policy.toml")
    )
    bomb = zipfile.ZipInfo(KEY_MEMBER)
    bomb.external_attr, bomb.compress_type = (stat.S_IFREG | 0o600) << 16, zipfile.ZIP_DEFLATED
    made.append(changed(sound, folder / "bomb", lambda archive: archive.writestr(bomb, bytes(1 << 28)), KEY_MEMBER))
    return made


def sealed_with(sound: Path, folder: Path) -> list[Path]:
    """Backups whose sealed list itself names what no backup brings: by somebody with the passphrase."""
    made: list[Path] = []
    with zipfile.ZipFile(sound) as archive:
        key = unwrap_key(archive.read(KEY_MEMBER), PASSPHRASE)
        manifest = open_manifest(archive.read(MANIFEST_MEMBER), key)
    for name in ("../evil", "/tmp/evil", "rosters/../../evil", "restored", "run.lock"):
        parts = {**manifest.parts, name: Part(1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")}
        sealed = seal_manifest(replace(manifest, parts=parts), key)

        def add(archive: zipfile.ZipFile, name: str = name, sealed: bytes = sealed) -> None:
            for member, content in ((FILES + name, b"x"), (MANIFEST_MEMBER, sealed)):
                plain = zipfile.ZipInfo(member)
                plain.external_attr = (stat.S_IFREG | 0o600) << 16
                archive.writestr(plain, content)

        made.append(changed(sound, folder / f"sealed-{len(made)}", add, MANIFEST_MEMBER))
    return made


def changed(sound: Path, into: Path, add: Callable[[zipfile.ZipFile], object], without: str = "") -> Path:
    """A copy of an archive without one member, and with others."""
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(into, "w") as target:
        for member in source.infolist():
            if member.filename != without:
                target.writestr(member, source.read(member))
        add(target)
    return into


def tree_of(hostile: Hostile) -> list[Path]:
    """Every file and folder of the federation but journals that come and go, and the folder's temporary neighbours."""
    root = hostile.running.office.home.folder.parent
    return sorted(path for path in root.rglob("*") if not path.name.endswith(("-journal", "-wal", "-shm", ".lock")))


def tables_of(path: Path) -> list[str]:
    """The tables of a SQLite file."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [name for [name] in found]


def dump(path: Path) -> list[str]:
    """Everything that a SQLite file holds."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def run_sql(path: Path, *statements: str) -> None:
    """Whoever has the file opens it with other tools."""
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def refused(node: NodeHome, *words: str) -> str:
    """What a command of a node says when it fails, and that it failed by a known error."""
    with pytest.raises(Unavailable) as told:
        node.command(*words)
    assert "Traceback" not in str(told.value)
    return str(told.value)


def coordinator(hostile: Hostile, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the coordinator."""
    command = [sys.executable, "-m", "lero_coordinator", "--home", str(hostile.running.office.home.folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
