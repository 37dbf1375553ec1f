"""Signal 9 at every step: before and after each named act of a node and of the coordinator, and while it publishes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from pathlib import Path

import pytest

from lero_coordinator.keys import write_key
from support.faulty import Faulty, Launch
from support.killing import COORDINATOR_POINTS, NODE_POINTS, Point, SpendWatch, Toll, toll_of

pytestmark = pytest.mark.real_run


@pytest.mark.attack("L1")
def test_a_node_killed_at_every_step_answers_each_request_once_with_one_charge(attacked: Faulty) -> None:
    before = {name: node.spent() for name, node in attacked.nodes.items()}
    asked: list[str] = []
    with SpendWatch(attacked.nodes) as watch:
        # Two points with each request, one at each node; bench/faults.py tries both sides of every act, and chance.
        for points in zip(NODE_POINTS[::4], NODE_POINTS[3::4], strict=True):
            asked.append(_with_deaths(attacked, points))
    assert watch.looks and watch.fell == 0
    assert toll_of(attacked, asked, before) == Toll(lost=0, doubled=0, spend=0)


def _with_deaths(made: Faulty, points: tuple[Point, ...]) -> str:
    """One request, on the way of whose answer each node dies at its point; all are whole again at the end."""
    for node, (place, when) in zip(made.nodes.values(), points, strict=True):
        node.stop()
        node.start_with(Launch(die=((place, when, 1),)))
    request_id = made.ask()
    for node in made.nodes.values():
        assert node.await_death() == -9, "the point was never reached"
        node.start_afresh()
    made.check_answered_once(request_id)
    return request_id


@pytest.mark.attack("L1")
def test_a_coordinator_killed_at_every_step_loses_and_doubles_no_answer(attacked: Faulty) -> None:
    before = {name: node.spent() for name, node in attacked.nodes.items()}
    asked: list[str] = []
    for place, when in COORDINATOR_POINTS[1::2]:
        attacked.server.kill()
        attacked.server.start_again(Launch(die=((place, when, 1),)))
        asked.append(attacked.ask())
        assert attacked.server.await_death() == -9
        attacked.server.start_again()
        attacked.check_answered_once(asked[-1])
    assert toll_of(attacked, asked, before) == Toll(lost=0, doubled=0, spend=0)


PUBLISHING: tuple[Point, ...] = tuple(
    (place, when)
    for place in (
        "lero_coordinator.store.revisions:add",
        "lero_coordinator.landscape.folder:_write_all",
        "lero_coordinator.landscape.folder:_undo_interrupted",
    )
    for when in ("before", "after")
)


@pytest.mark.attack("L1", "L8")
def test_a_publishing_killed_at_every_step_ends_in_the_same_folder(attacked: Faulty, tmp_path: Path) -> None:
    request_id = attacked.ask()
    attacked.check_answered_once(request_id)
    attacked.running.office.close_round(request_id, int(time.time()))
    out, phrase = tmp_path / "landscape", tmp_path / "phrase"
    phrase.write_text("a long enough phrase\n")
    write_key(attacked.running.publisher, tmp_path / "press.key", b"a long enough phrase")

    def publish(launch: Launch) -> int:
        key = ("--publisher-key", str(tmp_path / "press.key"), "--passphrase-file", str(phrase))
        words = ("--home", str(attacked.server.home), "publish", request_id, "--out", str(out), *key)
        return subprocess.run(launch.words("lero_coordinator", words), capture_output=True).returncode

    for place, when in PUBLISHING:
        before = {path.name for path in out.rglob("*")}
        assert publish(Launch(die=((place, when, 1),))) == -9, f"{when} {place}"
        assert {path.name for path in out.rglob("*")} in (before, set()), "half a folder"
        assert publish(Launch()) == 0
        found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        listed = {file["name"]: file["sha256"] for file in json.loads(found["release.json"])["files"]}
        whole = {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
        assert {name: whole[name] for name in listed} == listed
        assert set(whole) - set(listed) == {"release.json", "release.envelope"}
        assert [path.name for path in tmp_path.glob(".landscape*")] == []
