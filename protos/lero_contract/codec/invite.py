"""Invites as bytes: the one file that lets one LERO join, once."""

from __future__ import annotations

from dataclasses import dataclass, field

from lero_contract.codec.strict import parse, serialise
from lero_contract.errors import Malformed
from lero_contract.v1 import roster_pb2 as pb


@dataclass(frozen=True)
class Invite:
    """What `lero-node join` needs: who the node will be, where to call, whom to believe, and the right to ask once.

    authorities: PEM, pinned. roster: an envelope's bytes; its root set is pinned. invite_key: raw Ed25519, private;
    it signs the enrolment beside the node's own key. tls_key, tls_certificate: PEM, for the one call.
    Secret until it is used: printing it shows no key.
    """

    invite_id: str
    federation_id: str
    node_id: str
    organisation_id: str
    organisation_name: str
    address: str
    authorities: bytes
    roster: bytes
    expires_at_s: int
    invite_key: bytes = field(repr=False)
    tls_key: bytes = field(repr=False)
    tls_certificate: bytes = field(repr=False)


def encode_invite(invite: Invite) -> bytes:
    """For the file."""
    return serialise(pb.Invite(**vars(invite)))


def decode_invite(data: bytes) -> Invite:
    """Raises Malformed for anything `encode_invite` would not write."""
    message = parse(pb.Invite, data)
    if not (message.invite_id and message.node_id and message.roster):
        raise Malformed("The file is no invite.", "Ask the national body for the file again.")
    return Invite(
        invite_id=message.invite_id,
        federation_id=message.federation_id,
        node_id=message.node_id,
        organisation_id=message.organisation_id,
        organisation_name=message.organisation_name,
        address=message.address,
        authorities=message.authorities,
        roster=message.roster,
        expires_at_s=message.expires_at_s,
        invite_key=message.invite_key,
        tls_key=message.tls_key,
        tls_certificate=message.tls_certificate,
    )
