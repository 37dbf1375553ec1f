"""A draft in TOML becomes a request: every key known, every date worked out, every price exact. Pure.

A draft is a catalogue entry with, at its head, the two things that make it complete: `cut_date` and `cohort`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from lero_contract.days import to_day
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import DataNotValid
from lero_contract.request import (
    NANO,
    Activity,
    Basis,
    Filter,
    Headcount,
    Kind,
    Mean,
    Mode,
    Period,
    Request,
    Slice,
    Table,
    Unit,
    Window,
)
from lero_contract.roster import Roster
from lero_coordinator.draft_format import (
    ActivityTable,
    Draft,
    DraftTable,
    HeadcountTable,
    LastMonths,
    MeanTable,
    faults_in_words,
)
from lero_coordinator.times import date_of, months_ending, period_label

_DAY_S = 86_400


def read_draft(text: str) -> Draft:
    """Raises DataNotValid, naming table, key and the nearest right key, for anything a draft does not have."""
    try:
        return draft_from(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"The draft is not TOML: {reason}.") from reason


def draft_from(spec: Mapping[str, Any]) -> Draft:
    """A draft already read from TOML. Raises DataNotValid like `read_draft`."""
    try:
        return Draft.model_validate(dict(spec))
    except ValidationError as reason:
        raise DataNotValid("\n".join(faults_in_words(reason, spec)), "Correct the draft and try again.") from reason


def complete_text(text: str, cut_date: date, cohort: Sequence[str]) -> str:
    """A catalogue entry with its head filled in, every other line as it was.

    Raises DataNotValid where the entry is not a draft or has a head already.
    """
    draft = read_draft(text)
    if draft.cut_date is not None or draft.cohort:
        raise DataNotValid("The draft has its cut_date or cohort already.", "Edit it, or draft from the catalogue.")
    nodes = ",\n".join(f"    {json.dumps(node)}" for node in sorted(cohort))
    return f"cut_date = {cut_date.isoformat()}    # the last day that counts\ncohort = [\n{nodes},\n]\n{text}"


def draft_request(
    spec: Draft | Mapping[str, Any],
    dictionary: Dictionary,
    roster: Roster,
    roster_digest: bytes,
    cohort: Sequence[str],
    cut_date: date,
    issued_at_s: int,
    request_id: str,
    synthetic: bool,
) -> Request:
    """The request a draft stands for, over this cohort, closing `closes_in_days` after it is issued.

    Raises DataNotValid for a fault of the draft, Malformed where the contract has a stricter rule.
    """
    draft = spec if isinstance(spec, Draft) else draft_from(spec)
    if draft.purpose not in dictionary.purposes:
        raise DataNotValid(f"purpose: use one of {', '.join(dictionary.purposes)}.")
    closes_at_s = issued_at_s + draft.closes_in_days * _DAY_S
    if cut_date >= date_of(closes_at_s):
        words = f"cut_date: {cut_date} is not over when the round closes, so that nobody could answer."
        raise DataNotValid(words, "Choose an earlier day, or more closes_in_days.")
    tables = tuple(_table(table, dictionary, cut_date) for table in draft.tables)
    return Request(
        request_id=request_id,
        federation_id=roster.federation_id,
        title=draft.title,
        question=draft.question,
        purpose=draft.purpose,
        mode=Mode.STANDALONE,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        roster_version=roster.version,
        roster_digest=roster_digest,
        cohort=tuple(sorted(cohort)),
        issued_at_s=issued_at_s,
        closes_at_s=closes_at_s,
        cut_date_day=to_day(cut_date),
        tables=tables,
        price_nano_rho=sum(t.price_nano_rho for t in tables),
        synthetic=synthetic,
    )


def _table(draft: DraftTable, dictionary: Dictionary, cut_date: date) -> Table:
    match draft:
        case HeadcountTable():
            kind: Kind = Headcount(Basis(draft.basis), _period(draft, cut_date))
        case MeanTable():
            windows = (Window(w.label, w.wave, w.from_day, w.to_day) for w in draft.windows)
            kind = Mean(draft.measure, tuple(windows))
        case ActivityTable():
            kind = _activity(draft, dictionary, cut_date)
    return Table(
        table_id=draft.id,
        title=draft.title,
        dimensions=tuple(draft.dimensions),
        filters=tuple(Filter(f.variable, tuple(f.codes)) for f in draft.filters),
        price_nano_rho=int(draft.rho * NANO),
        hide_wider_than=0 if isinstance(draft, MeanTable) else draft.hide_wider_than,
        kind=kind,
    )


def _period(draft: HeadcountTable, cut_date: date) -> Period | None:
    match draft.period:
        case None:
            return None
        case LastMonths(last_months=months):
            [(first, last)] = months_ending(cut_date, months, months)
            return _days(first, last)
        case span:
            return _days(span.first, span.last)


def _activity(draft: ActivityTable, dictionary: Dictionary, cut_date: date) -> Activity:
    if draft.kinds == "all":
        categories = dictionary.variable("activities", "kind").categories
        kinds = tuple(c.code for c in categories if c.code != NOT_KNOWN)
    else:
        kinds = tuple(draft.kinds)
    return Activity(
        unit=Unit(draft.unit),
        slices=_slices(draft, cut_date),
        kinds=kinds,
        split_by_kind=draft.split_by_kind,
        max_cells=draft.max_cells,
        max_per_cell=draft.max_per_cell,
    )


def _slices(draft: ActivityTable, cut_date: date) -> tuple[Slice, ...]:
    if draft.periods is not None:
        months = months_ending(cut_date, draft.periods.last_months, draft.periods.each_months)
        return tuple(Slice(period_label(first, last), _days(first, last)) for first, last in months)
    return tuple(Slice(s.label, _days(s.first, s.last)) for s in draft.slices or ())


def _days(first: date, last: date) -> Period:
    return Period(to_day(first), to_day(last))
