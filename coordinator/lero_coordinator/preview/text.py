"""A preview in words and columns for people, and the same as plain values for machines."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from lero_coordinator.preview.preview import AUTHORITY, PLACES, Expected, Preview
from lero_coordinator.preview.widths import PERCENT, number

_WIDTH = 200  # of a terminal that wraps; nothing is broken over two lines here
_HEADINGS = {AUTHORITY: "authority, 1 LERO"}
_SHORT = {"percentage points": "pp"}


def as_dict(preview: Preview) -> dict[str, Any]:
    """Everything in a preview, ready for JSON."""
    return asdict(preview)


def as_text(preview: Preview) -> str:
    """One line of price, a table of what can be expected, and the small print."""
    lines = [
        preview.title,
        f"Put to {preview.nodes} LEROs. Costs each {preview.year_share:.0%} of a year's allowance "
        f"(rho {preview.price_rho:g}); at most {preview.most_cells:,} cells from one LERO.",
        "",
        _expected_table(preview),
        *_bounds(preview),
        *preview.notes,
        "(...) too wide or too few to show; - no such figure in this table; pp: percentage points.",
        f"Small print: epsilon {preview.epsilon_one:.2f} at delta 1e-6 for a person with one membership, "
        f"{preview.epsilon_two:.2f} with two.",
    ]
    return "\n".join(lines)


def plus_minus(expected: Expected) -> str:
    """As in "± 12 people"; in brackets where it is expected to be too wide to show."""
    if expected.plus_minus is None:
        return "-"
    unit = _SHORT.get(expected.unit, expected.unit)
    words = f"± {number(expected.plus_minus, expected.unit)} {unit}"
    if expected.unit == PERCENT and expected.plus_minus > 100:
        words = f"± over 100 {unit}"
    return words if expected.shown else f"({words})"


def _expected_table(preview: Preview) -> str:
    table = Table(box=None, pad_edge=False)
    table.add_column("table", no_wrap=True)
    for heading in ("rho", "LEROs", "too few to show", *(_HEADINGS.get(place, place) for place in PLACES)):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("± of")
    for row in preview.tables:
        if not row.parts:
            table.add_row(row.table_id, f"{row.price_rho:g}", "0", "-", *("-" for _ in PLACES), "")
        for part in row.parts:
            numbers = (f"{part.price_rho:g}", str(row.nodes), f"{part.hidden:,} of {part.figures:,}")
            table.add_row(part.part_id, *numbers, *(plus_minus(e) for e in part.expected), part.figure)
    out = io.StringIO()
    Console(file=out, width=_WIDTH, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").splitlines())


def _bounds(preview: Preview) -> Iterator[str]:
    for table in preview.tables:
        found = table.bounds
        if found is None:
            continue
        yield (
            f"{table.table_id}: its bounds ({found.max_cells} cells, {found.max_per_cell} in each) leave out about "
            f"{found.left_out:.1%} of the total, whole error {found.whole_error:.1%}; least at {found.best_max_cells} "
            f"cells, {found.best_max_per_cell} in each: {found.best_left_out:.1%} left out, whole error "
            f"{found.best_whole_error:.1%}."
        )
