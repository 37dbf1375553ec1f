"""Request + dictionary + a node's roster entry -> the ordered cells and each member's greatest contribution. Pure.

Both sides compile; a node never trusts a sensitivity, a price or a cell list that someone else computed. A plan depends
on the signed request, the dictionary and the node's own entry in the signed roster, and on nothing else: no member, no
clock, no setting.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from lero_contract.axes import dimensions_of, variables_of
from lero_contract.days import year_of
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds import Axis, Basis, Centring, Headcount, Shape
from lero_contract.price import Sensitivity, noise_scale
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry

MAX_CELLS = 1_000_000
MAX_WORD = 2**62


@dataclass(frozen=True)
class Part:
    """One grid of cells of one table, with noise of one scale. Most tables have one part.

    name: "" for the main part, else what stands beside it. axes: the dimensions that split it, then the kind's own.
    Cell index = offset + (row-major index over `axes`) * len(values) + position in `values`. noise_scale: in units of
    a cell. joined_from: members who joined before this day are left out, for their records may not be complete.
    """

    table: Table
    shape: Shape
    axes: tuple[Axis, ...]
    offset: int
    noise_scale: float
    joined_from: int | None

    @property
    def part_id(self) -> str:
        """The table's id, and the part's name where it has one."""
        return f"{self.table.table_id}.{self.name}" if self.name else self.table.table_id

    @property
    def name(self) -> str:
        """Of the part."""
        return self.shape.part

    @property
    def values(self) -> tuple[str, ...]:
        """What each group of cells carries."""
        return self.shape.values

    @property
    def sensitivity(self) -> Sensitivity:
        """The most that one member moves this part."""
        return self.shape.sensitivity

    @property
    def centring(self) -> Centring | None:
        """How the part's sum is centred; None where it has counts alone."""
        return self.shape.centring

    @property
    def price_nano_rho(self) -> int:
        """This part's share of the table's price."""
        return self.shape.price_nano_rho

    @property
    def greatest_cell(self) -> int:
        """The most one member may add to one cell, either way: what a node's overflow check multiplies."""
        return self.shape.greatest_cell

    @property
    def dimensions(self) -> tuple[Axis, ...]:
        """The axes that are the table's dimensions."""
        return self.axes[: len(self.axes) - len(self.shape.axes)]

    @property
    def groups(self) -> int:
        """Cells divided by values a group carries."""
        return math.prod(len(axis.codes) for axis in self.axes)

    @property
    def cell_count(self) -> int:
        """How many cells the part has at this node."""
        return self.groups * len(self.values)


@dataclass(frozen=True)
class Plan:
    """What a request compiles to at one node. `not_collected`: ids of tables that drop out, and are not charged."""

    parts: tuple[Part, ...]
    not_collected: tuple[str, ...]
    cell_count: int
    price_nano_rho: int
    digest: bytes

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that are answered, in their order."""
        return tuple(part.table for part in self.parts if not part.name)

    def parts_of(self, table_id: str) -> tuple[Part, ...]:
        """The parts of one table, the main one first; none where it drops out."""
        return tuple(part for part in self.parts if part.table.table_id == table_id)


def compile_plan(request: Request, dictionary: Dictionary, entry: NodeEntry) -> Plan:
    """The plan of one node.

    Raises Malformed where the request speaks of something the dictionary does not have, or has more than MAX_CELLS
    cells. A table of variables the node does not collect, or of days before its records are complete, drops out.
    """
    if request.dictionary_digest != dictionary.digest:
        raise Malformed("The request was written for another dictionary.", "Bring this software up to date.")
    kept: list[Part] = []
    dropped: list[str] = []
    offset = 0
    for table in request.tables:
        axes = dimensions_of(table, dictionary, entry)
        shapes = shapes_of(table, dictionary)
        if not (variables_of(table, dictionary) <= set(entry.collects) and _days_complete(table, entry)):
            dropped.append(table.table_id)
            continue
        for shape in shapes:
            part = _part(table, shape, axes, offset, entry)
            offset += part.cell_count
            if offset > MAX_CELLS:
                raise Malformed(f"The request has more than {MAX_CELLS:,} cells.", "Use fewer dimensions.")
            kept.append(part)
    price = sum(part.price_nano_rho for part in kept)
    return Plan(tuple(kept), tuple(dropped), offset, price, _digest(request, kept, dropped))


def shapes_of(table: Table, dictionary: Dictionary) -> tuple[Shape, ...]:
    """The table's grids without its dimensions. Raises Malformed, naming the table, for what it cannot be."""
    try:
        shapes = table.kind.shapes(dictionary, table.price_nano_rho)
    except Malformed as reason:
        raise Malformed(f"Table {table.table_id}: {reason.detail}", reason.next_step) from reason
    if sum(shape.price_nano_rho for shape in shapes) != table.price_nano_rho:
        raise AssertionError("the parts of a table share out its price")
    return shapes


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


def _part(table: Table, shape: Shape, dimensions: Iterable[Axis], offset: int, entry: NodeEntry) -> Part:
    axes = (*dimensions, *shape.axes) if shape.is_split else shape.axes
    scale = noise_scale(shape.sensitivity.l2_squared, shape.price_nano_rho)
    return Part(table, shape, axes, offset, scale, entry.complete_from_day if table.kind.is_followed else None)


def _days_complete(table: Table, entry: NodeEntry) -> bool:
    """Whether every day the table counts lies where the node says its records are complete."""
    first = table.kind.first_day()
    return first is None or first >= entry.complete_from_day


def _digest(request: Request, kept: list[Part], dropped: list[str]) -> bytes:
    """SHA-256 over a canonical text of the plan: what an answer's header pins."""
    shape = {
        "request": request.request_id,
        "dictionary": request.dictionary_digest.hex(),
        "parts": [
            {
                "id": p.part_id,
                "axes": [[a.name, list(a.codes)] for a in p.axes],
                "values": list(p.values),
                "offset": p.offset,
                "l1": p.sensitivity.l1,
                "l2_squared": p.sensitivity.l2_squared,
                "price_nano_rho": p.price_nano_rho,
                "joined_from": p.joined_from,
            }
            for p in kept
        ],
        "not_collected": dropped,
    }
    return hashlib.sha256(b"lero-plan-2\0" + json.dumps(shape, sort_keys=True).encode()).digest()
