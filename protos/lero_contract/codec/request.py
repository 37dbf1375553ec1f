"""A request as bytes: absent and out-of-range fields are refused here, once, on arrival."""

from __future__ import annotations

from lero_contract.codec.strict import parse, serialise
from lero_contract.errors import Malformed
from lero_contract.request import (
    Activity,
    Basis,
    Filter,
    Headcount,
    Kind,
    Mean,
    Mode,
    Period,
    Request,
    Slice,
    Table,
    Unit,
    Window,
)
from lero_contract.v1 import request_pb2 as pb

_MODES = {pb.MODE_STANDALONE: Mode.STANDALONE, pb.MODE_POOLED: Mode.POOLED}
_BASES = {
    pb.Headcount.BASIS_AT_CUT_DATE: Basis.AT_CUT_DATE,
    pb.Headcount.BASIS_JOINED: Basis.JOINED,
    pb.Headcount.BASIS_REFERRED: Basis.REFERRED,
    pb.Headcount.BASIS_EVER: Basis.EVER,
}
_UNITS = {
    pb.Activity.UNIT_CONTACTS: Unit.CONTACTS,
    pb.Activity.UNIT_ACTIVE_MEMBERS: Unit.ACTIVE_MEMBERS,
}


def encode_request(request: Request) -> bytes:
    """The payload that is signed."""
    modes = {v: k for k, v in _MODES.items()}
    return serialise(
        pb.Request(
            request_id=request.request_id,
            federation_id=request.federation_id,
            title=request.title,
            question=request.question,
            purpose=request.purpose,
            mode=modes[request.mode],
            dictionary_id=request.dictionary_id,
            dictionary_digest=request.dictionary_digest,
            roster_version=request.roster_version,
            roster_digest=request.roster_digest,
            cohort=request.cohort,
            issued_at_s=request.issued_at_s,
            closes_at_s=request.closes_at_s,
            cut_date_day=request.cut_date_day,
            tables=[_table_to_message(t) for t in request.tables],
            price_nano_rho=request.price_nano_rho,
            synthetic=request.synthetic,
        )
    )


def decode_request(payload: bytes) -> Request:
    """Raises Malformed for bytes that are not exactly one request of this contract."""
    message = parse(pb.Request, payload)
    mode = _MODES.get(message.mode)
    if mode is None:
        raise Malformed("The request has no mode this software knows.")
    if mode is Mode.POOLED or message.HasField("pooled"):
        # Pooled rounds are not answered by this version; a standalone request with keepers is a contradiction.
        raise Malformed("This version answers standalone requests only.", "Bring this software up to date.")
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
        tables=tuple(_table_from_message(t) for t in message.tables),
        price_nano_rho=message.price_nano_rho,
        synthetic=message.synthetic,
    )


def _table_to_message(table: Table) -> pb.Table:
    message = pb.Table(
        table_id=table.table_id,
        title=table.title,
        dimensions=table.dimensions,
        filters=[pb.Filter(variable=f.variable, codes=f.codes) for f in table.filters],
        price_nano_rho=table.price_nano_rho,
        hide_wider_than=table.hide_wider_than,
    )
    match table.kind:
        case Headcount(basis=basis, period=period):
            bases = {v: k for k, v in _BASES.items()}
            message.headcount.basis = bases[basis]
            if period is not None:
                message.headcount.period.CopyFrom(_period_to_message(period))
        case Mean(measure=measure, windows=windows):
            message.mean.measure = measure
            message.mean.windows.extend(
                pb.Window(label=w.label, wave=w.wave, from_day=w.from_day, to_day=w.to_day) for w in windows
            )
        case Activity() as activity:
            message.activity.CopyFrom(_activity_to_message(activity))
    return message


def _activity_to_message(activity: Activity) -> pb.Activity:
    units = {v: k for k, v in _UNITS.items()}
    return pb.Activity(
        unit=units[activity.unit],
        slices=[pb.Slice(label=s.label, period=_period_to_message(s.period)) for s in activity.slices],
        kinds=activity.kinds,
        split_by_kind=activity.split_by_kind,
        max_cells=activity.max_cells,
        max_per_cell=activity.max_per_cell,
    )


def _period_to_message(period: Period) -> pb.Period:
    return pb.Period(from_day=period.first, to_day=period.last)


def _table_from_message(message: pb.Table) -> Table:
    return Table(
        table_id=message.table_id,
        title=message.title,
        dimensions=tuple(message.dimensions),
        filters=tuple(Filter(f.variable, tuple(f.codes)) for f in message.filters),
        price_nano_rho=message.price_nano_rho,
        hide_wider_than=message.hide_wider_than,
        kind=_kind_from_message(message),
    )


def _kind_from_message(message: pb.Table) -> Kind:
    match message.WhichOneof("kind"):
        case "headcount":
            basis = _BASES.get(message.headcount.basis)
            if basis is None:
                raise Malformed("A headcount does not say which members it counts.")
            dated = message.headcount.HasField("period")
            return Headcount(basis, _period(message.headcount.period) if dated else None)
        case "mean":
            windows = (Window(w.label, w.wave, w.from_day, w.to_day) for w in message.mean.windows)
            return Mean(message.mean.measure, tuple(windows))
        case "activity":
            return _activity(message.activity)
        case _:
            raise Malformed("A table has no kind this software knows.", "Bring this software up to date.")


def _activity(message: pb.Activity) -> Activity:
    unit = _UNITS.get(message.unit)
    if unit is None or not all(s.HasField("period") for s in message.slices):
        raise Malformed("An activity table lacks its unit or the days of a period.")
    return Activity(
        unit=unit,
        slices=tuple(Slice(s.label, _period(s.period)) for s in message.slices),
        kinds=tuple(message.kinds),
        split_by_kind=message.split_by_kind,
        max_cells=message.max_cells,
        max_per_cell=message.max_per_cell,
    )


def _period(message: pb.Period) -> Period:
    return Period(message.from_day, message.to_day)
