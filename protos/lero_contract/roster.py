"""Who is who, and the rule against old rosters: versions may be skipped, never lowered; roots rotate step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.envelope import ROSTER, Envelope, key_id, valid_signers
from lero_contract.errors import Malformed, OutOfTime, Unauthorised
from lero_contract.request import is_node_id

CLOCK_TOLERANCE_S = 300
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # of an area, a variable, a measure or a table


@dataclass(frozen=True)
class RootSet:
    """The offline keys that sign rosters, and how many of them must."""

    version: int
    threshold: int
    public_keys: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= len(set(self.public_keys)) == len(self.public_keys):
            raise Malformed("A root set needs distinct keys and a threshold that they can reach.")

    @property
    def by_id(self) -> dict[str, bytes]:
        """Public keys by key id."""
        return {key_id(key): key for key in self.public_keys}

    def is_reached(self, envelope: Envelope) -> bool:
        """Whether enough of these roots signed the roster envelope."""
        return len(valid_signers(envelope, ROSTER, self.by_id)) >= self.threshold


@dataclass(frozen=True)
class Organisation:
    """A legal body; quorum and colluders count these, not nodes."""

    organisation_id: str
    name: str
    first_listed_day: int


@dataclass(frozen=True)
class NodeEntry:
    """A node as listed. A plan may depend on areas, collects and complete_from_day, and on nothing else here.

    areas: authorities served. collects: variables, measures and tables the LERO says it records.
    public_members: as the LERO states in public, 0 where it does not.
    """

    node_id: str
    organisation_id: str
    identity_key: bytes
    areas: tuple[str, ...]
    collects: tuple[str, ...]
    complete_from_day: int
    public_members: int

    def __post_init__(self) -> None:
        if not is_node_id(self.node_id):
            raise Malformed("A node id is lower-case letters, digits and hyphens, at most 63.")
        if not self.areas:
            raise Malformed(f"The node {self.node_id} must serve at least one area.")
        for names in (self.areas, self.collects):
            if list(names) != sorted(set(names)):
                raise Malformed(f"The lists of {self.node_id} must be sorted, each name once.")
            if not all(map(_CODE.fullmatch, names)):
                raise Malformed(f"The lists of {self.node_id} have a code that the dictionary cannot have.")


@dataclass(frozen=True)
class Party:
    """An analyst (signs requests) or a publisher (signs releases)."""

    party_id: str
    organisation_id: str
    public_key: bytes


@dataclass(frozen=True)
class SealingKey:
    """A keeper's X25519 key for requests that close in a quarter. Days since 1970-01-01, both ends inside."""

    from_day: int
    to_day: int
    public_key: bytes


