"""What a node is told, and what is taken in from it; each act one transaction, and safe to repeat.

Only the outside of an answer is checked here: whose it is and what it is for. `combine` checks the whole of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from lero_contract.codec import (
    Answer,
    decode_header,
    decode_refusal,
    decode_request,
    decode_roster,
    envelope_to_bytes,
)
from lero_contract.codec.answer import vector_digest
from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.envelope import ANSWER_HEADER, REFUSAL, Envelope, key_id, open_one
from lero_contract.errors import Conflict, Malformed, Unauthorised
from lero_contract.request import Request
from lero_contract.rpc import MAX_MESSAGE_BYTES
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator import conversing
from lero_coordinator.authority import Kind, caller_named, check_in_force
from lero_coordinator.keys import ANALYST
from lero_coordinator.office import Office
from lero_coordinator.service.access import Role
from lero_coordinator.store import Store, admissions, conversations, papers, people, replies, revoked
from lero_coordinator.store.replies import ANSWER, Kept, Reply, Sighting
from lero_coordinator.tls_files import read_trusted

log = logging.getLogger(__name__)

MOST_HELD = 1_000
LONGEST_VERSION = 64
_LARGEST_ROSTER_VERSION = 2**63 - 1  # what a database holds
_ROOM_BYTES = MAX_MESSAGE_BYTES - 64 * 1024
_PER_ENTRY_BYTES = 16


def roles_of(office: Office, certificate: bytes, now_s: int) -> frozenset[Role]:
    """What the holder of a certificate (PEM) is: on the newest roster, among those taken in, or by an open invite.

    A revoked node is nothing at once, whatever the roster says. Raises Unauthorised for a certificate no longer in
    force, however old the line it comes on.
    """
    check_in_force(certificate, read_trusted(office.home).values(), now_s)
    caller = caller_named(certificate)
    with office.store.reading() as connection:
        if caller.kind is Kind.INVITE:
            issued = admissions.invite_of(connection, caller.id)
            return frozenset({Role.INVITED}) if issued is not None and issued.may_call(now_s) else frozenset()
        if revoked.is_revoked(connection, revoked.NODE, caller.id):
            return frozenset()
        if _is_listed(papers.newest_roster(connection), caller.id):
            return frozenset({Role.NODE})
        taken_in = people.enrolment_of(connection, caller.id) is not None
    return frozenset({Role.ENROLLED}) if taken_in else frozenset()


def is_heard(office: Office, node_id: str) -> bool:
    """Whether a node is on the newest roster and not revoked, by whichever way its words come."""
    with office.store.reading() as connection:
        is_revoked = revoked.is_revoked(connection, revoked.NODE, node_id)
        return not is_revoked and _is_listed(papers.newest_roster(connection), node_id)


def note_sighting(store: Store, node_id: str, message: pb.PollRequest, now_s: int) -> None:
    """Record that the node was heard, and refuse a poll no node would send."""
    if len(message.held) > MOST_HELD or message.roster_version > _LARGEST_ROSTER_VERSION:
        raise Malformed("The poll names more requests, or a higher roster, than any node has.")
    version = message.software_version
    if len(version) > LONGEST_VERSION or not version.isprintable():  # a person reads it in a terminal
        raise Malformed("The poll names a version that no node has.")
    with store.writing() as connection:
        replies.saw(connection, Sighting(node_id, now_s, message.software_version))


def look(store: Store, node_id: str, message: pb.PollRequest, now_s: int, room: int = _ROOM_BYTES) -> pb.PollReply:
    """Everything new for the node that fits into `room` bytes of one message; the rest comes with the next poll.

    Rosters go first and in ascending order, none left out: the newest, every one that changed the roots, and those that
    waiting requests pin. A request goes only to a node that then has the newest roster to judge its signer by. A node
    that the newest roster does not list is given rosters, and nothing else. Raises Unauthorised for a node revoked
    while its poll was waiting.
    """
    with store.reading() as connection:
        if revoked.is_revoked(connection, revoked.NODE, node_id):
            raise Unauthorised("The caller is revoked.")
        waiting = _offered(connection, node_id, message, now_s)
        wanted = papers.rosters_of(connection, [w.roster_digest for w in waiting])
        wanted += papers.root_changes_after(connection, message.roster_version)
        newest = papers.newest_roster(connection)
        is_listed = _is_listed(newest, node_id)
        waiting = waiting if is_listed else []
        closed = papers.closed_among(connection, list(message.held), now_s) if is_listed else ()
        replied = conversations.replies_for(connection, node_id, message.replies_held) if is_listed else ()
    lacking = {r.version: r for r in (*wanted, *([newest] if newest else [])) if r.version > message.roster_version}
    rosters, room = _that_fit([lacking[version].envelope for version in sorted(lacking)], room)
    requests: list[Envelope] = []
    if len(rosters) == len(lacking):
        requests, room = _that_fit([request.envelope for request in waiting], room)
    said, _ = _that_fit(replied, room)
    return pb.PollReply(
        rosters=[envelope_to_message(envelope) for envelope in rosters],
        requests=[envelope_to_message(envelope) for envelope in requests],
        closed=closed,
        replies=[envelope_to_message(envelope) for envelope in said],
    )


def take_answer(office: Office, node_id: str, message: pb.SendAnswerRequest, now_s: int) -> pb.Receipt:
    """Keep an answer. Raises Unauthorised for another node's, Conflict where other bytes came first."""
    answer = Answer(envelope_from_message(message.answer.header), message.answer.vector)
    if answer.header.type != ANSWER_HEADER:
        raise Malformed("The envelope should hold the header of an answer.")
    header = decode_header(answer.header.payload)
    if header.vector_digest != vector_digest(answer.vector):
        raise Malformed("The vector is not the one its header names.")
    named = (header.request_id, header.request_digest, header.node_id)
    return _take(office, node_id, named, answer.header, ANSWER, answer.to_bytes(), "", now_s)


