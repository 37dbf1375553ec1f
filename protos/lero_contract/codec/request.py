"""A request as bytes: absent and out-of-range fields are refused here, once, on arrival."""

from __future__ import annotations

from lero_contract.codec.kinds import put_kind, take_kind
from lero_contract.codec.strict import parse, serialise
from lero_contract.errors import Malformed
from lero_contract.request import Filter, Mode, Request, Table
from lero_contract.v1 import request_pb2 as pb

_MODES: dict[int, Mode] = {pb.MODE_STANDALONE: Mode.STANDALONE, pb.MODE_POOLED: Mode.POOLED}


def encode_request(request: Request) -> bytes:
    """The payload that is signed."""
    return serialise(
        pb.Request(
            request_id=request.request_id,
            federation_id=request.federation_id,
            title=request.title,
            question=request.question,
            purpose=request.purpose,
            mode=mode_to_message(request.mode),
            dictionary_id=request.dictionary_id,
            dictionary_digest=request.dictionary_digest,
            roster_version=request.roster_version,
            roster_digest=request.roster_digest,
            cohort=request.cohort,
            issued_at_s=request.issued_at_s,
            closes_at_s=request.closes_at_s,
            cut_date_day=request.cut_date_day,
            tables=[table_to_message(t) for t in request.tables],
            price_nano_rho=request.price_nano_rho,
            synthetic=request.synthetic,
        )
    )


def decode_request(payload: bytes) -> Request:
    """Raises Malformed for bytes that are not exactly one request of this contract."""
    message = parse(pb.Request, payload)
    mode = mode_from_message(message.mode)
    if message.HasField("pooled"):  # a standalone request with keepers is a contradiction
        raise _not_standalone()
    return Request(
        request_id=message.request_id,
        federation_id=message.federation_id,
        title=message.title,
        question=message.question,
        purpose=message.purpose,
        mode=mode,
        dictionary_id=message.dictionary_id,
        dictionary_digest=message.dictionary_digest,
        roster_version=message.roster_version,
        roster_digest=message.roster_digest,
        cohort=tuple(message.cohort),
        issued_at_s=message.issued_at_s,
        closes_at_s=message.closes_at_s,
        cut_date_day=message.cut_date_day,
        tables=tuple(table_from_message(t) for t in message.tables),
        price_nano_rho=message.price_nano_rho,
        synthetic=message.synthetic,
    )


def mode_to_message(mode: Mode) -> pb.Mode.ValueType:
    """For putting a mode into another message."""
    return pb.MODE_STANDALONE if mode is Mode.STANDALONE else pb.MODE_POOLED


def mode_from_message(mode: int) -> Mode:
    """Raises Malformed for a mode that nobody knows, and for pooled rounds, which this version does not answer."""
    found = _MODES.get(mode)
    if found is None:
        raise Malformed("The request has no mode this software knows.")
    if found is Mode.POOLED:
        raise _not_standalone()
    return found


def _not_standalone() -> Malformed:
    return Malformed("This version answers standalone requests only.", "Bring this software up to date.")


def table_to_message(table: Table) -> pb.Table:
    """For putting a table into another message."""
    message = pb.Table(
        table_id=table.table_id,
        title=table.title,
        dimensions=table.dimensions,
        filters=[pb.Filter(variable=f.variable, codes=f.codes) for f in table.filters],
        price_nano_rho=table.price_nano_rho,
        hide_wider_than=table.hide_wider_than,
    )
    put_kind(table.kind, message)
    return message


def table_from_message(message: pb.Table) -> Table:
    """Raises Malformed for a table that is none."""
    return Table(
        table_id=message.table_id,
        title=message.title,
        dimensions=tuple(message.dimensions),
        filters=tuple(Filter(f.variable, tuple(f.codes)) for f in message.filters),
        price_nano_rho=message.price_nano_rho,
        hide_wider_than=message.hide_wider_than,
        kind=take_kind(message),
    )