@dataclass(frozen=True)
class Keeper:
    """Who holds shares of masks for pooled rounds; a node of its name, or another trusted organisation."""

    keeper_id: str
    organisation_id: str
    identity_key: bytes
    sealing_keys: tuple[SealingKey, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everyone who is heard, until `expires_at_s`."""

    federation_id: str
    version: int
    issued_at_s: int
    expires_at_s: int
    roots: RootSet
    organisations: tuple[Organisation, ...]
    nodes: tuple[NodeEntry, ...]
    analysts: tuple[Party, ...]
    publishers: tuple[Party, ...]
    synthetic: bool
    keepers: tuple[Keeper, ...] = ()

    def __post_init__(self) -> None:
        organisations = [o.organisation_id for o in self.organisations]
        analysts, publishers = [a.party_id for a in self.analysts], [p.party_id for p in self.publishers]
        _check_names([self.federation_id])
        for names in (organisations, [n.node_id for n in self.nodes], analysts, publishers, self.keeper_ids):
            _check_names(names)
        if not self.issued_at_s < self.expires_at_s:
            raise Malformed("The roster expires before it was issued.")
        named = {n.organisation_id for n in self.nodes}
        named |= {p.organisation_id for p in (*self.analysts, *self.publishers)}
        named |= {k.organisation_id for k in self.keepers}
        if not named <= set(organisations):
            raise Malformed("The roster names an organisation that it does not list.")

    def node(self, node_id: str) -> NodeEntry:
        """The entry of a node. Raises Unauthorised where it is not listed."""
        for entry in self.nodes:
            if entry.node_id == node_id:
                return entry
        raise Unauthorised(f"The node {node_id} is not on the roster.")

    def organisation(self, organisation_id: str) -> Organisation:
        """A listed organisation; every entry's is."""
        return next(o for o in self.organisations if o.organisation_id == organisation_id)

    @property
    def keeper_ids(self) -> list[str]:
        """The keepers' names, in the order listed."""
        return [keeper.keeper_id for keeper in self.keepers]

    @property
    def analyst_keys(self) -> Mapping[str, bytes]:
        """Public keys that may sign requests, by key id."""
        return {key_id(a.public_key): a.public_key for a in self.analysts}

    @property
    def publisher_keys(self) -> Mapping[str, bytes]:
        """Public keys that may sign releases, by key id."""
        return {key_id(p.public_key): p.public_key for p in self.publishers}


@dataclass(frozen=True)
class Held:
    """What a party holds already: the newest roster it accepted and the digest of its payload."""

    roster: Roster
    digest: bytes


def _check_names(names: Sequence[str]) -> None:
    """Raises Malformed for a name said twice, or one that a person could take for another, or for a sentence."""
    if len(names) != len(set(names)):
        raise Malformed("The roster lists a name twice in one role.")
    if not all(map(is_node_id, names)):
        raise Malformed("The roster has a name that is not lower-case letters, digits and hyphens, at most 63.")


def check_successor(roster: Roster, envelope: Envelope, pinned: RootSet, held: Held | None, now_s: int) -> None:
    """Accept a roster, or raise: Unauthorised, OutOfTime or Malformed, each in words.

    pinned: the root set this party trusts now. `roster` is what `envelope.payload` holds; nothing in it is believed
    before the pinned roots, and for a rotated set the new ones too, have reached their threshold.

    A roster that brings the next root set may have expired: it is a step on the way to a newer one, and a computer that
    was off for longer than it lasted could never take another. Nobody is heard under it: `check_in_time` says so at
    every use.
    """
    if not pinned.is_reached(envelope):
        raise Unauthorised("The roster is not signed by enough of the roots this computer trusts.")
    _check_rotation(roster.roots, pinned, envelope)
    if held is not None:
        _check_order(roster, envelope.digest, held)
    if roster.roots == pinned:
        check_in_time(roster, now_s)
    else:
        _check_issued(roster, now_s)


def check_in_time(roster: Roster, now_s: int) -> None:
    """Raises OutOfTime for a roster that has expired, or was issued in the future of this computer's clock."""
    if now_s > roster.expires_at_s + CLOCK_TOLERANCE_S:
        raise OutOfTime("The roster has expired.", "Ask the national body for a new one, and check this clock.")
    _check_issued(roster, now_s)


def _check_issued(roster: Roster, now_s: int) -> None:
    if now_s < roster.issued_at_s - CLOCK_TOLERANCE_S:
        raise OutOfTime(
            "The roster was issued later than this computer's clock says it is.",
            "Check this clock.",
        )


def _check_rotation(new: RootSet, pinned: RootSet, envelope: Envelope) -> None:
    if new == pinned:
        return
    if new.version != pinned.version + 1:
        raise Unauthorised("The roster's root set is not the next after the one this computer trusts.")
    if not new.is_reached(envelope):
        raise Unauthorised("A new root set must sign for itself too.")


def _check_order(roster: Roster, digest: bytes, held: Held) -> None:
    if roster.federation_id != held.roster.federation_id:
        raise Unauthorised("The roster is of another federation.")
    if roster.version < held.roster.version:
        raise Unauthorised("The roster is older than the one this computer holds.")
    if roster.version == held.roster.version and digest != held.digest:
        raise Unauthorised("Two rosters have the same version and differ.")
