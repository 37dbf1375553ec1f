"""How many cells, and about how many members, stand behind a figure of each level: from the roster alone. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, REGION, region_codes
from lero_contract.dictionary import Dictionary
from lero_contract.plan import Part
from lero_contract.roster import NodeEntry


@dataclass(frozen=True)
class Behind:
    """cells: noisy cells added up for one figure. members: about how many people it speaks of, before any split.

    leros: whose members they are; every LERO adds its noise to a region, only those there add people.
    """

    cells: int
    members: float
    leros: int


@dataclass(frozen=True)
class Spread:
    """One entry for every figure of a level; a level that the table does not have is empty."""

    nodes: tuple[Behind, ...]
    authorities: tuple[Behind, ...]
    regions: tuple[Behind, ...]
    nation: tuple[Behind, ...]


def spread_of(
    taking_part: Sequence[tuple[NodeEntry, Part]],
    dictionary: Dictionary,
    members_unstated: int,
    members_each: int | None = None,
) -> Spread:
    """The levels of one part over the nodes that take part in it.

    A node adds its own areas, and "elsewhere" of every English region, to that region's figure. Members of a node are
    supposed to live evenly over its areas. members_unstated: for a LERO that states no number. members_each: for every
    LERO, whatever it states.
    """
    size = {e.node_id: float(members_each or e.public_members or members_unstated) for e, _ in taking_part}
    everyone, n = sum(size.values()), len(taking_part)
    english = [code for code in region_codes(dictionary) if code.startswith("E")]
    areas = [(area, size[entry.node_id] / len(entry.areas)) for entry, _ in taking_part for area in entry.areas]
    region_of = dictionary.geography.region_of
    axis = next((a.name for _, plan in taking_part for a in plan.axes if a.name in (AREA, REGION)), "")
    match axis:
        case "area":
            own = Counter(region_of(area) for area, _ in areas)
            cells = {code: n + own[code] for code in english}
        case "region":
            cells = dict.fromkeys(english, n)
        case _:
            nodes = tuple(Behind(1, size[entry.node_id], 1) for entry, _ in taking_part)
            return Spread(nodes, (), (), (Behind(n, everyone, n),))
    people = _sum_by((str(region_of(area)), members) for area, members in areas)
    there = Counter(region for entry, _ in taking_part for region in {region_of(area) for area in entry.areas})
    return Spread(
        nodes=tuple(Behind(_places(plan), size[entry.node_id], 1) for entry, plan in taking_part),
        authorities=_authorities(areas, dictionary) if axis == AREA else (),
        regions=tuple(Behind(cells[code], people[code], there[code]) for code in english if there[code]),
        nation=(Behind(sum(cells.values()), everyone, n),),
    )


def _authorities(areas: Sequence[tuple[str, float]], dictionary: Dictionary) -> tuple[Behind, ...]:
    """English authorities served by anyone, in code order: one cell from each LERO there."""
    served = Counter(area for area, _ in areas if dictionary.geography.areas[area].in_england)
    people = _sum_by(areas)
    return tuple(Behind(cells, people[area], cells) for area, cells in sorted(served.items()))


def _places(plan: Part) -> int:
    """Cells of a node's place axis: what its own total adds up."""
    return next(len(axis.codes) for axis in plan.axes if axis.name in (AREA, REGION))


def _sum_by(pairs: Iterable[tuple[str, float]]) -> defaultdict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for key, value in pairs:
        total[key] += value
    return total
