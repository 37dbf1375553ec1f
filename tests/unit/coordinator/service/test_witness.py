"""The coordinator keeps where each ledger stands, and tells a node what it said before; over the real line."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_ledger_mark
from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.envelope import LEDGER_MARK, Envelope, sign
from lero_contract.errors import LeroError, Malformed, Unauthorised
from lero_contract.ledger_mark import LedgerHead, LedgerMark
from lero_contract.rpc import from_call_error
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.service.witness import compare
from lero_coordinator.store import ledger_marks
from support.listeners import listening, node_stub
from support.offices import MadeOffice, make_node, make_office

EAST, WEST = "eastern", "western"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(EAST), make_node(WEST)], now_s=int(time.time()))
    yield office
    office.office.close()


def mark(
    made: MadeOffice,
    sequence: int,
    epoch: int = 0,
    history: str = "a",
    node: str = EAST,
    by: Ed25519PrivateKey | None = None,
    federation: str = "lero-test",
) -> Envelope:
    said = LedgerMark(federation, node, LedgerHead(sequence, history.encode() * 32, epoch), 1_775_000_000)
    return sign(LEDGER_MARK, encode_ledger_mark(said), by or made.nodes[node].identity)


def told(made: MadeOffice, sent: Envelope, node: str = EAST) -> Envelope | None:
    return compare(made.office.store, node, sent, 5)


def kept(made: MadeOffice, node: str = EAST) -> ledger_marks.KeptMark | None:
    with made.office.store.reading() as connection:
        return ledger_marks.mark_of(connection, node)


def words(made: MadeOffice) -> str:
    found = kept(made)
    return found.in_words if found is not None else ""


def test_the_newest_is_kept_and_the_one_before_is_shown_so_that_the_node_can_compare(made: MadeOffice) -> None:
    first, second = mark(made, 1), mark(made, 2)
    assert told(made, first) is None
    assert told(made, first) is None
    assert told(made, second) == first
    assert told(made, second) is None
    assert words(made) == "row 2"


def test_an_older_one_is_answered_with_the_newest_and_changes_nothing(
    made: MadeOffice, caplog: pytest.LogCaptureFixture
) -> None:
    newest = mark(made, 9)
    told(made, newest)
    with caplog.at_level(logging.WARNING):
        assert told(made, mark(made, 3)) == newest
    assert "eastern sent an older head of its ledger" in caplog.text
    assert words(made) == "row 9"


def test_of_two_that_differ_in_one_place_the_first_stays_and_the_other_is_evidence(
    made: MadeOffice, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = mark(made, 4), mark(made, 4, history="b")
    told(made, first)
    with caplog.at_level(logging.WARNING):
        assert told(made, other) == first
    found = kept(made)
    assert found is not None
    assert (found.envelope, found.other, found.in_words) == (first, other, "row 4, TWO HISTORIES")
    assert "another hash for one row" in caplog.text
    told(made, mark(made, 5))
    assert words(made) == "row 5, TWO HISTORIES"


def test_a_write_off_goes_above_every_row_of_before_and_ends_the_story_of_two_histories(made: MadeOffice) -> None:
    told(made, mark(made, 9))
    told(made, mark(made, 9, history="b"))
    assert told(made, mark(made, 2, epoch=1)) == mark(made, 9)
    assert words(made) == "row 2, after write-off 1"
    assert told(made, mark(made, 10)) == mark(made, 2, epoch=1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"by": Ed25519PrivateKey.generate()}, Unauthorised),
        ({"node": WEST}, Unauthorised),
        ({"federation": "another"}, Unauthorised),
    ],
)
def test_a_mark_that_is_not_the_callers_own_word_is_refused(
    made: MadeOffice, changes: dict[str, object], error: type[LeroError]
) -> None:
    with pytest.raises(error):
        told(made, mark(made, 1, **changes))  # type: ignore[arg-type]
    another = mark(made, 1, node=WEST, by=made.nodes[EAST].identity)
    with pytest.raises(Unauthorised):
        told(made, another)
    with pytest.raises(Malformed):
        told(made, Envelope("answer-header", mark(made, 1).payload, mark(made, 1).signatures))
    assert kept(made) is None


def test_of_a_node_that_is_not_on_the_roster_nothing_is_kept(made: MadeOffice) -> None:
    assert told(made, mark(made, 1), node="nobody") is None
    assert kept(made, "nobody") is None


def test_a_poll_brings_its_mark_and_ends_at_once_with_what_was_kept(made: MadeOffice) -> None:
    with listening(made.office) as port, node_stub(port, made, EAST) as stub:
        version = made.office.roster().roster.version

        def poll(sent: Envelope, wait_s: int = 0) -> pb.PollReply:
            request = pb.PollRequest(roster_version=version, wait_s=wait_s, ledger_mark=envelope_to_message(sent))
            reply: pb.PollReply = stub.Poll(request, timeout=20)
            return reply

        assert poll(mark(made, 7)) == pb.PollReply()
        assert poll(mark(made, 7)) == pb.PollReply()
        assert envelope_from_message(poll(mark(made, 2), wait_s=60).ledger_mark) == mark(made, 7)
        with pytest.raises(grpc.RpcError) as raised:
            poll(mark(made, 8, by=Ed25519PrivateKey.generate()))
        assert isinstance(from_call_error(raised.value), Unauthorised)
        assert words(made) == "row 7"
