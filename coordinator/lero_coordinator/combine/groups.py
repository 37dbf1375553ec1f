"""Lays the totals of a table's parts out by place and group of members, as its family reads them. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lero_contract.kinds import Axis, Distribution, Mean
from lero_contract.request import Table
from lero_coordinator.combine.accept import Accepted
from lero_coordinator.combine.family import Codes, Question, Sums, with_margin
from lero_coordinator.combine.release import EVERY
from lero_coordinator.combine.totals import PLACE_AXES, Total, totals_of

# By place and dimension codes, then by the codes of the kind's own axes.
Layout = Mapping[tuple[str, Codes], Mapping[Codes, Total]]


@dataclass(frozen=True)
class Grouped:
    """One table's totals by part. leros: organisations behind it. beside: of the same scores by bin, if tabled."""

    question: Question
    layouts: Mapping[str, Layout]
    leros: int
    beside: Grouped | None = None

    def of(self, place: str, codes: Codes, leros: int) -> Sums:
        """The sums of one place and one combination of dimensions. leros: whose members are in them."""
        key = (place, codes)
        sizes = (len(axis.codes) for axis, code in zip(split_by(self.question), codes, strict=True) if code == EVERY)
        beside = self.beside if self.beside is not None and key in self.beside.layouts[""] else None
        return Sums(
            totals={part: layout[key] for part, layout in self.layouts.items() if key in layout},
            scales={name: part.noise_scale for name, part in self.question.parts.items()},
            leros=leros,
            split=math.prod(sizes),
            beside=beside.of(place, codes, leros) if beside is not None else None,
        )


def grouped(question: Question, answers: Sequence[Accepted], beside: Grouped | None = None) -> Grouped:
    """All totals of the table's parts. A part that the dimensions do not split is of the whole, for every group."""
    every = (EVERY,) * len(split_by(question))
    layouts: dict[str, dict[tuple[str, Codes], dict[Codes, Total]]] = {}
    for name, part in question.parts.items():
        layout = layouts.setdefault(name, {})
        for (place, codes), total in totals_of(part.part_id, answers, question.dictionary).items():
            split = len(every) if part.shape.is_split else 0
            dimensions = codes[:split] if split else every
            layout.setdefault((place, dimensions), {})[codes[split:]] = total
    behind = {a.organisation_id for a in answers if a.cells_of(question.table.table_id) is not None}
    return Grouped(question, layouts, len(behind), beside)


def scores_by_bin(table: Table, tables: Sequence[Table]) -> Table | None:
    """For a mean, a table of the same scores by bin, of the same windows, dimensions and filters, if there is one."""
    kind = table.kind
    if not isinstance(kind, Mean):
        return None
    for other in tables:
        found = other.kind
        if isinstance(found, Distribution) and (
            (found.measure, found.windows, found.origin, other.dimensions, other.filters)
            == (kind.measure, kind.windows, kind.origin, table.dimensions, table.filters)
        ):
            return other
    return None


def split_by(question: Question) -> list[Axis]:
    """The dimensions that are no places."""
    return [axis for axis in question.parts[""].dimensions if axis.name not in PLACE_AXES]


def dimension_groups(question: Question) -> Iterator[Codes]:
    """Every combination of the dimensions' codes, margins first."""
    return itertools.product(*(with_margin(axis) for axis in split_by(question)))
