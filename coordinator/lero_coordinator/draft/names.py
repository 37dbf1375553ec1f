"""Whether everything that a draft names exists and can be used there: each name that cannot, with the fix. Pure.

The contract refuses the same things at every node; here a person is told which line, and what was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Sequence

from lero_contract.axes import AREA, REGION, region_codes
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_coordinator.draft.kinds import (
    ActivityTable,
    ChangeTable,
    CompletenessTable,
    DistributionTable,
    DraftTable,
    FollowedTable,
    MeanTable,
    MilestonesTable,
)

At = Callable[..., str]
SIGHTINGS = ("activities", "reviews", "milestones")


def name_faults(table: DraftTable, dictionary: Dictionary, at: At) -> Iterator[str]:
    """One line of words for every name that the dictionary does not have, or that cannot be used where it stands.

    at: turns a place within the table into "line 12, ".
    """
    where = f'table "{table.id}": '
    dimensions = (AREA, REGION, *dictionary.dimensions)
    for i, name in enumerate(table.dimensions):
        if name not in dimensions:
            yield f"{at('dimensions', i)}{where}{_no_split(name, dimensions, dictionary)}"
    for i, wanted in enumerate(table.filters):
        place = f"{at('filters', i)}{where}"
        yield from (place + words for words in _filter_faults(wanted.variable, wanted.codes, dictionary))
    if isinstance(table, (MeanTable, DistributionTable, ChangeTable)) and table.measure not in dictionary.measures:
        meant = _choice(table.measure, dictionary.measures)
        yield f"{at('measure')}{where}there is no measure '{table.measure}'{meant}"
    if isinstance(table, (ActivityTable, MilestonesTable)) and table.kinds != ["all"]:
        of = "activities" if isinstance(table, ActivityTable) else "milestones"
        codes = [c.code for c in dictionary.variable(of, "kind").categories]
        yield from _unknown(table.kinds, codes, f"{at('kinds')}{where}there is no kind of {of}")
    if isinstance(table, CompletenessTable) and table.variables != ["all"]:
        prefix = f"{at('variables')}{where}there is no variable of members that can be complete,"
        yield from _unknown(table.variables, complete_variables(dictionary), prefix)
    if isinstance(table, FollowedTable):
        yield from _unknown(table.seen_in, SIGHTINGS, f"{at('seen_in')}{where}sightings are not read from")


def complete_variables(dictionary: Dictionary) -> tuple[str, ...]:
    """Variables of members that a table of completeness may name."""
    return tuple(
        v.id for v in dictionary.variables.values() if v.table == "members" and v.type not in ("identifier", "flag")
    )


def _filter_faults(name: str, codes: Sequence[str], dictionary: Dictionary) -> Iterator[str]:
    closed = (REGION, *dictionary.dimensions)
    if name == AREA:
        yield "no filter on 'area' is possible; filter on region, or split by area"
    elif name not in closed:
        yield _no_split(name, closed, dictionary)
    else:
        known = (
            [*region_codes(dictionary), NOT_KNOWN]
            if name == REGION
            else [c.code for c in dictionary.dimensions[name].categories]
        )
        yield from _unknown(codes, known, f"the filter on '{name}' names a code that its list does not have,")


def _no_split(name: str, closed: Sequence[str], dictionary: Dictionary) -> str:
    """Why members cannot be split or picked by a name: it is no variable at all, or one without a closed list."""
    if ("members", name) in dictionary.variables:
        bands = " Use age_band or age_band_ten." if name == "birth_year" else ""
        return f"'{name}' is no closed list, so that nobody can be split or picked by it.{bands}{_choose(closed)}"
    return f"there is no variable or dimension '{name}'{_choice(name, closed)}"


def _unknown(names: Sequence[str], known: Collection[str], prefix: str) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{prefix} '{name}'{_choice(name, known)}"


def _choice(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; '{near[0]}' was meant?" if near else f".{_choose(known)}"


def _choose(known: Collection[str]) -> str:
    return f" Choose from: {', '.join(known)}."
