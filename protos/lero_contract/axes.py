"""The axes of a table: every category is declared before any record is read, and the last is always "not known"."""

from __future__ import annotations

from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import Axis
from lero_contract.request import Table
from lero_contract.roster import NodeEntry

AREA = "area"
REGION = "region"
OUTSIDE_ENGLAND = "outside_england"
_ELSEWHERE = "elsewhere:"


def elsewhere(region: str) -> str:
    """The code, on one node's area axis, of the authorities of a region that the node does not serve."""
    return _ELSEWHERE + region


def region_of_code(code: str, dictionary: Dictionary) -> str | None:
    """The region a code of an area axis lies in; None for outside England and not known."""
    if code.startswith(_ELSEWHERE):
        return code.removeprefix(_ELSEWHERE)
    return dictionary.geography.region_of(code)


def dimensions_of(table: Table, dictionary: Dictionary, entry: NodeEntry) -> tuple[Axis, ...]:
    """The axes of the table's dimensions, in their order.

    Raises Malformed for a dimension, or a code in a filter, that the dictionary does not have.
    """
    _check_filters(table, dictionary)
    return tuple(_axis(table, name, dictionary, entry) for name in table.dimensions)


def variables_of(table: Table, dictionary: Dictionary) -> frozenset[str]:
    """What a node must collect for the table: variables of members, measures, or the name of another table."""
    named = {*table.dimensions, *(f.variable for f in table.filters)}
    wanted = {AREA if n in (AREA, REGION) else dictionary.dimensions[n].variable for n in named}
    return frozenset(wanted | table.kind.needs())


def region_codes(dictionary: Dictionary) -> tuple[str, ...]:
    """England's regions, then the other nations, in code order."""
    return tuple(sorted(dictionary.geography.regions, key=lambda code: (not code.startswith("E"), code)))


def _axis(table: Table, name: str, dictionary: Dictionary, entry: NodeEntry) -> Axis:
    if name == AREA:
        return Axis(AREA, _area_codes(dictionary, entry))
    if name == REGION:
        return Axis(REGION, (*region_codes(dictionary), NOT_KNOWN))
    if name not in dictionary.dimensions:
        raise Malformed(
            f"Table {table.table_id}: the dictionary has no dimension '{name}'.",
            f"Choose from: {', '.join((AREA, REGION, *dictionary.dimensions))}.",
        )
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


def _check_filters(table: Table, dictionary: Dictionary) -> None:
    for wanted in table.filters:
        where = f"Table {table.table_id}: "
        if wanted.variable == REGION:
            known = {*region_codes(dictionary), NOT_KNOWN}
        elif wanted.variable in dictionary.dimensions:
            known = {c.code for c in dictionary.dimensions[wanted.variable].categories}
        else:
            choice = f"Choose from: {', '.join((REGION, *dictionary.dimensions))}."
            raise Malformed(f"{where}no filter on '{wanted.variable}' is possible: it is no closed list.", choice)
        if unknown := sorted(set(wanted.codes) - known):
            raise Malformed(
                f"{where}the filter on '{wanted.variable}' names {', '.join(unknown)}, which its list does not have.",
                f"Choose from: {', '.join(sorted(known))}.",
            )
