"""Attacks by requests and on the budget: whoever holds the coordinator, or an analyst's key, asks what they should not.

Two real nodes with the records of three and of two members (neighbours: one member apart) call a real coordinator over
TLS; the attacker writes into its database. One barrage carries every hostile envelope at once, and an honest request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_header, decode_vector, encode_request
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import PROGRAMME, REQUEST, Envelope, Signature, sign
from lero_contract.errors import BudgetSpent, OutOfTime, RequestNotAllowed
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_contract.request import Filter, Request
from lero_contract.v1 import request_pb2 as pb
from lero_coordinator.demo.federation import federation
from support.hostile import Hostile, small_site, until
from support.nodes import MEMBERS
from support.requests import DAY_S, EVER, RHO_02, table

pytestmark = pytest.mark.real_run

WHOLE, LESS = "harbour", "quayside"  # the second lacks the first member of the first
YEAR_NANO_RHO = NANO  # of the demonstration's policy


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("requests")
    lines = MEMBERS.splitlines(keepends=True)
    sites = [small_site(folder, WHOLE), small_site(folder, LESS, members="".join([lines[0], *lines[2:]]))]
    with federation(folder, sites, synthetic=True, tell=lambda *_: None) as running:
        yield Hostile(running)


@dataclass(frozen=True)
class Barrage:
    """What was offered, by name; the honest request; the ledgers and replies when it was over."""

    offered: Mapping[str, Envelope]
    ids: Mapping[str, str]
    honest: Request
    unheard: Mapping[str, set[bytes]]
    codes: Mapping[str, Mapping[str, str]]
    refusals: Mapping[str, Mapping[str, bytes]]
    charged: Mapping[str, frozenset[str]]


def tampered(hostile: Hostile) -> dict[str, Envelope]:
    """Envelopes that no node may hear."""
    sound = hostile.asked()
    genuine = hostile.signed(sound)
    [seal] = genuine.signatures
    middle = len(genuine.payload) // 2
    flipped = genuine.payload[:middle] + bytes([genuine.payload[middle] ^ 1]) + genuine.payload[middle + 1 :]
    stranger = Ed25519PrivateKey.generate()

    def with_seal(value: bytes) -> Envelope:
        return replace(genuine, signatures=(Signature(seal.key_id, value),))

    def by_analyst(payload: bytes) -> Envelope:
        return sign(REQUEST, payload, hostile.running.analyst)

    return {
        "Q5 other cohort": hostile.signed(hostile.asked(cohort=("somebody-else",))),
        "Q5 other federation": hostile.signed(hostile.asked(federation_id="lero-elsewhere")),
        "Q6 payload bit": replace(genuine, payload=flipped),
        "Q6 payload cut": replace(genuine, payload=genuine.payload[:-3]),
        "Q6 signature bit": with_seal(bytes([seal.value[0] ^ 1]) + seal.value[1:]),
        "Q6 signature cut": with_seal(seal.value[:40]),
        "Q6 signature empty": with_seal(b""),
        "Q6 other type": sign(PROGRAMME, genuine.payload, hostile.running.analyst),
        "Q6 type renamed": replace(sign(PROGRAMME, genuine.payload, hostile.running.analyst), type=REQUEST),
        "Q6 signed twice": sign(REQUEST, encode_request(hostile.asked()), hostile.running.analyst, stranger),
        "Q8 unknown signer": hostile.signed(hostile.asked(), stranger),
        "Q8 publisher signs": hostile.signed(hostile.asked(), hostile.running.publisher),
        "Q8 roster unknown here": hostile.signed(hostile.asked(roster_digest=bytes(32))),
        "Q9 unknown field": by_analyst(encode_request(hostile.asked()) + b"\xfa\x3f\x01x"),
        "Q9 repeated field": by_analyst(encode_request(hostile.asked()) + b"\x1a\x05Other"),
        "Q9 fields in another order": by_analyst(_turned(encode_request(hostile.asked()))),
        "Q10 no price": by_analyst(_with(hostile.asked(), "price_nano_rho", 0)),
        "Q10 no price of a table": by_analyst(_with_table(hostile.asked(), "price_nano_rho", 0)),
        "Q10 no mode": by_analyst(_with(hostile.asked(), "mode", 0)),
        "Q10 unknown mode": by_analyst(_with(hostile.asked(), "mode", 7)),
        "Q10 no table": by_analyst(_without_tables(hostile.asked())),
        "Q10 a pooled round in name only": by_analyst(_with(hostile.asked(), "mode", pb.MODE_POOLED)),
    }


def refused(hostile: Hostile) -> dict[str, Request]:
    """Requests that are heard, and refused."""
    dear = table(nano_rho=NANO)
    return {
        "Q7 closed": hostile.asked(closes_at_s=hostile.asked().issued_at_s - DAY_S, issued_at_s=1_775_000_000),
        "Q7 of next year": hostile.asked(**_moved(hostile.asked(), 365 * DAY_S)),
        "Q10 price without bound": hostile.asked(table(nano_rho=9_000_000_000)),
        "Q16 too dear": hostile.asked(dear),
        "Q16 purpose": hostile.asked(purpose="no-such-purpose"),
        "Q16 three dimensions": hostile.asked(table(dimensions=("sex", "age_band", "area"))),
    }


@pytest.fixture(scope="module")
def barrage(hostile: Hostile) -> Barrage:
    offered = tampered(hostile) | {name: hostile.signed(asked) for name, asked in refused(hostile).items()}
    ids = {name: f"{number:032x}" for number, name in enumerate(offered, 0xA000)}
    heard = {name for name in offered if name in refused(hostile)}
    for name in heard:
        ids[name] = pb.Request.FromString(offered[name].payload).request_id
    honest = hostile.asked()
    hostile.offer(
        *((ids[name], envelope) for name, envelope in offered.items()), (honest.request_id, hostile.signed(honest))
    )
    until(lambda: hostile.replied(honest.request_id), "the honest answer")
    for name in heard:
        until(lambda name=name: hostile.replied(ids[name]), name)  # type: ignore[misc]
    found = Barrage(
        offered=offered,
        ids=ids,
        honest=honest,
        unheard={node: hostile.not_heard(node) for node in hostile.running.nodes},
        codes={name: {node: r.code for node, r in hostile.refusals(ids[name]).items()} for name in heard},
        refusals={name: {node: hostile.raw(ids[name], node) for node in hostile.running.nodes} for name in heard},
        charged={
            node: frozenset(row["request_id"] for row in hostile.ledger(node) if row["state"] == "reserved")
            for node in hostile.running.nodes
        },
    )
    hostile.take_back(ids.values())
    return found


@pytest.mark.attack("Q5", "Q6", "Q8", "Q9", "Q10")
def test_no_node_hears_what_was_tampered_with_or_is_not_for_it_and_nothing_is_charged(
    hostile: Hostile, barrage: Barrage
) -> None:
    for name in tampered(hostile):
        for node in hostile.running.nodes:
            assert barrage.offered[name].digest in barrage.unheard[node], f"{name} at {node}"
    for node in hostile.running.nodes:
        assert barrage.charged[node] == {barrage.honest.request_id}


@pytest.mark.attack("Q7", "Q10", "Q16")
def test_what_is_heard_and_refused_is_refused_alike_whoever_the_members_are(hostile: Hostile, barrage: Barrage) -> None:
    expected = {
        "Q7 closed": OutOfTime.code,
        "Q7 of next year": OutOfTime.code,
        "Q10 price without bound": RequestNotAllowed.code,
        "Q16 too dear": RequestNotAllowed.code,
        "Q16 purpose": RequestNotAllowed.code,
        "Q16 three dimensions": RequestNotAllowed.code,
    }
    assert {name: set(codes.values()) for name, codes in barrage.codes.items()} == {
        name: {code} for name, code in expected.items()
    }
    for name, said in barrage.refusals.items():
        # Node names of seven and eight letters: the one difference in size, twice within (its own field and lengths).
        assert len(said[LESS]) - len(said[WHOLE]) == len(LESS) - len(WHOLE), name


@pytest.mark.attack("Q16")
def test_answers_of_neighbours_have_one_size_and_shape(hostile: Hostile, barrage: Barrage) -> None:
    headers = {node: decode_header(a.header.payload) for node, a in hostile.answers(barrage.honest.request_id).items()}
    whole, less = headers[WHOLE], headers[LESS]
    unlike = ("node_id", "vector_digest", "ledger_head")
    assert {name: value for name, value in vars(whole).items() if name not in unlike} == {
        name: value for name, value in vars(less).items() if name not in unlike
    }
    sizes = {node: len(a.vector) for node, a in hostile.answers(barrage.honest.request_id).items()}
    assert sizes[WHOLE] == sizes[LESS]
    assert [e["event"] for e in hostile.log(WHOLE)].count("price reserved") == 1


@pytest.mark.attack("Q1", "Q4", "S10")
def test_the_same_request_again_and_again_also_after_a_restart_gives_the_same_bytes_for_one_charge(
    hostile: Hostile, barrage: Barrage
) -> None:
    asked = barrage.honest.request_id
    first = {node: hostile.raw(asked, node) for node in hostile.running.nodes}
    spent = {node: hostile.spent(node) for node in hostile.running.nodes}
    for turn in range(3):
        if turn == 1:
            hostile.restart()
        hostile.forget_replies(asked)
        hostile.restart()
        until(lambda: hostile.replied(asked), "the answer again")
        assert {node: hostile.raw(asked, node) for node in hostile.running.nodes} == first
    assert {node: hostile.spent(node) for node in hostile.running.nodes} == spent


@pytest.mark.attack("Q3")
def test_a_known_id_with_other_content_is_refused_and_raises_the_alarm(hostile: Hostile, barrage: Barrage) -> None:
    other = replace(barrage.honest, title="Another question under a known id")
    before = {node: hostile.ledger(node) for node in hostile.running.nodes}
    hostile.take_back([barrage.honest.request_id])
    hostile.offer((other.request_id, hostile.signed(other)))
    hostile.restart()
    for node in hostile.running.nodes:
        until(lambda node=node: any(e["event"].startswith("ALARM") for e in hostile.log(node)), "the alarm")  # type: ignore[misc]
    assert {node: hostile.ledger(node) for node in hostile.running.nodes} == before
    assert hostile.answers(other.request_id) == {}
    hostile.take_back([other.request_id])
    hostile.restart()


@pytest.mark.attack("Q2", "Q11", "Q12")
def test_overlapping_filters_down_to_one_member_are_answered_in_full_with_noise_and_both_charged(
    hostile: Hostile,
) -> None:
    everyone = hostile.asked(table(EVER, dimensions=("age_band",)), title="Everyone")
    # The first member is the only one of that age: by this filter a table of one, and at the other node of nobody.
    one = hostile.asked(
        table(EVER, dimensions=("area",), filters=(Filter("age_band", ("50_plus",)),)), title="One member"
    )
    before = hostile.spent(WHOLE)
    hostile.settle(everyone)
    hostile.settle(one)
    assert hostile.spent(WHOLE) == before + 2 * RHO_02
    roster = hostile.running.office.roster().roster
    for asked in (everyone, one):
        for node, answer in hostile.answers(asked.request_id).items():
            plan = compile_plan(asked, load_dictionary(), roster.node(node))
            assert len(decode_vector(answer.vector)) == plan.cell_count > 1
        assert hostile.refusals(asked.request_id) == {}
    # A group with nobody in it carries noise too: that not one cell of these is anything but 0 has chance below 1e-20.
    cells = decode_vector(hostile.answers(everyone.request_id)[WHOLE].vector)
    assert sum(cell != 0 for cell in cells) > len(cells) / 3


@pytest.mark.attack("Q1")
def test_the_same_question_under_new_ids_is_charged_until_it_is_refused(hostile: Hostile) -> None:
    dear = 300_000_000
    answered = 0
    while hostile.spent(WHOLE) + dear <= YEAR_NANO_RHO:
        asked = hostile.asked(table(nano_rho=dear), nodes=(WHOLE,))
        hostile.settle(asked)
        answered += len(hostile.answers(asked.request_id))
    assert answered >= 2
    spent = hostile.spent(WHOLE)
    last = hostile.asked(table(nano_rho=dear), nodes=(WHOLE,))
    hostile.settle(last)
    assert {r.code for r in hostile.refusals(last.request_id).values()} == {BudgetSpent.code}
    assert hostile.spent(WHOLE) == spent


def _moved(asked: Request, by_s: int) -> dict[str, Any]:
    return {"issued_at_s": asked.issued_at_s + by_s, "closes_at_s": asked.closes_at_s + by_s}


def _message(asked: Request) -> pb.Request:
    return pb.Request.FromString(encode_request(asked))


def _with(asked: Request, field: str, value: int) -> bytes:
    """The request's bytes with a number that no request of this program has."""
    message = _message(asked)
    setattr(message, field, value)
    return message.SerializeToString(deterministic=True)


def _with_table(asked: Request, field: str, value: int) -> bytes:
    message = _message(asked)
    setattr(message.tables[0], field, value)
    return message.SerializeToString(deterministic=True)


def _without_tables(asked: Request) -> bytes:
    message = _message(asked)
    del message.tables[:]
    return message.SerializeToString(deterministic=True)


def _turned(payload: bytes) -> bytes:
    """The same fields with the first (the id) at the end."""
    first = 2 + payload[1]
    return payload[first:] + payload[:first]
