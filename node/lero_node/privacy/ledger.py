"""Charges privacy budget before any noise is drawn. An entry is never changed or removed, and a charge never refunded.

States of a request: reserved, then released (the answer's bytes stored in the same transaction), then sent; or
reserved, then failed, which keeps the charge. A year's allowance opens only by an act of the operator, at most once in
365 days of roster dates: neither this computer's clock nor a signed request can open one. A ledger that was restored
goes on after a write-off: what a lost one may have spent is charged, and what it may have answered stays unanswered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lero_contract.days import year_of
from lero_contract.errors import Conflict, Refused
from lero_contract.ledger_mark import LedgerHead
from lero_node.chain import Chain, ChainRow, Value
from lero_node.privacy.rows import COLUMNS, LATER, entries_of, head_of, standing_of, whole
from lero_node.privacy.standing import (
    DAYS_BETWEEN_YEARS,
    Caps,
    Charge,
    Entry,
    Loss,
    Standing,
    State,
    check_budget,
    loss_of,
)

__all__ = [
    "COLUMNS",
    "DAYS_BETWEEN_YEARS",
    "Caps",
    "Charge",
    "Entry",
    "Ledger",
    "Loss",
    "Standing",
    "State",
    "check_budget",
    "loss_of",
]


class Ledger:
    """The account in its file. Every writing method is one transaction."""

    def __init__(self, path: Path, after: Callable[[Ledger], object] = lambda ledger: None) -> None:
        """Opens or creates the file and checks every row. Raises Corrupt where the chain does not hold.

        after: called at the end of every writing method, with the rows on the disk; what it raises, the method raises.
        """
        self._chain = Chain(path, "ledger", COLUMNS, LATER, indexed=("request_id",))
        self._after = after
        self._chain.verify()

    def open_year(self, roster_day: int, now_s: int) -> Standing:
        """The operator's act. roster_day: the day the newest roster this node holds was issued.

        Raises Refused where less than 365 days of roster dates lie between.
        """
        with self._writing():
            standing = self.standing()
            earliest = standing.year_opened_roster_day + DAYS_BETWEEN_YEARS
            if standing.year and roster_day < earliest:
                raise Refused(
                    f"A new year can be opened in {earliest - roster_day} days of roster dates, not before.",
                    "Requests go on drawing on the year that is open.",
                )
            opened = State.YEAR_OPENED.value
            self._append({"at_s": now_s, "state": opened, "year": standing.year + 1, "roster_day": roster_day})
        return self.standing()

    def reserve(self, charge: Charge, caps: Caps, now_s: int) -> Entry:
        """Charges a request once. A request charged before is returned as it stands.

        Raises Conflict for a known id with other content, BudgetSpent where the price does not fit.
        """
        with self._writing():
            known = self.entry(charge.request_id)
            if known is not None:
                if known.request_digest != charge.request_digest:
                    raise Conflict("The ledger holds another request under this id.")
                return known
            standing = self.standing()
            check_budget(charge.nano_rho, standing, caps)
            worst = charge.nano_rho if charge.nano_rho_worst is None else charge.nano_rho_worst
            self._append(
                {
                    "at_s": now_s,
                    "state": State.RESERVED.value,
                    "request_id": charge.request_id,
                    "request_digest": charge.request_digest,
                    "template_digest": charge.template_digest,
                    "plan_digest": charge.plan_digest,
                    "signer_key_id": charge.signer_key_id,
                    "nano_rho": charge.nano_rho,
                    "nano_rho_worst": worst,
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
        with self._writing():
            entry = self.existing(request_id)
            if entry.answer is not None:
                return entry.answer
            if entry.state is not State.RESERVED:
                raise Conflict("The ledger says that this request failed; nothing is released for it.")
            self._move(request_id, State.RELEASED, now_s, answer)
        return answer

    def mark_sent(self, request_id: str, now_s: int) -> None:
        """The coordinator has acknowledged the answer."""
        with self._writing():
            if self.existing(request_id).state is State.RELEASED:
                self._move(request_id, State.SENT, now_s, None)

    def mark_failed(self, request_id: str, now_s: int) -> None:
        """The computation did not end well; the charge stays. A request that was released stays released."""
        with self._writing():
            if self.existing(request_id).state is State.RESERVED:
                self._move(request_id, State.FAILED, now_s, None)

    def write_off(self, seen: LedgerHead | None, roster_day: int, caps: Caps, now_s: int) -> Loss:
        """The operator's act after a restore: charges what a lost ledger can have spent, and goes on in a new epoch.

        seen: the newest head that a witness knows. roster_day, now_s: the latest that is known of by any of clock,
        rosters and witnesses; no year opens in the 365 days after, and nothing issued before is answered. Requests that
        were reserved become failed: a lost ledger may have answered them, with other noise.
        """
        with self._chain.writing():  # without `after`: who brings the node back to work begins a new mark
            loss = self.loss(seen, roster_day, caps, now_s)
            row: dict[str, Value] = {
                "at_s": loss.not_before_s,
                "state": State.WRITTEN_OFF.value,
                "nano_rho": loss.nano_rho,
                "nano_rho_worst": loss.nano_rho,
                "year": loss.year,
                "joined_from": 0,
                "joined_to": year_of(loss.roster_day),
                "roster_day": loss.roster_day,
            }
            self._append(row, loss.epoch)
            for request_id in loss.unfinished:
                self._move(request_id, State.FAILED, loss.not_before_s, None)
        return loss

    def loss(self, seen: LedgerHead | None, roster_day: int, caps: Caps, now_s: int) -> Loss:
        """What `write_off` would write."""
        newest = self._chain.head()
        at_s = whole(newest, "at_s") if newest is not None else 0
        unfinished = [name for name, entry in entries_of(self.rows()).items() if entry.state is State.RESERVED]
        return loss_of(self.standing(), seen, roster_day, caps, max(now_s, at_s), unfinished)

    def entry(self, request_id: str) -> Entry | None:
        """A request's newest state, None where it was never charged."""
        return entries_of(self._chain.rows_with("request_id", request_id)).get(request_id)

    def existing(self, request_id: str) -> Entry:
        """A request's newest state. Raises Conflict where it was never charged."""
        entry = self.entry(request_id)
        if entry is None:
            raise Conflict("The ledger does not know this request.")
        return entry

    def standing(self) -> Standing:
        """Where the account stands now."""
        return standing_of(self.rows())

    def head(self) -> LedgerHead | None:
        """Where the ledger stands: its newest row."""
        row = self._chain.head()
        return head_of(row) if row is not None else None

    def head_at(self, sequence: int) -> LedgerHead | None:
        """Where it stood at one row, None where it never came to it."""
        row = self._chain.row(sequence)
        return head_of(row) if row is not None else None

    def rows(self) -> Iterator[ChainRow]:
        """Every row, oldest first, for showing and exporting."""
        return self._chain.rows()

    def close(self) -> None:
        """Lets go of the file."""
        self._chain.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._chain.writing():
            yield
        # Also where no row was added: the row that is there may be one whose mark could not be kept the last time.
        self._after(self)

    def _append(self, values: dict[str, Value], epoch: int | None = None) -> None:
        head = self.head()
        self._chain.append({**values, "epoch": epoch or (head.epoch if head is not None else 0) or None})

    def _move(self, request_id: str, state: State, now_s: int, answer: bytes | None) -> None:
        self._append({"at_s": now_s, "state": state.value, "request_id": request_id, "answer": answer})
