"""The noisy figures of an answer that has left, by table and cell, as the national body has them. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, OUTSIDE_ENGLAND, REGION, region_of_code
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Corrupt
from lero_contract.kinds import Axis
from lero_contract.kinds.shape import CENTRED_SUM, COUNT
from lero_contract.plan import Part, Plan
from lero_contract.price import half_width

NOISE_WORDS = (
    "These are the figures that left, with the noise in them. The noise was drawn on this computer; 19 times in 20 it "
    "is within the +/- beside a figure. Small and negative figures are normal: where nobody is counted the noise is "
    "all there is."
)
_VALUES = {
    COUNT: "people",
    CENTRED_SUM: "sum of scores, each counted from the middle of its scale",
    "sum": "sum of changes",
    "contacts": "contacts",
    "active_members": "people",
}


@dataclass(frozen=True)
class Figure:
    """One cell. labels: of the table's dimensions and of the kind's own axes. number, plus_minus: in `unit`."""

    table: str
    part: str
    labels: tuple[str, ...]
    unit: str
    number: float
    plus_minus: float


def figures(plan: Plan, cells: Sequence[int], dictionary: Dictionary) -> list[Figure]:
    """Every cell of the plan, in its order. Raises Corrupt where the cells are not this plan's."""
    if len(cells) != plan.cell_count:
        raise Corrupt("The stored answer has another number of figures than its plan.")
    return [figure for part in plan.parts for figure in _of_part(part, cells, dictionary)]


def figures_in_words(found: Sequence[Figure]) -> list[str]:
    """By table, a line for each figure."""
    lines = [NOISE_WORDS]
    for table, group in itertools.groupby(found, key=lambda figure: figure.table):
        lines += ["", table]
        for figure in group:
            name = ", ".join([*([figure.part] if figure.part else []), *figure.labels]) or "all"
            lines.append(f"  {name}: {figure.number:,.10g} +/- {figure.plus_minus:,.3g} {figure.unit}")
    return lines


def _of_part(part: Part, cells: Sequence[int], dictionary: Dictionary) -> Iterator[Figure]:
    position = part.offset
    named = ([(axis, code) for code in axis.codes] for axis in part.axes)
    for group in itertools.product(*named):
        labels = tuple(_label(axis, code, dictionary) for axis, code in group)
        for value in part.values:
            # A count that stands beside a sum is weighted, so that both share one noise.
            weight = part.centring.weight if part.centring is not None and value == COUNT else 1
            yield Figure(
                table=part.table.title,
                part=part.name.replace("_", " "),
                labels=labels,
                unit=_VALUES.get(value, value),
                number=cells[position] / weight,
                plus_minus=half_width(part.noise_scale, 1) / weight,
            )
            position += 1


def _label(axis: Axis, code: str, dictionary: Dictionary) -> str:
    if code in axis.labels:
        return axis.labels[code]
    if axis.name in (AREA, REGION):
        return _place(code, dictionary)
    if axis.name in dictionary.dimensions:
        return {c.code: c.label for c in dictionary.dimensions[axis.name].categories}.get(code, code)
    return code.replace("_", " ")


def _place(code: str, dictionary: Dictionary) -> str:
    places = dictionary.geography
    if code in places.areas:
        return places.areas[code].name
    if code in places.regions:
        return places.regions[code]
    if code in (OUTSIDE_ENGLAND, NOT_KNOWN):
        return code.replace("_", " ")
    region = region_of_code(code, dictionary)
    return f"elsewhere in {places.regions.get(region or '', region)}"
