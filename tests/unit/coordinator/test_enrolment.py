from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Enrolment, encode_enrolment
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ENROLMENT, ROSTER, Envelope, public_bytes, sign
from lero_contract.errors import Conflict, LeroError, Malformed, OutOfTime, Unauthorised
from lero_coordinator.enrolment import check_change, check_first, check_replacement, collectable, read_wish
from lero_coordinator.invites import Issued
from support.offices import DAY_S, NOW_S, MadeNode, make_node, tls_request

NODE = make_node("north-star")
INVITE_ID, INVITE_KEY = "ab" * 16, Ed25519PrivateKey.generate()
ISSUED = Issued(
    *(INVITE_ID, "north-star", "north-star-org", NODE.name, public_bytes(INVITE_KEY)), *(1, NOW_S, NOW_S + 7 * DAY_S)
)


def wish(node: MadeNode = NODE, *, name: str = NODE.name, tls: bytes | None = None) -> Enrolment:
    return Enrolment(node.entry, name, tls_request(node.tls_key) if tls is None else tls, "lero-test", INVITE_ID)


def signed(enrolment: Enrolment, *keys: Ed25519PrivateKey) -> Envelope:
    return sign(ENROLMENT, encode_enrolment(enrolment), *(keys or (NODE.identity, INVITE_KEY)))


def comes_first(envelope: Envelope, issued: Issued | None = ISSUED, now_s: int = NOW_S) -> None:
    check_first(envelope, read_wish(envelope, "lero-test", load_dictionary()), issued, None, now_s)


def test_a_wish_signed_by_its_own_key_and_the_invites_is_taken() -> None:
    comes_first(signed(wish()))
    comes_first(signed(wish(), INVITE_KEY, NODE.identity))


@pytest.mark.parametrize(
    "envelope",
    [
        sign(ROSTER, encode_enrolment(wish()), NODE.identity),
        signed(wish(make_node("north-star", ["E99999999"], identity=NODE.identity))),
        signed(wish(make_node("north-star", collects=["shoe_size"], identity=NODE.identity))),
        signed(wish(tls=b"not a request")),
        signed(wish(tls=bytes(10_000))),
        signed(wish(name=" ")),
        signed(replace(wish(), federation_id="lero-elsewhere")),
        signed(replace(wish(), federation_id="")),
    ],
    ids=[
        *("another type", "no such area", "no such variable", "bad request", "large request", "no name"),
        *("another federation", "no federation"),
    ],
)
def test_a_wish_that_does_not_hold_together_is_refused(envelope: Envelope) -> None:
    with pytest.raises(Malformed):
        read_wish(envelope, "lero-test", load_dictionary())


STRANGER = Ed25519PrivateKey.generate()


@pytest.mark.parametrize(
    "keys",
    [
        (NODE.identity,),
        (INVITE_KEY,),
        (STRANGER, INVITE_KEY),
        (NODE.identity, STRANGER),
        (NODE.identity, NODE.identity),
        (NODE.identity, INVITE_KEY, STRANGER),
        (NODE.identity, INVITE_KEY, INVITE_KEY),
    ],
)
def test_a_first_wish_by_other_keys_than_those_two_is_refused(keys: tuple[Ed25519PrivateKey, ...]) -> None:
    with pytest.raises(Unauthorised, match="not signed by the keys"):
        comes_first(signed(wish(), *keys))


def test_a_changed_payload_is_refused() -> None:
    other = make_node("north-star", ["E06000061"], identity=NODE.identity)
    with pytest.raises(Unauthorised):
        comes_first(replace(signed(wish()), payload=encode_enrolment(wish(other))))


@pytest.mark.parametrize(
    ("issued", "now_s", "family", "words"),
    [
        (None, NOW_S, Unauthorised, "names no invite"),
        (replace(ISSUED, withdrawn_at_s=NOW_S), NOW_S, Unauthorised, "withdrawn"),
        (ISSUED, NOW_S + 7 * DAY_S, OutOfTime, "expired"),
        (replace(ISSUED, identity_key=bytes(32), used_at_s=NOW_S), NOW_S, Conflict, "another computer"),
        (replace(ISSUED, node_id="south-star"), NOW_S, Unauthorised, "names others"),
        (replace(ISSUED, organisation_id="other-org"), NOW_S, Unauthorised, "names others"),
        (replace(ISSUED, organisation_name="South Star"), NOW_S, Unauthorised, "names others"),
    ],
)
def test_an_invite_that_is_gone_late_used_or_anothers_lets_nobody_in(
    issued: Issued | None, now_s: int, family: type[LeroError], words: str
) -> None:
    with pytest.raises(family, match=words):
        comes_first(signed(wish()), issued, now_s)


def test_the_key_that_used_an_invite_may_use_it_again() -> None:
    comes_first(signed(wish()), replace(ISSUED, identity_key=public_bytes(NODE.identity), used_at_s=NOW_S))


def test_a_known_node_may_change_its_areas_and_nothing_that_says_who_it_is() -> None:
    check_replacement(replace(NODE.entry, areas=("E06000061",)), NODE.entry)
    with pytest.raises(Conflict, match="another identity key"):
        check_replacement(make_node("north-star").entry, NODE.entry)
    with pytest.raises(Conflict, match="another organisation"):
        check_replacement(replace(NODE.entry, organisation_id="other-org"), NODE.entry)


def test_a_change_is_signed_by_the_key_that_the_node_came_with() -> None:
    without = replace(wish(), invite_id="")
    check_change(signed(without, NODE.identity), without, NODE.entry)
    for keys in ((STRANGER,), (NODE.identity, INVITE_KEY)):
        with pytest.raises(Unauthorised):
            check_change(signed(without, *keys), without, NODE.entry)
    with pytest.raises(Unauthorised, match="taken in"):
        check_change(signed(without, NODE.identity), without, None)


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
