"""The ledger as an account that a person can read: what was charged when, by month and by joining year. Pure.

A ledger row never changes, so what a charge became is read from the rows after it. Prices are whole units of 1e-9 rho.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lero_contract.price import NANO, epsilon_of
from lero_node.chain import ChainRow
from lero_node.privacy.rows import whole
from lero_node.privacy.standing import State

LAST_YEAR = 9999
_CHARGES = frozenset({State.RESERVED, State.WRITTEN_OFF})


@dataclass(frozen=True)
class Spent:
    """A charge, or a write-off (then without a request). state: the newest, since state_at_s.

    nano_rho_worst: the price if the other parties of a pooled round work together. joined_from, joined_to: years of
    joining that it can touch, both inside; 0 as the first means any year before.
    """

    sequence: int
    at_s: int
    state: State
    state_at_s: int
    request_id: str
    signer_key_id: str
    nano_rho: int
    nano_rho_worst: int
    year: int
    joined_from: int
    joined_to: int

    @property
    def month(self) -> str:
        """YYYY-MM, in UTC."""
        return f"{datetime.fromtimestamp(self.at_s, UTC):%Y-%m}"


@dataclass(frozen=True)
class Opened:
    """A year of the allowance. roster_day: days since 1970 of the signed list by which it was opened."""

    sequence: int
    at_s: int
    year: int
    roster_day: int


@dataclass(frozen=True)
class Total:
    """What a group of charges comes to, both ends of a pooled price."""

    nano_rho: int
    nano_rho_worst: int

    @property
    def epsilon(self) -> float:
        """Of the price as it is meant to be, at delta 1e-6."""
        return epsilon_of(self.nano_rho / NANO)


@dataclass(frozen=True)
class Span:
    """Joining years with one and the same spend. first: 0 for any year before; last: LAST_YEAR for any after."""

    first: int
    last: int
    total: Total


@dataclass(frozen=True)
class Account:
    """Everything, in the order of the ledger."""

    opened: tuple[Opened, ...]
    spent: tuple[Spent, ...]

    @property
    def year(self) -> int:
        """The open one, 0 before the first."""
        return self.opened[-1].year if self.opened else 0

    def of_year(self, year: int) -> tuple[Spent, ...]:
        """What was charged to a year."""
        return tuple(each for each in self.spent if each.year == year)


def read_account(rows: Iterable[ChainRow]) -> Account:
    """Rows of the ledger, oldest first."""
    opened: list[Opened] = []
    spent: dict[str, Spent] = {}
    for row in rows:
        state = State(row.values["state"])
        request_id = str(row.values["request_id"] or "")
        is_first = state is State.WRITTEN_OFF and not opened  # of a ledger that was lost before its first year
        if state is State.YEAR_OPENED or is_first:
            opened.append(Opened(row.sequence, whole(row, "at_s"), whole(row, "year"), whole(row, "roster_day")))
        if state in _CHARGES:
            spent[request_id or str(row.sequence)] = _spent(row, state, request_id)
        elif request_id in spent:
            spent[request_id] = replace(spent[request_id], state=state, state_at_s=whole(row, "at_s"))
    return Account(tuple(opened), tuple(spent.values()))


def total(spent: Iterable[Spent]) -> Total:
    """Their sum."""
    listed = list(spent)
    return Total(sum(each.nano_rho for each in listed), sum(each.nano_rho_worst for each in listed))


def by_month(spent: Sequence[Spent], first: str, last: str) -> dict[str, tuple[Spent, ...]]:
    """Charges by month, from `first` to `last` (both YYYY-MM) with the empty ones between; more where charges are."""
    months = sorted({first, last, *(each.month for each in spent)})
    found, month = {}, months[0]
    while month <= months[-1]:
        found[month] = tuple(each for each in spent if each.month == month)
        year, number = int(month[:4]), int(month[5:])
        month = f"{year + number // 12:04d}-{number % 12 + 1:02d}"
    return found


def by_joining_year(spent: Sequence[Spent]) -> tuple[Span, ...]:
    """From the earliest to the latest: spans of joining years whose members were touched by the same charges."""
    starts = sorted({0, *(each.joined_from for each in spent), *(each.joined_to + 1 for each in spent)})
    starts = [start for start in starts if start <= LAST_YEAR]
    ends = [*(start - 1 for start in starts[1:]), LAST_YEAR]
    spans: list[Span] = []
    for first, last in zip(starts, ends, strict=True):
        touched = total(each for each in spent if each.joined_from <= first and last <= each.joined_to)
        if spans and spans[-1].total == touched:
            spans[-1] = replace(spans[-1], last=last)
        else:
            spans.append(Span(first, last, touched))
    return tuple(spans)


def _spent(row: ChainRow, state: State, request_id: str) -> Spent:
    return Spent(
        sequence=row.sequence,
        at_s=whole(row, "at_s"),
        state=state,
        state_at_s=whole(row, "at_s"),
        request_id=request_id,
        signer_key_id=str(row.values["signer_key_id"] or ""),
        nano_rho=whole(row, "nano_rho"),
        nano_rho_worst=whole(row, "nano_rho_worst"),
        year=whole(row, "year"),
        joined_from=whole(row, "joined_from"),
        joined_to=whole(row, "joined_to"),
    )
