"""Attacks by rosters: whoever holds the coordinator hands out lists of who is heard that no LERO may believe.

A real node calls a real coordinator over TLS; rosters are written into the coordinator's table, past its own checks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert

from lero_contract.codec import decode_roster, encode_roster, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import ROSTER, Envelope, public_bytes, sign
from lero_contract.roster import Held, Party, RootSet, Roster
from lero_coordinator.demo.federation import federation
from lero_coordinator.store.tables import root_changes, rosters
from support.hostile import Hostile, small_site, until
from support.requests import DAY_S

pytestmark = pytest.mark.real_run

NODE = "harbour"
NOT_ACCEPTED = "roster not accepted"
UNSIGNED = "The roster is not signed by enough of the roots this computer trusts."
OLDER = "The roster is older than the one this computer holds."
NOT_NEXT = "The roster's root set is not the next after the one this computer trusts."


class Rosters:
    """The coordinator's table of rosters in an attacker's hands; the roots' own hands too, for the true ones."""

    def __init__(self, hostile: Hostile) -> None:
        self.hostile = hostile
        self.running = hostile.running
        self.roots = list(self.running.roots)
        self.true = self.running.office.roster()
        self.intruder = Ed25519PrivateKey.generate()

    def next(self, step: int = 1, **changes: object) -> Roster:
        """The true roster some versions on, with these changes."""
        version = self.true.roster.version + step
        return replace(self.true.roster, **({"version": version} | changes))  # type: ignore[arg-type]

    def with_intruder(self, step: int = 1, **changes: object) -> Roster:
        """One that would have an analyst heard whom nobody chose."""
        intruder = Party("intruder", self.true.roster.analysts[0].organisation_id, public_bytes(self.intruder))
        return self.next(step, **({"analysts": (*self.true.roster.analysts, intruder)} | changes))

    def hand_out(self, *offered: tuple[int, Envelope], unskipped: Iterable[int] = ()) -> None:
        """Puts rosters under these numbers, whatever they say. unskipped: that nodes are made to look at each."""
        with self.running.office.store.writing() as connection:
            for number, envelope in offered:
                row = {"version": number, "digest": envelope.digest, "envelope": envelope_to_bytes(envelope)}
                connection.execute(insert(rosters).values(row))
            for number in unskipped:
                connection.execute(insert(root_changes).values(version=number))

    def settle_on(self, roster: Roster, *keys: Ed25519PrivateKey) -> None:
        """Hands out a true roster, and waits until the node has it."""
        signed = sign(ROSTER, encode_roster(roster), *(keys or self.roots[:2]))
        self.true = Held(roster, signed.digest)
        self.hand_out((roster.version, signed))
        until(lambda: self.held()[-1:] == [roster], f"roster {roster.version}")

    def take_back(self, numbers: Iterable[int]) -> None:
        """Forgets rosters."""
        listed = list(numbers)
        with self.running.office.store.writing() as connection:
            connection.execute(delete(root_changes).where(root_changes.c.version.in_(listed)))
            connection.execute(delete(rosters).where(rosters.c.version.in_(listed)))

    def held(self) -> list[Roster]:
        """Those that the node has accepted since it joined, oldest first."""
        files = sorted(self.running.nodes[NODE].home.glob("rosters/*.roster"))
        return [decode_roster(envelope_from_bytes(file.read_bytes()).payload) for file in files]

    def complaints(self) -> list[str]:
        """Why the node did not believe rosters, in the order it met them."""
        return [entry["detail"] for entry in self.hostile.log(NODE) if entry["event"] == NOT_ACCEPTED]

    def answers(self, signer: Ed25519PrivateKey) -> None:
        """Asks under the true roster, and waits for the node's answer."""
        asked = self.hostile.asked(roster_digest=self.true.digest, roster_version=self.true.roster.version)
        self.hostile.offer((asked.request_id, self.hostile.signed(asked, signer)))
        until(lambda: NODE in self.hostile.answers(asked.request_id), "an answer under the true roster")

    def hears_not(self, signer: Ed25519PrivateKey) -> None:
        """Asks under the true roster, and waits until the node has said that it does not hear this."""
        asked = self.hostile.asked(roster_digest=self.true.digest, roster_version=self.true.roster.version)
        signed = self.hostile.signed(asked, signer)
        self.hostile.offer((asked.request_id, signed))
        until(lambda: signed.digest in self.hostile.not_heard(NODE), "a request that is not heard")
        self.hostile.take_back([asked.request_id])
        assert self.hostile.ledger(NODE, asked.request_id) == []


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rosters]:
    folder = tmp_path_factory.mktemp("rosters")
    with federation(folder, [small_site(folder, NODE)], synthetic=True, tell=lambda *_: None) as running:
        yield Rosters(Hostile(running))