def take_refusal(office: Office, node_id: str, message: pb.SendRefusalRequest, now_s: int) -> pb.Receipt:
    """Keep a node's "no". Raises like `take_answer`."""
    envelope = envelope_from_message(message.refusal)
    if envelope.type != REFUSAL:
        raise Malformed("The envelope should hold a refusal.")
    refusal = decode_refusal(envelope.payload)
    named = (refusal.request_id, refusal.request_digest, refusal.node_id)
    content = envelope_to_bytes(envelope)
    return _take(office, node_id, named, envelope, replies.REFUSAL, content, refusal.code, now_s)


def take_question(office: Office, node_id: str, message: pb.SendQuestionRequest, now_s: int) -> pb.Receipt:
    """Keep a node's question for the analysts. Raises as `conversing.take_question`."""
    envelope = envelope_from_message(message.question)
    late = conversing.take_question(office, node_id, envelope, now_s)
    return pb.Receipt(digest=envelope.digest, late=late)


def _take(
    office: Office,
    caller: str,
    named: tuple[str, bytes, str],
    signed: Envelope,
    kind: str,
    content: bytes,
    code: str,
    now_s: int,
) -> pb.Receipt:
    request_id, request_digest, node_id = named
    if node_id != caller:
        raise Unauthorised("The reply names another node than the one that sent it.")
    with office.store.writing() as connection:
        stored = papers.request_of(connection, request_id)
        request = decode_request(stored.envelope.payload)
        if request_digest != stored.digest:
            raise Malformed("The reply is to another request of this id.")
        [roster] = papers.rosters_of(connection, [stored.roster_digest])
        _check_signer(signed, request, decode_roster(roster.envelope.payload).node(node_id).identity_key, node_id)
        late = not stored.is_open(now_s)
        kept, first = replies.keep(connection, Reply(request_id, node_id, kind, content, code, now_s, late))
    if kept is Kept.CONFLICT:
        log.warning("conflict: %s sent a second, different reply to %s; the first stands", node_id, request_id)
        raise Conflict("Another reply of this node came first; it stands.")
    office.close_if_settled(request_id, now_s)
    return pb.Receipt(digest=signed.digest, late=first.late)


def _check_signer(signed: Envelope, request: Request, identity_key: bytes, node_id: str) -> None:
    if node_id not in request.cohort:
        raise Unauthorised("The node is not in the request's cohort.")
    open_one(signed, signed.type, {key_id(identity_key): identity_key})


def _offered(connection: Connection, node_id: str, message: pb.PollRequest, now_s: int) -> list[papers.StoredRequest]:
    """What waits for the node and no revoked analyst signed, oldest first."""
    silenced = revoked.revoked_keys(connection, ANALYST)
    return [
        request
        for request in papers.open_for(connection, node_id, now_s)
        if request.request_id not in message.held and not silenced & {s.key_id for s in request.envelope.signatures}
    ]


def _that_fit(envelopes: Sequence[Envelope], room: int) -> tuple[list[Envelope], int]:
    """The first of them, as many as fit, and the room that is left."""
    fitting: list[Envelope] = []
    for envelope in envelopes:
        size = len(envelope_to_bytes(envelope)) + _PER_ENTRY_BYTES
        if size > room:
            break
        room -= size
        fitting.append(envelope)
    return fitting, room


def _is_listed(newest: papers.StoredRoster | None, node_id: str) -> bool:
    return newest is not None and any(n.node_id == node_id for n in decode_roster(newest.envelope.payload).nodes)
