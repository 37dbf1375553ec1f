"""Lets LEROs in and keeps them certified: invites, enrolment by them, and renewal.

A certificate lets a node call. Only a roster that the roots have signed makes anybody believe it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from lero_contract.codec import Enrolment, Invite, decode_enrolment, envelope_to_bytes
from lero_contract.envelope import Envelope, public_bytes
from lero_contract.errors import Conflict, Malformed, NotReady, OutOfTime, Unauthorised
from lero_contract.request import is_node_id
from lero_contract.roster import NodeEntry, check_in_time
from lero_coordinator.authority import Caller, Kind, fingerprint, invite_certificate, node_certificate
from lero_coordinator.config import NAME
from lero_coordinator.enrolment import check_change, check_first, check_replacement, read_wish
from lero_coordinator.invites import DEFAULT_DAYS, Issued, check_days
from lero_coordinator.office import Office
from lero_coordinator.store import admissions, people, revoked
from lero_coordinator.tls_files import key_pem, read_authorities

_DAY_S = 86_400


@dataclass(frozen=True)
class Credentials:
    """PEM: a node's certificate, and the authorities to trust from now on."""

    tls_certificate: bytes
    authorities: bytes


def new_invite(
    office: Office,
    node_id: str,
    organisation_id: str,
    organisation_name: str,
    now_s: int,
    *,
    days: int = DEFAULT_DAYS,
    address: str = "",
) -> Invite:
    """A recorded invite with its secrets, which are kept nowhere else. address: where to dial, else as in the settings.

    For a node that was taken in before it is a new certificate for the same computer, and for no other. Raises NotReady
    without a roster, OutOfTime where it has expired, Malformed for names that nobody may have, Conflict where another
    open invite, another organisation, or a revoked node has the name.
    """
    check_days(days)
    if not is_node_id(node_id) or not NAME.fullmatch(organisation_id):
        raise Malformed("An id is lower-case letters, digits and hyphens, at most 63.", "Choose another id.")
    if not organisation_name.strip():
        raise Malformed("An organisation has a name.", "Give its name in words.")
    _check_roster(office, now_s)
    invite_id, expires_at_s = secrets.token_hex(16), now_s + days * _DAY_S
    authorities, roster = read_authorities(office.home), office.roster_envelope()
    signing, tls_key = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    certificate = invite_certificate(authorities.newest, tls_key.public_key(), invite_id, now_s, expires_at_s)
    issued = Issued(
        *(invite_id, node_id, organisation_id, organisation_name, public_bytes(signing)),
        *(authorities.number, now_s, expires_at_s),
    )
    with office.store.writing() as connection:
        _check_name_is_free(connection, issued)
        admissions.add_invite(connection, issued)
    return Invite(
        invite_id=invite_id,
        federation_id=office.config.federation_id,
        node_id=node_id,
        organisation_id=organisation_id,
        organisation_name=organisation_name,
        address=address or office.config.address,
        authorities=authorities.bundle,
        roster=envelope_to_bytes(roster),
        expires_at_s=expires_at_s,
        invite_key=signing.private_bytes_raw(),
        tls_key=key_pem(tls_key),
        tls_certificate=certificate,
    )


def withdraw_invite(office: Office, node_id: str, now_s: int) -> Issued:
    """Nobody may use the node's invite any more. Raises NotReady where it has none that could be used."""
    with office.store.writing() as connection:
        usable = [i for i in admissions.all_invites(connection, node_id) if i.may_call(now_s)]
        if not usable:
            raise NotReady(f"There is no invite of {node_id} that could be used.", "See `invite list`.")
        for issued in usable:
            admissions.withdraw_invite(connection, issued.invite_id, now_s)
    return usable[-1]


def enrol(office: Office, envelope: Envelope, caller: Caller, now_s: int) -> Credentials:
    """Take in a LERO's signed wish from the line: its first, by an invite, or a change by a node that was taken in.

    The node is listed, or its entry changed, by the next roster. The same wish again is the same, with a new
    certificate. Raises as `check_first` and `check_change`, and Unauthorised for a wish that is not the caller's own or
    is a revoked node's.
    """
    wish = read_wish(envelope, office.config.federation_id, office.dictionary)
    own = Caller(Kind.INVITE, wish.invite_id) if wish.invite_id else Caller(Kind.NODE, wish.entry.node_id)
    if caller != own:
        raise Unauthorised("The wish is not of whoever sends it.")
    with office.store.writing() as connection:
        _take_in(connection, envelope, wish, now_s)
        return _certify(office, connection, wish.entry.node_id, wish.tls_request, now_s)


