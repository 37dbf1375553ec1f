"""Charges privacy budget before any noise is drawn. An entry is never changed or removed, and a charge never refunded.

States of a request: reserved, then released (the answer's bytes stored in the same transaction), then sent; or
reserved, then failed, which keeps the charge. A year's allowance opens only by an act of the operator, at most once in
365 days of roster dates: neither this computer's clock nor a signed request can open one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lero_contract.errors import BudgetSpent, Conflict, Refused
from lero_contract.price import NANO
from lero_node.chain import Chain, ChainRow

DAYS_BETWEEN_YEARS = 365

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


class State(Enum):
    """What a ledger row says."""

    YEAR_OPENED = "year_opened"
    RESERVED = "reserved"
    RELEASED = "released"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Caps:
    """The policy's allowance for a year and for the life of the node, in 1e-9 rho."""

    year_nano_rho: int
    lifetime_nano_rho: int


@dataclass(frozen=True)
class Charge:
    """What is to be reserved: one request, whole."""

    request_id: str
    request_digest: bytes
    template_digest: bytes
    plan_digest: bytes
    signer_key_id: str
    nano_rho: int
    joined_from: int
    joined_to: int


@dataclass(frozen=True)
class Standing:
    """Where the account stands. year: 0 before the first is opened. Spent figures in 1e-9 rho."""

    year: int
    year_opened_roster_day: int
    spent_year: int
    spent_lifetime: int


@dataclass(frozen=True)
class Entry:
    """A request's newest state; sequence and hash are of the row that charged it."""

    state: State
    request_digest: bytes
    nano_rho: int
    sequence: int
    hash: bytes
    answer: bytes | None


class Ledger:
    """The account in its file. Every writing method is one transaction."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file and checks every row. Raises Corrupt where the chain does not hold."""
        self._chain = Chain(path, "ledger", COLUMNS)
        self._chain.verify()

    def open_year(self, roster_day: int, now_s: int) -> Standing:
        """The operator's act. roster_day: the day the newest roster this node holds was issued.

        Raises Refused where less than 365 days of roster dates lie between.
        """
        with self._chain.writing():
            standing = self.standing()
            earliest = standing.year_opened_roster_day + DAYS_BETWEEN_YEARS
            if standing.year and roster_day < earliest:
                raise Refused(
                    f"A new year can be opened in {earliest - roster_day} days of roster dates, not before.",
                    "Requests go on drawing on the year that is open.",
                )
            opened = State.YEAR_OPENED.value
            self._chain.append({"at_s": now_s, "state": opened, "year": standing.year + 1, "roster_day": roster_day})
            return self.standing()

    def reserve(self, charge: Charge, caps: Caps, now_s: int) -> Entry:
        """Charges a request once. A request charged before is returned as it stands.

        Raises Conflict for a known id with other content, BudgetSpent where the price does not fit.
        """
        with self._chain.writing():
            known = self.entry(charge.request_id)
            if known is not None:
                if known.request_digest != charge.request_digest:
                    raise Conflict("The ledger holds another request under this id.")
                return known
            standing = self.standing()
            check_budget(charge.nano_rho, standing, caps)
            self._chain.append(
                {
                    "at_s": now_s,
                    "state": State.RESERVED.value,
                    "request_id": charge.request_id,
                    "request_digest": charge.request_digest,
                    "template_digest": charge.template_digest,
                    "plan_digest": charge.plan_digest,
                    "signer_key_id": charge.signer_key_id,
                    "nano_rho": charge.nano_rho,
                    "nano_rho_worst": charge.nano_rho,
                    "year": standing.year,
                    "joined_from": charge.joined_from,
                    "joined_to": charge.joined_to,
                }
            )
        return self.existing(charge.request_id)

    def release(self, request_id: str, answer: bytes, now_s: int) -> bytes:
        """Stores the answer's final bytes. Where some were stored before, those are returned and nothing is written.

        Raises Conflict for a request that was never charged, or whose computation failed.
        """
        with self._chain.writing():
            entry = self.existing(request_id)
            if entry.answer is not None:
                return entry.answer
            if entry.state is not State.RESERVED:
                raise Conflict("The ledger says that this request failed; nothing is released for it.")
            self._move(request_id, State.RELEASED, now_s, answer)
        return answer

    def mark_sent(self, request_id: str, now_s: int) -> None:
        """The coordinator has acknowledged the answer."""
        with self._chain.writing():
            if self.existing(request_id).state is State.RELEASED:
                self._move(request_id, State.SENT, now_s, None)

    def mark_failed(self, request_id: str, now_s: int) -> None:
        """The computation did not end well; the charge stays. A request that was released stays released."""
        with self._chain.writing():
            if self.existing(request_id).state is State.RESERVED:
                self._move(request_id, State.FAILED, now_s, None)

    def entry(self, request_id: str) -> Entry | None:
        """A request's newest state, None where it was never charged."""
        found: Entry | None = None
        for row in self._chain.rows_with("request_id", request_id):
            found = _entry(row, found)
        return found

    def existing(self, request_id: str) -> Entry:
        """A request's newest state. Raises Conflict where it was never charged."""
        entry = self.entry(request_id)
        if entry is None:
            raise Conflict("The ledger does not know this request.")
        return entry

    def standing(self) -> Standing:
        """Where the account stands now."""
        year = opened = spent_year = spent = 0
        for row in self._chain.rows():
            if row.values["state"] == State.YEAR_OPENED.value:
                year, opened, spent_year = _whole(row, "year"), _whole(row, "roster_day"), 0
            elif row.values["state"] == State.RESERVED.value:
                spent_year += _whole(row, "nano_rho")
                spent += _whole(row, "nano_rho")
        return Standing(year, opened, spent_year, spent)

    def rows(self) -> Iterator[ChainRow]:
        """Every row, oldest first, for showing and exporting."""
        return self._chain.rows()

    def close(self) -> None:
        """Lets go of the file."""
        self._chain.close()

    def _move(self, request_id: str, state: State, now_s: int, answer: bytes | None) -> None:
        row = {"at_s": now_s, "state": state.value, "request_id": request_id, "answer": answer}
        self._chain.append(row)


def check_budget(nano_rho: int, standing: Standing, caps: Caps) -> None:
    """Raises BudgetSpent where a price does not fit the open year or the lifetime; pure."""
    if not standing.year:
        raise BudgetSpent("No year of the privacy allowance is open.", "Open one: lero-node budget open-year")
    for name, cap, spent in (
        (f"year {standing.year}", caps.year_nano_rho, standing.spent_year),
        ("the life of this node", caps.lifetime_nano_rho, standing.spent_lifetime),
    ):
        if spent + nano_rho > cap:
            left = max(cap - spent, 0) / NANO
            raise BudgetSpent(f"The request costs {nano_rho / NANO:g} rho; {left:g} of {name} is left.")


def _entry(row: ChainRow, before: Entry | None) -> Entry:
    state = State(row.values["state"])
    if before is None:
        digest = row.values["request_digest"]
        if state is not State.RESERVED or not isinstance(digest, bytes):
            raise Conflict("A request's first row in the ledger is not a charge.")
        return Entry(state, digest, _whole(row, "nano_rho"), row.sequence, row.hash, None)
    answer = row.values["answer"]
    kept = answer if isinstance(answer, bytes) else before.answer
    return Entry(state, before.request_digest, before.nano_rho, before.sequence, before.hash, kept)


def _whole(row: ChainRow, name: str) -> int:
    value = row.values[name]
    return value if isinstance(value, int) else 0
