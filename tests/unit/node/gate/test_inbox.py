"""The inbox: each request once, each decision kept, and what was heard in vain remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request
from lero_contract.envelope import REQUEST, Envelope, sign
from lero_contract.errors import Conflict, Refused
from lero_contract.request import Request
from lero_node.gate.inbox import DAY_S, MOST_NOTED, Decision, Inbox
from support.requests import request

KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
ASKED = request()
A = ASKED.request_id


def signed(asked: Request) -> Envelope:
    return sign(REQUEST, encode_request(asked), KEY)


def take(inbox: Inbox, asked: Request = ASKED, now_s: int = 5) -> None:
    inbox.take(asked, signed(asked), "asker", Decision.WAITING, now_s)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox(tmp_path / "inbox.sqlite")
    yield opened
    opened.close()


def test_a_request_is_kept_as_it_was_signed(inbox: Inbox, tmp_path: Path) -> None:
    take(inbox)
    inbox.close()
    [item] = Inbox(tmp_path / "inbox.sqlite").items()
    assert (item.request, item.envelope, item.analyst_id, item.received_at_s) == (ASKED, signed(ASKED), "asker", 5)
    assert (item.decision, item.notice, item.noticed, item.settled) == (Decision.WAITING, "", False, False)


def test_the_same_request_again_changes_nothing(inbox: Inbox) -> None:
    take(inbox)
    inbox.decide(A, Decision.APPROVED, "by the policy", "", 6)
    take(inbox, now_s=9)
    [item] = inbox.items()
    assert (item.decision, item.received_at_s) == (Decision.APPROVED, 5)


def test_a_known_id_with_other_content_is_a_conflict(inbox: Inbox) -> None:
    take(inbox)
    with pytest.raises(Conflict):
        take(inbox, replace(ASKED, title="Another"))
    assert [item.request.title for item in inbox.items()] == ["A request"]


def test_only_a_waiting_request_is_decided_by_a_person(inbox: Inbox) -> None:
    take(inbox)
    inbox.decide_waiting(A, Decision.DECLINED, "declined", 6)
    with pytest.raises(Refused, match="declined already"):
        inbox.decide_waiting(A, Decision.APPROVED, "", 7)
    with pytest.raises(Refused, match="no such request"):
        inbox.decide_waiting("f" * 32, Decision.APPROVED, "", 7)


def test_what_is_settled_is_no_longer_open_until_it_is_offered_again(inbox: Inbox) -> None:
    take(inbox)
    inbox.decide(A, Decision.REFUSED, "too dear", "not_allowed", 6)
    inbox.mark_noticed(A)
    inbox.settle(A)
    assert inbox.open_items() == []
    inbox.reopen(A)
    [item] = inbox.open_items()
    assert (item.notice, item.noticed) == ("not_allowed", False)


def test_a_closed_request_stays_closed_when_it_is_offered_again(inbox: Inbox) -> None:
    take(inbox)
    inbox.decide(A, Decision.CLOSED, "The round has closed.", "", 6)
    inbox.settle(A)
    inbox.reopen(A)
    assert inbox.open_items() == []


def test_a_new_decision_is_noticed_anew(inbox: Inbox) -> None:
    take(inbox)
    inbox.decide(A, Decision.APPROVED, "", "stale", 6)
    inbox.mark_noticed(A)
    inbox.decide(A, Decision.REFUSED, "", "budget_spent", 7)
    [item] = inbox.items()
    assert (item.notice, item.noticed) == ("budget_spent", False)


def test_requests_stand_in_the_order_they_came(inbox: Inbox) -> None:
    for name, now_s in (("c", 1), ("a", 2), ("b", 2)):
        take(inbox, replace(ASKED, request_id=name * 32), now_s)
    assert [item.request_id[0] for item in inbox.items()] == ["c", "a", "b"]


def test_bytes_that_were_not_heard_are_remembered_once(inbox: Inbox) -> None:
    assert inbox.note_not_heard("not signed", b"d" * 32, 5)
    assert not inbox.note_not_heard("not signed", b"d" * 32, 6)
    assert inbox.note_not_heard("not signed", b"e" * 32, 6)
    assert inbox.note_not_heard("known id, other content", b"d" * 32, 7)


def test_rubbish_without_end_is_noted_so_often_a_day_and_mutes_no_alarm(inbox: Inbox) -> None:
    noted = [inbox.note_not_heard("not signed", n.to_bytes(32), 5) for n in range(MOST_NOTED + 2)]
    assert noted == [True] * MOST_NOTED + [False, False]
    assert inbox.note_not_heard("alarm", b"d" * 32, 6)
    assert inbox.note_not_heard("not signed", b"e" * 32, 6 + DAY_S)
