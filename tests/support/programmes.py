"""Programmes to start a test from: two requests over tables of this folder's making, priced within the allowance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lero_contract.codec import encode_programme
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import PROGRAMME, Envelope, sign
from lero_contract.programme import Entry, Programme
from lero_contract.request import Mode, Request, Table
from support.nodes import MadeNode
from support.requests import CUT_DAY, DAY_S, ISSUED_S, table

TODAY = ISSUED_S // DAY_S  # the cut date itself, in UTC
BY_AREA = table(dimensions=["area"])


def entry(
    entry_id: str = "members",
    tables: Sequence[Table] = (BY_AREA,),
    *,
    cut_day: int = CUT_DAY - 90,
    opens_on_day: int = TODAY,
) -> Entry:
    """A request about 31 December 2025 unless told otherwise, open since today."""
    return Entry(
        entry_id=entry_id,
        title="A request",
        question="How many members are there?",
        purpose="commissioning",
        mode=Mode.STANDALONE,
        cut_date_day=cut_day,
        opens_on_day=opens_on_day,
        tables=tuple(tables),
        price_nano_rho=sum(t.price_nano_rho for t in tables),
    )


def programme(*entries: Entry, allowance_nano_rho: int = 250_000_000, **changes: object) -> Programme:
    """Of 2025: valid from an hour ago for a year, with a reserve of 0.05 rho in an allowance of 0.25 by default."""
    dictionary = load_dictionary()
    plain = Programme(
        name="standard-year",
        title="The standard year",
        year=2025,
        federation_id="lero-test",
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        valid_from_s=ISSUED_S - 3600,
        expires_at_s=ISSUED_S + 365 * DAY_S,
        allowance_nano_rho=allowance_nano_rho,
        reserve_nano_rho=50_000_000,
        entries=entries or (entry(),),
        synthetic=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def signed(made: MadeNode, found: Programme) -> Envelope:
    """By the analyst that the node believes."""
    return sign(PROGRAMME, encode_programme(found), made.analyst)


def request_for(made: MadeNode, found: Programme, entry_id: str = "members", number: int = 1) -> Request:
    """The request of an entry, as the analyst would issue it."""
    own = found.entry(entry_id)
    return made.asked(*own.tables, number=number, cut_date_day=own.cut_date_day, title=own.title, question=own.question)
