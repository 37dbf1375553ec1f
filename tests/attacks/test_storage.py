"""Processes that die and disks that fail: nothing is lost, counted twice, or told differently a second time."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from lero_contract.errors import Unavailable
from support.fault_proxy import Loss
from support.faulty import Faulty, FaultyNode, Launch, large_question, launched, until
from support.tracing import Step, steps, strace

pytestmark = pytest.mark.real_run
WHILE_S = 6.0
SMALL_BYTES = 8_192  # no file may be written past here: the databases are longer, and so is what a node has remarked


@pytest.mark.attack("L2")
@pytest.mark.parametrize("what", Loss)
def test_an_answer_whose_request_or_receipt_is_lost_is_sent_again_as_the_same_bytes(
    attacked: Faulty, what: Loss
) -> None:
    attacked.proxy.lose(what)
    request_id = attacked.ask(large_question())
    assert attacked.proxy.tripped.wait(90)
    if what is Loss.REPLY:  # it has arrived, and the node does not know
        until(lambda: bool(attacked.held(request_id)))
    arrived = attacked.held(request_id)
    attacked.proxy.cut()
    attacked.check_answered_once(request_id)
    assert {node: attacked.held(request_id)[node] for node in arrived} == arrived


@pytest.mark.attack("L3")
def test_charge_and_answer_are_on_the_disk_before_the_first_byte_of_the_answer_is_sent(
    attacked: Faulty, tmp_path: Path
) -> None:
    node = next(iter(attacked.nodes.values()))
    node.stop()
    trace = tmp_path / "trace"
    node.start_with(Launch(before=strace(trace)))
    request_id = attacked.ask(large_question())
    attacked.check_answered_once(request_id)
    end_traced(node)
    found = list(steps(trace.read_text()))
    least = len(node.answers()[request_id])
    [sent] = [at for at, step in enumerate(found) if step.size >= least]
    commits = commits_of(found, node.home / "ledger.sqlite")
    # The ledger's rows are reserved, released and sent: two commits before the first byte, and one after the receipt.
    assert [at < sent for at in commits] == [True, True, False]


def commits_of(found: list[Step], database: Path) -> list[int]:
    """Where each commit of a database in a rollback journal is on the disk for good, with the syncs it takes checked.

    Rows are in the file and synced, then the journal is gone, then the folder that no longer names it is synced.
    """
    journal = f"{database}-journal"
    mine = [(at, step) for at, step in enumerate(found) if step.path in (str(database), journal, str(database.parent))]
    ends = []
    for gone in (place for place, (_, step) in enumerate(mine) if step == Step("unlink", journal)):
        before = [step for _, step in mine[:gone]]
        written = max(at for at, step in enumerate(before) if step == Step("pwrite64", str(database)))
        assert any(step.call in ("fsync", "fdatasync") and step.path == str(database) for step in before[written:])
        at, after = mine[gone + 1]
        assert after.call in ("fsync", "fdatasync"), after
        assert after.path == str(database.parent)
        ends.append(at)
    assert all(one < other for one, other in pairwise(ends))
    return ends


def end_traced(node: FaultyNode) -> None:
    """Asks the traced process to end; its tracer ends with it."""
    [child] = Path(f"/proc/{node.pid}/task/{node.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGTERM)
    assert node.await_death() == 0


@contextmanager
def full_disk(pid: int, largest_bytes: int) -> Iterator[None]:
    """No file of a running process may be written past here; what stands there already can be read."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest_bytes, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.attack("L4")
def test_a_node_whose_disk_is_full_charges_nothing_goes_on_and_answers_once_there_is_room(attacked: Faulty) -> None:
    node, *others = attacked.nodes.values()
    before = node.ledger_rows()
    with (node.folder / "node.log").open("a") as remarks:  # where its remarks go is on the same disk
        remarks.write("\n" * SMALL_BYTES)
    with full_disk(node.pid, SMALL_BYTES):
        request_id = attacked.ask()
        until(lambda: len(attacked.held(request_id)) == len(others))
        assert node.ledger_rows() == before
        assert node.is_running
    attacked.check_answered_once(request_id)


