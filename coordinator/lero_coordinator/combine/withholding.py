"""Chooses which places are withheld from who answered, never from a figure: no subtraction gives one LERO's own figure.

1. An authority with answers of fewer LEROs than the minimum is withheld, unless each of them agreed to stand alone.
2. With it goes at least one more authority of its region, by a public rule (fewest LEROs, then code), until those
   withheld together hold the minimum. A withheld authority is withheld in every table.
3. Where a region has not enough, the region goes too, then more regions by the same rule; then England and all.
4. Two tables of one definition may differ by some LEROs: where they differ by fewer than the minimum, the later is
   withheld in that place, or their difference would be those LEROs' figure.

Not covered: step 4 at the level of England, where it would hide every table that one LERO in fifty does not collect.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lero_contract.axes import AREA, OUTSIDE_ENGLAND
from lero_contract.dictionary import NOT_KNOWN
from lero_contract.geography import Geography

MINIMUM_LEROS = 3
ENGLAND = "E92000001"
ALL = "all"

Served = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Support:
    """Who stands behind one table. served: authority or nation -> the LEROs there whose answer holds the table.

    definition: equal for two tables whose totals count the same thing. place_axis: "area", "region" or "".
    """

    table_id: str
    definition: Hashable
    place_axis: str
    leros: frozenset[str]
    served: Served


@dataclass(frozen=True)
class Rules:
    """minimum: LEROs behind a figure. agreed: LEROs whose every node carries `publish_alone` in its signed answer."""

    geography: Geography
    agreed: frozenset[str]
    minimum: int = MINIMUM_LEROS

    def are_few(self, leros: frozenset[str]) -> bool:
        """Whether a figure would be that of too few LEROs, not all of whom agreed."""
        return 0 < len(leros) < self.minimum and not leros <= self.agreed


@dataclass
class _Seen:
    """Sets of LEROs already shown together for one definition, by place."""

    shown: dict[tuple[Hashable, str], list[frozenset[str]]] = field(default_factory=dict)


def choose_complements(served: Served, withheld: Iterable[str], minimum: int) -> tuple[frozenset[str], bool]:
    """More places of one group, until no subtraction from the group's total isolates too few LEROs.

    served: the group's places that have answers. Returns all the withheld places, and whether the group's own total
    must go as well because its places are too few.
    """
    chosen = {place for place in withheld if served.get(place)}
    if not chosen:
        return frozenset(), False
    spare = sorted((p for p in served if served[p] and p not in chosen), key=lambda p: (len(served[p]), p))
    for place in (*spare, ""):
        together = frozenset[str]().union(*(served[p] for p in chosen))
        if len(chosen) >= 2 and len(together) >= minimum:
            return frozenset(chosen), False
        if place:
            chosen.add(place)
    return frozenset(chosen), True


def plan_withholding(supports: Sequence[Support], rules: Rules) -> dict[str, frozenset[str]]:
    """By table id: the codes of authorities, regions, England and "all" whose every row is withheld."""
    authorities, lost_regions = _authorities(supports, rules)
    regions = _regions(supports, lost_regions, rules)
    return {
        s.table_id: authorities | regions[s.table_id] | _tops(s, regions[s.table_id], rules)
        if s.place_axis
        else (frozenset({ALL}) if rules.are_few(s.leros) else frozenset())
        for s in supports
    }


def by_region(served: Served, geography: Geography) -> dict[str, frozenset[str]]:
    """The LEROs serving each English region; the other nations together as "outside England"."""
    found: dict[str, frozenset[str]] = {}
    for area, leros in served.items():
        place = geography.areas[area].region if geography.areas[area].in_england else OUTSIDE_ENGLAND
        found[place] = found.get(place, frozenset()) | leros
    return found


def _authorities(supports: Sequence[Support], rules: Rules) -> tuple[frozenset[str], frozenset[str]]:
    """Withheld authorities, the same for all tables, and regions that have too few to hide one among."""
    with_areas = [s for s in supports if s.place_axis == AREA]
    seen = _Seen()
    withheld = {
        area
        for support in with_areas
        for area, leros in sorted(support.served.items())
        if _is_unsafe(support.definition, area, leros, seen, rules)
    }
    lost: set[str] = set()
    size = -1
    while size != len(withheld):  # a complement chosen for one table is withheld in the others, and may need its own
        size = len(withheld)
        for support in with_areas:
            for region in {a.region for a in rules.geography.areas.values() if a.in_england}:
                served = {a: v for a, v in support.served.items() if rules.geography.areas[a].region == region}
                chosen, has_too_few = choose_complements(served, withheld, rules.minimum)
                withheld |= chosen
                lost |= {region} if has_too_few else set()
    return frozenset(withheld), frozenset(lost)


def _regions(supports: Sequence[Support], lost: frozenset[str], rules: Rules) -> dict[str, frozenset[str]]:
    """Withheld regions of each table: the same for all tables of one definition."""
    placed = [s for s in supports if s.place_axis]
    seen = _Seen()
    withheld: dict[Hashable, set[str]] = {s.definition: set(lost) for s in placed}
    for support in placed:
        for region, leros in sorted(by_region(support.served, rules.geography).items()):
            if _is_unsafe(support.definition, region, leros, seen, rules):
                withheld[support.definition].add(region)
    for _ in range(len(placed) + 1):  # each pass can only add; one more than the tables is enough to settle
        for support in placed:
            served = by_region(support.served, rules.geography)
            english = {r: v for r, v in served.items() if r != OUTSIDE_ENGLAND}
            chosen, _too_few = choose_complements(english, withheld[support.definition], rules.minimum)
            withheld[support.definition] |= chosen
    return {s.table_id: frozenset(withheld[s.definition]) for s in placed}


def _tops(support: Support, regions: frozenset[str], rules: Rules) -> frozenset[str]:
    """What goes above the regions. "Not known" is what the other nations are hidden with."""
    served = by_region(support.served, rules.geography)
    english = {r: v for r, v in served.items() if r != OUTSIDE_ENGLAND}
    _chosen, has_too_few = choose_complements(english, regions, rules.minimum)
    behind_england = frozenset[str]().union(*english.values())
    if has_too_few or rules.are_few(behind_england) or rules.are_few(support.leros):
        return frozenset({ENGLAND, ALL, OUTSIDE_ENGLAND, NOT_KNOWN})
    return frozenset({OUTSIDE_ENGLAND, NOT_KNOWN}) if OUTSIDE_ENGLAND in regions else frozenset()


def _is_unsafe(definition: Hashable, place: str, leros: frozenset[str], seen: _Seen, rules: Rules) -> bool:
    """Too few behind the figure, or between it and a figure of the same definition shown before it."""
    earlier = seen.shown.setdefault((definition, place), [])
    differences = (d for shown in earlier for d in (leros - shown, shown - leros))
    if rules.are_few(leros) or any(rules.are_few(d) for d in differences):
        return True
    earlier.append(leros)
    return False
