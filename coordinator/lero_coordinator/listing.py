"""Who is listed next, and who no longer: drafts a roster, takes in one that enough roots signed, takes parties off.

A roster is stored only where every LERO that follows would believe it. Revoking works here at once, and at the LEROs
with the roster that leaves the party out. Times are whole seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from lero_contract.codec import RosterParcel, decode_enrolment, decode_roster
from lero_contract.envelope import Envelope, key_id
from lero_contract.errors import Conflict, Malformed, Unauthorised
from lero_contract.roster import Held, Keeper, Party, Roster, check_successor
from lero_coordinator.countersigning import Proposed, gathered, propose, read_proposed
from lero_coordinator.keys import ANALYST, KEEPER, PUBLISHER
from lero_coordinator.office import Office
from lero_coordinator.rostering import DEFAULT_DAYS, Listing, next_roster, sign_roster
from lero_coordinator.store import papers, people, revoked, root_sets
from lero_coordinator.store.revoked import NODE

ROLES = (NODE, ANALYST, PUBLISHER, KEEPER)


def draft_roster(office: Office, now_s: int, days: int = DEFAULT_DAYS) -> RosterParcel:
    """The next roster, unsigned, with the newest: everyone taken in and not revoked, under the roots to come.

    days: until it expires. Raises NotReady where no roots are recorded.
    """
    with office.store.reading() as connection:
        return _draft(office, connection, now_s, days)


def accept_roster(office: Office, parcel: RosterParcel, now_s: int) -> Roster:
    """Store a roster that enough roots signed; nodes are handed it from now on.

    The same again changes nothing. Raises Conflict where it was drafted before the newest roster held here, differs
    from one held, or lists someone revoked since; Unauthorised below a threshold; OutOfTime; Malformed.
    """
    parcel = gathered([parcel])
    proposed = read_proposed(parcel)
    roster = proposed.roster
    with office.store.writing() as connection:
        newest = papers.newest_roster(connection)
        if newest is None or newest.digest != parcel.roster.digest:
            _check_place(newest, parcel, roster)
            _check_listed(connection, roster)
            _store(office, connection, newest, parcel.roster, proposed, now_s)
    return roster


def signed_by(parcel: RosterParcel, root_keys: Sequence[Ed25519PrivateKey]) -> RosterParcel:
    """A draft under the signatures of all the keys needed. Raises like `sign_roster`."""
    proposed = read_proposed(parcel)
    outgoing = proposed.previous.roots if proposed.previous else None
    return replace(parcel, roster=sign_roster(proposed.roster, root_keys, outgoing))


def sign_and_accept(
    office: Office, root_keys: Sequence[Ed25519PrivateKey], now_s: int, days: int = DEFAULT_DAYS
) -> Roster:
    """Draft, sign and store in one go, where all the keys needed are here. Raises what its three steps raise."""
    return accept_roster(office, signed_by(draft_roster(office, now_s, days), root_keys), now_s)


def revoke(office: Office, role: str, party_id: str, now_s: int) -> bool:
    """Serve a party no longer, and leave it out of the next roster; False where it was revoked before.

    Raises Malformed for someone nobody took in.
    """
    with office.store.writing() as connection:
        _check_known(connection, role, party_id)
        return revoked.revoke(connection, role, party_id, now_s)


def unrevoke(office: Office, role: str, party_id: str) -> bool:
    """Serve it again, and list it by the next roster; False where it was not revoked."""
    with office.store.writing() as connection:
        _check_known(connection, role, party_id)
        return revoked.restore(connection, role, party_id)


def revoked_parties(office: Office) -> dict[str, list[str]]:
    """By role, who is revoked."""
    with office.store.reading() as connection:
        return {role: sorted(revoked.revoked_ids(connection, role)) for role in ROLES}


def heard_keys(office: Office, role: str) -> Mapping[str, bytes]:
    """By key id, the keys of the newest roster's analysts or publishers that are not revoked."""
    newest = office.roster().roster
    listed = newest.analyst_keys if role == ANALYST else newest.publisher_keys
    with office.store.reading() as connection:
        silenced = revoked.revoked_keys(connection, role)
    return {name: key for name, key in listed.items() if name not in silenced}