@pytest.mark.attack("L4")
def test_a_disk_that_fills_up_after_the_charge_costs_no_second_charge(attacked: Faulty) -> None:
    node = next(iter(attacked.nodes.values()))
    before = node.spent()
    request_id = attacked.ask()
    until(lambda: bool(node.states(request_id)))
    with full_disk(node.pid, SMALL_BYTES):
        until(lambda: set(attacked.held(request_id)) >= set(attacked.nodes) - {node.home.parent.name})
        assert node.is_running
    attacked.check_answered_once(request_id)
    assert node.spent() == before + attacked.price(request_id)


@pytest.mark.attack("L4")
def test_a_coordinator_whose_disk_is_full_takes_nothing_in_and_everything_once_there_is_room(attacked: Faulty) -> None:
    with full_disk(attacked.server.pid, 0):
        request_id = attacked.ask()
        time.sleep(WHILE_S)  # in which they ask, compute, and send, as far as they get
        assert attacked.held(request_id) == {}
        assert attacked.server.is_running
    attacked.check_answered_once(request_id)


@pytest.mark.attack("L4")
def test_an_import_that_finds_no_room_leaves_the_last_one_as_it_was(attacked: Faulty) -> None:
    node = next(iter(attacked.nodes.values()))
    before = node.command("data", "show", "--json")
    words = ("import", str(node.folder / "export"), "--complete-to", "2026-03-31")
    with launched(node.home, Launch(before=("prlimit", "--fsize=20000"))), pytest.raises(Unavailable) as failure:
        node.command(*words)
    assert "Traceback" not in failure.value.detail
    assert node.command("data", "show", "--json") == before
    node.command(*words)
    attacked.check_answered_once(attacked.ask())


@pytest.mark.attack("L4")
def test_a_node_whose_folder_cannot_be_written_says_so_and_ends_and_its_files_are_as_they_were(
    attacked: Faulty,
) -> None:
    node = next(iter(attacked.nodes.values()))
    node.stop()
    before = node.ledger_rows()
    unprivileged = launched(node.home, Launch(before=without_privilege()))
    with read_only(node.home), unprivileged, pytest.raises(Unavailable) as failure:
        node.command("run")
    assert "Traceback" not in failure.value.detail
    assert node.ledger_rows() == before
    node.start()
    attacked.check_answered_once(attacked.ask())


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in a folder may be written by its owner."""
    modes = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def without_privilege() -> tuple[str, ...]:
    """Words that make the administrator obey permissions; nothing for anybody else, who does."""
    lost = "-dac_override,-dac_read_search,-fowner"
    return ("setpriv", "--inh-caps", lost, "--bounding-set", lost) if os.geteuid() == 0 else ()


@pytest.mark.attack("L7")
def test_a_second_process_on_a_data_folder_ends_with_words_and_the_first_goes_on(attacked: Faulty) -> None:
    node = next(iter(attacked.nodes.values()))
    with pytest.raises(Unavailable, match="This data folder's node is running already"):
        node.command("run")
    attacked.check_answered_once(attacked.ask())


@pytest.mark.attack("L9")
def test_a_coordinator_killed_and_started_in_mid_round_goes_on_with_it(attacked: Faulty) -> None:
    away, *others = attacked.nodes
    attacked.nodes[away].stop()
    request_id = attacked.ask()
    until(lambda: set(attacked.held(request_id)) == set(others))
    before = attacked.held(request_id)
    attacked.server.kill()
    attacked.server.start_again()
    attacked.nodes[away].start()
    attacked.check_answered_once(request_id)
    assert {node: attacked.held(request_id)[node] for node in others} == before
    assert json.loads(attacked.nodes[away].command("request", "list", "--json"))
