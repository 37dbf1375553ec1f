"""What a script reads: each step of a round with `--json` says on stdout exactly one document, and nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lero_contract.codec import Answer, decode_header, encode_header
from lero_contract.envelope import ANSWER_HEADER, key_id, public_bytes, sign
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.cli import cli
from lero_coordinator.keys import write_key
from lero_coordinator.service import desk
from support.offices import MadeOffice, answer_to, make_node, make_office

PHRASE = "a long enough one"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    (tmp_path / "phrase").write_text(PHRASE)
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")], now_s=int(time.time()))
    yield office
    office.office.close()


def heard(made: MadeOffice, *words: str) -> Any:
    result = CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def answers(made: MadeOffice, request_id: str, node_id: str, days_behind: int = 0) -> None:
    """The node's answer arrives; its records end some days before the cut date."""
    plain = answer_to(made, made.office.request(request_id), node_id)
    header = decode_header(plain.header.payload)
    late = encode_header(replace(header, cut_date_day=header.cut_date_day - days_behind))
    answer = Answer(sign(ANSWER_HEADER, late, made.nodes[node_id].identity), plain.vector)
    desk.take_answer(made.office, node_id, pb.SendAnswerRequest(answer=answer.to_message()), int(time.time()))


def test_a_round_from_submission_to_pages(made: MadeOffice, tmp_path: Path) -> None:
    request_id = made.submitted(int(time.time())).request_id
    answers(made, request_id, "east")
    closed = heard(made, "request", "close", request_id)
    assert (closed["answered"], closed["waiting"]) == (["east"], ["west"])
    assert heard(made, "request", "close", request_id) == closed
    summary = heard(made, "combine", request_id, "--out", str(tmp_path / "summary.json"))
    assert summary == json.loads((tmp_path / "summary.json").read_text())
    write_key(made.publisher, tmp_path / "press", PHRASE.encode())
    signed = ("--publisher-key", str(tmp_path / "press"), "--passphrase-file", str(tmp_path / "phrase"))
    shown = heard(made, "publish", request_id, "--out", str(tmp_path / "pages"), *signed)
    assert shown["headline"].startswith("1 of 2 LEROs answered")
    assert (Path(shown["folder"]) / "index.html").exists()


def test_an_answer_from_records_out_of_date_is_not_said_to_combine(made: MadeOffice, tmp_path: Path) -> None:
    request_id = made.submitted(int(time.time())).request_id
    answers(made, request_id, "east")
    answers(made, request_id, "west", days_behind=40)
    combine = ["--home", str(made.office.home.folder), "combine", request_id, "--out", str(tmp_path / "summary.json")]
    assert CliRunner().invoke(cli, combine).stdout.startswith("1 of 2 answers combine as revision 1;")
    found = json.loads((tmp_path / "summary.json").read_text())
    assert (found["combined"], found["stale"]) == (["east"], ["west"])


def test_a_new_key_is_named_in_full(made: MadeOffice, tmp_path: Path) -> None:
    new = ("key", "new", "--role", "analyst", "--out", str(tmp_path / "k"))
    said = heard(made, *new, "--passphrase-file", str(tmp_path / "phrase"))
    assert said["key_id"] == heard(made, "key", "show", said["public"])["key_id"]
    assert said["role"] == "analyst"


def test_a_party_is_told_by_the_name_of_its_key(made: MadeOffice, tmp_path: Path) -> None:
    beside = write_key(made.analyst, tmp_path / "k", PHRASE.encode())
    party = ("party", "add", "--role", "publisher", "--id", "second", "--organisation", "other")
    said = heard(made, *party, "--public-key", str(beside))
    assert said["key_id"] == key_id(public_bytes(made.analyst))
