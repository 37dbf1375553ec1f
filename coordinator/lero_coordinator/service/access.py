"""Who may call what: a method that is not in the table is refused, and so is a caller without one of its roles.

Messages are read strictly here, and errors leave here as fixed words; a fault of ours says nothing but that it is one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import grpc
from google.protobuf.message import Message
from grpc import aio
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped,unused-ignore]

from lero_contract.codec.strict import parse, serialise
from lero_contract.errors import LeroError, Unauthorised
from lero_contract.rpc import to_status
from lero_contract.v1 import registry_service_pb2 as registry
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.authority import Caller, caller_named

log = logging.getLogger(__name__)

_INTERNAL = "The coordinator failed. Trying again is safe."


class Role(Enum):
    """What a caller can be: the holder of an invite, a node that was taken in, or one that the newest roster lists."""

    INVITED = "invited"
    ENROLLED = "enrolled"
    NODE = "node"


@dataclass(frozen=True)
class Rule:
    """Roles that may call a method, and the message it takes."""

    roles: frozenset[Role]
    takes: type[Message]


_LISTED = frozenset({Role.NODE})
_KNOWN = frozenset({Role.ENROLLED, Role.NODE})
_ANYONE = frozenset(Role)
_RELAY = "/lero_contract.v1.Relay/"
_REGISTRY = "/lero_contract.v1.Registry/"
ALLOWED: dict[str, Rule] = {
    _RELAY + "Poll": Rule(_KNOWN, pb.PollRequest),
    _RELAY + "SendAnswer": Rule(_LISTED, pb.SendAnswerRequest),
    _RELAY + "SendRefusal": Rule(_LISTED, pb.SendRefusalRequest),
    _RELAY + "SendQuestion": Rule(_LISTED, pb.SendQuestionRequest),
    _REGISTRY + "Enrol": Rule(_ANYONE, registry.EnrolRequest),
    _REGISTRY + "Renew": Rule(_KNOWN, registry.RenewRequest),
    "/grpc.health.v1.Health/Check": Rule(_ANYONE, health_pb2.HealthCheckRequest),
}

RolesOf = Callable[[bytes], Awaitable[frozenset[Role]]]
Handler = Callable[[Any, Any], Awaitable[Any]]


def certificate_of(context: Any) -> bytes:
    """The certificate (PEM) a call comes with. Raises Unauthorised for a caller without one."""
    found = context.auth_context().get("x509_pem_cert")
    if not found:
        raise Unauthorised("The caller showed no certificate.")
    return bytes(found[0])


def caller_of(context: Any) -> Caller:
    """Who calls, by the TLS certificate and never by a field. Raises Unauthorised for one that names nobody."""
    return caller_named(certificate_of(context))


class Doorkeeper(aio.ServerInterceptor):
    """Stands before every method."""

    def __init__(self, roles_of: RolesOf) -> None:
        """roles_of: what the holder of a certificate (PEM) is at this moment; nothing for a stranger."""
        self._roles_of = roles_of

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """The method's handler behind its rule, or one that refuses."""
        rule = ALLOWED.get(handler_call_details.method)
        handler = await continuation(handler_call_details) if rule is not None else None
        if rule is None or handler is None or handler.unary_unary is None:
            return grpc.unary_unary_rpc_method_handler(_refuse)
        guarded = self._guard(rule, cast(Handler, handler.unary_unary))
        return grpc.unary_unary_rpc_method_handler(guarded, response_serializer=serialise)

    def _guard(self, rule: Rule, inner: Handler) -> Handler:
        async def call(data: bytes, context: Any) -> Any:
            try:
                if not rule.roles & await self._roles_of(certificate_of(context)):
                    raise Unauthorised("The caller has no role that this method takes.")
                return await inner(parse(rule.takes, data), context)
            except LeroError as error:
                status = to_status(error)
            except Exception:
                log.exception("a call failed unexpectedly")
                await context.abort(grpc.StatusCode.INTERNAL, _INTERNAL)
                raise
            await context.abort(status.code, status.details, status.trailing_metadata)

        return call


async def _refuse(_data: bytes, context: Any) -> None:
    status = to_status(Unauthorised())
    await context.abort(status.code, status.details, status.trailing_metadata)
