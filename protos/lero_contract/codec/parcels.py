"""Files that a person carries: signed envelopes with what the other side needs to believe them. No parcel is itself
believed: every envelope in it is checked as if it had come alone."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.codec.answer import Answer
from lero_contract.codec.envelope import envelope_from_bytes, envelope_from_message, envelope_to_message
from lero_contract.codec.strict import parse, serialise
from lero_contract.envelope import REQUEST, Envelope
from lero_contract.errors import Malformed
from lero_contract.v1 import answer_pb2 as answer_pb
from lero_contract.v1 import roster_pb2 as roster_pb


@dataclass(frozen=True)
class RequestParcel:
    """A request, and the rosters that a node may not have yet, in ascending order."""

    rosters: tuple[Envelope, ...]
    request: Envelope

    def to_bytes(self) -> bytes:
        """For a file."""
        return serialise(
            answer_pb.RequestParcel(
                rosters=[envelope_to_message(roster) for roster in self.rosters],
                request=envelope_to_message(self.request),
            )
        )


@dataclass(frozen=True)
class ReplyParcel:
    """One of an answer and a refusal; with it, where there is one, the node's ledger mark."""

    answer: Answer | None
    refusal: Envelope | None
    ledger_mark: Envelope | None

    def __post_init__(self) -> None:
        if (self.answer is None) == (self.refusal is None):
            raise Malformed("A reply holds an answer or a refusal, and not both.")

    def to_bytes(self) -> bytes:
        """For a file."""
        message = answer_pb.ReplyParcel()
        if self.answer is not None:
            message.answer.CopyFrom(self.answer.to_message())
        if self.refusal is not None:
            message.refusal.CopyFrom(envelope_to_message(self.refusal))
        if self.ledger_mark is not None:
            message.ledger_mark.CopyFrom(envelope_to_message(self.ledger_mark))
        return serialise(message)


@dataclass(frozen=True)
class RosterParcel:
    """A roster that waits for signatures or has them, and the one before it; None before the first."""

    roster: Envelope
    previous: Envelope | None

    def to_bytes(self) -> bytes:
        """For a file."""
        message = roster_pb.RosterParcel(roster=envelope_to_message(self.roster))
        if self.previous is not None:
            message.previous.CopyFrom(envelope_to_message(self.previous))
        return serialise(message)


def read_request_parcel(data: bytes) -> RequestParcel:
    """A parcel, or a signed request alone. Raises Malformed for anything else."""
    try:
        message = parse(answer_pb.RequestParcel, data)
    except Malformed:
        alone = envelope_from_bytes(data)
        if alone.type != REQUEST:
            raise Malformed("The file holds no request.") from None
        return RequestParcel((), alone)
    if not message.HasField("request"):
        raise Malformed("The file holds no request.")
    return RequestParcel(tuple(map(envelope_from_message, message.rosters)), envelope_from_message(message.request))


def read_reply_parcel(data: bytes) -> ReplyParcel:
    """Raises Malformed for anything `ReplyParcel.to_bytes` would not write."""
    message = parse(answer_pb.ReplyParcel, data)
    answer = message.answer
    return ReplyParcel(
        Answer(envelope_from_message(answer.header), answer.vector) if message.HasField("answer") else None,
        envelope_from_message(message.refusal) if message.HasField("refusal") else None,
        envelope_from_message(message.ledger_mark) if message.HasField("ledger_mark") else None,
    )


def read_roster_parcel(data: bytes) -> RosterParcel:
    """Raises Malformed for anything `RosterParcel.to_bytes` would not write."""
    message = parse(roster_pb.RosterParcel, data)
    if not message.HasField("roster"):
        raise Malformed("The file holds no roster.")
    previous = envelope_from_message(message.previous) if message.HasField("previous") else None
    return RosterParcel(envelope_from_message(message.roster, fewest=0), previous)
