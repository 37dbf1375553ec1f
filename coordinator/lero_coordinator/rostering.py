"""The next roster from what is enrolled, signed by enough offline roots, old and new, or not at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_roster
from lero_contract.days import to_day
from lero_contract.envelope import ROSTER, Envelope, key_id, public_bytes, sign
from lero_contract.errors import Malformed, Unauthorised
from lero_contract.roster import Keeper, NodeEntry, Organisation, Party, RootSet, Roster
from lero_coordinator.times import date_of

DEFAULT_DAYS = 90
LARGEST_ROSTER_BYTES = 512 * 1024  # half of what one message carries, so that a poll can bring requests beside it
WARN_BEFORE_DAYS = 21
_DAY_S = 86_400


@dataclass(frozen=True)
class Listing:
    """Everyone to be listed. organisations: name by id; those nobody belongs to are left out."""

    organisations: Mapping[str, str]
    nodes: Sequence[NodeEntry]
    analysts: Sequence[Party]
    publishers: Sequence[Party]
    keepers: Sequence[Keeper] = ()


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
    named |= {k.organisation_id for k in listing.keepers}
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
        keepers=tuple(listing.keepers),
    )


def sign_roster(roster: Roster, root_keys: Sequence[Ed25519PrivateKey], outgoing: RootSet | None = None) -> Envelope:
    """The roster under the signatures of enough of its own roots, and of `outgoing` where it brings other ones.

    Raises Unauthorised for a key that is not a root's or too few of them, Malformed where nodes could not take it in.
    """
    sets = (roster.roots,) if outgoing is None or outgoing == roster.roots else (outgoing, roster.roots)
    distinct = {key_id(public_bytes(key)): key for key in root_keys}
    if not set(distinct) <= {name for roots in sets for name in roots.by_id}:
        raise Unauthorised("A key given is not one of this federation's roots.", "See `root show` for their names.")
    for roots in sets:
        given = len(set(distinct) & set(roots.by_id))
        if given < roots.threshold:
            words = f"{roots.threshold} root keys must sign; {given} were given."
            which = f" of root set {roots.version}" if len(sets) > 1 else ""
            raise Unauthorised(words, f"Give --root-key once for each{which}.")
    return sign(ROSTER, payload_of(roster), *distinct.values())


def payload_of(roster: Roster) -> bytes:
    """What the roots sign. Raises Malformed where it would be too large for a node."""
    payload = encode_roster(roster)
    if len(payload) > LARGEST_ROSTER_BYTES:
        raise Malformed("The roster is larger than a node can take in.", "Split the federation.")
    return payload


def expiry_warning(roster: Roster, now_s: int) -> str:
    """One sentence while fewer than 21 days are left, else nothing."""
    left_days = (roster.expires_at_s - now_s) // _DAY_S
    if left_days >= WARN_BEFORE_DAYS:
        return ""
    if now_s >= roster.expires_at_s:
        return f"Roster {roster.version} has expired: no LERO hears anyone until a new one is signed."
    days = "1 day" if left_days == 1 else f"{left_days} days"
    return f"Roster {roster.version} expires in {days}: with an expired roster no LERO hears anyone."
