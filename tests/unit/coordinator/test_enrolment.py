from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Enrolment, encode_enrolment, envelope_from_bytes
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ENROLMENT, ROSTER, Envelope, sign
from lero_contract.errors import Conflict, LeroError, Malformed, Unauthorised
from lero_coordinator.enrolment import check_replacement, collectable, open_enrolment
from support.offices import MadeNode, make_node, tls_request

NODE = make_node("north-star")


def wish(node: MadeNode = NODE, *, name: str = "North Star", tls: bytes | None = None) -> Enrolment:
    return Enrolment(node.entry, name, tls_request(node.tls_key) if tls is None else tls)


def signed(enrolment: Enrolment, key: Ed25519PrivateKey = NODE.identity) -> Envelope:
    return sign(ENROLMENT, encode_enrolment(enrolment), key)


def test_a_wish_signed_by_its_own_key_is_read() -> None:
    opened = open_enrolment(envelope_from_bytes(NODE.enrolment), load_dictionary())
    assert opened.entry == NODE.entry


@pytest.mark.parametrize(
    ("envelope", "family"),
    [
        (signed(wish(), Ed25519PrivateKey.generate()), Unauthorised),
        (sign(ROSTER, encode_enrolment(wish()), NODE.identity), Malformed),
        (signed(wish(make_node("north-star", ["E99999999"], identity=NODE.identity))), Malformed),
        (signed(wish(make_node("north-star", collects=["shoe_size"], identity=NODE.identity))), Malformed),
        (signed(wish(tls=b"not a request")), Malformed),
        (signed(wish(tls=bytes(10_000))), Malformed),
        (signed(wish(name=" ")), Malformed),
    ],
    ids=["another key", "another type", "no such area", "no such variable", "bad request", "large request", "no name"],
)
def test_a_wish_that_does_not_hold_together_is_refused(envelope: Envelope, family: type[LeroError]) -> None:
    with pytest.raises(family):
        open_enrolment(envelope, load_dictionary())


def test_a_changed_payload_is_refused() -> None:
    genuine = signed(wish())
    other = make_node("north-star", ["E06000061"], identity=NODE.identity)
    with pytest.raises(Unauthorised):
        open_enrolment(replace(genuine, payload=encode_enrolment(wish(other))), load_dictionary())


def test_a_known_node_may_change_its_areas_and_nothing_that_says_who_it_is() -> None:
    check_replacement(replace(NODE.entry, areas=("E06000061",)), NODE.entry)
    with pytest.raises(Conflict, match="another identity key"):
        check_replacement(make_node("north-star").entry, NODE.entry)
    with pytest.raises(Conflict, match="another organisation"):
        check_replacement(replace(NODE.entry, organisation_id="other-org"), NODE.entry)


def test_everything_a_mapping_can_state_is_collectable() -> None:
    assert {
        "sex",
        "birth_year",
        "area",
        "joined",
        "sure.total",
        "activities",
        "milestones",
        "reviews",
        "recovery_now",
    } <= collectable(load_dictionary())
