"""A year of requests in columns and bars for people, and the same as plain values for machines. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lero_contract.console import columns
from lero_contract.price import NANO, epsilon_of
from lero_coordinator.programme.year import Year

_BAR = 40
_YEARS = (1, 5, 10)


def as_dict(found: Year) -> dict[str, Any]:
    """Everything shown, ready for JSON. Prices in rho; epsilon at delta 1e-6, by number of years."""
    price, whole = found.price_nano_rho / NANO, (found.price_nano_rho + found.reserve_nano_rho) / NANO
    return {
        "name": found.calendar.name,
        "title": found.calendar.title,
        "year": found.year,
        "allowance_rho": found.allowance_nano_rho / NANO,
        "reserve_rho": found.reserve_nano_rho / NANO,
        "price_rho": price,
        "entries": [
            {
                "id": entry.written.id,
                "request": entry.written.request,
                "title": entry.request.title,
                "cut_date": entry.cut_date.isoformat(),
                "opens": entry.opens.isoformat(),
                "price_rho": entry.request.price_nano_rho / NANO,
                "share_of_year": entry.request.price_nano_rho / found.allowance_nano_rho,
                "total_rho": total / NANO,
            }
            for entry, total in zip(found.entries, _running(found), strict=True)
        ],
        "epsilon": {name: _epsilons(rho) for name, rho in _accounts(price, whole).items()},
    }


def as_text(found: Year) -> str:
    """A line for each request with its share of the year, the reserve, the whole, and epsilon in the small print."""
    whole = found.price_nano_rho + found.reserve_nano_rho
    free = found.allowance_nano_rho - whole
    return "\n".join(
        [
            f"{found.calendar.title}, {found.year}: {len(found.entries)} requests",
            "",
            columns(
                ("entry", "request", "cut date", "opens", "rho", "share", "so far", "the year"), list(_rows(found))
            ),
            "",
            f"{_percent(found.price_nano_rho, found)} of a year's allowance of {found.allowance_nano_rho / NANO:g} rho "
            f"is for these requests (#), {_percent(found.reserve_nano_rho, found)} is kept for others (=), "
            f"{_percent(free, found)} is left over (.).",
            "A LERO is charged only for the tables that it records.",
            "",
            "Small print: epsilon at delta 1e-6, for someone who stays a member",
            columns(("spent", "1 year", "5 years", "10 years"), list(_small_print(found))),
        ]
    )


def _rows(found: Year) -> Iterator[tuple[str, ...]]:
    """Each bar begins where the one above ends."""
    before = 0
    for entry, total in zip(found.entries, _running(found), strict=True):
        price = entry.request.price_nano_rho
        names = (entry.written.id, entry.written.request, entry.cut_date.isoformat(), entry.opens.isoformat())
        numbers = (f"{price / NANO:g}", _percent(price, found), _percent(total, found))
        yield (*names, *numbers, _bar(before, total, "#", found))
        before = total
    if found.reserve_nano_rho:
        whole = before + found.reserve_nano_rho
        numbers = (
            f"{found.reserve_nano_rho / NANO:g}",
            _percent(found.reserve_nano_rho, found),
            _percent(whole, found),
        )
        yield ("reserve", "", "", "", *numbers, _bar(before, whole, "=", found))


def _small_print(found: Year) -> Iterator[tuple[str, ...]]:
    price, whole = found.price_nano_rho / NANO, (found.price_nano_rho + found.reserve_nano_rho) / NANO
    for name, rho in _accounts(price, whole).items():
        yield (name, *(f"{epsilon:.2f}" for epsilon in _epsilons(rho).values()))


def _accounts(price: float, whole: float) -> dict[str, float]:
    """What a year costs in rho; twice that for a person with two memberships, where answers are standalone."""
    return {
        "these requests": price,
        "these requests, two memberships": 2 * price,
        "with the reserve": whole,
        "with the reserve, two memberships": 2 * whole,
    }


def _epsilons(rho: float) -> dict[str, float]:
    return {str(years): epsilon_of(years * rho) for years in _YEARS}


def _running(found: Year) -> list[int]:
    """The total after each entry."""
    totals, so_far = [], 0
    for entry in found.entries:
        so_far += entry.request.price_nano_rho
        totals.append(so_far)
    return totals


def _bar(start: int, end: int, sign: str, found: Year) -> str:
    first, last = (round(_BAR * nano_rho / found.allowance_nano_rho) for nano_rho in (start, end))
    return "[" + "." * first + sign * (last - first) + "." * (_BAR - last) + "]"


def _percent(nano_rho: int, found: Year) -> str:
    share = nano_rho / found.allowance_nano_rho
    return f"{100 * share:.0f}%" if share >= 0.01 or not nano_rho else "under 1%"
