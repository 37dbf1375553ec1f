"""Members from their rows: one record each, those who object nowhere, and no row lost.

1. Read every mapped cell. 2. Find who objects, or may. 3. Set aside rows that would count wrongly. 4. Fold rows of one
member, or set the contradiction aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lero_node.data.cells import ReadColumn, read_columns
from lero_node.data.columns import MappedSheet
from lero_node.data.convert import Conversion
from lero_node.data.schema import MEMBER_TEXTS
from lero_node.data.tally import Tally

Value = str | int | None
_VARIABLES = ("birth_year", "referred", "joined", "left", *MEMBER_TEXTS)


@dataclass(repr=False)
class Members:
    """records: by member id, in the order of the files. objecting: in no table. tallies: one for each file."""

    records: dict[str, dict[str, Value]] = field(default_factory=dict)
    objecting: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    tallies: list[Tally] = field(default_factory=list)

    def __repr__(self) -> str:
        """Says nothing of the members."""
        return "Members(hidden)"


@dataclass(frozen=True, repr=False)
class _Sheet:
    """One file with its cells read."""

    source: MappedSheet
    columns: dict[str, ReadColumn]
    ids: list[str | None]
    objections: list[bool | None]

    def rows(self) -> Iterator[tuple[int, str | None, bool | None]]:
        for position, (member_id, objection) in enumerate(zip(self.ids, self.objections, strict=True)):
            yield position, member_id, objection


def load_members(sources: Sequence[MappedSheet], conversion: Conversion, may_repeat: bool) -> Members:
    """may_repeat: several rows for one member are expected, and fold into one record."""
    sheets = [_read(source, conversion) for source in sources]
    objecting = {i for sheet in sheets for _, i, objects in sheet.rows() if i and objects}
    undecided = {i for sheet in sheets for _, i, objects in sheet.rows() if i and objects is None} - objecting
    members = Members(objecting=frozenset(objecting), undecided=frozenset(undecided))
    for sheet in sheets:
        tally = Tally(sheet.source)
        for position, member_id, objects in sheet.rows():
            _place(members, tally, sheet, position, member_id, objects, conversion.today_day, may_repeat)
        members.tallies.append(tally)
    return members


def _read(source: MappedSheet, conversion: Conversion) -> _Sheet:
    columns = read_columns(source, conversion, ("member_id", "objects", *_VARIABLES))
    count = len(source.sheet.rows)
    ids = [columns["member_id"].text(position) for position in range(count)]
    flags = columns.pop("objects", None)
    # A flag that cannot be read might be an objection: None, and the member is left out until it is put right.
    objections = [_objection(flags, position) for position in range(count)]
    return _Sheet(source, columns, ids, objections)


def _objection(flags: ReadColumn | None, position: int) -> bool | None:
    if flags is None:
        return False
    return None if flags.reason(position) else flags.value(position) == 1


def _place(
    members: Members,
    tally: Tally,
    sheet: _Sheet,
    position: int,
    member_id: str | None,
    objects: bool | None,
    today_day: int,
    may_repeat: bool,
) -> None:
    if objects or member_id in members.objecting:
        tally.objecting()
    elif member_id is None:
        tally.set_aside(position, "no member reference", None)
    elif member_id in members.undecided:
        tally.set_aside(position, "whether this member objects to statistics cannot be read", member_id)
    elif fault := _fault(sheet, position, today_day):
        tally.set_aside(position, fault, member_id)
    else:
        _add(members, tally, sheet, position, member_id, may_repeat)


def _fault(sheet: _Sheet, position: int, today_day: int) -> str | None:
    """Why the row would count wrongly if it were taken in."""
    columns = sheet.columns
    if len(sheet.source.sheet.rows[position]) > len(sheet.source.sheet.headings):
        return "more cells than there are headings, so that columns may have shifted"
    for name, words in (("joined", "joining date"), ("left", "leaving date")):
        if name in columns and columns[name].reason(position):
            return f"the {words} cannot be read: {columns[name].reason(position)}"
    referred, joined, left = (
        columns[name].number(position) if name in columns else None for name in ("referred", "joined", "left")
    )
    if joined is None and referred is None:
        return "neither a joining date nor a referral date"
    if any(day is not None and day > today_day + 1 for day in (joined, referred)):
        return "joined or was referred in the future"
    if left is not None and left < (joined if joined is not None else left):
        return "left before joining"
    return None


def _add(members: Members, tally: Tally, sheet: _Sheet, position: int, member_id: str, may_repeat: bool) -> None:
    record = {name: column.value(position) for name, column in sheet.columns.items() if name != "member_id"}
    known = members.records.get(member_id)
    if known is None:
        members.records[member_id] = record
        _report_cells(tally, sheet, position)
        tally.accept()
    elif may_repeat:
        _fold(known, record, tally, sheet, position)
        tally.repeat()
    elif known == record:
        tally.repeat()
    else:
        tally.set_aside(position, "another row for the same member says something else; the first is kept", member_id)


def _fold(known: dict[str, Value], record: dict[str, Value], tally: Tally, sheet: _Sheet, position: int) -> None:
    """Fills what was not known yet. What contradicts the first row is reported; the first stands."""
    for name, value in record.items():
        if known.get(name) is None:
            known[name] = value
        elif value is not None and value != known[name]:
            tally.not_known(
                position, sheet.columns[name].heading, "not the same as in the member's first row, which stands"
            )


def _report_cells(tally: Tally, sheet: _Sheet, position: int) -> None:
    for column in sheet.columns.values():
        if reason := column.reason(position):
            tally.not_known(position, column.heading, reason)
