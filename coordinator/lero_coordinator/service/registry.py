"""The Registry service: how a LERO comes to its certificate, and keeps one. Who calls is never a field."""

from __future__ import annotations

import asyncio
from typing import Any

from lero_contract.codec.envelope import envelope_from_message
from lero_contract.v1 import registry_service_pb2 as pb
from lero_contract.v1 import registry_service_pb2_grpc as rim
from lero_coordinator.admitting import Credentials, enrol, renew
from lero_coordinator.office import Office
from lero_coordinator.service.access import caller_of
from lero_coordinator.service.relay import Clock


class Registry(rim.RegistryServicer):
    """Takes LEROs in, and renews."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self._office = office
        self._clock = clock

    async def Enrol(self, request: pb.EnrolRequest, context: Any) -> pb.Credentials:
        """Take in a wish: by an invite's certificate the first, by a node's own a change."""
        envelope = envelope_from_message(request.enrolment)
        return _message(await asyncio.to_thread(enrol, self._office, envelope, caller_of(context), self._clock()))

    async def Renew(self, request: pb.RenewRequest, context: Any) -> pb.Credentials:
        """A fresh certificate in the name of the caller."""
        return _message(
            await asyncio.to_thread(renew, self._office, caller_of(context), request.tls_request, self._clock())
        )


def _message(credentials: Credentials) -> pb.Credentials:
    return pb.Credentials(tls_certificate=credentials.tls_certificate, authorities=credentials.authorities)