def _draft(office: Office, connection: Connection, now_s: int, days: int) -> RosterParcel:
    present, held = root_sets.roots_in_force(connection), papers.newest_roster(connection)
    off = revoked.revoked_ids(connection, NODE)
    enrolled = people.all_enrolments(connection)

    def parties(role: str) -> list[Party]:
        silenced = revoked.revoked_keys(connection, role)  # a revoked key is not listed under another name either
        return [p for p in people.parties_of(connection, role) if key_id(p.public_key) not in silenced]

    listing = Listing(
        organisations=people.organisation_names(connection),
        nodes=[decode_enrolment(e.envelope.payload).entry for e in enrolled if e.node_id not in off],
        analysts=parties(ANALYST),
        publishers=parties(PUBLISHER),
        keepers=[Keeper(p.party_id, p.organisation_id, p.public_key) for p in parties(KEEPER)],
    )
    roster = next_roster(
        decode_roster(held.envelope.payload) if held else None,
        listing,
        federation_id=office.config.federation_id,
        roots=root_sets.next_root_set(connection) or present,
        synthetic=office.config.synthetic,
        now_s=now_s,
        days=days,
    )
    return propose(roster, held.envelope if held else None)


def _check_place(newest: papers.StoredRoster | None, parcel: RosterParcel, roster: Roster) -> None:
    if newest is None:
        if parcel.previous is not None:
            raise Conflict("This coordinator holds no roster yet, and the file is not a first one.", "Draft it again.")
        return
    if roster.version == newest.version:
        raise Conflict(f"There is another roster of version {roster.version}.", "Draft and sign it again.")
    if parcel.previous is None or parcel.previous.digest != newest.digest:
        words = f"The roster was drafted before the newest one, version {newest.version}, was signed."
        raise Conflict(words, "Draft and sign it again.")


def _check_listed(connection: Connection, roster: Roster) -> None:
    listed = {
        NODE: {n.node_id for n in roster.nodes},
        ANALYST: {a.party_id for a in roster.analysts},
        PUBLISHER: {p.party_id for p in roster.publishers},
        KEEPER: set(roster.keeper_ids),
    }
    for role, names in listed.items():
        for name in sorted(names & revoked.revoked_ids(connection, role)):
            raise Conflict(f"The roster lists the {role} {name}, who was revoked since.", "Draft and sign it again.")


def _store(
    office: Office,
    connection: Connection,
    newest: papers.StoredRoster | None,
    envelope: Envelope,
    proposed: Proposed,
    now_s: int,
) -> None:
    roster, present = proposed.roster, root_sets.roots_in_force(connection)
    if (roster.federation_id, roster.synthetic) != (office.config.federation_id, office.config.synthetic):
        raise Unauthorised("The roster is of another federation.", "Draft it in this coordinator's home.")
    for roots in proposed.root_sets:
        if proposed.lacks(roots):
            words = f"The roster lacks {proposed.lacks(roots)} more of root set {roots.version}."
            raise Unauthorised(words, "Let another holder sign: `roster sign FILE --root-key KEY`.")
    held = Held(decode_roster(newest.envelope.payload), newest.digest) if newest else None
    check_successor(roster, envelope, present, held, now_s)
    papers.add_roster(connection, roster.version, envelope, changes_roots=roster.roots != present)
    if roster.roots != present:
        root_sets.follow_roots(connection, roster.roots)


def _check_known(connection: Connection, role: str, party_id: str) -> None:
    if role == NODE:
        known = people.enrolment_of(connection, party_id) is not None
    else:
        known = any(p.party_id == party_id for p in people.parties_of(connection, role))
    if not known:
        raise Malformed(f"There is no {role} named {party_id}.", "See `enrol list` and `party list` for the names.")
