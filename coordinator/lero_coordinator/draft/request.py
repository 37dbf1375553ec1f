"""A draft in TOML becomes a request: every key known, every date worked out, every price exact. Pure.

A draft is a catalogue entry with, at its head, the two things that make it complete: `cut_date` and `cohort`. Whatever
is wrong with it is said with the line it stands on and what to write instead.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic import ValidationError

from lero_contract.axes import dimensions_of
from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid, Malformed
from lero_contract.plan import compile_plan, shapes_of
from lero_contract.request import Mode, Request, Table
from lero_contract.roster import Roster
from lero_coordinator.draft.bins import DraftFault
from lero_coordinator.draft.format import Draft, faults_in_words
from lero_coordinator.draft.kinds import DraftTable
from lero_coordinator.draft.names import name_faults
from lero_coordinator.draft.tables import table_of
from lero_coordinator.times import date_of

_DAY_S = 86_400
_AGAIN = "Correct the draft and try again."
# Words in the contract's complaints, and the key of the draft they are about; the first that fits.
_ABOUT = (
    ("left_out", "left_out"),
    ("companion", "left_out"),
    ("max_per_cell", "max_per_cell"),
    ("max_cells", "max_cells"),
    ("baseline", "follow_up"),
    ("threshold", "threshold"),
    ("bins", "bins"),
    ("window", "windows"),
    ("point", "points"),
    ("period", "periods"),
    ("filter", "filters"),
    ("area already", "dimensions"),
    ("dimension", "dimensions"),
    ("price", "rho"),
    ("title", "title"),
    ("table id", "id"),
)


def read_draft(text: str) -> Draft:
    """Raises DataNotValid, naming line, table, key and the nearest right key, for anything a draft does not have."""
    try:
        spec = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"The draft is not TOML: {reason}.") from reason
    return _read(spec, text).written_as(text)


def draft_from(spec: Mapping[str, Any]) -> Draft:
    """A draft already read from TOML. Raises DataNotValid like `read_draft`, without lines."""
    return _read(spec, "")


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

    Raises DataNotValid for a fault of the draft, Malformed where the contract has a stricter rule: that the request
    compiles at every node of the cohort is part of it.
    """
    draft = spec if isinstance(spec, Draft) else draft_from(spec)
    if draft.purpose not in dictionary.purposes:
        raise DataNotValid(f"{draft.at('purpose')}purpose: use one of {', '.join(dictionary.purposes)}.", _AGAIN)
    closes_at_s = issued_at_s + draft.closes_in_days * _DAY_S
    if cut_date >= date_of(closes_at_s):
        words = f"cut_date: {cut_date} is not over when the round closes, so that nobody could answer."
        raise DataNotValid(draft.at("cut_date") + words, "Choose an earlier day, or more closes_in_days.")
    tables = tuple(_tables(draft, dictionary, cut_date))
    request = Request(
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
    _check_compiles(draft, request, dictionary, roster)
    return request


def _read(spec: Mapping[str, Any], text: str) -> Draft:
    try:
        return Draft.model_validate(dict(spec))
    except ValidationError as reason:
        raise DataNotValid("\n".join(faults_in_words(reason, spec, text)), _AGAIN) from reason


def _tables(draft: Draft, dictionary: Dictionary, cut_date: date) -> list[Table]:
    faults = [
        fault
        for i, table in enumerate(draft.tables)
        for fault in name_faults(table, dictionary, partial(draft.at, "tables", i))
    ]
    if faults:
        raise DataNotValid("\n".join(faults), _AGAIN)
    return [_table(i, table, draft, dictionary, cut_date) for i, table in enumerate(draft.tables)]


def _table(i: int, table: DraftTable, draft: Draft, dictionary: Dictionary, cut_date: date) -> Table:
    try:
        return table_of(table, dictionary, cut_date)
    except DraftFault as fault:
        place = ("tables", i, fault.key, *(() if fault.item is None else (fault.item,)))
        nth = "" if fault.item is None else f" {fault.item + 1}"
        key = f"{fault.key}{nth}: " if fault.key else ""
        raise DataNotValid(f'{draft.at(*place)}table "{table.id}": {key}{fault.words}.', _AGAIN) from None
    except Malformed as reason:
        raise _with_line(reason, i, draft) from reason


def _check_compiles(draft: Draft, request: Request, dictionary: Dictionary, roster: Roster) -> None:
    """Raises Malformed, with the table's line, for what a node could not compile."""
    entries = [roster.node(node_id) for node_id in request.cohort]
    for i, table in enumerate(request.tables):
        try:
            shapes_of(table, dictionary)
            dimensions_of(table, dictionary, entries[0])
        except Malformed as reason:
            raise _with_line(reason, i, draft) from reason
    for entry in entries:
        compile_plan(request, dictionary, entry)


def _with_line(reason: Malformed, i: int, draft: Draft) -> Malformed:
    """The same complaint, with its table and the line of the key it speaks of, else of the table."""
    table = draft.tables[i]
    words = re.sub(rf"^Table {re.escape(table.id)}: ", "", reason.detail)
    key = next((key for word, key in _ABOUT if word in words.lower() and key in type(table).model_fields), "")
    return Malformed(f'{draft.at("tables", i, key)}table "{table.id}": {words}', reason.next_step or _AGAIN)
