"""Which requests a node hears: signed by someone listed, for this node, unchanged, known once, and within the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.roster import Party
from lero_node.answer import answer, receive
from lero_node.compute import parent
from lero_node.gate.inbox import MOST_OPEN, Decision
from support.nodes import POLICY, MadeNode, make_node
from support.requests import DAY_S, ISSUED_S


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    """A node that has joined and imported nothing yet."""
    found = make_node(tmp_path)
    yield found
    found.node.close()


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_tampered_request_is_not_heard_and_is_logged_once(made: MadeNode, place: int) -> None:
    sound = made.signed(made.asked())
    payload = bytearray(sound.payload)
    payload[place] ^= 1
    for _ in range(3):
        assert not receive(made.node, replace(sound, payload=bytes(payload)))
    assert made.node.inbox.items() == []
    assert made.log().count("request not heard") == 1
    assert made.spent() == 0


def test_a_request_that_is_not_for_this_node_or_by_nobody_it_knows_is_not_heard(made: MadeNode) -> None:
    by_other = replace(made, analyst=Ed25519PrivateKey.generate())
    for number, envelope in enumerate(
        [
            made.signed(made.asked(cohort=("quayside",))),
            made.signed(made.asked(federation_id="lero-other")),
            made.signed(made.asked(roster_digest=b"o" * 32)),
            made.signed(made.asked(dictionary_digest=b"o" * 32)),
            by_other.signed(made.asked(title="By another")),
        ],
        start=1,
    ):
        assert not receive(made.node, envelope)
        assert made.log().count("request not heard") == number
    assert made.node.inbox.items() == []


def test_an_analyst_taken_off_the_roster_is_no_longer_heard(made: MadeNode) -> None:
    item = made.heard(made.asked())
    made.accept(analysts=(Party("another", "body", b"a" * 32),))
    assert not receive(made.node, made.signed(made.asked(number=2)))
    # Not even what was approved before is answered, and nothing is charged for it.
    answer(made.node, item)
    assert (made.item(made.asked()).decision, made.spent()) == (Decision.REFUSED, 0)


def test_nobody_is_heard_once_the_roster_has_expired(made: MadeNode) -> None:
    made.clock.at_s = ISSUED_S + 91 * DAY_S
    asked = made.asked(issued_at_s=made.node.now_s, closes_at_s=made.node.now_s + DAY_S)
    assert not receive(made.node, made.signed(asked))


def test_a_roster_that_lists_another_key_for_this_node_stops_its_answers(made: MadeNode) -> None:
    entry = made.node.rosters.newest.node("harbour")
    made.accept(nodes=(replace(entry, identity_key=b"x" * 32),))
    assert not receive(made.node, made.signed(made.asked()))


def test_a_known_id_with_other_content_raises_an_alarm_once_and_changes_nothing(made: MadeNode) -> None:
    made.heard(made.asked())
    for _ in range(2):
        assert not receive(made.node, made.signed(made.asked(title="Another question")))
    assert made.log().count("ALARM known id with other content") == 1
    assert made.item(made.asked()).request.title == "A request"


def test_a_flood_of_requests_is_left_with_the_coordinator_and_costs_nothing(made: MadeNode) -> None:
    for number in range(MOST_OPEN):
        asked = made.asked(number=1000 + number)
        made.node.inbox.take(asked, made.signed(asked), "asker", Decision.WAITING, ISSUED_S)
    assert not receive(made.node, made.signed(made.asked()))
    assert receive(made.node, made.signed(made.asked(number=1000))), "what is known is heard again"
    made.node.inbox.settle(made.asked(number=1001).request_id)
    assert receive(made.node, made.signed(made.asked()))
    assert len(made.node.inbox.open_items()) == MOST_OPEN


def test_an_id_the_ledger_knows_is_an_alarm_even_when_the_inbox_was_lost(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made.asked()
    made.heard(first)
    made.import_rows()
    with monkeypatch.context() as quick:
        quick.setattr(parent, "run", lambda job: (0,))
        answer(made.node, made.item(first))
    made.node.close()
    made.home.inbox.unlink()
    made.reopen()
    assert not receive(made.node, made.signed(made.asked(title="Another question")))
    assert "ALARM known id with other content" in made.log()


@pytest.mark.parametrize(
    ("changes", "later_s", "code"),
    [
        ({"purpose": "holidays"}, 0, "not_allowed"),
        ({}, 29 * DAY_S, "out_of_time"),
        ({"issued_at_s": ISSUED_S + DAY_S}, 0, "out_of_time"),
    ],
)
def test_a_request_the_policy_or_the_time_forbids_is_refused_with_its_code(
    made: MadeNode, changes: dict[str, object], later_s: int, code: str
) -> None:
    made.clock.at_s += later_s
    item = made.heard(made.asked(**changes))  # type: ignore[arg-type]
    assert (item.decision, item.notice) == (Decision.REFUSED, code)
    assert made.spent() == 0


def test_a_node_that_asks_a_person_computes_nothing_before_they_approve(tmp_path: Path) -> None:
    asking = make_node(tmp_path, POLICY.replace('run = "automatic"', 'run = "ask"'))
    assert asking.heard(asking.asked()).decision is Decision.WAITING
    assert asking.spent() == 0
    asking.node.close()
