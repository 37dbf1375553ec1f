"""Chooses which places are withheld from who answered, never from a figure: no subtraction gives one LERO's own figure.

1. An authority with answers of fewer LEROs than the minimum is withheld, unless each of them agreed to stand alone.
2. With it goes at least one more authority of its region, by a public rule (the one that brings most of the LEROs
   still missing, then fewest LEROs, then code), until those withheld together hold the minimum. A withheld authority
   is withheld in every table.
3. Where a region has not enough, the region goes too, then more regions by the same rule; then England and all. A
   region hides nothing while all its authorities are shown: then they go with it. Where the whole table has answers of
   too few, nothing above its authorities is shown.
4. Tables of one definition may differ by some LEROs, and could be subtracted. LEROs that stand in the same of these
   tables are only ever added up together; steps 1 to 3 are taken for each such class as if it had a table of its own.

Not covered: step 4 at the level of England, and for the few members who live where their LERO does not work; either
would hide every table that one LERO in fifty does not collect. Nor headcounts of periods that add up to another's.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION
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

    @property
    def regions(self) -> list[str]:
        """England's, in code order."""
        return sorted(code for code in self.geography.regions if code.startswith("E"))

    def are_few(self, leros: frozenset[str]) -> bool:
        """Whether a figure would be that of too few LEROs, not all of whom agreed."""
        return 0 < len(leros) < self.minimum and not leros <= self.agreed


def choose_complements(
    served: Served, withheld: Iterable[str], minimum: int, agreed: frozenset[str] = frozenset()
) -> tuple[frozenset[str], bool]:
    """More places of one group, until no subtraction from the group's total isolates too few LEROs.

    served: the group's places that have answers. agreed: LEROs that need no hiding. Returns all the withheld places,
    and whether the group's own total must go as well because its places are too few.
    """
    chosen = {place for place in withheld if served.get(place)}
    spare = {place for place in served if served[place]} - chosen
    while True:
        together = frozenset[str]().union(*(served[place] for place in chosen))
        missing = max(0, minimum - len(together))
        if together <= agreed or (len(chosen) >= 2 and not missing):
            return frozenset(chosen), False
        if not spare:
            return frozenset(chosen), True
        # Those that bring most of what is missing go first, so that few go.
        brings = {place: min(missing, len(served[place] - together)) for place in spare}
        best = min(spare, key=lambda place: (-brings[place], len(served[place]), place))
        chosen.add(best)
        spare.remove(best)


def plan_withholding(supports: Sequence[Support], rules: Rules) -> dict[str, frozenset[str]]:
    """By table id: the codes of authorities, regions, England and "all" whose every row is withheld."""
    tables = [s for s in supports if s.place_axis]
    definitions = {s.definition: [t for t in tables if t.definition == s.definition] for s in tables}
    asked = _Asked(tables, [one for alike in definitions.values() for one in classes_of(alike)], rules)
    withheld, size = asked.few_authorities(), -1
    while size != len(withheld):  # each round can only add
        size = len(withheld)
        withheld, lost = _authorities(asked, withheld)
        regions = _regions(asked, withheld, lost)
        withheld |= {area for t in tables for area in _shown_in_hidden(asked, t, regions[t.definition], withheld)}
    found = {s.table_id: frozenset({ALL}) if rules.are_few(s.leros) else frozenset[str]() for s in supports}
    for table in tables:
        own = regions[table.definition]
        found[table.table_id] = withheld | own | _tops(asked, table, own, withheld)
    return found


def classes_of(tables: Sequence[Support]) -> list[Support]:
    """Tables of one definition -> one for each set of LEROs that stand in the same of them.

    Every sum or difference of figures of the tables is one of figures of these; no two of these share a LERO.
    """
    alike: dict[Hashable, set[str]] = {}
    for lero in sorted(frozenset[str]().union(*(t.leros for t in tables))):
        where = [frozenset(place for place, leros in t.served.items() if lero in leros) for t in tables]
        # A LERO whose nodes collect different things is in parts of a table: it is like no other.
        is_whole = len({places for places in where if places}) <= 1
        alike.setdefault(tuple(map(bool, where)) if is_whole else lero, set()).add(lero)
    return [_only(tables, frozenset(leros)) for leros in alike.values()]


def _only(tables: Sequence[Support], leros: frozenset[str]) -> Support:
    """What the tables say of these LEROs alone."""
    served: dict[str, frozenset[str]] = {}
    own = [t for t in tables if t.leros & leros]
    for place, behind in (item for table in own for item in table.served.items() if item[1] & leros):
        served[place] = served.get(place, frozenset()) | (behind & leros)
    axis = AREA if any(t.place_axis == AREA for t in own) else REGION
    return Support("", tables[0].definition, axis, leros, served)


