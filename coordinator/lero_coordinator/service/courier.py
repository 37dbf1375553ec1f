"""Requests and replies by file: a reply that somebody carried is taken in by the checks of one that came over the line.

Over the line a certificate says who calls. Here the signature of the node named inside does; who brought the file does
not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lero_contract.codec import (
    Answer,
    RequestParcel,
    decode_header,
    decode_ledger_mark,
    decode_refusal,
    read_reply_parcel,
)
from lero_contract.codec.envelope import envelope_to_message
from lero_contract.envelope import ANSWER_HEADER, REFUSAL, Envelope
from lero_contract.errors import Malformed, Refused, Unauthorised
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.keys import ANALYST
from lero_coordinator.office import Office
from lero_coordinator.service import desk, witness
from lero_coordinator.store import ledger_marks, papers, revoked


@dataclass(frozen=True)
class Taken:
    """A reply that is kept. code: of the error family where it is a refusal, else empty. late: after the close.

    has_two_histories: the node has signed two different heads for one row of its ledger: a copy, or a restored backup.
    """

    node_id: str
    request_id: str
    code: str
    late: bool
    has_two_histories: bool = False


def request_parcel(office: Office, request_id: str, now_s: int) -> RequestParcel:
    """A request for a node that is not connected, with every roster it may lack.

    Raises Refused where the round has closed, Unauthorised where the analyst was revoked, Malformed for an unknown id.
    """
    with office.store.reading() as connection:
        request = papers.request_of(connection, request_id)
        rosters = papers.rosters_behind(connection, request)
        silenced = revoked.revoked_keys(connection, ANALYST)
    if silenced & {signature.key_id for signature in request.envelope.signatures}:
        raise Unauthorised("The analyst who signed this request is revoked.", "See `roster revoke`.")
    if not request.is_open(now_s):
        raise Refused("The round has closed.", "An answer to it could go into a revision only. Ask in a new request.")
    return RequestParcel(tuple(roster.envelope for roster in rosters), request.envelope)


def take_parcel(office: Office, data: bytes, now_s: int) -> Taken:
    """Keep the reply in a file; the same again changes nothing. Raises like `desk.take_answer`."""
    parcel = read_reply_parcel(data)
    if parcel.answer is not None:
        taken = _take_answer(office, parcel.answer, now_s)
    else:
        assert parcel.refusal is not None  # the parcel holds one of the two
        taken = _take_refusal(office, parcel.refusal, now_s)
    if parcel.ledger_mark is None:
        return taken
    return replace(taken, has_two_histories=_take_mark(office, taken.node_id, parcel.ledger_mark, now_s))


def _take_answer(office: Office, answer: Answer, now_s: int) -> Taken:
    if answer.header.type != ANSWER_HEADER:
        raise Malformed("The file holds no answer.")
    header = decode_header(answer.header.payload)
    _check_listed(office, header.node_id)
    message = pb.SendAnswerRequest(answer=answer.to_message())
    receipt = desk.take_answer(office, header.node_id, message, now_s)
    return Taken(header.node_id, header.request_id, "", receipt.late)


def _take_refusal(office: Office, envelope: Envelope, now_s: int) -> Taken:
    if envelope.type != REFUSAL:
        raise Malformed("The file holds no refusal.")
    refusal = decode_refusal(envelope.payload)
    _check_listed(office, refusal.node_id)
    message = pb.SendRefusalRequest(refusal=envelope_to_message(envelope))
    receipt = desk.take_refusal(office, refusal.node_id, message, now_s)
    return Taken(refusal.node_id, refusal.request_id, refusal.code, receipt.late)


def _take_mark(office: Office, node_id: str, sent: Envelope, now_s: int) -> bool:
    """Keeps the mark that came with a reply; whether it contradicts one that was kept.

    A file may have lain about: that its mark is older than one that came over the line since says nothing.
    """
    mark = decode_ledger_mark(sent.payload)
    with office.store.reading() as connection:
        held = ledger_marks.mark_of(connection, node_id)
    if held is None or not held.head.is_newer_than(mark.head):
        witness.compare(office.store, node_id, sent, now_s)
    with office.store.reading() as connection:
        kept = ledger_marks.mark_of(connection, node_id)
    return kept is not None and kept.other is not None


def _check_listed(office: Office, node_id: str) -> None:
    """As over the line: only a node of the newest roster is heard, and a revoked one is not."""
    if not desk.is_heard(office, node_id):
        raise Unauthorised("The reply is of a node that is not on the newest roster, or is revoked.")
