"""The next roster from what is enrolled, signed by enough offline roots or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_roster
from lero_contract.days import to_day
from lero_contract.envelope import ROSTER, Envelope, key_id, public_bytes, sign
from lero_contract.errors import Malformed, Unauthorised
from lero_contract.roster import NodeEntry, Organisation, Party, RootSet, Roster
from lero_coordinator.times import date_of

DEFAULT_DAYS = 90
LARGEST_ROSTER_BYTES = 512 * 1024  # half of what one message carries, so that a poll can bring requests beside it
_DAY_S = 86_400


@dataclass(frozen=True)
class Listing:
    """Everyone to be listed. organisations: name by id; those nobody belongs to are left out."""

    organisations: Mapping[str, str]
    nodes: Sequence[NodeEntry]
    analysts: Sequence[Party]
    publishers: Sequence[Party]


def next_roster(
    previous: Roster | None,
    listing: Listing,
    *,
    federation_id: str,
    roots: RootSet,
    synthetic: bool,
    now_s: int,
    days: int = DEFAULT_DAYS,
) -> Roster:
    """One version on from `previous`; an organisation keeps the day it was first listed.

    days: until the roster expires, above 0. Raises Malformed where the listing contradicts itself.
    """
    if days <= 0:
        raise Malformed("A roster is good for at least one day.")
    named = {n.organisation_id for n in listing.nodes}
    named |= {p.organisation_id for p in (*listing.analysts, *listing.publishers)}
    first = {o.organisation_id: o.first_listed_day for o in previous.organisations} if previous else {}
    today = to_day(date_of(now_s))
    organisations = (Organisation(name, listing.organisations[name], first.get(name, today)) for name in sorted(named))
    return Roster(
        federation_id=federation_id,
        version=previous.version + 1 if previous else 1,
        issued_at_s=now_s,
        expires_at_s=now_s + days * _DAY_S,
        roots=roots,
        organisations=tuple(organisations),
        nodes=tuple(sorted(listing.nodes, key=lambda n: n.node_id)),
        analysts=tuple(listing.analysts),
        publishers=tuple(listing.publishers),
        synthetic=synthetic,
    )


def sign_roster(roster: Roster, root_keys: Sequence[Ed25519PrivateKey]) -> Envelope:
    """The roster under the signatures of its own roots.

    Raises Unauthorised for a key that is not a root's or too few of them, Malformed where nodes could not take it in.
    """
    distinct = {key_id(public_bytes(key)): key for key in root_keys}
    if not set(distinct) <= set(roster.roots.by_id):
        raise Unauthorised("A key given is not one of this federation's roots.", "See `roster show` for their names.")
    if len(distinct) < roster.roots.threshold:
        words = f"{roster.roots.threshold} root keys must sign; {len(distinct)} were given."
        raise Unauthorised(words, "Give --root-key once for each.")
    payload = encode_roster(roster)
    if len(payload) > LARGEST_ROSTER_BYTES:
        raise Malformed("The roster is larger than a node can take in.", "Split the federation.")
    return sign(ROSTER, payload, *distinct.values())
