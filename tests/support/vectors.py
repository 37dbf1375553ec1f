"""Exact cells over small snapshots, by the node's own engine: in a test's process, where they may be looked at."""

from __future__ import annotations

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import Part, Plan, compile_plan
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from support.requests import entry, request
from support.tables import Rows

Vectors = dict[str, tuple[int, ...]]


def vectors_of(plan: Plan, asked: Request, rows: Rows) -> Vectors:
    """The cells of every part, in the declared order, by the part's id."""
    engine = Engine(rows.arrow())
    try:
        return {v.part_id: v.cells for v in exact_vectors(plan, asked, load_dictionary(), engine)}
    finally:
        engine.close()


def part_of(asked: Table, of: NodeEntry | None = None, name: str = "") -> Part:
    """One part of the plan of one table: the main one unless named."""
    [found] = [p for p in compile_plan(request(asked), load_dictionary(), of or entry()).parts if p.name == name]
    return found


def cells_of(asked: Table, rows: Rows, of: NodeEntry | None = None, name: str = "") -> tuple[int, ...]:
    """The cells of one part of one table, in the declared order."""
    bundle = request(asked)
    plan = compile_plan(bundle, load_dictionary(), of or entry())
    return vectors_of(plan, bundle, rows)[part_of(asked, of, name).part_id]


def counts_of(asked: Table, rows: Rows, of: NodeEntry | None = None) -> dict[str, int]:
    """Cells that are not 0 by their code, or their codes with strokes between where the table has several axes."""
    part = part_of(asked, of)
    codes = [""]
    for axis in part.axes:
        codes = [f"{before}/{code}" if before else code for before in codes for code in axis.codes]
    return {code: n for code, n in zip(codes, cells_of(asked, rows, of), strict=True) if n}
