"""The error family across gRPC: a fixed code and fixed public words out, the same class back in; no local detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from lero_contract.errors import LeroError, Malformed, Unauthorised, Unavailable, all_errors

DOMAIN = "lero-landscape"
MAX_MESSAGE_BYTES = 1 << 20
OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]

# What a status means where the other side attached no detail: a proxy, TLS, or a peer of another make.
_BARE = {
    grpc.StatusCode.INVALID_ARGUMENT: Malformed,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Malformed,
    grpc.StatusCode.PERMISSION_DENIED: Unauthorised,
    grpc.StatusCode.UNAUTHENTICATED: Unauthorised,
    grpc.StatusCode.UNIMPLEMENTED: Unauthorised,
}


def to_status(error: LeroError) -> Any:
    """The gRPC status of an error: class code and public text, nothing else."""
    code = grpc.StatusCode[error.status]
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN))
    return rpc_status.to_status(status_pb2.Status(code=code.value[0], message=error.public, details=[detail]))


def from_call_error(error: grpc.RpcError) -> LeroError:
    """The class the other side raised, or Unavailable where the line itself failed."""
    status = rpc_status.from_call(error) if isinstance(error, grpc.Call) else None
    details: Sequence[any_pb2.Any] = status.details if status is not None else ()
    for detail in details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info) and info.domain == DOMAIN and info.reason in all_errors():
            return all_errors()[info.reason]()
    code = error.code() if isinstance(error, grpc.Call) else grpc.StatusCode.UNKNOWN
    return _BARE.get(code, Unavailable)()
