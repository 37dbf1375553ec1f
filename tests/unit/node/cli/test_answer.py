"""`lero-node answer` and `request counted` as a person types them: words, files and exit codes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from lero_contract.codec import RequestParcel, read_reply_parcel
from lero_node.cli import cli
from lero_node.compute import parent
from lero_node.data.keys import keep_key, surroundings
from support.nodes import KEY, MadeNode, make_node
from support.requests import ISSUED_S, table

BY_AREA = table(dimensions=["area"])


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """A node on whose computer it is the day of the request, and whose computation gives twelve zeros."""
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    monkeypatch.setattr(time, "time", lambda: float(ISSUED_S))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "test").write_text(bytes(range(32)).hex())
    found = make_node(tmp_path)
    keep_key(KEY, "credential:test", found.home.folder, surroundings(str))
    found.import_rows()
    yield found
    found.node.close()


def run(made: MadeNode, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(made.home.folder), *words])


def parcel(made: MadeNode, folder: Path, purpose: str = "commissioning") -> str:
    file = folder / "headline.parcel"
    file.write_bytes(RequestParcel((), made.signed(made.asked(BY_AREA, purpose=purpose))).to_bytes())
    return str(file)


def test_an_answer_ends_with_0_and_lies_in_the_file(made: MadeNode, tmp_path: Path) -> None:
    result = run(made, "answer", parcel(made, tmp_path), "--out", str(tmp_path / "a.reply"))
    assert result.exit_code == 0, result.output
    assert f"is in {tmp_path / 'a.reply'}." in result.stdout
    assert read_reply_parcel((tmp_path / "a.reply").read_bytes()).answer is not None


def test_a_refusal_ends_with_3_and_lies_in_the_file_all_the_same(made: MadeNode, tmp_path: Path) -> None:
    words = ("answer", parcel(made, tmp_path, purpose="curiosity"), "--out", str(tmp_path / "a.reply"), "--json")
    result = run(made, *words)
    assert (result.exit_code, json.loads(result.stdout)["refused"]) == (3, "not_allowed")
    assert read_reply_parcel((tmp_path / "a.reply").read_bytes()).refusal is not None


def test_a_running_node_is_not_disturbed(made: MadeNode, tmp_path: Path) -> None:
    with FileLock(made.home.lock):
        result = run(made, "answer", parcel(made, tmp_path), "--out", str(tmp_path / "a.reply"))
    assert (result.exit_code, "node is running" in result.output) == (2, True)
    assert not (tmp_path / "a.reply").exists()
    assert made.spent() == 0


def test_counted_says_what_is_missing(made: MadeNode, tmp_path: Path) -> None:
    run(made, "answer", parcel(made, tmp_path), "--out", str(tmp_path / "a.reply"))
    (tmp_path / "landscape").mkdir()
    result = run(made, "request", "counted", made.asked().request_id, str(tmp_path / "landscape"))
    assert (result.exit_code, "no signed release" in result.output) == (2, True)
