"""Reviews, activities and milestones from their rows: each belongs to an accepted member, and says when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lero_node.data.cells import read_columns
from lero_node.data.columns import MappedSheet
from lero_node.data.convert import Conversion
from lero_node.data.members import Members, Value
from lero_node.data.reviews import review_maker
from lero_node.data.rows import Made, MadeRow, Nothing, SetAside
from lero_node.data.tally import Tally

Row = tuple[Value, ...]


@dataclass(frozen=True)
class Limits:
    """Days since 1970-01-01. Rows after the cut date are taken in; rows after tomorrow are not."""

    today_day: int
    cut_date_day: int


def load_dated(
    source: MappedSheet, members: Members, conversion: Conversion, limits: Limits, seen: set[Row]
) -> tuple[list[Row], Tally]:
    """Rows (member_id, day, kind), or of reviews (member_id, day, wave, measure, score, recovery_now).

    seen: the table's rows so far, over all its files. A row of reviews or milestones that says exactly what another has
    said is a repeat; two equal activities are two.
    """
    tally = Tally(source)
    ids = read_columns(source, conversion, ("member_id",))["member_id"]
    make = review_maker(source, conversion) if source.table == "reviews" else _kind_maker(source, conversion)
    rows: list[Row] = []
    for position, line in enumerate(source.sheet.rows):
        member_id = ids.text(position)
        if member_id in members.objecting:
            tally.objecting()
            continue
        fault = _whose(member_id, members) or _shifted(len(line), len(source.sheet.headings))
        made: Made = SetAside(fault) if fault else make(position)
        if isinstance(made, MadeRow) and isinstance(made.day, int) and made.day > limits.today_day + 1:
            made = SetAside("dated in the future")
        match made:
            case SetAside(reason):
                tally.set_aside(position, reason, member_id)
            case Nothing():
                tally.nothing()
            case MadeRow(values, notes):
                row = (member_id, *values)
                if source.table != "activities" and row in seen:
                    tally.repeat()
                    continue
                seen.add(row)
                rows.append(row)
                tally.accept(isinstance(made.day, int) and made.day > limits.cut_date_day)
                for column, reason in notes:
                    tally.not_known(position, column, reason)
    return rows, tally


def _whose(member_id: str | None, members: Members) -> str | None:
    if member_id is None:
        return "no member reference"
    return None if member_id in members.records else "no member was taken in under this reference"


def _shifted(cells: int, headings: int) -> str | None:
    return "more cells than there are headings, so that columns may have shifted" if cells > headings else None


def _kind_maker(source: MappedSheet, conversion: Conversion) -> Callable[[int], Made]:
    columns = read_columns(source, conversion, ("date", "kind"))
    days, kinds = columns["date"], columns["kind"]

    def make(position: int) -> Made:
        day = days.number(position)
        if day is None:
            return SetAside(f"the date cannot be read: {days.reason(position)}" if days.reason(position) else "no date")
        unread = kinds.reason(position)
        return MadeRow((day, kinds.text(position)), ((kinds.heading, unread),) if unread else ())

    return make
