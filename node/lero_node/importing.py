"""An export becomes a new snapshot, all of it or nothing, one import at a time; the last one stands until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt, DataNotValid
from lero_node.data.compare import Comparison, compare
from lero_node.data.files import write_durably
from lero_node.data.load import NothingAccepted, load_export
from lero_node.data.mapping import ExportMapping, collects, parse_mapping, read_mapping
from lero_node.data.report import Report
from lero_node.data.sealing import StorageKey
from lero_node.data.store import Store
from lero_node.home import Home, exclusively
from lero_node.link.membership import load_membership
from lero_node.link.rosters import Rosters
from lero_node.log import Log


@dataclass(frozen=True)
class Imported:
    """What a person sees after an import. snapshot_id: empty after a dry run. change: None where there is
    no import before to compare with, or it is damaged.
    """

    snapshot_id: str
    report: Report
    change: Comparison | None

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        change = self.change.to_dict() if self.change else None
        return {"snapshot": self.snapshot_id, "report": self.report.to_dict(), "change": change}

    def to_text(self) -> str:
        """For the screen."""
        change = f"\nSince the import before:\n{self.change.to_text()}" if self.change else ""
        return self.report.to_text() + change


def import_export(
    home: Home,
    key: StorageKey,
    export: Path,
    complete_to: date,
    now_s: int,
    *,
    may_be_empty: bool,
    keep: bool,
) -> Imported:
    """Reads, reports and, where `keep`, stores. Raises DataNotValid, and then the last import stands as it was."""
    today = datetime.fromtimestamp(now_s, UTC).date()
    if complete_to > today:
        raise DataNotValid("An export cannot be complete to a day that has not come.", "Check --complete-to.")
    dictionary = load_dictionary()
    mapping = read_mapping(home.mapping, dictionary)
    _check_promise(home, mapping)
    with exclusively(home.import_lock, "Another import or purge is at work on this data folder."):
        store = Store(home.store, key)
        before = _last_tables(store)
        try:
            loaded = load_export(
                mapping,
                export,
                dictionary,
                hash_key=store.hash_key(),
                today_day=to_day(today),
                cut_date_day=to_day(complete_to),
                may_be_empty=may_be_empty,
            )
        except NothingAccepted as nothing:
            raise DataNotValid(f"{nothing.report.to_text()}\n{nothing.detail}", nothing.next_step) from None
        change = compare(before, loaded.tables) if before else None
        snapshot_id = store.write(loaded, to_day(complete_to), now_s).snapshot_id if keep else ""
    if keep:
        log = Log(home.log)
        log.write(now_s, "imported", f"snapshot {snapshot_id}, complete to {complete_to.isoformat()}")
        log.close()
    return Imported(snapshot_id, loaded.report, change)


def _last_tables(store: Store) -> dict[str, Any] | None:
    """The import before; None at the first, after a database, or where it is damaged: then this import is the mend."""
    try:
        before = store.newest()
        return store.tables(before.snapshot_id) if before and not before.is_in_place else None
    except Corrupt:
        return None


def use_mapping(home: Home, text: str) -> None:
    """Takes a corrected mapping into use. Raises DataNotValid, and then the old one stays."""
    _check_promise(home, parse_mapping(text, load_dictionary()))
    write_durably(home.mapping, text.encode())


def _check_promise(home: Home, mapping: ExportMapping) -> None:
    """Plans follow what the roster says this LERO records: a mapping that reads less would answer wrongly."""
    if not home.membership.exists():
        return
    membership = load_membership(home.membership)
    newest = Rosters(home.rosters, membership.pinned).newest  # the list may have changed since joining
    listed = {name for entry in newest.nodes if entry.node_id == membership.node_id for name in entry.collects}
    lost = sorted(listed - set(collects(mapping)))
    if lost:
        raise DataNotValid(
            f"The mapping no longer reads what this LERO is listed as recording: {', '.join(lost)}.",
            "Put it back into the mapping, or first have the list changed: lero-node profile send --mapping FILE",
        )
