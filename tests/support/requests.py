"""Requests, tables and roster entries to start a test from: whole and valid, with only the named parts changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Activity, Basis, Companion, Headcount, Kind, Mean, Period, Slice, Unit, Window
from lero_contract.request import Filter, Mode, Request, Table
from lero_contract.roster import NodeEntry

ISSUED_S = 1_775_000_000  # 2026-03-31 23:33:20 UTC
DAY_S = 86_400
CUT_DAY = to_day(date(2026, 3, 31))
RHO_02 = 20_000_000
NORTH_NORTHAMPTONSHIRE = "E06000061"
WEST_NORTHAMPTONSHIRE = "E06000062"
HARTLEPOOL = "E06000001"
# Everything a node can collect, so that no table drops out unless a test wants it to.
ALL_COLLECTED = tuple(
    sorted(
        {d.variable for d in load_dictionary().dimensions.values()}
        | set(load_dictionary().measures)
        | {"area", "referred", "joined", "left", "activities", "milestones", "reviews", "recovery_now"}
    )
)
AT_CUT_DATE = Headcount(Basis.AT_CUT_DATE, None)
EVER = Headcount(Basis.EVER, None)
START = Window("Start", 0, -30, 45)
THREE_MONTHS = Window("3 months", 3, 46, 135)
SURE_TWICE = Mean("sure.total", (START, THREE_MONTHS))


def day(year: int, month: int, number: int) -> int:
    return to_day(date(year, month, number))


def quarters(*first_months: tuple[int, int]) -> tuple[Slice, ...]:
    """Periods of 90 days that begin on the first of the months named."""
    firsts = [day(year, month, 1) for year, month in first_months]
    return tuple(
        Slice(f"from {y}-{m:02d}", Period(first, first + 89))
        for (y, m), first in zip(first_months, firsts, strict=True)
    )


def contacts(*, max_cells: int = 2, max_per_cell: int = 30, split: bool = False) -> Activity:
    slices = quarters((2025, 10), (2026, 1))
    beside = Companion(most=max_cells * max_per_cell + 40, price_nano_rho=RHO_02 // 10)
    return Activity(Unit.CONTACTS, slices, ("group_meeting", "one_to_one"), split, max_cells, max_per_cell, beside)


def table(
    kind: Kind = AT_CUT_DATE,
    dimensions: Sequence[str] = (),
    filters: Sequence[Filter] = (),
    *,
    table_id: str = "members",
    nano_rho: int = RHO_02,
) -> Table:
    wide = 40 if kind.has_counts else 0
    return Table(table_id, "A table", tuple(dimensions), tuple(filters), nano_rho, wide, kind)


def request(
    *tables: Table,
    request_id: str = "0" * 31 + "1",
    purpose: str = "commissioning",
    title: str = "A request",
    cut_day: int = CUT_DAY,
    cohort: Sequence[str] = ("harbour",),
    issued_at_s: int = ISSUED_S,
    closes_at_s: int = ISSUED_S + 28 * DAY_S,
    roster_digest: bytes = bytes(32),
    federation_id: str = "lero-test",
) -> Request:
    tables = tables or (table(),)
    dictionary = load_dictionary()
    return Request(
        request_id=request_id,
        federation_id=federation_id,
        title=title,
        question="How many members are there?",
        purpose=purpose,
        mode=Mode.STANDALONE,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        roster_version=1,
        roster_digest=roster_digest,
        cohort=tuple(sorted(cohort)),
        issued_at_s=issued_at_s,
        closes_at_s=closes_at_s,
        cut_date_day=cut_day,
        tables=tables,
        price_nano_rho=sum(t.price_nano_rho for t in tables),
        synthetic=True,
    )


def entry(
    *,
    node_id: str = "harbour",
    areas: Sequence[str] = (WEST_NORTHAMPTONSHIRE,),
    collects: Sequence[str] = ALL_COLLECTED,
    complete_from_day: int = 0,
    identity_key: bytes = bytes(32),
) -> NodeEntry:
    return NodeEntry(
        node_id, f"{node_id}-org", identity_key, tuple(sorted(areas)), tuple(sorted(collects)), complete_from_day, 200
    )
