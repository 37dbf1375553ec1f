"""The axes of a table: every category is declared before any record is read, and the last is always "not known"."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Malformed
from lero_contract.request import Activity, Basis, Headcount, Mean, Table
from lero_contract.roster import NodeEntry

AREA = "area"
REGION = "region"
WAVE = "wave"
PERIOD = "period"
KIND = "kind"
OUTSIDE_ENGLAND = "outside_england"
_ELSEWHERE = "elsewhere:"


@dataclass(frozen=True)
class Axis:
    """A name and its codes, in the order of the cells."""

    name: str
    codes: tuple[str, ...]


def elsewhere(region: str) -> str:
    """The code, on one node's area axis, of the authorities of a region that the node does not serve."""
    return _ELSEWHERE + region


def region_of_code(code: str, dictionary: Dictionary) -> str | None:
    """The region a code of an area axis lies in; None for outside England and not known."""
    if code.startswith(_ELSEWHERE):
        return code.removeprefix(_ELSEWHERE)
    return dictionary.geography.region_of(code)


def axes_of(table: Table, dictionary: Dictionary, entry: NodeEntry) -> tuple[Axis, ...]:
    """The table's dimensions in their order, then its own axes (wave; period and kind).

    Raises Malformed for a name or code that the dictionary does not have.
    """
    _check_filters(table, dictionary)
    return (
        *(_axis(table, name, dictionary, entry) for name in table.dimensions),
        *_own_axes(table, dictionary),
    )


def variables_of(table: Table, dictionary: Dictionary) -> frozenset[str]:
    """What a node must collect for the table: variables of members, measures, or the name of another table."""
    named = {*table.dimensions, *(f.variable for f in table.filters)}
    wanted = {AREA if n in (AREA, REGION) else dictionary.dimensions[n].variable for n in named}
    match table.kind:
        case Headcount(basis=Basis.REFERRED):
            wanted.add("referred")
        case Mean(measure=measure):
            wanted.add(measure)
        case Activity():
            wanted.add("activities")
        case _:
            pass
    return frozenset(wanted)


def region_codes(dictionary: Dictionary) -> tuple[str, ...]:
    """England's regions, then the other nations, in code order."""
    return tuple(sorted(dictionary.geography.regions, key=lambda code: (not code.startswith("E"), code)))


def _axis(table: Table, name: str, dictionary: Dictionary, entry: NodeEntry) -> Axis:
    if name == AREA:
        return Axis(AREA, _area_codes(dictionary, entry))
    if name == REGION:
        return Axis(REGION, (*region_codes(dictionary), NOT_KNOWN))
    if name not in dictionary.dimensions:
        raise Malformed(f"Table {table.table_id}: the dictionary has no dimension '{name}'.")
    return Axis(name, tuple(c.code for c in dictionary.dimensions[name].categories))


def _area_codes(dictionary: Dictionary, entry: NodeEntry) -> tuple[str, ...]:
    """Own areas, elsewhere in each English region, outside England, not known.

    All 153 authorities at every node would drown each in the noise of all the others.
    """
    for code in entry.areas:
        if code not in dictionary.geography.areas:
            raise Malformed(f"The roster lists an area the dictionary does not have: {code}.")
    english = (elsewhere(code) for code in region_codes(dictionary) if code.startswith("E"))
    return (*entry.areas, *english, OUTSIDE_ENGLAND, NOT_KNOWN)


def _own_axes(table: Table, dictionary: Dictionary) -> tuple[Axis, ...]:
    match table.kind:
        case Headcount():
            return ()
        case Mean(measure=measure, windows=windows):
            if measure not in dictionary.measures:
                raise Malformed(f"Table {table.table_id}: the dictionary has no measure '{measure}'.")
            return (Axis(WAVE, tuple(w.label for w in windows)),)
        case Activity(slices=slices, kinds=kinds, split_by_kind=split):
            known = {c.code for c in dictionary.variable("activities", "kind").categories}
            if not set(kinds) <= known:
                raise Malformed(f"Table {table.table_id}: a kind of activity is not in the dictionary.")
            periods = Axis(PERIOD, tuple(s.label for s in slices))
            return (periods, Axis(KIND, kinds)) if split else (periods,)


def _check_filters(table: Table, dictionary: Dictionary) -> None:
    for wanted in table.filters:
        if wanted.variable == REGION:
            known = {*region_codes(dictionary), NOT_KNOWN}
        elif wanted.variable in dictionary.dimensions:
            known = {c.code for c in dictionary.dimensions[wanted.variable].categories}
        else:
            raise Malformed(f"Table {table.table_id}: no filter on '{wanted.variable}' is possible.")
        if not set(wanted.codes) <= known:
            raise Malformed(f"Table {table.table_id}: a code in the filter on '{wanted.variable}' is not known.")
