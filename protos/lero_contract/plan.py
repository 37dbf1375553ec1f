"""Request + dictionary + a node's roster entry -> the ordered cells and each member's greatest contribution. Pure.

Both sides compile; a node never trusts a sensitivity, a price or a cell list that someone else computed. A plan depends
on the signed request, the dictionary and the node's own entry in the signed roster, and on nothing else: no member, no
clock, no setting.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from lero_contract.axes import Axis, axes_of, variables_of
from lero_contract.days import year_of
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.instruments import Measure
from lero_contract.price import Sensitivity, count_sensitivity, mean_sensitivity, noise_scale
from lero_contract.request import Activity, Basis, Headcount, Mean, Request, Table
from lero_contract.roster import NodeEntry

MAX_CELLS = 1_000_000
MAX_WORD = 2**62


@dataclass(frozen=True)
class Centring:
    """How a score becomes a whole number around the middle of its range.

    A stored score x (whole units of 10^-decimals points) adds `factor * x - middle` to the sum, at most `half_range`
    either way, and `weight` to the count. factor is 2 where the range is odd, so that the middle is whole, else 1.
    """

    factor: int
    middle: int
    half_range: int
    weight: int

    @classmethod
    def of(cls, measure: Measure) -> Centring:
        """From the instrument's own range, known in advance, so that the clamp leaks nothing."""
        lower, upper = measure.lower * measure.scale, measure.upper * measure.scale
        factor = 1 if (lower + upper) % 2 == 0 else 2
        half_range = factor * (upper - lower) // 2
        return cls(factor, factor * (lower + upper) // 2, half_range, half_range)


@dataclass(frozen=True)
class TablePlan:
    """One table as cells. Cell index = offset + (row-major index over `axes`) * len(values) + position in `values`.

    values: ("count",), ("contacts",) or ("count", "centred_sum"). noise_scale: in units of a cell.
    """

    table: Table
    axes: tuple[Axis, ...]
    values: tuple[str, ...]
    offset: int
    sensitivity: Sensitivity
    noise_scale: float
    centring: Centring | None

    @property
    def groups(self) -> int:
        """Cells divided by values a group carries."""
        return math.prod(len(axis.codes) for axis in self.axes)

    @property
    def cell_count(self) -> int:
        """How many cells the table has at this node."""
        return self.groups * len(self.values)

    @property
    def greatest_cell(self) -> int:
        """The most one member may add to one cell, either way: what a node's overflow check multiplies."""
        if self.centring is not None:
            return max(self.centring.weight, self.centring.half_range)
        return self.table.kind.max_per_cell if isinstance(self.table.kind, Activity) else 1


@dataclass(frozen=True)
class Plan:
    """What a request compiles to at one node. `not_collected`: ids of tables that drop out, and are not charged."""

    tables: tuple[TablePlan, ...]
    not_collected: tuple[str, ...]
    cell_count: int
    price_nano_rho: int
    digest: bytes


def compile_plan(request: Request, dictionary: Dictionary, entry: NodeEntry) -> Plan:
    """The plan of one node.

    Raises Malformed where the request speaks of something the dictionary does not have, or has more than MAX_CELLS
    cells. A table of variables the node does not collect, or of days before its records are complete, drops out.
    """
    if request.dictionary_digest != dictionary.digest:
        raise Malformed("The request was written for another dictionary.", "Bring this software up to date.")
    kept: list[TablePlan] = []
    dropped: list[str] = []
    offset = 0
    for table in request.tables:
        axes = axes_of(table, dictionary, entry)
        if not (variables_of(table, dictionary) <= set(entry.collects) and _days_complete(table, entry)):
            dropped.append(table.table_id)
            continue
        planned = _plan_table(table, axes, dictionary, offset)
        offset += planned.cell_count
        if offset > MAX_CELLS:
            raise Malformed(f"The request has more than {MAX_CELLS:,} cells.", "Use fewer dimensions.")
        kept.append(planned)
    price = sum(t.table.price_nano_rho for t in kept)
    return Plan(tuple(kept), tuple(dropped), offset, price, _digest(request, kept, dropped))


def joining_years(request: Request) -> tuple[int, int]:
    """The first and last year of joining a request can touch; 0 as the first means any year before the last."""
    periods = [
        t.kind.period
        for t in request.tables
        if isinstance(t.kind, Headcount) and t.kind.basis is Basis.JOINED and t.kind.period is not None
    ]
    if len(periods) < len(request.tables):
        return 0, year_of(request.cut_date_day)
    return year_of(min(p.first for p in periods)), year_of(max(p.last for p in periods))


def _plan_table(table: Table, axes: tuple[Axis, ...], dictionary: Dictionary, offset: int) -> TablePlan:
    centring: Centring | None = None
    match table.kind:
        case Headcount():
            values: tuple[str, ...] = ("count",)
            sensitivity = count_sensitivity(1, 1)
        case Activity(max_cells=max_cells, max_per_cell=max_per_cell):
            values = ("contacts",)
            sensitivity = count_sensitivity(max_cells, max_per_cell)
        case Mean(measure=measure, windows=windows):
            values = ("count", "centred_sum")
            centring = Centring.of(dictionary.measures[measure])
            sensitivity = mean_sensitivity(len(windows), centring.weight, centring.half_range)
    scale = noise_scale(sensitivity.l2_squared, table.price_nano_rho)
    return TablePlan(table, axes, values, offset, sensitivity, scale, centring)


def _days_complete(table: Table, entry: NodeEntry) -> bool:
    """Whether every day the table counts lies where the node says its records are complete."""
    match table.kind:
        case Headcount(period=period) if period is not None:
            return period.first >= entry.complete_from_day
        case Activity(slices=slices):
            return slices[0].period.first >= entry.complete_from_day
        case _:
            return True


def _digest(request: Request, kept: list[TablePlan], dropped: list[str]) -> bytes:
    """SHA-256 over a canonical text of the plan: what an answer's header pins."""
    shape = {
        "request": request.request_id,
        "dictionary": request.dictionary_digest.hex(),
        "tables": [
            {
                "id": t.table.table_id,
                "axes": [[a.name, list(a.codes)] for a in t.axes],
                "values": list(t.values),
                "offset": t.offset,
                "l1": t.sensitivity.l1,
                "l2_squared": t.sensitivity.l2_squared,
                "price_nano_rho": t.table.price_nano_rho,
            }
            for t in kept
        ],
        "not_collected": dropped,
    }
    return hashlib.sha256(b"lero-plan-1\0" + json.dumps(shape, sort_keys=True).encode()).digest()
