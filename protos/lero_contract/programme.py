"""A year of requests, priced together: frozen, checks itself; what is approved is what is asked, to the letter.

A programme holds everything of each request but its id, roster, cohort and times of issue. It is signed by an analyst,
like a request. Approving it never widens a policy: it answers, once for each entry, the question whether a person
says yes. Days are whole days since 1970-01-01, times whole seconds since then in UTC, prices units of 1e-9 rho.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from lero_contract.checking import LINE, distinct, in_memory, is_line, require
from lero_contract.days import year_of
from lero_contract.errors import Malformed
from lero_contract.request import MAX_TIME_S, Mode, Request, Table, is_node_id

MAX_ENTRIES = 100
_NAME = "lower-case letters, digits and hyphens, at most 63"
_NOT_ISSUED = "0" * 32


@dataclass(frozen=True)
class Entry:
    """One request of the year. opens_on_day: before it, a request like this is not covered."""

    entry_id: str
    title: str
    question: str
    purpose: str
    mode: Mode
    cut_date_day: int
    opens_on_day: int
    tables: tuple[Table, ...]
    price_nano_rho: int

    def __post_init__(self) -> None:
        require(is_node_id(self.entry_id), f"An entry's id is {_NAME}.")
        require(in_memory(self.cut_date_day, self.opens_on_day), f"Entry {self.entry_id}: its days must be alive.")
        opens_after = self.opens_on_day > self.cut_date_day
        require(opens_after, f"Entry {self.entry_id}: it opens before its cut date is over.")

    def is_asked_by(self, request: Request) -> bool:
        """Whether a request asks exactly this, word for word, table for table and price for price."""
        asked = (request.title, request.question, request.purpose, request.mode, request.cut_date_day)
        own = (self.title, self.question, self.purpose, self.mode, self.cut_date_day)
        return asked == own and (request.tables, request.price_nano_rho) == (self.tables, self.price_nano_rho)


@dataclass(frozen=True)
class Programme:
    """The year. allowance_nano_rho: what it was written for; entries and reserve fit in it.

    reserve_nano_rho: left free for requests that are not in it; each of those is asked for by itself.
    valid_from_s, expires_at_s: outside these an approval covers nothing.
    """

    name: str
    title: str
    year: int
    federation_id: str
    dictionary_id: str
    dictionary_digest: bytes
    valid_from_s: int
    expires_at_s: int
    allowance_nano_rho: int
    reserve_nano_rho: int
    entries: tuple[Entry, ...]
    synthetic: bool

    def __post_init__(self) -> None:
        require(is_node_id(self.name), f"A programme's name is {_NAME}.")
        require(is_line(self.title), f"A programme needs a title: {LINE}")
        in_time = 0 <= self.valid_from_s < self.expires_at_s < MAX_TIME_S
        require(in_time, "A programme must expire after it becomes valid.")
        require(0 < len(self.entries) <= MAX_ENTRIES, f"A programme has between 1 and {MAX_ENTRIES} entries.")
        require(distinct(e.entry_id for e in self.entries), "Two entries have the same id.")
        for before, after in itertools.pairwise(self.entries):
            in_order = before.cut_date_day <= after.cut_date_day
            require(in_order, f"Entry {after.entry_id}: its cut date is before that of {before.entry_id}.")
        for entry in self.entries:
            self._check(entry)
        require(
            self.price_nano_rho + self.reserve_nano_rho <= self.allowance_nano_rho,
            "The entries and the reserve together are more than the year's allowance.",
        )

    @property
    def key(self) -> str:
        """Name and year, as in "standard-year-2026": what a node has one approval of."""
        return f"{self.name}-{self.year}"

    @property
    def price_nano_rho(self) -> int:
        """The sum over the entries, for a node that records everything."""
        return sum(entry.price_nano_rho for entry in self.entries)

    def entry(self, entry_id: str) -> Entry:
        """One entry. Raises Malformed for an id that it does not have."""
        for found in self.entries:
            if found.entry_id == entry_id:
                return found
        raise Malformed(
            f"The programme has no entry '{entry_id}'.", f"It has: {', '.join(e.entry_id for e in self.entries)}."
        )

    def request_of(self, entry: Entry, node_id: str, roster_version: int, roster_digest: bytes) -> Request:
        """The entry as the request that it will be, put to one node: to be compiled, priced, and read by a person."""
        return Request(
            request_id=_NOT_ISSUED,
            federation_id=self.federation_id,
            title=entry.title,
            question=entry.question,
            purpose=entry.purpose,
            mode=entry.mode,
            dictionary_id=self.dictionary_id,
            dictionary_digest=self.dictionary_digest,
            roster_version=roster_version,
            roster_digest=roster_digest,
            cohort=(node_id,),
            issued_at_s=self.valid_from_s,
            closes_at_s=self.expires_at_s,
            cut_date_day=entry.cut_date_day,
            tables=entry.tables,
            price_nano_rho=entry.price_nano_rho,
            synthetic=self.synthetic,
        )

    def covers(self, entry: Entry, request: Request, now_s: int) -> bool:
        """Whether a request, at this time, is the one that this entry stands for. Who signed it is not seen here."""
        own = (self.federation_id, self.dictionary_id, self.dictionary_digest, self.synthetic)
        asked = (request.federation_id, request.dictionary_id, request.dictionary_digest, request.synthetic)
        in_time = self.valid_from_s <= now_s <= self.expires_at_s and now_s // 86_400 >= entry.opens_on_day
        return in_time and own == asked and entry.is_asked_by(request)

    def _check(self, entry: Entry) -> None:
        """The rules of a request, and the year. Raises Malformed, naming the entry."""
        where = f"Entry {entry.entry_id}: "
        try:
            self.request_of(entry, "any", 0, bytes(32))
        except Malformed as reason:
            raise Malformed(where + reason.detail, reason.next_step) from reason
        require(year_of(entry.cut_date_day) == self.year, where + f"its cut date is not in {self.year}.")
        expired = entry.opens_on_day * 86_400 >= self.expires_at_s
        require(not expired, where + "it opens after the programme has expired.")
