"""A preview in words and columns for people, and the same as plain values for machines."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from lero_coordinator.preview import PLACES, Expected, Preview

_WIDTH = 120


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
        *preview.notes,
        "(...) too wide or too few to show; - no such figure in this table.",
        f"Small print: epsilon {preview.epsilon_one:.2f} at delta 1e-6 for a person with one membership, "
        f"{preview.epsilon_two:.2f} with two.",
    ]
    return "\n".join(lines)


def _expected_table(preview: Preview) -> str:
    table = Table(box=None, pad_edge=False)
    table.add_column("table", no_wrap=True)
    for heading in ("price (rho)", "LEROs", "figures", "hidden", *PLACES):
        table.add_column(heading, justify="right")
    for row in preview.tables:
        numbers = (f"{row.price_rho:g}", str(row.nodes), f"{row.figures:,}", f"{row.hidden:,}")
        table.add_row(row.table_id, *numbers, *(_plus_minus(e) for e in row.expected))
    out = io.StringIO()
    Console(file=out, width=_WIDTH, color_system=None).print(table)
    return out.getvalue().rstrip("\n")


def _plus_minus(expected: Expected) -> str:
    if expected.plus_minus is None:
        return "-"
    number = f"{expected.plus_minus:.1f}" if expected.unit == "points" else f"{expected.plus_minus:.0f}"
    words = f"± {number} {expected.unit}"
    return words if expected.shown else f"({words})"
