"""What does privacy cost a node? One table's whole answer over the bare SQL, without privacy, for the same figures.

    python bench/node_answer.py --members 1000000 --activities 10000000

The floor of a table is what anyone would write who need not protect anybody: a join and a GROUP BY on the same Arrow
tables in the same DuckDB. The whole answer is bounding, the exact vector and the noise. Ratios are of medians of
REPEATS in one run, floor and answer in turn; seconds are of this machine and say little elsewhere. Decrypting and
loading a snapshot of the same size are printed apart, and so is a whole cold child process for 10,000 members.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from lero_contract.codec import encode_request, encode_roster
from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Activity, Basis, Bin, Companion, Distribution, Headcount, Kind, Mean, Unit, Window
from lero_contract.kinds.times import Period, Slice
from lero_contract.plan import Part, compile_plan
from lero_contract.request import Mode, Request, Table
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_node.compute import parent
from lero_node.compute.job import Job
from lero_node.data.loaded import Loaded
from lero_node.data.report import Report
from lero_node.data.schema import QUARANTINE, SCHEMAS
from lero_node.data.sealing import StorageKey
from lero_node.data.store import Store
from lero_node.privacy.noise import add_noise
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors

CUT_DAY = to_day(date(2026, 3, 31))
REPEATS = 5
QUARTERS = tuple(Slice(f"quarter {q + 1}", Period(CUT_DAY - 364 + 91 * q, CUT_DAY - 274 + 91 * q)) for q in range(4))
KINDS_OF_CONTACT = tuple(c.code for c in load_dictionary().variable("activities", "kind").categories)
WINDOWS = tuple(Window(f"{m} months", m, 30 * m, 30 * m + 29) for m in (0, 3, 6))
BINS = (*(Bin(lower, lower + 5) for lower in range(21, 57, 6)), Bin(57, 63))

# Each question with the statement that somebody with no one to protect would write for the same figures.
_PERIODS = " ".join(f"WHEN r.day BETWEEN {s.period.first} AND {s.period.last} THEN {q}" for q, s in enumerate(QUARTERS))
_WAVE = "r.measure = 'sure.total' AND r.wave IN (0, 3, 6)"
FLOORS: dict[str, tuple[Kind, str, str]] = {
    "headcount": (
        Headcount(Basis.AT_CUT_DATE, None),
        "area",
        f'SELECT m.area, count(*) FROM members m WHERE m.joined <= {CUT_DAY} AND (m."left" IS NULL OR '
        f'm."left" > {CUT_DAY}) GROUP BY m.area',
    ),
    "mean": (
        Mean("sure.total", WINDOWS),
        "sex",
        f"SELECT m.sex, r.wave, count(*), sum(r.score) FROM reviews r JOIN members m ON r.member_id = m.member_id "
        f"WHERE {_WAVE} GROUP BY m.sex, r.wave",
    ),
    "activity": (
        Activity(Unit.CONTACTS, QUARTERS, KINDS_OF_CONTACT, True, 24, 30, Companion(400, 2_000_000)),
        "sex",
        f"SELECT m.sex, CASE {_PERIODS} END AS period, r.kind, count(*) FROM activities r JOIN members m ON "
        f"r.member_id = m.member_id WHERE r.day BETWEEN {QUARTERS[0].period.first} AND {QUARTERS[-1].period.last} "
        "GROUP BY ALL",
    ),
    "distribution": (
        Distribution("sure.total", WINDOWS, BINS, 45),
        "sex",
        f"SELECT m.sex, r.wave, (r.score - 21) // 6 AS bin, count(*) FROM reviews r JOIN members m ON r.member_id = "
        f"m.member_id WHERE {_WAVE} GROUP BY ALL",
    ),
}


def tables_of(members: int, activities: int) -> dict[str, pa.Table]:
    """Records whose shape is what costs: ids of ten letters, three reviews a member, contacts spread evenly."""
    draw = np.random.default_rng(1)
    ids = pa.array([f"M{number:09d}" for number in range(members)])
    areas = pa.array(sorted(load_dictionary().geography.areas))
    everyone = {
        "member_id": ids,
        "joined": pa.array(CUT_DAY - draw.integers(300, 2000, members), pa.int32()),
        "sex": pa.array(["male", "female"]).take(pa.array(draw.integers(0, 2, members))),
        "area": areas.take(pa.array(draw.integers(0, len(areas), members))),
    }

    def rows(name: str, owner: Any, more: dict[str, Any]) -> pa.Table:
        count = len(owner)
        hashes = pa.array(draw.integers(-(2**62), 2**62, count))
        return _table(name, count, {"member_id": ids.take(pa.array(owner)), "row_hash": hashes, **more})

    everybody = np.tile(np.arange(members), 3)
    reviews = {
        "wave": pa.array(np.repeat([0, 3, 6], members), pa.int32()),
        "measure": pa.array(["sure.total"]).take(pa.array(np.zeros(3 * members, dtype=np.int64))),
        "score": pa.array(draw.integers(21, 64, 3 * members)),
    }
    contacts = {
        "day": pa.array(CUT_DAY - draw.integers(0, 400, activities), pa.int32()),
        "kind": pa.array(KINDS_OF_CONTACT).take(pa.array(draw.integers(0, 8, activities))),
    }
    return {
        "members": _table("members", members, everyone),
        "reviews": rows("reviews", everybody, reviews),
        "activities": rows("activities", draw.integers(0, members, activities), contacts),
        "milestones": rows("milestones", np.zeros(0, dtype=np.int64), {}),
    }


def _table(name: str, count: int, columns: dict[str, Any]) -> pa.Table:
    """In the schema of a snapshot; what is not given is null."""
    schema = SCHEMAS[name]
    made = [columns.get(field.name, pa.nulls(count, field.type)) for field in schema]
    return pa.table([column.cast(field.type) for column, field in zip(made, schema, strict=True)], schema=schema)


def entry() -> NodeEntry:
    """A node in one area that collects all that is asked."""
    collects = tuple(sorted({"activities", "area", "joined", "sex", "reviews", "sure.total"}))
    return NodeEntry("bench", "bench", secrets.token_bytes(32), ("E06000062",), collects, 0, 0)


def roster_of(node: NodeEntry) -> Roster:
    """With this node alone."""
    organisation = Organisation("bench", "Bench", 0)
    return Roster("bench", 1, 0, 10**10, RootSet(1, 1, (bytes(32),)), (organisation,), (node,), (), (), True)


def request_of(*names: str) -> Request:
    """The questions named, each at rho 0.02."""
    tables = tuple(
        Table(name, name, (FLOORS[name][1],), (), 20_000_000, 500 * FLOORS[name][0].has_counts, FLOORS[name][0])
        for name in names
    )
    dictionary, issued_at_s = load_dictionary(), (CUT_DAY + 1) * 86_400
    return Request(
        request_id="b" * 32,
        federation_id="bench",
        title="Bench",
        question="How long?",
        purpose="research",
        mode=Mode.STANDALONE,
        dictionary_id=dictionary.id,
        dictionary_digest=dictionary.digest,
        roster_version=1,
        roster_digest=bytes(32),
        cohort=("bench",),
        issued_at_s=issued_at_s,
        closes_at_s=issued_at_s + 86_400,
        cut_date_day=CUT_DAY,
        tables=tables,
        price_nano_rho=sum(t.price_nano_rho for t in tables),
        synthetic=True,
    )


def whole_answer(engine: Engine, request: Request, node: NodeEntry) -> None:
    """Bounding, the exact vector and the noise of every part."""
    dictionary = load_dictionary()
    plan = compile_plan(request, dictionary, node)
    parts: dict[str, Part] = {part.part_id: part for part in plan.parts}
    for exact in exact_vectors(plan, request, dictionary, engine):
        add_noise(exact.part_id, exact.cells, parts[exact.part_id].noise_scale)


def bare_duckdb(tables: dict[str, pa.Table]) -> Any:
    """The same tables in the same DuckDB with as many threads as a node takes."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 2")
    for name, table in tables.items():
        connection.register(name, table)
    return connection


