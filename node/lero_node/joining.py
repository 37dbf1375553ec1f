"""Joining a federation by an invite. A crash or a lost reply anywhere is mended by running the same command again.

(1) read the invite   (2) believe its roster   (3) sign the wish with this node's key and the invite's
(4) call, and check the certificate that comes back   (5) open the first year   (6) store the line, then the membership

Until (6) this computer is no node of anybody. The identity key is the same each time, so that the coordinator, which
binds an invite to the first key that uses it, knows who comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.checking import is_line
from lero_contract.codec import Invite, decode_invite, decode_roster, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope, key_id, public_bytes
from lero_contract.errors import Corrupt, DataNotValid, Malformed, OutOfTime, Refused, Unauthorised, Unavailable
from lero_contract.roster import RootSet, Roster
from lero_node.data.sealing import StorageKey
from lero_node.home import Home
from lero_node.link.identity import Identity, open_identity
from lero_node.link.membership import Membership, load_membership, membership_of, save_membership
from lero_node.link.rosters import Rosters
from lero_node.link.tls import Credentials, check_credentials, new_key, store_tls
from lero_node.link.wish import signed_wish, stated
from lero_node.log import Log
from lero_node.node import roster_day, witness_of
from lero_node.privacy.ledger import Ledger, Standing
from lero_node.witness import FindMarks

Enrol = Callable[[Invite, Envelope], Credentials]
"""Hands a wish to the coordinator by an invite's own certificate: `relay.enrol_by_invite`."""


@dataclass(frozen=True)
class Joined:
    """What a person sees after joining. again: it was a node of this name already. is_listed: on the roster so far."""

    federation_id: str
    node_id: str
    standing: Standing
    again: bool
    is_listed: bool


@dataclass(frozen=True)
class _Ready:
    """Everything that can be found out before anybody is called."""

    membership: Membership
    newest: Roster
    tls_key: bytes
    wish: Envelope
    again: bool


def read_invite(content: bytes, now_s: int) -> Invite:
    """Step 1. Raises Malformed for other bytes, OutOfTime for an invite that has expired."""
    invite = decode_invite(content)
    # Shown beside the root keys that a person compares, and signed by nobody: nothing may hide them or draw over them.
    if not all(map(is_line, (invite.federation_id, invite.node_id, invite.organisation_name, invite.address))):
        raise Malformed(
            "The invite names something that cannot be shown as it is.", "Ask the national body for another."
        )
    if now_s >= invite.expires_at_s:
        raise OutOfTime("The invite has expired.", "Ask the national body for a new one, and check this clock.")
    return invite


def roots_named(invite: Invite) -> RootSet:
    """The root keys an invite would make this node trust. Raises Malformed where it holds no roster."""
    return _roster_of(invite).roots


def root_names(roots: RootSet) -> tuple[str, ...]:
    """Each root by the first 16 digits of its key id, in groups of four, to be read over the phone."""
    return tuple(" ".join(key_id(key)[i : i + 4] for i in range(0, 16, 4)) for key in roots.public_keys)


def join(home: Home, invite: Invite, key: StorageKey, enrol: Enrol, now_s: int, marks: FindMarks) -> Joined:
    """Steps 2 to 6. A node of the same name in the same federation joins again: it gets a line, and keeps the rest.

    marks: where the mark of this node's ledger is kept.

    Raises DataNotValid where it is a node of another, Unauthorised or OutOfTime where the roster is not to be believed,
    Unavailable where nobody could be reached, and what the coordinator raised.
    """
    identity = open_identity(home.identity, key)
    ready = _prepare(home, invite, identity, now_s)
    try:
        found = enrol(invite, ready.wish)
    except Unavailable:
        raise Unavailable(
            f"{invite.address} cannot be reached now.", "Run the same command again: that is safe, and finishes it."
        ) from None
    except (Refused, Unauthorised) as no:
        raise type(no)(
            "The coordinator did not take this invite: another computer has used it, it was withdrawn, or it is late.",
            "Ask the national body for a new one.",
        ) from None
    files = check_credentials(ready.tls_key, found, invite.node_id, now_s)
    standing = _open_first_year(home, ready, identity, marks, now_s)
    store_tls(home.tls, key, files)
    return _finish(home, ready, standing, "", now_s)


