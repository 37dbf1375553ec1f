"""The child says noisy cells or the code of an error, and nothing else; the parent trusts nothing else it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.codec import encode_request, encode_roster
from lero_contract.errors import Corrupt, LeroError, Unavailable
from lero_contract.plan import compile_plan
from lero_node.compute import parent
from lero_node.compute.job import Job, Outcome
from support.nodes import CANARIES, KEY, MadeNode, make_node
from support.requests import SURE_TWICE, table

# Cells that are no whole numbers.
_HALVES = 'echo \'{"cells": [1.5], "error_code": "", "fault": ""}\''


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeNode]:
    found = make_node(tmp_path_factory.mktemp("child"))
    found.import_rows()
    yield found
    found.node.close()


@pytest.fixture
def job(made: MadeNode) -> Job:
    asked = made.asked(table(dimensions=["area"]), table(SURE_TWICE, table_id="sure"))
    roster = made.node.rosters.newest
    snapshot = made.node.snapshot
    assert snapshot is not None
    return Job(
        snapshots=made.home.store,
        snapshot_id=snapshot.snapshot_id,
        key=KEY.reveal(),
        request=encode_request(asked),
        roster=encode_roster(roster),
        node_id="harbour",
        plan_digest=compile_plan(asked, made.node.dictionary, roster.node("harbour")).digest,
    )


def said(data: bytes) -> tuple[bytes, bytes]:
    """What the child prints on its two streams."""
    done = subprocess.run(
        [sys.executable, "-m", "lero_node.compute.child"], input=data, capture_output=True, check=True
    )
    return done.stdout, done.stderr


def test_the_child_prints_the_cells_of_the_plan_and_no_other_word(job: Job) -> None:
    out, err = said(job.to_bytes())
    content = json.loads(out)
    assert sorted(content) == ["cells", "error_code", "fault"]
    assert (len(content["cells"]), content["error_code"], content["fault"], err) == (16, "", "", b"")
    assert all(type(cell) is int for cell in content["cells"])
    assert not any(canary.encode() in out for canary in CANARIES[:2])


def test_an_error_in_the_child_is_a_code_and_a_class_without_detail(job: Job) -> None:
    out, err = said(replace(job, key=bytes(32)).to_bytes())
    assert json.loads(out) == {"cells": [], "error_code": "corrupt", "fault": "Corrupt"}
    assert err == b""
    out, err = said(b"what is this? Quixotic-7741")
    assert json.loads(out) == {"cells": [], "error_code": "error", "fault": "JSONDecodeError"}
    assert err == b""


def test_a_plan_that_is_not_the_one_charged_is_not_computed(job: Job) -> None:
    with pytest.raises(Corrupt):
        parent.run(replace(job, plan_digest=bytes(32)))


def test_a_child_that_dies_or_babbles_is_trouble_and_not_an_answer(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in ("kill -9 $$", "echo not json", "echo '{\"cells\": [1]}'", "exit 3"):
        false_python = tmp_path / "python"
        false_python.write_text(f"#!/bin/sh\ncat > /dev/null\n{body}\n")
        false_python.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(false_python))
        with pytest.raises(LeroError):
            parent.run(job)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no such program"))
    with pytest.raises(Unavailable):
        parent.run(job)


def test_secrets_of_the_environment_do_not_reach_the_child(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    false_python = tmp_path / "python"
    false_python.write_text(f"#!/bin/sh\ncat > /dev/null\nenv > '{seen}'\n")
    false_python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(false_python))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "secret-folder")
    monkeypatch.setenv("LERO_PASSPHRASE", "open sesame")
    with pytest.raises(Unavailable):
        parent.run(job)
    assert "PATH" in seen.read_text()
    assert "secret" not in seen.read_text() and "sesame" not in seen.read_text()
    assert os.environ["LERO_PASSPHRASE"] == "open sesame"


def test_jobs_and_outcomes_come_back_as_they_were_and_a_job_does_not_print_its_key(job: Job) -> None:
    assert Job.from_bytes(job.to_bytes()) == job
    assert KEY.reveal().hex() not in repr(job) and repr(KEY.reveal()) not in repr(job)
    for outcome in (Outcome((-1, 0, 2**62)), Outcome((), "corrupt", "Corrupt")):
        assert Outcome.from_bytes(outcome.to_bytes()) == outcome


def test_the_idle_node_has_not_loaded_what_can_read_a_record() -> None:
    heavy = ("duckdb", "pyarrow", "opendp", "pandas", "psycopg", "sqlglot")
    script = f"import lero_node.run, sys; print([m for m in {heavy!r} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout.strip() == b"[]"


def test_a_child_that_a_person_stopped_has_said_nothing_and_met_no_fault(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for signal in ("INT", "TERM"):
        false_python = tmp_path / "python"
        false_python.write_text(f"#!/bin/sh\ncat > /dev/null\nkill -{signal} $$\n")
        false_python.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(false_python))
        assert parent.run(job) is None


def test_a_module_in_the_folder_one_stands_in_is_never_loaded_by_the_child(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "duckdb.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    cells = parent.run(job)
    assert cells is not None and len(cells) == 16