def ask(connection: Any, sql: str) -> None:
    """Every row of a statement."""
    connection.execute(sql).fetchall()


def in_turn(*acts: Callable[[], object]) -> list[float]:
    """Medians of REPEATS runs in seconds, the acts taken in turn so that a busy machine is busy for all."""
    times: list[list[float]] = [[] for _ in acts]
    for _ in range(REPEATS):
        for act, found in zip(acts, times, strict=True):
            start = time.perf_counter()
            act()
            found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def loaded(tables: dict[str, pa.Table]) -> Loaded:
    """As an import hands it to the store."""
    return Loaded(tables, pa.Table.from_pylist([], QUARANTINE), Report((), 0), "00" * 32, ("bench.csv",))


def cold_answer_s(members: int) -> float:
    """A whole child process: start, decrypt, load, compute all four tables, noise, print."""
    node = entry()
    request = request_of(*FLOORS)
    plan = compile_plan(request, load_dictionary(), node)
    with tempfile.TemporaryDirectory() as scratch:
        key = StorageKey(secrets.token_bytes(32))
        snapshot = Store(Path(scratch), key).write(loaded(tables_of(members, 10 * members)), CUT_DAY, 0)
        job = Job(
            snapshots=Path(scratch),
            snapshot_id=snapshot.snapshot_id,
            key=key.reveal(),
            request=encode_request(request),
            roster=encode_roster(roster_of(node)),
            node_id="bench",
            plan_digest=plan.digest,
        )
        [seconds] = in_turn(lambda: parent.run(job))
    return seconds


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=100_000)
    options.add_argument("--activities", type=int, default=1_000_000)
    given = options.parse_args()
    tables, node = tables_of(given.members, given.activities), entry()
    engine, bare = Engine(tables), bare_duckdb(tables)
    for name, (_, _, sql) in FLOORS.items():
        request = request_of(name)
        floor_s, whole_s = in_turn(partial(ask, bare, sql), partial(whole_answer, engine, request, node))
        print(f"RESULT floor_ms_{name} {1000 * floor_s:.1f} ms")
        print(f"RESULT floor_ratio_{name} {whole_s / floor_s:.2f} ratio", flush=True)
    engine.close()
    bare.close()
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch), StorageKey(secrets.token_bytes(32)))
        snapshot = store.write(loaded(tables), CUT_DAY, 0)
        start = time.perf_counter()
        store.tables(snapshot.snapshot_id)
        print(f"RESULT decrypt_and_load_s {time.perf_counter() - start:.2f} s")
    print(f"RESULT cold_answer_10k_s {cold_answer_s(10_000):.2f} s")


if __name__ == "__main__":
    main()