def join_by_file(home: Home, invite: Invite, key: StorageKey, now_s: int, marks: FindMarks) -> tuple[Joined, bytes]:
    """Without a call: the wish as bytes, to be carried to the coordinator. The node has no line afterwards.

    Raises as `join`.
    """
    identity = open_identity(home.identity, key)
    ready = _prepare(home, invite, identity, now_s)
    standing = _open_first_year(home, ready, identity, marks, now_s)
    joined = _finish(home, ready, standing, " by file", now_s)
    return joined, envelope_to_bytes(ready.wish)


def _prepare(home: Home, invite: Invite, identity: Identity, now_s: int) -> _Ready:
    before = load_membership(home.membership) if home.membership.exists() else None
    if before and (before.federation_id, before.node_id) != (invite.federation_id, invite.node_id):
        raise DataNotValid(
            f"This node is {before.node_id} of {before.federation_id} already.", "Choose another folder with --home."
        )
    if before and not home.ledger.exists():  # a new one would forget what was spent
        raise Corrupt(f"The ledger is missing: {home.ledger.name}.", "Restore the data folder, or ask for help.")
    # A node that joins again keeps the roster it pinned at first: the roots that a person confirmed then.
    membership = membership_of(invite, before.pinned if before else envelope_from_bytes(invite.roster))
    newest = _believe(home, invite, membership, now_s)
    for entry in newest.nodes:
        if entry.node_id == invite.node_id and entry.identity_key != public_bytes(identity.signing):
            raise Unauthorised(
                "The invite is for a node that is listed with another key than this computer's.",
                "Ask the national body for an invite under a new name.",
            )
    try:
        invite_key = Ed25519PrivateKey.from_private_bytes(invite.invite_key)
    except ValueError as reason:
        raise Malformed("The invite holds no key.", "Ask the national body for the file again.") from reason
    tls_key = new_key()
    wish = signed_wish(stated(home, membership, identity), membership, tls_key, identity, invite_key)
    return _Ready(membership, newest, tls_key, wish, before is not None)


def _believe(home: Home, invite: Invite, membership: Membership, now_s: int) -> Roster:
    """Step 2: the newest roster, the invite's where that is newer. Raises Unauthorised, OutOfTime or Malformed."""
    rosters, offered = Rosters(home.rosters, membership.pinned), _roster_of(invite)
    if offered.federation_id != invite.federation_id:
        raise Malformed("The invite is for one federation and its list for another.")
    if offered.version > rosters.newest.version:
        try:
            rosters.accept(envelope_from_bytes(invite.roster), now_s)
        except Unauthorised as no:
            raise Unauthorised(
                f"The invite's list does not follow from the one this computer holds: {no.detail}",
                "If the root keys have changed, ask the national body for a request as a file: `lero-node answer` "
                "takes in the lists in between.",
            ) from None
    rosters.check_in_time(now_s)
    return rosters.newest


def _finish(home: Home, ready: _Ready, standing: Standing, how: str, now_s: int) -> Joined:
    save_membership(home.membership, ready.membership)
    member = ready.membership
    log = Log(home.log)
    log.write(now_s, f"joined{' again' if ready.again else ''}{how}", f"{member.federation_id} as {member.node_id}")
    log.close()
    is_listed = any(entry.node_id == member.node_id for entry in ready.newest.nodes)
    return Joined(member.federation_id, member.node_id, standing, ready.again, is_listed)


def _open_first_year(home: Home, ready: _Ready, identity: Identity, marks: FindMarks, now_s: int) -> Standing:
    member = ready.membership
    witness = witness_of(home, identity, member.node_id, member.federation_id, marks, lambda: now_s)
    ledger = Ledger(home.ledger)
    try:
        standing = ledger.standing()
        if not standing.year:
            standing = ledger.open_year(roster_day(ready.newest), now_s)
        if not ready.again:  # a node that joins again has a mark already, or must say why it has none
            witness.start(ledger)
        return standing
    finally:
        ledger.close()


def _roster_of(invite: Invite) -> Roster:
    return decode_roster(envelope_from_bytes(invite.roster).payload)
