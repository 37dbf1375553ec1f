"""Tables to publish in tests, as they are after drafting: the headline, outcomes alone, and one of every kind."""

from __future__ import annotations

from datetime import date

from lero_contract.days import to_day
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.request import Table

_LAST = to_day(date(2026, 3, 31))
_KINDS = ("group_meeting", "one_to_one", "phone_or_online")
_QUARTERS = (
    ("Apr to Jun 2025", date(2025, 4, 1), date(2025, 6, 30)),
    ("Jul to Sep 2025", date(2025, 7, 1), date(2025, 9, 30)),
    ("Oct to Dec 2025", date(2025, 10, 1), date(2025, 12, 31)),
    ("Jan to Mar 2026", date(2026, 1, 1), date(2026, 3, 31)),
)
SLICES = tuple(Slice(label, Period(to_day(first), to_day(last))) for label, first, last in _QUARTERS)
START = Window("Start", 0, -30, 45)
THREE = Window("3 months", 3, 46, 135)
WINDOWS = (START, THREE, Window("6 months", 6, 136, 270), Window("12 months", 12, 271, 545))
POINTS = tuple(Point(f"{months} months", round(365.25 * months / 12)) for months in (3, 6, 12, 24, 36, 60))
YEARS = (
    Window("1 year", 12, 320, 410),
    Window("3 years", 36, 1050, 1140),
    Window("5 years", 60, 1780, 1870),
)
BINS = (Bin(21, 30), Bin(31, 40), Bin(41, 50), Bin(51, 63))


def made(
    table_id: str, title: str, kind: Kind, *dimensions: str, nano_rho: int = 20_000_000, hide_wider_than: int = 0
) -> Table:
    return Table(table_id, title, dimensions, (), nano_rho, hide_wider_than, kind)


def contacts(nano_rho: int) -> Activity:
    return Activity(Unit.CONTACTS, SLICES, _KINDS, False, 4, 30, Companion(200, nano_rho // 10))


_AT_CUT_DATE = Headcount(Basis.AT_CUT_DATE, None)
_LAST_YEAR = Headcount(Basis.REFERRED, Period(_LAST - 364, _LAST))
BY_AREA = made(
    "members_by_area",
    "Members on the cut date, by authority",
    _AT_CUT_DATE,
    "area",
    nano_rho=35_000_000,
    hide_wider_than=280,
)
SURE = made("sure_by_wave", "Recovery (SURE total), by review", Mean("sure.total", WINDOWS), nano_rho=25_000_000)
CONTACTS = made(
    "contacts_by_region",
    "Contacts by quarter, by region",
    contacts(20_000_000),
    "region",
    nano_rho=20_000_000,
    hide_wider_than=25_000,
)
HEADLINE = (
    BY_AREA,
    made(
        "who_age_sex",
        "Members on the cut date, by age band and sex",
        _AT_CUT_DATE,
        "age_band",
        "sex",
        nano_rho=10_000_000,
        hide_wider_than=140,
    ),
    made(
        "referred_by_region",
        "People referred in the last 12 months, by region",
        _LAST_YEAR,
        "region",
        nano_rho=10_000_000,
        hide_wider_than=420,
    ),
    SURE,
    CONTACTS,
)
EVERY_KIND = (
    *HEADLINE,
    made(
        "active_by_sex",
        "Active members by quarter, by sex",
        Activity(Unit.ACTIVE_MEMBERS, SLICES, _KINDS, False, 2, 1, Companion(4, 2_000_000)),
        "sex",
        hide_wider_than=900,
    ),
    made(
        "sure_bands",
        "Recovery (SURE total), by band",
        Distribution("sure.total", (START, THREE), BINS, 51),
        "region",
        nano_rho=200_000_000,
        hide_wider_than=400,
    ),
    made(
        "sure_change",
        "Change in recovery (SURE total) after three months",
        Change("sure.total", START, THREE, 6),
        "region",
        nano_rho=400_000_000,
        hide_wider_than=400,
    ),
    made("stay", "Who stays", Retention(POINTS), "area", nano_rho=200_000_000, hide_wider_than=400),
    made(
        "steps",
        "Paid work and a home of one's own",
        Milestones(("paid_work", "own_home"), POINTS[:4]),
        "sex",
        nano_rho=50_000_000,
        hide_wider_than=400,
    ),
    made("long_term", "Long-term recovery", Recovery(YEARS), "region", nano_rho=200_000_000, hide_wider_than=400),
    made(
        "recorded",
        "How complete records are",
        Completeness(("sex", "birth_year", "substance_group")),
        nano_rho=20_000_000,
        hide_wider_than=400,
    ),
)
BUNDLES = {"headline": HEADLINE, "outcomes": (SURE,), "every kind": EVERY_KIND}
