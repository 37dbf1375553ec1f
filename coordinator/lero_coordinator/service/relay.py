"""The Relay service: a poll waits without holding anything up, and ends as soon as there is something to say."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from lero_contract.codec.envelope import envelope_from_message, envelope_to_message
from lero_contract.envelope import Envelope
from lero_contract.errors import LeroError
from lero_contract.v1 import relay_service_pb2 as pb
from lero_contract.v1 import relay_service_pb2_grpc as rim
from lero_coordinator.office import Office
from lero_coordinator.service import desk, witness
from lero_coordinator.service.access import Role, caller_of, certificate_of
from lero_coordinator.store import papers
from lero_coordinator.succession import must_renew

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 60
LOOK_EVERY_S = 0.2

Clock = Callable[[], int]


class Bell:
    """Rings when the store has something new for anyone; one look serves all who wait, in every process."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self._office = office
        self._clock = clock
        self._tide: tuple[int, ...] | None = None
        self._rung = asyncio.Event()

    async def watch(self) -> None:
        """Look, and ring on every change, until cancelled."""
        while True:
            try:
                tide = await asyncio.to_thread(self._look)
            except LeroError as reason:  # a poll then ends without news, and the node asks again
                log.warning("the store could not be watched: %s", reason.code)
            else:
                self._ring_on(tide)
            await asyncio.sleep(LOOK_EVERY_S)

    def ear(self) -> asyncio.Event:
        """What the next ring sets. Take it before looking, so that no change falls between."""
        return self._rung

    def _ring_on(self, tide: tuple[int, ...]) -> None:
        if tide != self._tide:
            self._tide = tide
            self._rung.set()
            self._rung = asyncio.Event()

    def _look(self) -> tuple[int, ...]:
        with self._office.store.reading() as connection:
            return papers.tide(connection, self._clock())


class Relay(rim.RelayServicer):
    """Store and forward. The caller is the node of the TLS certificate, never a field."""

    def __init__(self, office: Office, bell: Bell, clock: Clock) -> None:
        self._office = office
        self._store = office.store
        self._bell = bell
        self._clock = clock

    async def Poll(self, request: pb.PollRequest, context: Any) -> pb.PollReply:
        """Everything new, waiting for it up to `wait_s` (at most a minute); and whether the node should renew."""
        node_id, certificate = caller_of(context).id, certificate_of(context)
        await asyncio.to_thread(desk.note_sighting, self._store, node_id, request, self._clock())
        kept = await self._compare(node_id, request)
        reply = await self._wait_for_news(node_id, request, kept)
        # Said with whatever else there is, or at the end of the wait: by itself it ends none, so that a node whose
        # renewal fails does not ask again at once, and again.
        reply.renew = await asyncio.to_thread(must_renew, self._office, certificate, self._clock())
        return reply

    async def _wait_for_news(self, node_id: str, request: pb.PollRequest, kept: Envelope | None) -> pb.PollReply:
        ends = time.monotonic() + min(request.wait_s, LONGEST_WAIT_S)
        while True:
            ear = self._bell.ear()
            reply = await asyncio.to_thread(desk.look, self._store, node_id, request, self._clock())
            if kept is not None:
                reply.ledger_mark.CopyFrom(envelope_to_message(kept))
            left = ends - time.monotonic()
            if reply != pb.PollReply() or left <= 0:
                return reply
            try:
                await asyncio.wait_for(ear.wait(), left)
            except TimeoutError:
                return pb.PollReply()

    async def _compare(self, node_id: str, request: pb.PollRequest) -> Envelope | None:
        """What is kept of the caller's ledger, where that is not what it says now."""
        if not request.HasField("ledger_mark"):
            return None
        sent = envelope_from_message(request.ledger_mark)
        return await asyncio.to_thread(witness.compare, self._store, node_id, sent, self._clock())

    async def SendAnswer(self, request: pb.SendAnswerRequest, context: Any) -> pb.Receipt:
        """Keep an answer."""
        return await asyncio.to_thread(desk.take_answer, self._office, caller_of(context).id, request, self._clock())

    async def SendRefusal(self, request: pb.SendRefusalRequest, context: Any) -> pb.Receipt:
        """Keep a node's "no"."""
        return await asyncio.to_thread(desk.take_refusal, self._office, caller_of(context).id, request, self._clock())

    async def SendQuestion(self, request: pb.SendQuestionRequest, context: Any) -> pb.Receipt:
        """Keep a node's question for the analyst."""
        return await asyncio.to_thread(desk.take_question, self._office, caller_of(context).id, request, self._clock())

    async def roles_of(self, certificate: bytes) -> frozenset[Role]:
        """What the holder of a certificate is at this moment."""
        return await asyncio.to_thread(desk.roles_of, self._office, certificate, self._clock())