def by_region(served: Served, geography: Geography) -> dict[str, frozenset[str]]:
    """The LEROs serving each English region; the other nations together as "outside England"."""
    found: dict[str, frozenset[str]] = {}
    for area, leros in served.items():
        place = geography.areas[area].region if geography.areas[area].in_england else OUTSIDE_ENGLAND
        found[place] = found.get(place, frozenset()) | leros
    return found


@dataclass(frozen=True)
class _Asked:
    """All tables with places, and their classes."""

    tables: Sequence[Support]
    classes: Sequence[Support]
    rules: Rules

    def few_authorities(self) -> frozenset[str]:
        """Those at which a class has too few LEROs."""
        by_area = (c for c in self.classes if c.place_axis == AREA)
        return frozenset(a for c in by_area for a, leros in c.served.items() if self.rules.are_few(leros))

    def shows_authorities(self, definition: Hashable) -> bool:
        """Whether a table of the definition is by authority."""
        return any(t.place_axis == AREA for t in self.tables if t.definition == definition)

    def hiding(self, table: Support, authorities: frozenset[str]) -> dict[str, frozenset[str]]:
        """By region of England, the LEROs that withholding it hides: those of its withheld authorities, if any.

        Of a region without one all are counted, for its authorities go with it.
        """
        hidden = authorities if self.shows_authorities(table.definition) else frozenset[str]()
        everyone = by_region(table.served, self.rules.geography)
        unseen = by_region({a: leros for a, leros in table.served.items() if a in hidden}, self.rules.geography)
        return {region: unseen.get(region, leros) for region, leros in everyone.items() if region != OUTSIDE_ENGLAND}


def _authorities(asked: _Asked, first: frozenset[str]) -> tuple[frozenset[str], dict[Hashable, set[str]]]:
    """Withheld authorities, the same for all tables; by definition, regions that have too few to hide one among."""
    rules = asked.rules
    groups = [(t, frozenset[str]()) for t in asked.tables if t.place_axis == AREA]
    groups += [(c, rules.agreed) for c in asked.classes if c.place_axis == AREA]
    lost: dict[Hashable, set[str]] = {t.definition: set() for t in asked.tables}
    withheld, size = set(first), -1
    while size != len(withheld):  # a complement chosen for one table is withheld in the others, and may need its own
        size = len(withheld)
        for one, agreed in groups:
            for region in rules.regions:
                served = {a: v for a, v in one.served.items() if rules.geography.areas[a].region == region}
                chosen, has_too_few = choose_complements(served, withheld, rules.minimum, agreed)
                withheld |= chosen
                lost[one.definition] |= {region} if has_too_few else set()
    return frozenset(withheld), lost


def _regions(
    asked: _Asked, authorities: frozenset[str], lost: Mapping[Hashable, set[str]]
) -> dict[Hashable, frozenset[str]]:
    """Withheld regions by definition."""
    withheld = {definition: set(regions) for definition, regions in lost.items()}
    for one in asked.classes:
        served = by_region(one.served, asked.rules.geography)
        withheld[one.definition] |= {region for region, leros in served.items() if asked.rules.are_few(leros)}
    for _ in range(len(asked.tables) + 1):  # each pass can only add; one more than the tables is enough to settle
        for table in asked.tables:
            own = withheld[table.definition]
            own |= choose_complements(asked.hiding(table, authorities), own, asked.rules.minimum)[0]
    return {definition: frozenset(regions) for definition, regions in withheld.items()}


def _shown_in_hidden(
    asked: _Asked, table: Support, regions: frozenset[str], authorities: frozenset[str]
) -> frozenset[str]:
    """The authorities of those withheld regions of which every authority is shown."""
    if not asked.shows_authorities(table.definition):
        return frozenset()
    region_of = {area: asked.rules.geography.areas[area].region for area in table.served}
    hidden = {region for area, region in region_of.items() if area in authorities}
    return frozenset(area for area, region in region_of.items() if region in regions - hidden)


def _tops(asked: _Asked, table: Support, regions: frozenset[str], authorities: frozenset[str]) -> frozenset[str]:
    """What goes above the regions. "Not known" is what the other nations are hidden with.

    Every LERO's "elsewhere" is in every region, in those without a LERO nothing else is: they go with a small table.
    """
    if asked.rules.are_few(table.leros):
        return frozenset({ENGLAND, ALL, OUTSIDE_ENGLAND, NOT_KNOWN, *asked.rules.regions})
    _chosen, has_too_few = choose_complements(asked.hiding(table, authorities), regions, asked.rules.minimum)
    english = (leros for area, leros in table.served.items() if asked.rules.geography.areas[area].in_england)
    if has_too_few or asked.rules.are_few(frozenset[str]().union(*english)):
        return frozenset({ENGLAND, ALL, OUTSIDE_ENGLAND, NOT_KNOWN})
    return frozenset({OUTSIDE_ENGLAND, NOT_KNOWN}) if OUTSIDE_ENGLAND in regions else frozenset()