def hostile_rosters(lists: Rosters) -> dict[str, tuple[Envelope, str]]:
    """Rosters that no node may believe, and what it is to say of each. The node holds the version before."""
    roster, [one, two, _] = lists.true.roster, lists.roots
    now_s = int(time.time())
    strangers = [Ed25519PrivateKey.generate() for _ in range(3)]
    theirs = tuple(map(public_bytes, strangers))
    next_set, set_after = (RootSet(roster.roots.version + step, 2, theirs) for step in (1, 2))

    def signed(found: Roster, *keys: Ed25519PrivateKey) -> Envelope:
        return sign(ROSTER, encode_roster(found), *keys)

    return {
        "older, and never seen": (signed(lists.with_intruder(-1), one, two), OLDER),
        "another of this version": (
            signed(lists.with_intruder(0), one, two),
            "Two rosters have the same version and differ.",
        ),
        "expired": (
            signed(lists.with_intruder(issued_at_s=now_s - 9 * DAY_S, expires_at_s=now_s - DAY_S), one, two),
            "The roster has expired.",
        ),
        "of next year": (
            signed(lists.with_intruder(issued_at_s=now_s + 365 * DAY_S, expires_at_s=now_s + 400 * DAY_S), one, two),
            "The roster was issued later than this computer's clock says it is.",
        ),
        "signed by one of two": (signed(lists.with_intruder(), one), UNSIGNED),
        "signed by one and a stranger": (
            signed(lists.with_intruder(expires_at_s=now_s + 11 * DAY_S), one, strangers[0]),
            UNSIGNED,
        ),
        "signed by strangers": (signed(lists.with_intruder(expires_at_s=now_s + 13 * DAY_S), *strangers), UNSIGNED),
        "strangers as roots": (
            signed(lists.with_intruder(roots=RootSet(roster.roots.version, 2, theirs)), *strangers),
            UNSIGNED,
        ),
        "next roots without the old threshold": (
            signed(lists.with_intruder(roots=next_set), one, *strangers),
            UNSIGNED,
        ),
        "next roots that do not sign for themselves": (
            signed(lists.with_intruder(roots=next_set, expires_at_s=now_s + 14 * DAY_S), one, two, strangers[0]),
            "A new root set must sign for itself too.",
        ),
        "of another federation": (
            signed(lists.with_intruder(federation_id="lero-elsewhere"), one, two),
            "The roster is of another federation.",
        ),
        "roots two steps on": (signed(lists.with_intruder(roots=set_after), one, two, *strangers), NOT_NEXT),
    }


@pytest.mark.attack("Q8")
def test_rosters_that_the_roots_did_not_sign_in_turn_and_in_time_are_not_believed_and_the_true_one_goes_on(
    lists: Rosters,
) -> None:
    lists.settle_on(lists.next(3))  # versions between were skipped: that is no harm
    offered = hostile_rosters(lists)
    numbers = range(900, 900 + len(offered))
    before = len(lists.complaints())
    lists.hand_out(*zip(numbers, (envelope for envelope, _ in offered.values()), strict=True), unskipped=numbers)
    digests = {envelope.digest for envelope, _ in offered.values()}
    assert len(digests) == len(offered)
    until(lambda: digests <= lists.hostile.not_heard(NODE), "every hostile roster refused")
    said = lists.complaints()[before:]
    assert [words.partition(": ")[2] for words in said] == [words for _, words in offered.values()]
    lists.hostile.restart(NODE)  # all of them are handed out still, and again at every poll
    lists.hears_not(lists.intruder)
    lists.answers(lists.running.analyst)
    assert lists.held()[-1] == lists.true.roster
    lists.take_back(numbers)


@pytest.mark.attack("Q8")
def test_an_analyst_whom_the_next_true_roster_leaves_out_is_not_heard_from_that_poll_on(lists: Rosters) -> None:
    [analyst] = lists.true.roster.analysts
    successor = Ed25519PrivateKey.generate()
    lists.answers(lists.running.analyst)
    lists.settle_on(lists.next(analysts=(replace(analyst, party_id="successor", public_key=public_bytes(successor)),)))
    lists.hears_not(lists.running.analyst)
    lists.answers(successor)
    lists.settle_on(lists.next(analysts=(analyst,)))
    lists.answers(lists.running.analyst)


@pytest.mark.attack("Q8")
def test_roots_rotate_step_by_step_over_skipped_versions_and_never_past_a_step_that_is_hidden(lists: Rosters) -> None:
    first, node = lists.true.roster.roots, lists.running.nodes[NODE]
    second_keys, third_keys = ([Ed25519PrivateKey.generate() for _ in range(3)] for _ in range(2))
    second = RootSet(first.version + 1, 2, tuple(map(public_bytes, second_keys)))
    third = RootSet(first.version + 2, 3, tuple(map(public_bytes, third_keys)))
    now_s = int(time.time())
    # The first step was a roster that has expired since, as for a computer that was off for long.
    step_one = lists.next(2, roots=second, issued_at_s=now_s - 9 * DAY_S, expires_at_s=now_s - DAY_S)
    step_two, last = lists.next(4, roots=third), lists.next(6, roots=third)
    one, two, now = (
        sign(ROSTER, encode_roster(roster), *keys)
        for roster, keys in (
            (step_one, [*lists.roots[:2], *second_keys[1:]]),
            (step_two, [*second_keys[:2], *third_keys]),
            (last, third_keys),
        )
    )
    before = lists.held()
    node.stop()
    lists.hand_out((step_two.version, two), (last.version, now), unskipped=[step_two.version])
    node.start()
    until(lambda: {two.digest, now.digest} <= lists.hostile.not_heard(NODE), "both refused")
    assert lists.held() == before
    node.stop()
    lists.hand_out((step_one.version, one), unskipped=[step_one.version])
    node.start()
    until(lambda: lists.held()[-1] == last, "the newest root set")
    assert lists.held() == [*before, step_one, step_two, last]
    lists.true = Held(last, now.digest)
    lists.answers(lists.running.analyst)
    # The first roots sign no more.
    stale = sign(ROSTER, encode_roster(lists.next(roots=first)), *lists.roots)
    stale_too = sign(ROSTER, encode_roster(lists.next(2)), *lists.roots, *second_keys)
    lists.hand_out((last.version + 1, stale), (last.version + 2, stale_too), unskipped=[last.version + 1])
    until(lambda: {stale.digest, stale_too.digest} <= lists.hostile.not_heard(NODE), "the old roots refused")
    assert lists.held()[-1] == last