def enrol_by_file(office: Office, envelope: Envelope, now_s: int) -> NodeEntry:
    """Take in a wish that was carried here. Its sender is not on the line, and is given no certificate.

    Raises as `enrol`.
    """
    wish = read_wish(envelope, office.config.federation_id, office.dictionary)
    with office.store.writing() as connection:
        _take_in(connection, envelope, wish, now_s)
    return wish.entry


def renew(office: Office, caller: Caller, tls_request: bytes, now_s: int) -> Credentials:
    """A certificate for a fresh key, in the name of the caller. Raises Unauthorised for any but a node."""
    if caller.kind is not Kind.NODE:
        raise Unauthorised("Only a node renews.")
    with office.store.writing() as connection:
        return _certify(office, connection, caller.id, tls_request, now_s)


def _take_in(connection: Connection, envelope: Envelope, wish: Enrolment, now_s: int) -> None:
    entry = wish.entry
    if revoked.is_revoked(connection, revoked.NODE, entry.node_id):
        raise Unauthorised(f"The node {entry.node_id} is revoked.", "See `roster revoke`.")
    held = people.enrolment_of(connection, entry.node_id)
    old = decode_enrolment(held.envelope.payload).entry if held is not None else None
    if wish.invite_id:
        check_first(envelope, wish, admissions.invite_of(connection, wish.invite_id), old, now_s)
        admissions.bind_invite(connection, wish.invite_id, entry.identity_key, now_s)
    else:
        check_change(envelope, wish, old)
    people.name_organisation(connection, entry.organisation_id, wish.organisation_name)
    stored = people.StoredEnrolment(entry.node_id, envelope, now_s)
    people.put_enrolment(connection, stored, entry.organisation_id)


def _certify(office: Office, connection: Connection, node_id: str, tls_request: bytes, now_s: int) -> Credentials:
    authorities = read_authorities(office.home)
    pem = node_certificate(authorities.newest, tls_request, node_id, now_s)
    expires_at_s = int(x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp())
    given = (node_id, authorities.number, authorities.digest, now_s, expires_at_s)
    admissions.add_certificate(connection, admissions.Certified(fingerprint(pem), *given))
    return Credentials(pem, authorities.bundle)


def _check_roster(office: Office, now_s: int) -> None:
    try:
        check_in_time(office.roster().roster, now_s)
    except NotReady as reason:
        words = "An invite carries the signed roster, and there is none yet."
        raise NotReady(words, "Sign one with `roster sign`; it may list nobody.") from reason
    except OutOfTime as reason:
        raise OutOfTime(reason.detail, "Sign a new one with `roster sign`, then invite.") from reason


def _check_name_is_free(connection: Connection, issued: Issued) -> None:
    """What would make the wish fail later is found now, while the person who can mend it is here."""
    if revoked.is_revoked(connection, revoked.NODE, issued.node_id):
        raise Conflict(f"The node {issued.node_id} is revoked.", "Invite the LERO under another name.")
    held = people.enrolment_of(connection, issued.node_id)
    if held is not None:
        old = decode_enrolment(held.envelope.payload).entry
        check_replacement(NodeEntry(**{**vars(old), "organisation_id": issued.organisation_id}), old)
    names = people.organisation_names(connection)
    for other in admissions.all_invites(connection):
        if other.is_open(issued.made_at_s):
            names.setdefault(other.organisation_id, other.organisation_name)
            if other.node_id == issued.node_id:
                words = f"There is an open invite for {issued.node_id} already."
                raise Conflict(words, f"Run `invite withdraw {issued.node_id}` first, if its file was lost.")
    if names.get(issued.organisation_id, issued.organisation_name) != issued.organisation_name:
        words = f"The organisation {issued.organisation_id} is named {names[issued.organisation_id]}."
        raise Conflict(words, "Give the same name; two organisations need two ids.")
