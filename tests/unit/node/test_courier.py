"""A request by file: the same checks, charge and bytes as over the line; no other file is ever written over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import (
    ReplyParcel,
    RequestParcel,
    decode_header,
    decode_ledger_mark,
    decode_refusal,
    encode_request,
    encode_roster,
    envelope_to_bytes,
    read_reply_parcel,
)
from lero_contract.envelope import (
    ANSWER_HEADER,
    LEDGER_MARK,
    REFUSAL,
    REQUEST,
    ROSTER,
    Envelope,
    key_id,
    open_one,
    public_bytes,
    sign,
)
from lero_contract.errors import (
    Conflict,
    DataNotValid,
    Malformed,
    NotReady,
    OutOfTime,
    Refused,
    RolledBack,
    Unauthorised,
    Unavailable,
)
from lero_node import courier
from lero_node.compute import parent
from lero_node.courier import Written, answer_by_file, read_parcel_file
from lero_node.deciding import let_go, withhold
from lero_node.gate.inbox import Decision
from lero_node.privacy.ledger import State
from lero_node.writing_off import foresee
from support.nodes import POLICY, MadeNode, make_node
from support.requests import DAY_S, RHO_02, table

BY_AREA = table(dimensions=["area"])
ASKS = POLICY.replace('run = "automatic"', 'run = "ask"')


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], MadeNode]]:
    """Nodes whose computation is replaced by twelve zeros: the child has tests of its own."""
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    made: list[MadeNode] = []

    def build(policy: str) -> MadeNode:
        made.append(make_node(tmp_path, policy))
        made[-1].import_rows()
        return made[-1]

    yield build
    for one in made:
        one.node.close()


@pytest.fixture
def made(make: Callable[[str], MadeNode]) -> MadeNode:
    return make(POLICY)


def parcel(made: MadeNode, *rosters: Envelope, number: int = 1, **changes: object) -> bytes:
    return RequestParcel(rosters, made.signed(made.asked(BY_AREA, number=number, **changes))).to_bytes()


def write(made: MadeNode, out: Path, data: bytes | None = None) -> Written:
    return answer_by_file(made.node, parcel(made) if data is None else data, out)


def opened(made: MadeNode, out: Path) -> ReplyParcel:
    return read_reply_parcel(out.read_bytes())


def own_key(made: MadeNode) -> dict[str, bytes]:
    public = public_bytes(made.node.identity.signing)
    return {key_id(public): public}


def test_an_answer_is_charged_written_and_marked_as_sent(made: MadeNode, tmp_path: Path) -> None:
    written = write(made, tmp_path / "a.reply")
    found = opened(made, tmp_path / "a.reply")
    assert found.answer is not None
    payload, _ = open_one(found.answer.header, ANSWER_HEADER, own_key(made))
    assert decode_header(payload).request_id == written.request_id == made.asked().request_id
    assert made.spent() == RHO_02
    assert made.node.ledger.existing(written.request_id).state is State.SENT
    assert made.node.inbox.open_items() == []
    assert "answer written to a file" in made.log()


def test_the_mark_in_the_file_is_of_the_row_that_released_the_answer(made: MadeNode, tmp_path: Path) -> None:
    write(made, tmp_path / "a.reply")
    mark = opened(made, tmp_path / "a.reply").ledger_mark
    assert mark is not None
    payload, _ = open_one(mark, LEDGER_MARK, own_key(made))
    head = decode_ledger_mark(payload).head
    states = {row.sequence: row.values["state"] for row in made.node.ledger.rows()}
    assert states[head.sequence] == State.RELEASED.value


def test_the_same_request_again_is_the_same_answer_at_no_new_price(made: MadeNode, tmp_path: Path) -> None:
    write(made, tmp_path / "a.reply")
    first = opened(made, tmp_path / "a.reply").answer
    made.reopen()
    write(made, tmp_path / "a.reply")
    write(made, tmp_path / "b.reply")
    assert opened(made, tmp_path / "a.reply").answer == opened(made, tmp_path / "b.reply").answer == first
    assert made.spent() == RHO_02


def test_a_crash_before_it_was_marked_as_sent_leaves_the_same_answer(
    made: MadeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(type(made.node.ledger), "mark_sent", _crash)
        with pytest.raises(KeyboardInterrupt):
            write(made, tmp_path / "a.reply")
    first = opened(made, tmp_path / "a.reply").answer
    made.reopen()
    write(made, tmp_path / "a.reply")
    assert opened(made, tmp_path / "a.reply").answer == first
    assert made.spent() == RHO_02


def test_a_person_is_asked_first_and_nothing_is_charged_or_written(
    make: Callable[[str], MadeNode], tmp_path: Path
) -> None:
    made = make(ASKS)
    with pytest.raises(NotReady) as waits:
        write(made, tmp_path / "a.reply")
    assert "request approve 00000000" in waits.value.next_step
    assert not (tmp_path / "a.reply").exists()
    assert made.spent() == 0
    made.node.inbox.decide_waiting(made.asked().request_id, Decision.APPROVED, "", made.node.now_s)
    assert write(made, tmp_path / "a.reply").code == ""


def test_a_no_of_a_person_is_a_signed_refusal_with_its_reason(make: Callable[[str], MadeNode], tmp_path: Path) -> None:
    made = make(ASKS)
    with pytest.raises(NotReady):
        write(made, tmp_path / "a.reply")
    request_id = made.asked().request_id
    made.node.inbox.decide_waiting(request_id, Decision.DECLINED, "declined", made.node.now_s, "too-dear")
    assert write(made, tmp_path / "a.reply").code == "declined"
    refusal = opened(made, tmp_path / "a.reply").refusal
    assert refusal is not None
    payload, _ = open_one(refusal, REFUSAL, own_key(made))
    assert (decode_refusal(payload).code, decode_refusal(payload).reason) == ("declined", "too-dear")
    assert made.spent() == 0
    assert made.node.inbox.open_items() == []


def test_what_the_policy_forbids_is_a_signed_refusal_and_costs_nothing(made: MadeNode, tmp_path: Path) -> None:
    written = write(made, tmp_path / "a.reply", parcel(made, purpose="curiosity"))
    assert written.code == "not_allowed"
    assert opened(made, tmp_path / "a.reply").refusal is not None
    assert made.spent() == 0


def test_old_records_are_said_and_a_later_import_is_answered_in_the_same_file(made: MadeNode, tmp_path: Path) -> None:
    data = parcel(made, cut_date_day=made.asked().cut_date_day + 5)
    assert write(made, tmp_path / "a.reply", data).code == "stale"
    made.clock.at_s += 10 * DAY_S
    made.import_rows(complete_to=date(2026, 4, 6))
    assert write(made, tmp_path / "a.reply", data).code == ""
    assert opened(made, tmp_path / "a.reply").answer is not None


def test_a_finished_answer_waits_where_the_policy_asks_before_it_leaves(
    make: Callable[[str], MadeNode], tmp_path: Path
) -> None:
    made = make(POLICY.replace('release = "automatic"', 'release = "ask"'))
    with pytest.raises(NotReady) as waits:
        write(made, tmp_path / "a.reply")
    assert "request send 00000000" in waits.value.next_step
    assert not (tmp_path / "a.reply").exists()
    let_go(made.node, made.item(made.asked()))
    assert write(made, tmp_path / "a.reply").code == ""
    assert made.spent() == RHO_02


def test_a_withheld_answer_is_a_refusal_for_good(make: Callable[[str], MadeNode], tmp_path: Path) -> None:
    made = make(POLICY.replace('release = "automatic"', 'release = "ask"'))
    with pytest.raises(NotReady):
        write(made, tmp_path / "a.reply")
    withhold(made.node, made.item(made.asked()), "trustees-said-no")
    assert write(made, tmp_path / "a.reply").code == "withheld"
    found = opened(made, tmp_path / "a.reply")
    assert (found.answer, made.spent()) == (None, RHO_02)


def test_a_roster_that_came_along_is_believed(made: MadeNode, tmp_path: Path) -> None:
    newest = made.node.rosters.newest
    following = replace(newest, version=5)
    envelope = sign(ROSTER, encode_roster(following), made.roots)
    data = parcel(made, envelope, roster_digest=envelope.digest, roster_version=5)
    assert write(made, tmp_path / "a.reply", data).code == ""
    assert made.node.rosters.newest.version == 5


def test_a_roster_that_the_roots_did_not_sign_brings_in_no_analyst(made: MadeNode, tmp_path: Path) -> None:
    stranger = Ed25519PrivateKey.generate()
    newest = made.node.rosters.newest
    analysts = (replace(newest.analysts[0], public_key=public_bytes(stranger)),)
    forged = sign(ROSTER, encode_roster(replace(newest, version=2, analysts=analysts)), stranger)
    asked = made.asked(BY_AREA, roster_digest=forged.digest, roster_version=2)
    data = RequestParcel((forged,), sign(REQUEST, encode_request(asked), stranger)).to_bytes()
    with pytest.raises(Unauthorised):
        write(made, tmp_path / "a.reply", data)
    assert not (tmp_path / "a.reply").exists()
    assert made.node.rosters.newest.version == newest.version
    assert {"roster not accepted", "request not heard"} <= set(made.log())


def test_a_known_id_with_other_content_is_refused_and_raises_the_alarm(made: MadeNode, tmp_path: Path) -> None:
    write(made, tmp_path / "a.reply")
    with pytest.raises(Conflict):
        write(made, tmp_path / "b.reply", parcel(made, title="Another title"))
    assert "ALARM known id with other content" in made.log()
    assert not (tmp_path / "b.reply").exists()


def test_a_node_whose_ledger_is_older_than_its_mark_answers_no_file(made: MadeNode, tmp_path: Path) -> None:
    made.node.close()
    before = made.home.ledger.read_bytes()
    made.reopen()
    write(made, tmp_path / "a.reply")
    made.node.close()
    made.home.ledger.write_bytes(before)
    made.reopen()
    with pytest.raises(RolledBack):
        write(made, tmp_path / "b.reply", parcel(made, number=2))
    assert not (tmp_path / "b.reply").exists()
    assert made.node.inbox.find(made.asked(number=2).request_id) is None, "it was heard before the ledger was checked"


def test_a_restored_node_without_a_line_learns_the_newest_list_from_a_file_and_can_then_write_off(
    made: MadeNode, tmp_path: Path
) -> None:
    made.home.restored.touch()
    newest = made.node.rosters.newest
    made.clock.at_s = newest.expires_at_s + DAY_S
    with pytest.raises(OutOfTime):
        foresee(made.node, ())
    following = replace(newest, version=5, issued_at_s=made.node.now_s, expires_at_s=made.node.now_s + DAY_S)
    envelope = sign(ROSTER, encode_roster(following), made.roots)
    with pytest.raises(RolledBack):
        write(made, tmp_path / "a.reply", parcel(made, envelope))
    assert foresee(made.node, ()).epoch == 1
    assert made.node.inbox.items() == []


def test_a_computation_that_was_stopped_is_done_again(
    made: MadeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopped:
        stopped.setattr(parent, "run", lambda job: None)
        with pytest.raises(Unavailable):
            write(made, tmp_path / "a.reply")
    assert write(made, tmp_path / "a.reply").code == ""
    assert made.spent() == RHO_02


def test_a_closed_round_is_not_answered(make: Callable[[str], MadeNode], tmp_path: Path) -> None:
    made = make(ASKS)
    with pytest.raises(NotReady):
        write(made, tmp_path / "a.reply")
    made.node.inbox.decide(made.asked().request_id, Decision.CLOSED, "The round has closed.", "", made.node.now_s)
    with pytest.raises(Refused, match="closed"):
        write(made, tmp_path / "a.reply")


def test_nothing_else_is_written_over_and_nothing_is_charged_for_a_mistyped_name(
    made: MadeNode, tmp_path: Path
) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("ten years")
    with pytest.raises(DataNotValid, match="would be lost"):
        write(made, thesis)
    with pytest.raises(DataNotValid, match="no folder"):
        write(made, tmp_path / "nowhere" / "a.reply")
    assert thesis.read_text() == "ten years"
    assert made.spent() == 0


def test_the_reply_to_another_request_is_not_written_over(made: MadeNode, tmp_path: Path) -> None:
    write(made, tmp_path / "a.reply")
    before = (tmp_path / "a.reply").read_bytes()
    with pytest.raises(DataNotValid):
        write(made, tmp_path / "a.reply", parcel(made, number=2))
    assert (tmp_path / "a.reply").read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"\x00" * 20, b"PK\x03\x04" + b"\x00" * 100, b"\xff" * 1000])
def test_a_file_that_is_no_request_is_refused(made: MadeNode, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Malformed):
        write(made, tmp_path / "a.reply", data)


def test_a_signed_request_alone_is_a_parcel_too(made: MadeNode, tmp_path: Path) -> None:
    assert write(made, tmp_path / "a.reply", envelope_to_bytes(made.signed(made.asked(BY_AREA)))).code == ""


def test_a_file_larger_than_any_request_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "LARGEST_BYTES", 10)
    (tmp_path / "big").write_bytes(b"x" * 11)
    with pytest.raises(DataNotValid, match="larger than any file"):
        read_parcel_file(tmp_path / "big")


def _crash(*_: object) -> None:
    raise KeyboardInterrupt
