"""What the account's words mean, and its two decisions: whether a price fits, and what a restore must write off. Pure.

Prices are whole units of 1e-9 rho. Days are days since 1970, of rosters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lero_contract.errors import BudgetSpent
from lero_contract.ledger_mark import LedgerHead
from lero_contract.price import NANO

DAYS_BETWEEN_YEARS = 365


class State(Enum):
    """What a ledger row says."""

    YEAR_OPENED = "year_opened"
    RESERVED = "reserved"
    RELEASED = "released"
    SENT = "sent"
    FAILED = "failed"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True)
class Caps:
    """The policy's allowance for a year and for the life of the node, in 1e-9 rho."""

    year_nano_rho: int
    lifetime_nano_rho: int


@dataclass(frozen=True)
class Charge:
    """What is to be reserved: one request, whole. nano_rho_worst: None where it is nano_rho: in a standalone one."""

    request_id: str
    request_digest: bytes
    template_digest: bytes
    plan_digest: bytes
    signer_key_id: str
    nano_rho: int
    joined_from: int
    joined_to: int
    nano_rho_worst: int | None = None


@dataclass(frozen=True)
class Standing:
    """Where the account stands. year: 0 before the first is opened. Spent figures in 1e-9 rho.

    not_before_s: nothing issued before is answered, since the newest write-off; 0 where there was none.
    is_written_off: whether the rest of the open year was given up; no allowance that is raised later brings it back.
    """

    year: int
    year_opened_roster_day: int
    spent_year: int
    spent_lifetime: int
    epoch: int = 0
    not_before_s: int = 0
    is_written_off: bool = False


@dataclass(frozen=True)
class Entry:
    """A request's newest state; head is of the row that charged it."""

    state: State
    request_digest: bytes
    nano_rho: int
    head: LedgerHead
    answer: bytes | None


@dataclass(frozen=True)
class Loss:
    """What a write-off charges, for a ledger that may have lost rows. nano_rho: all of it, in 1e-9 rho.

    years: whole further years a lost ledger may have opened. unfinished: requests that were charged and have no answer.
    """

    epoch: int
    year: int
    nano_rho: int
    years: int
    roster_day: int
    not_before_s: int
    unfinished: tuple[str, ...]


def check_budget(nano_rho: int, standing: Standing, caps: Caps) -> None:
    """Raises BudgetSpent where a price does not fit the open year or the lifetime; pure."""
    if not standing.year:
        raise BudgetSpent("No year of the privacy allowance is open.", "Open one: lero-node budget open-year")
    if standing.is_written_off and nano_rho:
        raise BudgetSpent(
            f"The rest of year {standing.year} of the allowance was written off.",
            "Open the next year once that is possible: lero-node budget open-year",
        )
    for name, cap, spent in (
        (f"year {standing.year}", caps.year_nano_rho, standing.spent_year),
        ("the life of this node", caps.lifetime_nano_rho, standing.spent_lifetime),
    ):
        if spent + nano_rho > cap:
            left = max(cap - spent, 0) / NANO
            raise BudgetSpent(f"The request costs {nano_rho / NANO:g} rho; {left:g} of {name} is left.")


def loss_of(
    standing: Standing, seen: LedgerHead | None, roster_day: int, caps: Caps, now_s: int, unfinished: Sequence[str]
) -> Loss:
    """What must be written off so that no lost ledger can have spent more than is charged; pure.

    A lost one may have spent the rest of the open year, and opened another 365 days after it, and so on until today.
    """
    opened = standing.year_opened_roster_day if standing.year else roster_day
    years = max(roster_day - opened, 0) // DAYS_BETWEEN_YEARS
    rest = max(caps.year_nano_rho - standing.spent_year, 0)
    return Loss(
        epoch=max(standing.epoch, seen.epoch if seen is not None else 0) + 1,
        year=max(standing.year, 1),
        nano_rho=rest + years * caps.year_nano_rho,
        years=years,
        roster_day=max(roster_day, opened),
        not_before_s=max(now_s, standing.not_before_s),
        unfinished=tuple(unfinished),
    )
