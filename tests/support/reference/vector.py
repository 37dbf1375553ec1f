"""Cells of one part: what each member adds, summed. One branch for each kind of table."""

from __future__ import annotations

from collections.abc import Iterator

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import (
    Activity,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Recovery,
    Retention,
)
from lero_contract.plan import Part
from lero_contract.request import Request
from support.reference.contacts import kept_and_left_out
from support.reference.courses import milestone_course, stay_course
from support.reference.people import code_of, is_meant, is_recorded, place_on
from support.reference.reviews import is_due, review_in
from support.tables import Row, Rows

Added = Iterator[tuple[tuple[int, ...], tuple[int, ...]]]


def reference_vector(part: Part, request: Request, dictionary: Dictionary, rows: Rows) -> list[int]:
    """Cells in the declared order."""
    cells = [0] * part.cell_count
    for member in rows.members:
        for cell, amount in contributions(part, request, dictionary, rows, member):
            cells[cell] += amount
    return cells


def contributions(
    part: Part, request: Request, dictionary: Dictionary, rows: Rows, member: Row
) -> Iterator[tuple[int, int]]:
    """(cell, amount) pairs of one member, from that member's rows alone."""
    cut = request.cut_date_day
    if not is_meant(part, member, cut):
        return
    if not all(code_of(f.variable, member, dictionary, cut) in f.codes for f in part.table.filters):
        return
    split = part.axes[: len(part.table.dimensions)] if part.shape.is_split else ()
    group = tuple(place_on(axis, member, dictionary, cut) for axis in split)
    own = rows.only(member["member_id"])
    for places, amounts in _added(part, member, own, dictionary, cut):
        index = _row_major(part, (*group, *places))
        for position, amount in enumerate(amounts):
            yield index * len(part.values) + position, amount


def _added(part: Part, member: Row, own: Rows, dictionary: Dictionary, cut: int) -> Added:
    """(position on each of the kind's own axes, what is added to each of the part's values)."""
    match part.table.kind:
        case Headcount():
            yield (), (1,)
        case Activity() as asked:
            kept, left_out = kept_and_left_out(asked, member, own, dictionary, cut)
            if part.name == "left_out":
                if left_out > 0:
                    yield (), _centred(part, left_out)
            else:
                for place, amount in kept.items():
                    yield place, (amount,)
        case Mean() as asked:
            for w, window in enumerate(asked.windows):
                review = review_in(window, asked.origin, asked.measure, member, own, cut)
                if review is not None:
                    yield (w,), _centred(part, review["score"])
        case Distribution() as asked:
            for w, window in enumerate(asked.windows):
                if is_due(window, asked.origin, member, cut):
                    review = review_in(window, asked.origin, asked.measure, member, own, cut)
                    yield (w, _bin(asked, review)), (1,)
        case Change() as asked:
            yield from _change(part, asked, member, own, dictionary, cut)
        case Recovery() as asked:
            yield from _recovery(asked, member, own, dictionary, cut)
        case Retention() as asked:
            yield (_on(part, stay_course(asked, member, own, cut)),), (1,)
        case Milestones() as asked:
            for k, kind in enumerate(asked.kinds):
                yield (k, _on(part, milestone_course(asked, kind, member, own, cut))), (1,)
        case Completeness() as asked:
            for v, name in enumerate(asked.variables):
                yield (v, 0 if is_recorded(name, member, dictionary, cut) else 1), (1,)


def _centred(part: Part, number: int) -> tuple[int, int]:
    """PRIVACY.md section 1: the count weighted w, the sum around the middle of the range, clamped to +-H."""
    centring = part.centring
    assert centring is not None
    moved = centring.factor * number - centring.middle
    return centring.weight, max(-centring.half_range, min(centring.half_range, moved))


def _bin(asked: Distribution, review: Row | None) -> int:
    """The bin a score falls in; the last place where there is none. A score out of range counts at the end."""
    if review is None:
        return len(asked.bins)
    score = max(asked.bins[0].lower, min(asked.bins[-1].upper, review["score"]))
    [found] = [index for index, one in enumerate(asked.bins) if one.lower <= score <= one.upper]
    return found


def _change(part: Part, asked: Change, member: Row, own: Rows, dictionary: Dictionary, cut: int) -> Added:
    if not is_due(asked.follow_up, asked.origin, member, cut):
        return
    first, then = (
        review_in(window, asked.origin, asked.measure, member, own, cut) for window in (asked.baseline, asked.follow_up)
    )
    measure = dictionary.measures[asked.measure]
    lower, upper = measure.lower * measure.scale, measure.upper * measure.scale
    if first is None or then is None:
        if not part.name:
            yield (3,), (1,)  # due but not done
        return
    change = max(lower, min(upper, then["score"])) - max(lower, min(upper, first["score"]))
    if part.name == "sum":
        yield (), (change,)
        return
    better = change if measure.direction == "higher" else -change
    if better >= asked.threshold:
        yield (0,), (1,)
    elif better <= -asked.threshold:
        yield (2,), (1,)
    else:
        yield (1,), (1,)


def _recovery(asked: Recovery, member: Row, own: Rows, dictionary: Dictionary, cut: int) -> Added:
    known = {c.code for c in dictionary.variable("reviews", "recovery_now").categories} - {"not_known"}
    for w, window in enumerate(asked.windows):
        if is_due(window, None, member, cut):
            review = review_in(window, None, None, member, own, cut, said=known)
            if review is None:
                yield (w, 2), (1,)
            else:
                yield (w, 1 if review["recovery_now"] == "not_in_recovery" else 0), (1,)


def _on(part: Part, code: str) -> int:
    """Where a code stands on the kind's last axis."""
    return part.axes[-1].codes.index(code)


def _row_major(part: Part, places: tuple[int, ...]) -> int:
    assert len(places) == len(part.axes)
    index = 0
    for axis, place in zip(part.axes, places, strict=True):
        assert 0 <= place < len(axis.codes)
        index = index * len(axis.codes) + place
    return index
