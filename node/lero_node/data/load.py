"""An export and its mapping become normalised tables, a quarantine and a report, or nothing at all.

1. Find every file and column; a missing one stops here. 2. Members. 3. What happened to them. 4. The keyed hash of each
row. 5. The account. Nothing is written: the caller stores the result, or leaves the old snapshot in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.columns import MappedSheet, mapped_sheets, require_columns
from lero_node.data.convert import Conversion
from lero_node.data.dated import Limits, Row, load_dated
from lero_node.data.keyhash import row_hashes
from lero_node.data.loaded import Loaded
from lero_node.data.mapping import ExportMapping
from lero_node.data.members import Members, load_members
from lero_node.data.report import Report, likely_duplicates
from lero_node.data.schema import QUARANTINE, SCHEMAS, table_of
from lero_node.data.tally import Tally

_DATED = ("reviews", "activities", "milestones")


class NothingAccepted(DataNotValid):
    """No row was taken in, and the caller did not say that this may be. `report` says why, row by row."""

    code = "nothing_accepted"
    public = "No row of the export was taken in."

    report: Report = Report((), 0)

    @classmethod
    def of(cls, report: Report) -> NothingAccepted:
        """The error that carries this report."""
        error = cls(cls.public, "Put the mapping or the export right, or say that the LERO has no members yet.")
        error.report = report
        return error


def load_export(
    mapping: ExportMapping,
    source: Path,
    dictionary: Dictionary,
    *,
    hash_key: bytes,
    today_day: int,
    cut_date_day: int,
    may_be_empty: bool = False,
) -> Loaded:
    """Everything the mapping names, from a folder or one file.

    hash_key: of the store, 32 bytes. Days are since 1970-01-01; cut_date_day is the last day the export is complete to.
    Raises DataNotValid where a file or column is missing, or a column of dates could be read two ways; NothingAccepted
    where no row at all was taken in.
    """
    sheets = mapped_sheets(mapping, source)
    require_columns(sheets, dictionary)
    reading = mapping.reading
    conversion = Conversion.of(dictionary, reading.not_known, reading.date_styles, today_day)
    members = load_members(_of(sheets, "members"), conversion, may_repeat=mapping.members.repeats == "same")
    limits = Limits(today_day, cut_date_day)
    tallies = list(members.tallies)
    tables = {"members": _members_table(members)}
    for name in _DATED:
        rows, more = _load_table(_of(sheets, name), members, conversion, limits)
        tables[name] = _dated_table(name, rows, hash_key)
        tallies += more
    # A joining day that is the same for everybody says nothing about who is who.
    told_apart = mapping.members.columns["joined"].column is not None
    report = Report(tuple(tally.report() for tally in tallies), _likely_duplicates(members) if told_apart else 0)
    if not report.accepted and not may_be_empty:
        raise NothingAccepted.of(report)
    return Loaded(
        tables=tables,
        quarantine=pa.Table.from_pylist([row for tally in tallies for row in tally.aside], QUARANTINE),
        report=report,
        mapping_digest=mapping.digest,
        source_files=tuple(dict.fromkeys(sheet.sheet.file for sheet in sheets)),
    )


def _of(sheets: Iterable[MappedSheet], table: str) -> list[MappedSheet]:
    return [sheet for sheet in sheets if sheet.table == table]


def _load_table(
    sheets: Sequence[MappedSheet], members: Members, conversion: Conversion, limits: Limits
) -> tuple[list[Row], list[Tally]]:
    rows: list[Row] = []
    tallies = []
    seen: set[Row] = set()
    for sheet in sheets:
        found, tally = load_dated(sheet, members, conversion, limits, seen)
        rows += found
        tallies.append(tally)
    return rows, tallies


def _members_table(members: Members) -> pa.Table:
    columns: Mapping[str, list[object]] = {
        name: [record.get(name) for record in members.records.values()]
        for name in SCHEMAS["members"].names
        if name != "member_id"
    }
    return table_of("members", {"member_id": list(members.records), **columns})


def _dated_table(name: str, rows: Sequence[Row], hash_key: bytes) -> pa.Table:
    names = SCHEMAS[name].names[:-1]
    columns: dict[str, list[object]] = {column: [row[place] for row in rows] for place, column in enumerate(names)}
    columns["row_hash"] = list(row_hashes(hash_key, name, rows))
    return table_of(name, columns)


def _likely_duplicates(members: Members) -> int:
    def known(value: object) -> object:
        return None if value == NOT_KNOWN else value

    compared = ("birth_year", "sex", "area", "joined")
    return likely_duplicates(tuple(known(r.get(name)) for name in compared) for r in members.records.values())
