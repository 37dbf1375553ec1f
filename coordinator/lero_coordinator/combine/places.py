"""The places a table has figures for, from the whole to the authority, in the order in which they are shown."""

from __future__ import annotations

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION
from lero_contract.dictionary import NOT_KNOWN
from lero_contract.geography import Geography
from lero_contract.request import Table
from lero_coordinator.combine.release import Level, Place
from lero_coordinator.combine.withholding import ALL, ENGLAND

WHOLE = Place(Level.ALL, ALL, "All memberships", "")


def places(table: Table, geography: Geography) -> list[Place]:
    """The whole; where the table is by area or region also England, regions and the rest; by area, every authority."""
    found = [WHOLE]
    if not {AREA, REGION} & set(table.dimensions):
        return found
    found.append(Place(Level.ENGLAND, ENGLAND, "England", ""))
    regions = sorted(code for code in geography.regions if code.startswith("E"))
    found += [Place(Level.REGION, code, geography.regions[code], "") for code in regions]
    found.append(Place(Level.OUTSIDE, OUTSIDE_ENGLAND, "Outside England", ""))
    found.append(Place(Level.NOT_KNOWN, NOT_KNOWN, "Area not known", ""))
    if AREA in table.dimensions:
        english = (area for area in geography.areas.values() if area.in_england)
        by_name = sorted(english, key=lambda area: (area.region, area.name))
        found += [Place(Level.AUTHORITY, area.code, area.name, area.region) for area in by_name]
    return found
