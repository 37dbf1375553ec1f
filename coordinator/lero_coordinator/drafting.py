"""From a ready request to a complete draft, and from a complete draft to a request under a fresh id, at one office.

The request is pinned to the newest roster and this dictionary. What the usual node would refuse is refused here first.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from lero_contract.errors import DataNotValid
from lero_contract.price import NANO
from lero_contract.request import Request
from lero_coordinator.draft.format import Draft
from lero_coordinator.draft.request import complete_text, draft_request, read_draft
from lero_coordinator.draft.usual_policy import check_usual, usual_policy
from lero_coordinator.keys import read_file
from lero_coordinator.office import Office
from lero_coordinator.preview.preview import preview
from lero_coordinator.preview.widths import LERO, number
from lero_coordinator.pricing import PLACEHOLDER, Priced, price, rewritten, wishes_of
from lero_coordinator.proposal import propose, read_measured, with_bounds


@dataclass(frozen=True)
class Wanted:
    """What a person asks of a draft beside its text.

    accuracies: as "TABLE=±10 people in a region". total_rho: for the whole bundle. after: folder of an earlier release.
    members: supposed at every LERO. beyond_usual: whether it may go past the usual policy.
    """

    accuracies: Sequence[str] = ()
    total_rho: Decimal | None = None
    after: Path | None = None
    members: int | None = None
    beyond_usual: bool = False


@dataclass(frozen=True)
class Drafted:
    """A complete draft. remarks: what was found on the way, a sentence each."""

    text: str
    request: Request
    remarks: tuple[str, ...]


def complete(office: Office, text: str, cut_date: date, cohort: Sequence[str], wanted: Wanted, now_s: int) -> Drafted:
    """A ready request, or a draft of one's own without its head, completed. Raises DataNotValid with line and fix."""
    text, remarks = _after(office, text, cut_date, cohort, wanted, now_s)
    draft = read_draft(text)
    found = _priced(office, draft, cut_date, cohort, wanted, now_s)
    _check_usual(office, found, wanted)
    whole = complete_text(rewritten(text, draft, found.draft), cut_date, cohort)
    return Drafted(whole, found.request, (*remarks, *_prices_in_words(office, found, wanted)))


def request_from_file(office: Office, file: Path, now_s: int, wanted: Wanted | None = None) -> Request:
    """What would be signed now. Raises DataNotValid for a draft that lacks its cut date or cohort.

    The id is drawn at random here, so that nobody can foresee or reuse one.
    """
    wanted = wanted or Wanted()
    draft = read_draft(read_file(file).decode("utf-8", errors="replace"))
    if draft.cut_date is None or not draft.cohort:
        raise DataNotValid("The draft has no cut_date or no cohort.", "Complete it with `request draft`.")
    found = _priced(office, draft, draft.cut_date, draft.cohort, wanted, now_s)
    _check_usual(office, found, wanted)
    return found.request


def _request(office: Office, draft: Draft, cut_date: date, cohort: Sequence[str], now_s: int) -> Request:
    held = office.roster()
    return draft_request(
        draft,
        office.dictionary,
        held.roster,
        held.digest,
        cohort,
        cut_date,
        now_s,
        secrets.token_hex(16),
        office.config.synthetic,
    )


def _priced(office: Office, draft: Draft, cut_date: date, cohort: Sequence[str], wanted: Wanted, now_s: int) -> Priced:
    entries = [office.roster().roster.node(node) for node in cohort]
    return price(
        draft,
        wishes_of(draft, wanted.accuracies),
        wanted.total_rho,
        lambda settled: _request(office, settled, cut_date, cohort, now_s),
        office.dictionary,
        entries,
        wanted.members,
    )


def _check_usual(office: Office, found: Priced, wanted: Wanted) -> None:
    """Raises DataNotValid for what the usual node would refuse; of a wish too dear, what the most allowed would buy."""
    if wanted.beyond_usual:
        return
    roster = office.roster().roster
    entries = [roster.node(node) for node in found.request.cohort]
    try:
        check_usual(found.draft, found.request, office.dictionary, entries)
    except DataNotValid as reason:
        most = int(usual_policy().table * NANO)
        dear = [t.table_id for t in found.request.tables if t.table_id in found.wishes and t.price_nano_rho > most]
        said = [
            f"{name}: {found.wishes[name].words} is too dear; rho {most / NANO:g} gives {_words(found, name, most)}."
            for name in dear
        ]
        raise DataNotValid("\n".join([reason.detail, *said]), reason.next_step) from reason


def _words(found: Priced, name: str, nano: int) -> str:
    """What a table with a wish would have at a price, as in "± 48 people in a region"."""
    width = found.curves[name](nano)
    return _at_place(width.half, width.unit, found.wishes[name].place)


def _at_place(half: float, unit: str, place: str) -> str:
    return f"± {number(half, unit)} {unit} {'at' if place == LERO else 'in'} {place}"


def _after(
    office: Office, text: str, cut_date: date, cohort: Sequence[str], wanted: Wanted, now_s: int
) -> tuple[str, list[str]]:
    """The text with the bounds that an earlier release speaks for, and what it says of each table."""
    if wanted.after is None:
        return text, []
    draft = read_draft(text)
    unpriced = {table.id: PLACEHOLDER for table in draft.tables if table.rho is None}
    request = _request(office, draft.with_prices(unpriced), cut_date, cohort, now_s)
    entries = [office.roster().roster.node(node) for node in cohort]
    measured = read_measured(wanted.after)
    proposed, remarks = propose(request, measured, office.dictionary, entries, wanted.members)
    said = [
        f"{p.table_id}: {p.measured.share:.1%} was left out, as of {p.mean:.1f} contacts a month; least whole error at "
        f"{p.best.bounds.max_cells} cells, {p.best.bounds.max_per_cell} in each: {p.best.error:.1%}."
        for p in proposed
    ]
    return with_bounds(text, [t.id for t in draft.tables], proposed, wanted.after.name), [*said, *remarks]


def _prices_in_words(office: Office, found: Priced, wanted: Wanted) -> list[str]:
    """What each price buys: of a wish at its place, else, where the whole was scaled, at every place."""
    if not found.wishes and wanted.total_rho is None:
        return []
    roster, allowance = office.roster().roster, office.config.year_allowance
    ahead = preview(found.request, office.dictionary, roster, allowance, wanted.members)
    said = []
    for table, seen in zip(found.request.tables, ahead.tables, strict=True):
        buys = f"{table.table_id}: rho {table.price_nano_rho / NANO:.9g} gives "
        if table.table_id in found.wishes:
            said.append(f"{buys}{_words(found, table.table_id, table.price_nano_rho)}.")
        elif wanted.total_rho is not None and seen.parts:
            widths = [_at_place(e.plus_minus, e.unit, e.place) for e in seen.parts[0].expected if e.plus_minus]
            said.append(f"{buys}{', '.join(widths)}.")
    return [*said, f"The whole costs {found.request.price_nano_rho / NANO:.9g} rho."]
