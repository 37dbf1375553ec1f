"""A programme file becomes a year of priced requests, and what an analyst signs; entries are ready requests. Pure.

The entry that is signed and the request that is drafted from it later come from the same text, so that a node that
approved the one knows the other again.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid, LeroError
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_contract.programme import Entry, Programme
from lero_contract.request import Request
from lero_contract.roster import Held, NodeEntry, Organisation, RootSet, Roster
from lero_contract.toml_lines import line_of
from lero_coordinator.catalogue import draft_text, names
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.keys import read_file
from lero_coordinator.programme.format import Calendar, CalendarEntry, read_calendar
from lero_policies import ROOT

VALID_DAYS_AFTER = 90  # after the last request opens: a round that starts late is still covered
_DAY_S = 86_400


@dataclass(frozen=True)
class YearEntry:
    """One request of the year, priced. request: as it would be issued on the day it opens."""

    written: CalendarEntry
    cut_date: date
    opens: date
    request: Request


@dataclass(frozen=True)
class Year:
    """A programme file in one year. Prices in 1e-9 rho."""

    calendar: Calendar
    year: int
    entries: tuple[YearEntry, ...]

    @property
    def allowance_nano_rho(self) -> int:
        """What it was written for."""
        return int(self.calendar.allowance_rho * NANO)

    @property
    def reserve_nano_rho(self) -> int:
        """Left free for other requests."""
        return int(self.calendar.reserve_rho * NANO)

    @property
    def price_nano_rho(self) -> int:
        """All entries together."""
        return sum(entry.request.price_nano_rho for entry in self.entries)

    def entry(self, entry_id: str) -> YearEntry:
        """One entry. Raises DataNotValid for an id that it does not have."""
        for found in self.entries:
            if found.written.id == entry_id:
                return found
        raise DataNotValid(
            f'The programme has no entry "{entry_id}".', f"It has: {', '.join(e.written.id for e in self.entries)}."
        )


@dataclass(frozen=True)
class _Source:
    """A programme file: what it is called, and its text."""

    name: str
    text: str

    def fault(self, key: str, place: int | None, words: str, fix: str) -> DataNotValid:
        """What is wrong with a key of one entry (from 0), or of the head, with its line."""
        location = (key,) if place is None else ("entries", place, key)
        return DataNotValid(f"{self.name}, line {line_of(self.text, location) or 1}: {words.rstrip('.')}.", fix)


def programme_names() -> tuple[str, ...]:
    """Of the programmes that come with this installation."""
    files = ROOT.joinpath("programme").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def programme_text(name_or_file: str) -> str:
    """The TOML of a programme of this installation, or of a file. Raises DataNotValid for neither."""
    if name_or_file in programme_names():
        return ROOT.joinpath("programme", f"{name_or_file}.toml").read_text(encoding="utf-8")
    file = Path(name_or_file)
    if not file.exists():
        words = f'There is no programme "{name_or_file}", and no such file.'
        raise DataNotValid(words, f"Ready ones: {', '.join(programme_names())}.")
    return read_file(file).decode("utf-8", errors="replace")


def year_from(name_or_file: str, year: int, dictionary: Dictionary, held: Held | None = None) -> Year:
    """A programme file in a year. held: the roster that its requests will name; None where only prices are wanted.

    Raises DataNotValid, with the line and the fix, for what cannot be: an unknown request, dates out of order, more
    than the allowance.
    """
    source = _Source(Path(name_or_file).name.removesuffix(".toml") + ".toml", programme_text(name_or_file))
    calendar, roster = read_calendar(source.text, source.name), held or _nobody(dictionary)
    entries = (_entry(source, place, entry, year, dictionary, roster) for place, entry in enumerate(calendar.entries))
    found = Year(calendar, year, tuple(entries))
    for fault in _faults(source, found):
        raise fault
    return found


def programme_from(found: Year, dictionary: Dictionary, held: Held, now_s: int) -> Programme:
    """What is signed. It is valid from now until VALID_DAYS_AFTER days after its last request opens.

    Raises DataNotValid where that is over.
    """
    last = max(to_day(entry.opens) for entry in found.entries)
    if now_s >= (last + VALID_DAYS_AFTER) * _DAY_S:
        raise DataNotValid(f"A programme of {found.year} would have expired already.", "Choose a later --year.")
    return Programme(
        name=found.calendar.name,
        title=found.calendar.title,
        year=found.year,
        federation_id=held.roster.federation_id,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        valid_from_s=now_s,
        expires_at_s=(last + VALID_DAYS_AFTER) * _DAY_S,
        allowance_nano_rho=found.allowance_nano_rho,
        reserve_nano_rho=found.reserve_nano_rho,
        entries=tuple(_signed(entry) for entry in found.entries),
        synthetic=held.roster.synthetic,
    )


def _entry(
    source: _Source, place: int, written: CalendarEntry, year: int, dictionary: Dictionary, held: Held
) -> YearEntry:
    if written.request not in names():
        near = difflib.get_close_matches(written.request, names(), n=1)
        meant = f'; "{near[0]}" was meant?' if near else ""
        words = f'the catalogue has no "{written.request}"{meant}'
        raise source.fault("request", place, words, "See `lero-coordinator catalogue list`.")
    try:
        cut_date = written.cut_in(year)
    except ValueError:
        raise source.fault("cut_date", place, f"{year} has no 29 February", "Choose 28 February.") from None
    opens = cut_date + timedelta(days=written.opens_after_days)
    try:
        request = draft_request(
            *(read_draft(draft_text(written.request)), dictionary, held.roster, held.digest),
            *([node.node_id for node in held.roster.nodes], cut_date, to_day(opens) * _DAY_S, "0" * 32),
            held.roster.synthetic,
        )
        compile_plan(request, dictionary, held.roster.nodes[0])
    except LeroError as reason:
        words = f'"{written.request}" cannot be asked in {year}: {reason.detail}'
        raise source.fault("request", place, words, reason.next_step) from reason
    return YearEntry(written, cut_date, opens, request)


def _faults(source: _Source, found: Year) -> Iterator[DataNotValid]:
    """What is wrong with the entries together."""
    pairs = enumerate(itertools.pairwise(found.entries), start=1)
    for place, (before, after) in pairs:
        if after.written.id in {entry.written.id for entry in found.entries[:place]}:
            words = f'there is an entry "{after.written.id}" above'
            yield source.fault("id", place, words, "Give each entry its own id.")
        if after.cut_date < before.cut_date:
            words = f"{after.written.cut_date} comes before {before.written.cut_date} of the entry above"
            yield source.fault("cut_date", place, words, "Put the entries in the order of their dates.")
    over = found.price_nano_rho + found.reserve_nano_rho - found.allowance_nano_rho
    if over > 0:
        words = (
            f"the entries cost {found.price_nano_rho / NANO:g} rho and the reserve is "
            f"{found.reserve_nano_rho / NANO:g}: {over / NANO:g} over the allowance of "
            f"{found.allowance_nano_rho / NANO:g}"
        )
        yield source.fault("allowance_rho", None, words, "Take an entry out, or name a cheaper request.")


def _signed(entry: YearEntry) -> Entry:
    request = entry.request
    return Entry(
        entry_id=entry.written.id,
        title=request.title,
        question=request.question,
        purpose=request.purpose,
        mode=request.mode,
        cut_date_day=request.cut_date_day,
        opens_on_day=to_day(entry.opens),
        tables=request.tables,
        price_nano_rho=request.price_nano_rho,
    )


def _nobody(dictionary: Dictionary) -> Held:
    """A roster of one node that records nothing: what a request needs to be checked, where nobody is asked yet."""
    node = NodeEntry("any", "any", bytes(32), (min(dictionary.geography.areas),), (), 0, 0)
    organisations = (Organisation("any", "Any", 0),)
    roster = Roster("any", 1, 0, 1, RootSet(1, 1, (bytes(32),)), organisations, (node,), (), (), False)
    return Held(roster, bytes(32))
