"""What does privacy cost a node? One request's whole answer, beside the bare statement on DuckDB, in one run.

    python bench/node_answer.py --members 20000

Prints the ratio of the two for each table kind, and the time of a cold child process. Ratios are from the same data in
the same run; seconds are of this machine and say little elsewhere.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.plan import compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.draft import draft_request
from lero_node.data.schema import SCHEMAS
from lero_node.privacy.noise import add_noise
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from lero_node.query.statement import statement

CUT_DATE = date(2026, 3, 31)
REPEATS = 5
TABLES: dict[str, dict[str, Any]] = {
    "headcount": {"kind": "headcount", "basis": "at_cut_date", "dimensions": ["area"], "hide_wider_than": 100},
    "mean": {
        "kind": "mean",
        "measure": "sure.total",
        "dimensions": ["sex"],
        "windows": [{"label": f"{m} months", "wave": m, "from_day": 30 * m, "to_day": 30 * m + 29} for m in (0, 3, 6)],
    },
    "activity": {
        "kind": "activity",
        "unit": "contacts",
        "dimensions": ["region"],
        "periods": {"last_months": 12, "each_months": 3},
        "kinds": "all",
        "split_by_kind": False,
        "max_cells": 4,
        "max_per_cell": 30,
        "hide_wider_than": 10_000,
    },
}


def tables_of(members: int, activities_each: int) -> dict[str, pa.Table]:
    """Uniform records: the shape is what costs, not the values."""
    draw = np.random.default_rng(1)
    end = to_day(CUT_DATE)
    ids = [f"m{i}" for i in range(members)]
    everyone: dict[str, list[Any]] = {name: [None] * members for name in SCHEMAS["members"].names}
    areas = sorted(load_dictionary().geography.areas)
    everyone |= {
        "member_id": ids,
        "joined": (end - draw.integers(0, 2000, members)).tolist(),
        "sex": draw.choice(["male", "female"], members).tolist(),
        "area": draw.choice(areas, members).tolist(),
    }

    def rows(name: str, count: int, more: dict[str, list[Any]]) -> pa.Table:
        columns = {field: [None] * count for field in SCHEMAS[name].names}
        columns |= {"member_id": draw.choice(ids, count).tolist(), **more}
        columns["row_hash"] = draw.integers(-(2**62), 2**62, count).tolist()
        return pa.table(columns, schema=SCHEMAS[name])

    contacts, reviews = members * activities_each, members * 3
    return {
        "members": pa.table(everyone, schema=SCHEMAS["members"]),
        "activities": rows(
            "activities",
            contacts,
            {"day": (end - draw.integers(0, 400, contacts)).tolist(), "kind": ["group_meeting"] * contacts},
        ),
        "reviews": rows(
            "reviews",
            reviews,
            {
                "wave": draw.choice([0, 3, 6], reviews).tolist(),
                "measure": ["sure.total"] * reviews,
                "score": draw.integers(21, 64, reviews).tolist(),
            },
        ),
        "milestones": rows("milestones", 0, {}),
    }


def request_of(entry: NodeEntry) -> Request:
    """All three tables in one request."""
    organisation = Organisation(entry.organisation_id, "Bench", 0)
    roster = Roster("bench", 1, 0, 10**10, RootSet(1, 1, (bytes(32),)), (organisation,), (entry,), (), (), True)
    tables = [{"id": name, "title": name, "rho": 0.01, **spec} for name, spec in TABLES.items()]
    spec = {"title": "Bench", "question": "How long?", "purpose": "research", "closes_in_days": 1, "tables": tables}
    issued_at_s = (to_day(CUT_DATE) + 1) * 86_400  # as soon as the cut date is over
    return draft_request(spec, load_dictionary(), roster, bytes(32), ("bench",), CUT_DATE, issued_at_s, "b" * 32, True)


def fastest(act: Callable[[], object]) -> float:
    """Seconds of the fastest of REPEATS runs."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=20_000)
    options.add_argument("--activities-each", type=int, default=10)
    given = options.parse_args()
    collects = ("activities", "area", "joined", "sex", "sure.total")
    entry = NodeEntry("bench", "bench", secrets.token_bytes(32), ("E06000062",), collects, 0, 0)
    dictionary, request = load_dictionary(), request_of(entry)
    plan = compile_plan(request, dictionary, entry)
    engine = Engine(tables_of(given.members, given.activities_each))
    bare_s = {}
    for table in plan.tables:
        query = statement(table, request, dictionary)
        bare_s[table.table.table_id] = fastest(partial(engine.rows, query))

    def whole() -> None:
        scales = {t.table.table_id: t.noise_scale for t in plan.tables}
        for exact in exact_vectors(plan, request, dictionary, engine):
            add_noise(exact.table_id, exact.cells, scales[exact.table_id])

    whole_s = fastest(whole)
    child_s = fastest(lambda: subprocess.run([sys.executable, "-c", "import lero_node.compute.child"], check=True))
    for name, seconds in bare_s.items():
        print(f"RESULT bare_statement_{name} {1000 * seconds:.1f} ms")
    print(f"RESULT whole_over_bare {whole_s / sum(bare_s.values()):.2f} ratio")
    print(f"RESULT cold_child_over_whole {child_s / whole_s:.2f} ratio")


if __name__ == "__main__":
    main()
