"""A small real federation on disk: an office with real keys, enrolled LEROs, a signed roster, requests and answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lero_contract.codec import (
    Answer,
    AnswerHeader,
    Enrolment,
    Invite,
    LedgerHead,
    Refusal,
    encode_enrolment,
    encode_header,
    encode_refusal,
    encode_request,
    encode_vector,
)
from lero_contract.codec.answer import vector_digest
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ANSWER_HEADER, ENROLMENT, REFUSAL, REQUEST, Envelope, public_bytes, sign
from lero_contract.plan import compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Party
from lero_coordinator.admitting import Credentials, enrol
from lero_coordinator.authority import Caller, Kind
from lero_coordinator.config import Config
from lero_coordinator.draft.request import draft_request
from lero_coordinator.invites import Issued
from lero_coordinator.keys import ANALYST, PUBLISHER
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.store import admissions

DAY_S = 86_400
NOW_S = 1_775_000_000  # 2026-03-31 23:33 UTC
CUT_DATE = date(2026, 3, 31)
COLLECTS = ("area", "birth_year", "joined", "sex", "sure.total")
DRAFT: dict[str, Any] = {
    "title": "How many members, and where",
    "question": "How many members does each LERO have?",
    "purpose": "commissioning",
    "closes_in_days": 28,
    "tables": [
        {
            "id": "members",
            "title": "Members on the cut date",
            "kind": "headcount",
            "basis": "at_cut_date",
            "dimensions": ["area"],
            "rho": 0.02,
            "hide_wider_than": 40,
        }
    ],
}


@dataclass(frozen=True)
class MadeNode:
    """A LERO's keys, and what it states of itself."""

    entry: NodeEntry
    identity: Ed25519PrivateKey
    tls_key: ec.EllipticCurvePrivateKey

    @property
    def node_id(self) -> str:
        return self.entry.node_id

    @property
    def tls_key_pem(self) -> bytes:
        return self.tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def name(self) -> str:
        return f"The {self.node_id} fellowship"

    def change(self) -> Envelope:
        """A wish of a node that was taken in before."""
        return sign(ENROLMENT, encode_enrolment(self._wish("")), self.identity)

    def first(self, invite_id: str, invite_key: Ed25519PrivateKey) -> Envelope:
        """A wish by an invite."""
        return sign(ENROLMENT, encode_enrolment(self._wish(invite_id)), self.identity, invite_key)

    def by(self, invite: Invite) -> Envelope:
        """A wish by an invite's file."""
        return self.first(invite.invite_id, Ed25519PrivateKey.from_private_bytes(invite.invite_key))

    def _wish(self, invite_id: str) -> Enrolment:
        return Enrolment(self.entry, self.name, tls_request(self.tls_key), "lero-test", invite_id)


@dataclass(frozen=True)
class MadeOffice:
    """An office whose roster is signed."""

    office: Office
    roots: tuple[Ed25519PrivateKey, ...]
    analyst: Ed25519PrivateKey
    publisher: Ed25519PrivateKey
    nodes: Mapping[str, MadeNode]
    credentials: Mapping[str, Credentials]
    ids: list[str] = field(default_factory=list)

    def draft(self, spec: Mapping[str, Any] = DRAFT, issued_at_s: int = NOW_S, cohort: Sequence[str] = ()) -> Request:
        """A request with a new id over the nodes named, else all."""
        self.ids.append(f"{len(self.ids) + 1:032x}")
        held = self.office.roster()
        names = tuple(cohort) or tuple(self.nodes)
        return draft_request(
            spec, load_dictionary(), held.roster, held.digest, names, CUT_DATE, issued_at_s, self.ids[-1], True
        )

    def signed(self, request: Request) -> Envelope:
        return sign(REQUEST, encode_request(request), self.analyst)

    def submitted(self, now_s: int = NOW_S, cohort: Sequence[str] = ()) -> Request:
        return self.office.submit(self.signed(self.draft(issued_at_s=now_s, cohort=cohort)), now_s)


