"""The exact vector of a plan: not a noisy one by type, it does not print, and it is only ever handed to the noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lero_contract.dictionary import Dictionary
from lero_contract.errors import Corrupt
from lero_contract.plan import MAX_WORD, Part, Plan
from lero_contract.request import Request
from lero_node.query.runner import Runner
from lero_node.query.statement import statement


@dataclass(frozen=True, repr=False)
class ExactVector:
    """Cells of one part in the declared order, every declared cell present. Never leaves its process."""

    part_id: str
    cells: tuple[int, ...]

    def __repr__(self) -> str:
        """Says nothing of the figures: tracebacks and logs print reprs."""
        return f"ExactVector({self.part_id!r}, hidden)"


def exact_vectors(plan: Plan, request: Request, dictionary: Dictionary, engine: Runner) -> Iterator[ExactVector]:
    """One exact vector per part of the plan, one at a time.

    Raises Corrupt where a sum could pass 2^62, or a statement speaks of a cell that was not declared: both are faults
    of the program or the store, never a property of a sound snapshot.
    """
    members = engine.members()
    for part in plan.parts:
        yield _part(part, members, request, dictionary, engine)


def _part(part: Part, members: int, request: Request, dictionary: Dictionary, engine: Runner) -> ExactVector:
    if members * part.greatest_cell * part.sensitivity.cells >= MAX_WORD:
        raise Corrupt(f"The sums of table {part.part_id} could pass 64 bits.")
    width = len(part.values)
    cells = [0] * part.cell_count
    for group, *values in engine.rows(statement(part, request, dictionary)):
        if not 0 <= group < part.groups:
            raise Corrupt(f"Table {part.part_id} counted a cell that its plan does not declare.")
        cells[group * width : (group + 1) * width] = values
    return ExactVector(part.part_id, tuple(cells))
