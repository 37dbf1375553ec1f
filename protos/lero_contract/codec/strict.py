"""Strict reading: the bytes that were received are the bytes that the parsed message gives back, or it is refused."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError, Message

from lero_contract.errors import Malformed

M = TypeVar("M", bound=Message)


def parse(kind: type[M], data: bytes) -> M:
    """A message whose deterministic serialisation, without unknown fields, equals `data`. Raises Malformed otherwise.

    So no field is repeated, unknown, or in another order than a writer of this contract would put it.
    """
    message = kind()
    try:
        message.ParseFromString(data)
    except (DecodeError, RecursionError) as reason:
        raise Malformed("The bytes are not a message of this contract.") from reason
    message.DiscardUnknownFields()  # type: ignore[no-untyped-call,unused-ignore]
    if serialise(message) != data:
        raise Malformed("The message has unknown, repeated or disordered fields.")
    return message


def serialise(message: Message) -> bytes:
    """The one way bytes are made from a message."""
    return message.SerializeToString(deterministic=True)


def require_safe_backend() -> None:
    """Raises Malformed where protobuf runs on its pure-Python parser, which has no guard against hostile input."""
    if api_implementation.Type() == "python":
        raise Malformed(
            "Protobuf runs on its slow, unguarded parser here.",
            "Unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION and reinstall protobuf.",
        )
