"""What a row of the ledger holds, and what rows come to: a request's newest state, and the account's standing. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lero_contract.errors import Conflict
from lero_contract.ledger_mark import LedgerHead
from lero_node.chain import ChainRow
from lero_node.privacy.standing import Entry, Standing, State

# Decided once: a later version may only add columns at the end. nano_rho_worst is the price against colluding parties
# of a pooled round (equal to nano_rho where standalone); joined_from and joined_to are the joining years touched.
COLUMNS = {
    "at_s": "INTEGER",
    "state": "TEXT",
    "request_id": "TEXT",
    "request_digest": "BLOB",
    "template_digest": "BLOB",
    "plan_digest": "BLOB",
    "signer_key_id": "TEXT",
    "nano_rho": "INTEGER",
    "nano_rho_worst": "INTEGER",
    "year": "INTEGER",
    "joined_from": "INTEGER",
    "joined_to": "INTEGER",
    "roster_day": "INTEGER",
    "answer": "BLOB",
}
# Since version 2. epoch: how many write-offs came before; nothing in a row before the first.
LATER = ({"epoch": "INTEGER"},)


def entries_of(rows: Iterable[ChainRow]) -> dict[str, Entry]:
    """Each request's newest state, by its id. rows: oldest first, all of each request or none.

    Raises Conflict where a request's first row is not a charge.
    """
    found: dict[str, Entry] = {}
    for row in rows:
        name = row.values["request_id"]
        if isinstance(name, str):
            found[name] = _entry(row, found.get(name))
    return found


def standing_of(rows: Iterable[ChainRow]) -> Standing:
    """Where the account stands after these rows, all of them, oldest first."""
    year = opened = spent_year = spent = epoch = not_before_s = 0
    is_written_off = False
    for row in rows:
        state = State(row.values["state"])
        if state is State.YEAR_OPENED:
            year, opened, spent_year = whole(row, "year"), whole(row, "roster_day"), 0
            is_written_off = False
        elif state is State.WRITTEN_OFF:
            year, opened = whole(row, "year"), whole(row, "roster_day")
            epoch, not_before_s = whole(row, "epoch"), whole(row, "at_s")
            is_written_off = True
        if state in (State.RESERVED, State.WRITTEN_OFF):
            spent_year += whole(row, "nano_rho")
            spent += whole(row, "nano_rho")
    return Standing(year, opened, spent_year, spent, epoch, not_before_s, is_written_off)


def head_of(row: ChainRow) -> LedgerHead:
    """Where a ledger stands whose newest row this is."""
    return LedgerHead(row.sequence, row.hash, whole(row, "epoch"))


def whole(row: ChainRow, name: str) -> int:
    """A number of a row, 0 where it holds none."""
    value = row.values[name]
    return value if isinstance(value, int) else 0


def _entry(row: ChainRow, before: Entry | None) -> Entry:
    state = State(row.values["state"])
    if before is None:
        digest = row.values["request_digest"]
        if state is not State.RESERVED or not isinstance(digest, bytes):
            raise Conflict("A request's first row in the ledger is not a charge.")
        return Entry(state, digest, whole(row, "nano_rho"), head_of(row), None)
    answer = row.values["answer"]
    kept = answer if isinstance(answer, bytes) else before.answer
    return Entry(state, before.request_digest, before.nano_rho, before.head, kept)
