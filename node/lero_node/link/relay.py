"""The line to the coordinator, dialled by the node over mutual TLS; every call is unary, repeatable and has a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message

from lero_contract.codec import Answer, Invite
from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.envelope import Envelope
from lero_contract.errors import Corrupt, Malformed, Unavailable
from lero_contract.rpc import OPTIONS, from_call_error
from lero_contract.v1 import registry_service_pb2 as registry_pb
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1.registry_service_pb2_grpc import RegistryStub
from lero_contract.v1.relay_service_pb2_grpc import RelayStub
from lero_node.link.tls import Credentials, TlsFiles

CALL_LIMIT_S = 30
_KEEPALIVE = [
    ("grpc.keepalive_time_ms", 60_000),  # a half-open line is noticed within about a minute and a half
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.initial_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 60_000),
]


@dataclass(frozen=True)
class News:
    """What a poll brought: newer rosters in order, requests, ids of requests that have closed, and replies.

    ledger_mark: what the coordinator keeps of this node's ledger, where that is not what it was sent.
    renew: whether the coordinator asks this node to renew its certificate.
    """

    rosters: tuple[Envelope, ...]
    requests: tuple[Envelope, ...]
    closed: tuple[str, ...]
    replies: tuple[Envelope, ...] = ()
    ledger_mark: Envelope | None = None
    renew: bool = False


class Relay:
    """Calls of the relay service. Every method raises the LeroError the other side raised, or Unavailable."""

    def __init__(self, address: str, tls: TlsFiles) -> None:
        """Opens no connection yet; gRPC dials at the first call and again after a loss, with back-off and jitter."""
        self._address = address
        self._hung_up = False
        self._dial(tls)

    def reconnect(self, tls: TlsFiles) -> None:
        """From now on calls with these files. What was being sent on the old line fails, and is sent again."""
        old = self._channel
        self._dial(tls)
        old.close()
        if self._hung_up:  # in the meantime, by another thread
            self._channel.close()

    def poll(
        self,
        roster_version: int,
        held: Sequence[str],
        wait_s: int,
        software_version: str,
        replies_held: int = 0,
        ledger_mark: Envelope | None = None,
    ) -> News:
        """Waits up to `wait_s` for something new.

        replies_held: replies to this node's questions that it has. ledger_mark: where its ledger stands.
        """
        request = pb.PollRequest(
            roster_version=roster_version,
            held=held,
            wait_s=wait_s,
            software_version=software_version,
            replies_held=replies_held,
            ledger_mark=envelope_to_message(ledger_mark) if ledger_mark is not None else None,
        )
        reply = self._call(self._stub.Poll, request, wait_s + CALL_LIMIT_S)
        return News(
            tuple(envelope_from_message(e) for e in reply.rosters),
            tuple(envelope_from_message(e) for e in reply.requests),
            tuple(reply.closed),
            tuple(envelope_from_message(e) for e in reply.replies),
            envelope_from_message(reply.ledger_mark) if reply.HasField("ledger_mark") else None,
            reply.renew,
        )

    def send_answer(self, answer: Answer) -> bool:
        """Delivers an answer; True where it came after the close. Raises Malformed for a receipt of something else."""
        request = pb.SendAnswerRequest(answer=answer.to_message())
        receipt = self._call(self._stub.SendAnswer, request, CALL_LIMIT_S)
        _check_receipt(receipt, answer.header)
        return bool(receipt.late)

    def send_refusal(self, refusal: Envelope) -> None:
        """Delivers a refusal. Raises Malformed for a receipt of something else."""
        request = pb.SendRefusalRequest(refusal=envelope_to_message(refusal))
        receipt = self._call(self._stub.SendRefusal, request, CALL_LIMIT_S)
        _check_receipt(receipt, refusal)

    def send_question(self, question: Envelope) -> None:
        """Delivers a person's question. Raises Malformed for a receipt of something else."""
        request = pb.SendQuestionRequest(question=envelope_to_message(question))
        receipt = self._call(self._stub.SendQuestion, request, CALL_LIMIT_S)
        _check_receipt(receipt, question)

    def enrol(self, wish: Envelope) -> Credentials:
        """Hands in a wish to be listed; safe to repeat."""
        request = registry_pb.EnrolRequest(enrolment=envelope_to_message(wish))
        return _credentials(self._call(self._registry.Enrol, request, CALL_LIMIT_S))

    def renew(self, tls_request: bytes) -> Credentials:
        """A fresh certificate for the key of this request (PKCS #10, DER)."""
        request = registry_pb.RenewRequest(tls_request=tls_request)
        return _credentials(self._call(self._registry.Renew, request, CALL_LIMIT_S))

    def close(self) -> None:
        """Hangs up."""
        self._hung_up = True
        self._channel.close()

    def _dial(self, tls: TlsFiles) -> None:
        credentials = grpc.ssl_channel_credentials(tls.authorities, tls.key, tls.certificate)
        self._channel = grpc.secure_channel(self._address, credentials, options=[*OPTIONS, *_KEEPALIVE])
        self._stub = RelayStub(self._channel)  # type: ignore[no-untyped-call,unused-ignore]
        self._registry = RegistryStub(self._channel)  # type: ignore[no-untyped-call,unused-ignore]
        self.tls = tls

    @staticmethod
    def _call(method: Callable[..., Any], request: Message, limit_s: int) -> Any:
        try:
            return method(request, timeout=limit_s)
        except grpc.RpcError as failure:
            error = from_call_error(failure)
            # What is corrupt over there stops nothing here.
            raise (Unavailable() if isinstance(error, Corrupt) else error) from None
        except ValueError:  # the channel was closed by another thread: this program is stopping
            raise Unavailable("The line was hung up.") from None


def enrol_by_invite(invite: Invite, wish: Envelope) -> Credentials:
    """The one call that an invite's own certificate allows. Raises as `Relay`."""
    relay = Relay(invite.address, TlsFiles(invite.tls_key, invite.tls_certificate, invite.authorities))
    try:
        return relay.enrol(wish)
    finally:
        relay.close()


def _credentials(reply: registry_pb.Credentials) -> Credentials:
    return Credentials(reply.tls_certificate, reply.authorities)


def _check_receipt(receipt: pb.Receipt, sent: Envelope) -> None:
    if receipt.digest != sent.digest:
        raise Malformed("The coordinator acknowledged something other than what was sent.")
