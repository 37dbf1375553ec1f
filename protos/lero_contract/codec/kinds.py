"""Each kind of table as a message and back. A kind that one side knows and the other does not is Malformed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lero_contract.errors import Malformed
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.v1 import request_pb2 as pb

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
_ORIGINS: dict[int, Origin] = {pb.ORIGIN_JOINING: Origin.JOINING, pb.ORIGIN_CALENDAR: Origin.CALENDAR}
_BASES_OUT = {v: k for k, v in _BASES.items()}
_UNITS_OUT = {v: k for k, v in _UNITS.items()}
_ORIGINS_OUT = {Origin.JOINING: pb.ORIGIN_JOINING, Origin.CALENDAR: pb.ORIGIN_CALENDAR}


def put_kind(kind: Kind, message: pb.Table) -> None:
    """Sets the kind of a table's message."""
    match kind:
        case Headcount():
            message.headcount.basis = _BASES_OUT[kind.basis]
            if kind.period is not None:
                message.headcount.period.CopyFrom(_put_period(kind.period))
        case Mean():
            message.mean.CopyFrom(
                pb.Mean(measure=kind.measure, windows=_put_windows(kind.windows), origin=_ORIGINS_OUT[kind.origin])
            )
        case Activity():
            message.activity.CopyFrom(_put_activity(kind))
        case Distribution():
            message.distribution.CopyFrom(_put_distribution(kind))
        case Change():
            message.change.CopyFrom(_put_change(kind))
        case Retention():
            message.retention.CopyFrom(
                pb.Retention(points=_put_points(kind.points), gap_days=kind.gap_days, seen_in=kind.seen_in)
            )
        case Recovery():
            message.recovery.CopyFrom(pb.Recovery(windows=_put_windows(kind.windows)))
        case Milestones():
            message.milestones.CopyFrom(
                pb.Milestones(
                    kinds=kind.kinds, points=_put_points(kind.points), gap_days=kind.gap_days, seen_in=kind.seen_in
                )
            )
        case Completeness():
            message.completeness.CopyFrom(pb.Completeness(variables=kind.variables))


def take_kind(message: pb.Table) -> Kind:
    """The kind of a table's message. Raises Malformed for what this contract does not have."""
    name = message.WhichOneof("kind")
    if name is None:
        raise Malformed("A table has no kind this software knows.", "Bring this software up to date.")
    return _TAKE[name](message)


def _headcount(table: pb.Table) -> Headcount:
    message = table.headcount
    basis = _BASES.get(message.basis)
    if basis is None:
        raise Malformed("A headcount does not say which members it counts.")
    return Headcount(basis, _period(message.period) if message.HasField("period") else None)


def _mean(table: pb.Table) -> Mean:
    message = table.mean
    return Mean(message.measure, _windows(message.windows), _origin(message.origin))


def _put_activity(kind: Activity) -> pb.Activity:
    beside = kind.companion
    companion = pb.Companion(most=beside.most, price_nano_rho=beside.price_nano_rho) if beside is not None else None
    return pb.Activity(
        unit=_UNITS_OUT[kind.unit],
        slices=[pb.Slice(label=s.label, period=_put_period(s.period)) for s in kind.slices],
        kinds=kind.kinds,
        split_by_kind=kind.split_by_kind,
        max_cells=kind.max_cells,
        max_per_cell=kind.max_per_cell,
        companion=companion,
        origin=_ORIGINS_OUT[kind.origin],
    )


def _activity(table: pb.Table) -> Activity:
    message = table.activity
    unit = _UNITS.get(message.unit)
    if unit is None or not all(s.HasField("period") for s in message.slices):
        raise Malformed("An activity table lacks its unit or the days of a period.")
    beside = message.companion
    return Activity(
        unit=unit,
        slices=tuple(Slice(s.label, _period(s.period)) for s in message.slices),
        kinds=tuple(message.kinds),
        split_by_kind=message.split_by_kind,
        max_cells=message.max_cells,
        max_per_cell=message.max_per_cell,
        companion=Companion(beside.most, beside.price_nano_rho) if message.HasField("companion") else None,
        origin=_origin(message.origin),
    )


def _put_distribution(kind: Distribution) -> pb.Distribution:
    return pb.Distribution(
        measure=kind.measure,
        windows=_put_windows(kind.windows),
        bins=[pb.Bin(lower=b.lower, upper=b.upper) for b in kind.bins],
        threshold=kind.threshold,
        origin=_ORIGINS_OUT[kind.origin],
    )


def _distribution(table: pb.Table) -> Distribution:
    message = table.distribution
    return Distribution(
        measure=message.measure,
        windows=_windows(message.windows),
        bins=tuple(Bin(b.lower, b.upper) for b in message.bins),
        threshold=message.threshold if message.HasField("threshold") else None,
        origin=_origin(message.origin),
    )


def _put_change(kind: Change) -> pb.Change:
    baseline, follow_up = _put_windows((kind.baseline, kind.follow_up))
    return pb.Change(
        measure=kind.measure,
        baseline=baseline,
        follow_up=follow_up,
        threshold=kind.threshold,
        origin=_ORIGINS_OUT[kind.origin],
    )


def _change(table: pb.Table) -> Change:
    message = table.change
    if not (message.HasField("baseline") and message.HasField("follow_up")):
        raise Malformed("A change table lacks its baseline or its follow-up.")
    baseline, follow_up = _windows((message.baseline, message.follow_up))
    return Change(message.measure, baseline, follow_up, message.threshold, _origin(message.origin))


def _retention(table: pb.Table) -> Retention:
    message = table.retention
    return Retention(_points(message.points), message.gap_days, tuple(message.seen_in))


def _recovery(table: pb.Table) -> Recovery:
    return Recovery(_windows(table.recovery.windows))


def _milestones(table: pb.Table) -> Milestones:
    message = table.milestones
    return Milestones(tuple(message.kinds), _points(message.points), message.gap_days, tuple(message.seen_in))


def _completeness(table: pb.Table) -> Completeness:
    return Completeness(tuple(table.completeness.variables))


_TAKE: dict[str, Callable[[pb.Table], Kind]] = {
    "headcount": _headcount,
    "mean": _mean,
    "activity": _activity,
    "distribution": _distribution,
    "change": _change,
    "retention": _retention,
    "recovery": _recovery,
    "milestones": _milestones,
    "completeness": _completeness,
}


def _put_windows(windows: Iterable[Window]) -> list[pb.Window]:
    return [pb.Window(label=w.label, wave=w.wave, from_day=w.from_day, to_day=w.to_day) for w in windows]


def _windows(messages: Iterable[pb.Window]) -> tuple[Window, ...]:
    return tuple(Window(w.label, w.wave, w.from_day, w.to_day) for w in messages)


def _put_points(points: Iterable[Point]) -> list[pb.Point]:
    return [pb.Point(label=p.label, day=p.day) for p in points]


def _points(messages: Iterable[pb.Point]) -> tuple[Point, ...]:
    return tuple(Point(p.label, p.day) for p in messages)


def _put_period(period: Period) -> pb.Period:
    return pb.Period(from_day=period.first, to_day=period.last)


def _period(message: pb.Period) -> Period:
    return Period(message.from_day, message.to_day)


def _origin(value: int) -> Origin:
    origin = _ORIGINS.get(value)
    if origin is None:
        raise Malformed("A table does not say what its days are counted from.")
    return origin
