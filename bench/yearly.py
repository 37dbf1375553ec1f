"""How exact is a standard year at epsilon 1, 2 and 4? From the plan and the roster alone: no record is read.

    python bench/yearly.py

Every price of the programme "standard-year" is scaled alike, so that its requests together come to the epsilon named at
delta 1e-6, for someone who stays a member the whole year. The half-widths are those that `request preview` prints, for
55 made-up LEROs with the numbers of members that they would state in public.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Activity
from lero_contract.price import rho_for
from lero_contract.request import Request, Table
from lero_contract.roster import Held, NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.demo.population import make_population
from lero_coordinator.enrolment import collectable
from lero_coordinator.preview.preview import NATION, ONE_REGION, preview
from lero_coordinator.programme.year import year_from

EPSILONS = (1.0, 2.0, 4.0)
YEAR = 2026


def roster_of(leros: int, seed: int) -> Roster:
    """Made-up LEROs that record everything, with the members they would state."""
    collects = tuple(sorted(collectable(load_dictionary())))
    profiles = make_population(leros, seed).leros
    nodes = tuple(
        NodeEntry(p.node_id, p.organisation_id, secrets.token_bytes(32), p.areas, collects, 0, p.public_members)
        for p in profiles
    )
    organisations = tuple(Organisation(p.organisation_id, p.name, 0) for p in profiles)
    return Roster("bench", 1, 0, 10**10, RootSet(1, 1, (bytes(32),)), organisations, nodes, (), (), True)


def scaled(table: Table, factor: float) -> Table:
    """The same table at another price, its companion's with it."""
    kind = table.kind
    if isinstance(kind, Activity) and kind.companion is not None:
        beside = replace(kind.companion, price_nano_rho=int(kind.companion.price_nano_rho * factor))
        kind = replace(kind, companion=beside)
    return replace(table, price_nano_rho=int(table.price_nano_rho * factor), kind=kind)


def at_price(request: Request, factor: float) -> Request:
    """The same request with every price scaled."""
    tables = tuple(scaled(table, factor) for table in request.tables)
    return replace(request, tables=tables, price_nano_rho=sum(t.price_nano_rho for t in tables))


def half_widths(leros: int, seed: int) -> Iterator[str]:
    """RESULT lines: epsilon, request, part, place."""
    dictionary, roster = load_dictionary(), roster_of(leros, seed)
    year = year_from("standard-year", YEAR, dictionary, Held(roster, bytes(32)))
    once = {entry.written.request: entry.request for entry in year.entries}
    for epsilon in EPSILONS:
        factor = rho_for(epsilon) * 10**9 / year.price_nano_rho
        for name, request in once.items():
            for table in preview(at_price(request, factor), dictionary, roster, 1.0).tables:
                for part in table.parts:
                    for expected in part.expected:
                        if expected.place in (ONE_REGION, NATION) and expected.plus_minus is not None:
                            where = "region" if expected.place == ONE_REGION else "nation"
                            unit = expected.unit.replace(" ", "_") + ("" if expected.shown else "_too_wide_to_show")
                            words = f"{name}.{part.part_id}_{where}"
                            yield f"RESULT programme_epsilon_{epsilon:g}_{words} {expected.plus_minus:.1f} {unit}"


def main() -> None:
    """Prints them."""
    for line in half_widths(55, 2026):
        print(line)


if __name__ == "__main__":
    main()
