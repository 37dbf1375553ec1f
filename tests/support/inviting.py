"""A coordinator's side of joining, in memory: invites, and real certificates for the wishes that come back."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Enrolment, Invite, decode_enrolment, encode_roster, envelope_to_bytes
from lero_contract.envelope import ENROLMENT, ROSTER, Envelope, key_id, public_bytes, sign, valid_signers
from lero_contract.roster import NodeEntry, Organisation, Party, RootSet, Roster
from lero_coordinator.authority import Authority, new_authority, node_certificate
from lero_node.link.tls import Credentials
from support.requests import DAY_S, ISSUED_S


@dataclass
class Inviter:
    """One root, one analyst, one authority. Each wish that came is kept."""

    root: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    analyst: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    authority: Authority = field(default_factory=lambda: new_authority("lero-test", ISSUED_S))
    now_s: int = ISSUED_S
    came: list[Enrolment] = field(default_factory=list)

    def roster(self, *nodes: NodeEntry, version: int = 1) -> Roster:
        """Valid for 90 days from the day before."""
        return Roster(
            federation_id="lero-test",
            version=version,
            issued_at_s=ISSUED_S - DAY_S,
            expires_at_s=ISSUED_S + 90 * DAY_S,
            roots=RootSet(1, 1, (public_bytes(self.root),)),
            organisations=(Organisation("harbour-org", "Harbour", 20_000), Organisation("body", "The body", 20_000)),
            nodes=nodes,
            analysts=(Party("asker", "body", public_bytes(self.analyst)),),
            publishers=(),
            synthetic=True,
        )

    def signed(self, roster: Roster) -> Envelope:
        return sign(ROSTER, encode_roster(roster), self.root)

    def invite(self, roster: Roster, node_id: str = "harbour", number: int = 1) -> Invite:
        """Good for a week. Its certificate is of no use: calls are made in memory."""
        return Invite(
            invite_id=f"{number:032x}",
            federation_id=roster.federation_id,
            node_id=node_id,
            organisation_id="harbour-org",
            organisation_name="Harbour",
            address="localhost:1",
            authorities=self.authority.certificate_pem,
            roster=envelope_to_bytes(self.signed(roster)),
            expires_at_s=ISSUED_S + 7 * DAY_S,
            invite_key=bytes([number]) * 32,
            tls_key=b"",
            tls_certificate=b"",
        )

    def enrol(self, invite: Invite, wish: Envelope) -> Credentials:
        """What `relay.enrol_by_invite` would bring."""
        enrolment = decode_enrolment(wish.payload)
        invite_key = public_bytes(Ed25519PrivateKey.from_private_bytes(invite.invite_key))
        keys = {key_id(key): key for key in (enrolment.entry.identity_key, invite_key)}
        assert valid_signers(wish, ENROLMENT, keys) == set(keys)
        self.came.append(enrolment)
        return self.certified(enrolment.tls_request, enrolment.entry.node_id)

    def certified(self, tls_request: bytes, node_id: str = "harbour") -> Credentials:
        """A certificate from now on."""
        certificate = node_certificate(self.authority, tls_request, node_id, self.now_s)
        return Credentials(certificate, self.authority.certificate_pem)
