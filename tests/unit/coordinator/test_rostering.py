from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_roster
from lero_contract.envelope import public_bytes
from lero_contract.errors import LeroError, Malformed, Unauthorised
from lero_contract.roster import Held, Keeper, Party, RootSet, Roster, check_successor
from lero_coordinator.rostering import Listing, expiry_warning, next_roster, sign_roster
from support.offices import NOW_S, make_node

DAY_S = 86_400
ROOT_KEYS = [Ed25519PrivateKey.generate() for _ in range(3)]
ROOTS = RootSet(1, 2, tuple(public_bytes(key) for key in ROOT_KEYS))
ANALYST = Party("asker", "body", bytes(32))
NAMES = {"body": "The body", "west-org": "West", "east-org": "East", "gone-org": "Nobody's"}
LISTING = Listing(NAMES, [make_node("west").entry, make_node("east").entry], [ANALYST], [])


def rostered(previous: Roster | None = None, now_s: int = NOW_S, **changes: Any) -> Roster:
    arguments: dict[str, Any] = {
        "federation_id": "lero-test",
        "roots": ROOTS,
        "synthetic": True,
        "now_s": now_s,
    } | changes
    return next_roster(previous, arguments.pop("listing", LISTING), **arguments)


def test_versions_rise_by_one_and_nodes_are_in_order() -> None:
    first = rostered()
    assert (first.version, rostered(first).version) == (1, 2)
    assert [n.node_id for n in first.nodes] == ["east", "west"]
    assert [o.organisation_id for o in first.organisations] == ["body", "east-org", "west-org"]


def test_an_organisation_keeps_the_day_it_was_first_listed() -> None:
    first = rostered()
    grown = Listing({**NAMES, "new-org": "New"}, [*LISTING.nodes, make_node("new").entry], [ANALYST], [])
    later = rostered(first, NOW_S + 30 * DAY_S, listing=grown)
    days = {o.organisation_id: o.first_listed_day for o in later.organisations}
    assert days["new-org"] - days["east-org"] == 30


def test_a_roster_signed_by_enough_roots_is_what_a_node_accepts() -> None:
    first = rostered()
    envelope = sign_roster(first, ROOT_KEYS[:2])
    assert decode_roster(envelope.payload) == first
    check_successor(first, envelope, ROOTS, None, NOW_S)
    second = rostered(first, NOW_S + DAY_S)
    check_successor(second, sign_roster(second, ROOT_KEYS), ROOTS, Held(first, envelope.digest), NOW_S + DAY_S)


@pytest.mark.parametrize(
    ("keys", "family", "words"),
    [
        (ROOT_KEYS[:1], Unauthorised, "2 root keys must sign; 1 were given"),
        ([ROOT_KEYS[0], ROOT_KEYS[0]], Unauthorised, "2 root keys must sign; 1 were given"),
        ([*ROOT_KEYS, Ed25519PrivateKey.generate()], Unauthorised, "not one of this federation's roots"),
    ],
    ids=["too few", "one twice", "a stranger"],
)
def test_too_few_or_strange_roots_sign_nothing(
    keys: list[Ed25519PrivateKey], family: type[LeroError], words: str
) -> None:
    with pytest.raises(family, match=words):
        sign_roster(rostered(), keys)


def test_a_roster_that_brings_other_roots_is_signed_by_the_old_and_the_new() -> None:
    new_keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    new_roots = RootSet(2, 2, tuple(public_bytes(key) for key in new_keys))
    first = rostered()
    held = Held(first, sign_roster(first, ROOT_KEYS).digest)
    rotated = rostered(first, roots=new_roots)
    envelope = sign_roster(rotated, [*ROOT_KEYS[:2], *new_keys[:2]], ROOTS)
    check_successor(rotated, envelope, ROOTS, held, NOW_S)
    for keys in ([*ROOT_KEYS, new_keys[0]], [ROOT_KEYS[0], *new_keys]):
        with pytest.raises(Unauthorised, match="2 root keys must sign; 1 were given"):
            sign_roster(rotated, keys, ROOTS)


def test_keepers_are_listed_with_their_organisations() -> None:
    listing = Listing(NAMES, LISTING.nodes, [ANALYST], [], [Keeper("holder", "gone-org", b"k" * 32)])
    found = rostered(listing=listing)
    assert found.keeper_ids == ["holder"]
    assert found.organisation("gone-org").name == "Nobody's"


@pytest.mark.parametrize(
    ("days_left", "words"),
    [
        (21, ""),
        (20.9, "Roster 1 expires in 20 days: with an expired roster no LERO hears anyone."),
        (1, "Roster 1 expires in 1 day: with an expired roster no LERO hears anyone."),
        (0, "Roster 1 has expired: no LERO hears anyone until a new one is signed."),
    ],
)
def test_an_expiry_is_told_three_weeks_before(days_left: float, words: str) -> None:
    found = rostered()
    assert expiry_warning(found, found.expires_at_s - round(days_left * DAY_S)) == words


def test_a_roster_lasts_at_least_a_day() -> None:
    with pytest.raises(Malformed):
        rostered(days=0)
