"""The account as a table for a trustee: one row for each charge, opened year and write-off, in order.

Dates are ISO dates in UTC, prices are numbers, and a title that would run as a formula is inert. No member data.
"""

from __future__ import annotations

from collections.abc import Iterator

from lero_contract.csv_text import Value, to_csv
from lero_contract.days import from_day
from lero_contract.dictionary import Dictionary
from lero_contract.price import NANO, epsilon_of
from lero_contract.roster import Roster
from lero_node.gate.spending import Find, Line, iso_day, line_of
from lero_node.privacy.account import Account, Opened, Spent
from lero_node.privacy.ledger import Caps, State

HEAD = (
    "Row of the ledger",
    "Date (UTC)",
    "What happened",
    "Request",
    "Title",
    "Asked by",
    "Organisation",
    "For this purpose",
    "State",
    "State since (UTC)",
    "Year of the allowance",
    "Price (rho)",
    "Price if the others collude (rho)",
    "Epsilon of this price alone (delta 1e-6)",
    "Share of a year's allowance (%)",
    "Used of the year up to here (rho)",
    "Used in this node's life up to here (rho)",
    "First joining year it can touch (0: any before)",
    "Last joining year it can touch",
)


def trustee_csv(account: Account, caps: Caps, find: Find, roster: Roster, dictionary: Dictionary) -> bytes:
    """The bytes of the file. find: a request of the inbox by its id. Shares are of the allowance in force today."""
    return to_csv(HEAD, _rows(account, caps, find, roster, dictionary))


def _rows(
    account: Account, caps: Caps, find: Find, roster: Roster, dictionary: Dictionary
) -> Iterator[tuple[Value, ...]]:
    by_year: dict[int, int] = {}
    life = 0
    entries: list[Opened | Spent] = [*account.opened, *account.spent]
    for entry in sorted(entries, key=lambda each: each.sequence):
        if isinstance(entry, Opened):
            yield _opened(entry, life)
            continue
        by_year[entry.year] = by_year.get(entry.year, 0) + entry.nano_rho
        life += entry.nano_rho
        yield _charged(line_of(entry, find(entry.request_id), roster, dictionary), caps, by_year[entry.year], life)


def _opened(opened: Opened, life: int) -> tuple[Value, ...]:
    words = f"by the signed list of {from_day(opened.roster_day).isoformat()}"
    day = iso_day(opened.at_s)
    head = (opened.sequence, day, "year opened", "", "", "", "", "", words, day, opened.year)
    return *head, "", "", "", "", 0.0, life / NANO, "", ""


def _charged(line: Line, caps: Caps, year: int, life: int) -> tuple[Value, ...]:
    spent = line.spent
    return (
        spent.sequence,
        line.day,
        _what(spent),
        spent.request_id,
        line.title,
        line.analyst,
        line.organisation,
        line.purpose,
        line.state,
        iso_day(spent.state_at_s),
        spent.year,
        spent.nano_rho / NANO,
        spent.nano_rho_worst / NANO,
        round(epsilon_of(spent.nano_rho / NANO), 4),
        round(100 * spent.nano_rho / caps.year_nano_rho, 2),
        year / NANO,
        life / NANO,
        spent.joined_from,
        spent.joined_to,
    )


def _what(spent: Spent) -> str:
    return "write-off" if spent.state is State.WRITTEN_OFF else "charge"