def make_node(
    node_id: str,
    areas: Sequence[str] = ("E06000062",),
    collects: Sequence[str] = COLLECTS,
    *,
    identity: Ed25519PrivateKey | None = None,
    public_members: int = 200,
) -> MadeNode:
    identity = identity or Ed25519PrivateKey.generate()
    tls_key = ec.generate_private_key(ec.SECP256R1())
    entry = NodeEntry(
        node_id,
        f"{node_id}-org",
        public_bytes(identity),
        tuple(sorted(areas)),
        tuple(sorted(collects)),
        0,
        public_members,
    )
    return MadeNode(entry, identity, tls_key)


def tls_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS #10; the name in it is nothing the coordinator should believe."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anyone")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    return request.public_bytes(Encoding.DER)


def make_office(
    folder: Path, nodes: Sequence[MadeNode], *, now_s: int = NOW_S, roots: int = 1, database: str = ""
) -> MadeOffice:
    config = Config(
        federation_id="lero-test",
        name="A national body",
        address="localhost:7443",
        listen="127.0.0.1:0",
        database=database,
        synthetic=True,
    )
    office = Office.create(folder, config, now_s)
    root_keys = tuple(Ed25519PrivateKey.generate() for _ in range(roots))
    analyst, publisher = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    office.set_roots([public_bytes(key) for key in root_keys], roots)
    office.add_party(ANALYST, Party("asker", "body", public_bytes(analyst)), "The body")
    office.add_party(PUBLISHER, Party("press", "body", public_bytes(publisher)), "The body")
    credentials = {node.node_id: take_in(office, node, now_s) for node in nodes}
    sign_and_accept(office, root_keys, now_s)
    return MadeOffice(office, root_keys, analyst, publisher, {n.node_id: n for n in nodes}, credentials)


def take_in(office: Office, node: MadeNode, now_s: int) -> Credentials:
    """The node comes by an invite that was made before there was a roster, so that the first one lists it."""
    invite_id, key = hashlib.sha256(node.node_id.encode()).hexdigest()[:32], Ed25519PrivateKey.generate()
    named = (node.node_id, node.entry.organisation_id, node.name)
    with office.store.writing() as connection:
        admissions.add_invite(connection, Issued(invite_id, *named, public_bytes(key), 1, now_s, now_s + DAY_S))
    return enrol(office, node.first(invite_id, key), Caller(Kind.INVITE, invite_id), now_s)


def answer_to(made: MadeOffice, request: Request, node_id: str, first_cell: int = 7) -> Answer:
    """What the node would answer, its first cell as given and the others zero."""
    node, digest = made.nodes[node_id], made.signed(request).digest
    plan = compile_plan(request, load_dictionary(), node.entry)
    vector = encode_vector([first_cell] + [0] * (plan.cell_count - 1))
    header = AnswerHeader(
        request_id=request.request_id,
        request_digest=digest,
        plan_digest=plan.digest,
        dictionary_digest=request.dictionary_digest,
        roster_digest=request.roster_digest,
        node_id=node_id,
        mode=request.mode,
        cell_count=plan.cell_count,
        cut_date_day=request.cut_date_day,
        vector_digest=vector_digest(vector),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=True,
        ledger_head=LedgerHead(1, bytes(32)),
    )
    return Answer(sign(ANSWER_HEADER, encode_header(header), node.identity), vector)


def refusal_of(made: MadeOffice, request: Request, node_id: str, code: str = "declined") -> Envelope:
    refusal = Refusal(request.request_id, made.signed(request).digest, node_id, code)
    return sign(REFUSAL, encode_refusal(refusal), made.nodes[node_id].identity)


def tls_files(made: MadeOffice, node_id: str) -> tuple[bytes, bytes, bytes]:
    """Authorities, key and certificate, PEM: what a node dials with."""
    given = made.credentials[node_id]
    return given.authorities, made.nodes[node_id].tls_key_pem, given.tls_certificate
