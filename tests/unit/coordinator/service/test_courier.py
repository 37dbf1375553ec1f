"""Replies by file: taken in by the checks of the line, from whoever brings them, and never because of a file's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import (
    Answer,
    LedgerHead,
    LedgerMark,
    ReplyParcel,
    encode_ledger_mark,
    encode_vector,
    read_request_parcel,
)
from lero_contract.envelope import LEDGER_MARK, Envelope, sign
from lero_contract.errors import Conflict, Malformed, Refused, Unauthorised
from lero_contract.request import Request
from lero_coordinator.cli import cli
from lero_coordinator.listing import revoke, sign_and_accept
from lero_coordinator.service.courier import Taken, request_parcel, take_parcel
from lero_coordinator.store import replies
from support.offices import NOW_S, MadeOffice, answer_to, make_node, make_office, refusal_of


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(name) for name in ("a", "b", "c")])
    yield office
    office.office.close()


def answered(made: MadeOffice, request: Request, name: str, mark: Envelope | None = None) -> bytes:
    return ReplyParcel(answer_to(made, request, name), None, mark).to_bytes()


def refused(made: MadeOffice, request: Request, name: str) -> bytes:
    return ReplyParcel(None, refusal_of(made, request, name), None).to_bytes()


def mark_of(made: MadeOffice, name: str, sequence: int, fill: int = 1, signer: str = "") -> Envelope:
    mark = LedgerMark("lero-test", name, LedgerHead(sequence, bytes([fill]) * 32), NOW_S)
    return sign(LEDGER_MARK, encode_ledger_mark(mark), made.nodes[signer or name].identity)


def kept(made: MadeOffice, request: Request) -> list[tuple[str, str]]:
    with made.office.store.reading() as connection:
        return [(r.node_id, r.kind) for r in replies.replies_to(connection, request.request_id)]


def run(made: MadeOffice, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words])


def test_answers_and_refusals_by_file_are_kept_and_close_a_settled_round(made: MadeOffice) -> None:
    request = made.submitted()
    assert take_parcel(made.office, answered(made, request, "a"), NOW_S) == Taken("a", request.request_id, "", False)
    assert take_parcel(made.office, refused(made, request, "b"), NOW_S).code == "declined"
    assert made.office.round_state(request.request_id, NOW_S).is_open
    take_parcel(made.office, answered(made, request, "c"), NOW_S)
    assert not made.office.round_state(request.request_id, NOW_S).is_open
    assert kept(made, request) == [("a", "answer"), ("b", "refusal"), ("c", "answer")]


def test_the_same_file_again_changes_nothing_and_other_bytes_are_a_conflict(made: MadeOffice) -> None:
    request = made.submitted()
    data = answered(made, request, "a")
    assert take_parcel(made.office, data, NOW_S) == take_parcel(made.office, data, NOW_S)
    other = ReplyParcel(answer_to(made, request, "a", first_cell=9), None, None).to_bytes()
    with pytest.raises(Conflict):
        take_parcel(made.office, other, NOW_S)
    assert kept(made, request) == [("a", "answer")]


def test_an_answer_after_the_close_is_kept_as_late(made: MadeOffice) -> None:
    request = made.submitted()
    made.office.close_round(request.request_id, NOW_S)
    assert take_parcel(made.office, answered(made, request, "a"), NOW_S).late


def test_a_vector_that_was_changed_on_the_way_is_refused(made: MadeOffice) -> None:
    request = made.submitted()
    answer = answer_to(made, request, "a")
    changed = Answer(answer.header, encode_vector([1, 2, 3]))
    with pytest.raises(Malformed, match="not the one its header names"):
        take_parcel(made.office, ReplyParcel(changed, None, None).to_bytes(), NOW_S)


def test_a_reply_that_another_node_signed_is_refused(made: MadeOffice) -> None:
    request = made.submitted()
    answer = answer_to(made, request, "a")
    forged = Answer(sign(answer.header.type, answer.header.payload, made.nodes["b"].identity), answer.vector)
    with pytest.raises(Unauthorised):
        take_parcel(made.office, ReplyParcel(forged, None, None).to_bytes(), NOW_S)
    assert kept(made, request) == []


def test_a_reply_of_a_revoked_node_is_refused_at_once(made: MadeOffice) -> None:
    request = made.submitted()
    revoke(made.office, "node", "a", NOW_S)
    with pytest.raises(Unauthorised, match="revoked"):
        take_parcel(made.office, answered(made, request, "a"), NOW_S)


def test_an_answer_labelled_as_a_refusal_is_refused(made: MadeOffice) -> None:
    request = made.submitted()
    with pytest.raises(Malformed):
        take_parcel(made.office, ReplyParcel(None, answer_to(made, request, "a").header, None).to_bytes(), NOW_S)


@pytest.mark.parametrize("data", [b"", b"\x00", b"PK\x03\x04" + b"\x00" * 100, b"\xff" * 1000])
def test_a_file_that_is_no_reply_is_refused(made: MadeOffice, data: bytes) -> None:
    with pytest.raises(Malformed):
        take_parcel(made.office, data, NOW_S)


def test_a_ledger_mark_is_kept_and_an_older_file_is_no_alarm(made: MadeOffice) -> None:
    first, second = made.submitted(), made.submitted()
    assert not take_parcel(made.office, answered(made, first, "a", mark_of(made, "a", 9)), NOW_S).has_two_histories
    assert not take_parcel(made.office, answered(made, second, "a", mark_of(made, "a", 4)), NOW_S).has_two_histories


def test_two_marks_of_one_row_that_differ_are_two_histories(made: MadeOffice) -> None:
    first, second = made.submitted(), made.submitted()
    take_parcel(made.office, answered(made, first, "a", mark_of(made, "a", 9)), NOW_S)
    taken = take_parcel(made.office, answered(made, second, "a", mark_of(made, "a", 9, fill=2)), NOW_S)
    assert taken.has_two_histories


def test_a_mark_that_the_node_did_not_sign_is_refused(made: MadeOffice) -> None:
    request = made.submitted()
    with pytest.raises(Unauthorised):
        take_parcel(made.office, answered(made, request, "a", mark_of(made, "a", 9, signer="b")), NOW_S)


def test_a_request_travels_with_the_rosters_that_lead_to_it(made: MadeOffice) -> None:
    request = made.submitted()
    sign_and_accept(made.office, made.roots, NOW_S)
    sign_and_accept(made.office, made.roots, NOW_S)
    parcel = read_request_parcel(request_parcel(made.office, request.request_id, NOW_S).to_bytes())
    assert parcel.request == made.signed(request)
    assert parcel.rosters[0].digest == request.roster_digest
    assert parcel.rosters[-1] == made.office.roster_envelope()
    assert len(parcel.rosters) == 2  # the pinned and the newest; the one between changed no roots


def test_a_closed_round_is_not_carried_to_anyone(made: MadeOffice) -> None:
    request = made.submitted()
    made.office.close_round(request.request_id, NOW_S)
    with pytest.raises(Refused, match="closed"):
        request_parcel(made.office, request.request_id, NOW_S)


def test_one_bad_file_is_named_and_stops_none_of_the_others(made: MadeOffice, tmp_path: Path) -> None:
    request = made.submitted()
    files = {"a.reply": answered(made, request, "a"), "b.reply": b"rubbish", "c.reply": refused(made, request, "c")}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    result = run(made, "receive", *(str(tmp_path / name) for name in files))
    assert result.exit_code == 6
    assert "a answered" in result.stdout
    assert "c refused: The operator declined this request." in result.stdout
    assert "b.reply" in result.stderr
    assert kept(made, request) == [("a", "answer"), ("c", "refusal")]
    again = run(made, "receive", "--json", str(tmp_path / "a.reply"))
    assert (again.exit_code, json.loads(again.stdout)[0]["node_id"]) == (0, "a")


def test_what_a_file_is_called_means_nothing(made: MadeOffice, tmp_path: Path) -> None:
    request = made.submitted()
    (tmp_path / "c.answer").write_bytes(answered(made, request, "a"))
    assert run(made, "receive", str(tmp_path / "c.answer")).exit_code == 0
    assert kept(made, request) == [("a", "answer")]


def test_an_exported_request_never_takes_the_place_of_another_file(
    made: MadeOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lero_coordinator.cli.receive.now_s", lambda: NOW_S)
    request = made.submitted()
    assert run(made, "request", "export", request.request_id, "--out", str(tmp_path / "a.parcel")).exit_code == 0
    assert read_request_parcel((tmp_path / "a.parcel").read_bytes()).request == made.signed(request)
    out = tmp_path / "thesis.txt"
    out.write_text("ten years")
    assert run(made, "request", "export", request.request_id, "--out", str(out)).exit_code == 6
    assert out.read_text() == "ten years"
