"""The exact cells of one table over a small snapshot, by the node's own engine."""

from __future__ import annotations

from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_contract.request import Table
from lero_contract.roster import NodeEntry
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from support.requests import entry, request
from support.tables import Rows


def cells_of(asked: Table, rows: Rows, of: NodeEntry | None = None) -> tuple[int, ...]:
    """In the declared order."""
    bundle = request(asked)
    plan = compile_plan(bundle, load_dictionary(), of or entry())
    engine = Engine(rows.arrow())
    try:
        [vector] = exact_vectors(plan, bundle, load_dictionary(), engine)
    finally:
        engine.close()
    return vector.cells


def counts_of(asked: Table, rows: Rows, of: NodeEntry | None = None) -> dict[str, int]:
    """Cells that are not 0, by the code of the table's single axis."""
    [planned] = compile_plan(request(asked), load_dictionary(), of or entry()).tables
    [axis] = planned.axes
    return {code: n for code, n in zip(axis.codes, cells_of(asked, rows, of), strict=True) if n}
