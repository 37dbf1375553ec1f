"""The child: exact vectors are made and noised here, and only noisy cells are printed. Nothing else is ever said.

Run as `python -m lero_node.compute.child` by `parent.py`, with a job on standard input. A failure prints the code of an
expected error, or the name of an unexpected one's class: no message and no traceback, which could quote a record.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from lero_contract.codec import decode_request, decode_roster
from lero_contract.core_dumps import forbid_core_dumps
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt, LeroError
from lero_contract.plan import compile_plan
from lero_node.compute.job import Job, Outcome
from lero_node.data.connection import read_connection
from lero_node.data.manifest import folder_of, read_manifest
from lero_node.data.sealing import StorageKey
from lero_node.privacy.noise import add_noise, draw
from lero_node.privacy.sampler_check import check_sampler
from lero_node.query.exact import exact_vectors
from lero_node.query.runner import Runner


def compute(job: Job) -> tuple[int, ...]:
    """Noisy cells of a job. Raises LeroError."""
    # (1) The plan, once more, from the signed bytes: the parent's word is not taken for it.
    request = decode_request(job.request)
    entry = decode_roster(job.roster).node(job.node_id)
    dictionary = load_dictionary()
    plan = compile_plan(request, dictionary, entry)
    if plan.digest != job.plan_digest:
        raise Corrupt("The plan differs from the one that was charged.")
    # (2) The sampler proves itself at the scales it is about to use, before any record is read.
    scales = {part.part_id: part.noise_scale for part in plan.parts}
    check_sampler(draw, scales.values())
    # (3) Exact, then noise, part by part; the exact vector does not outlive its turn of the loop.
    engine = open_engine(job.snapshots, job.snapshot_id, StorageKey(job.key))
    cells: list[int] = []
    try:
        for exact in exact_vectors(plan, request, dictionary, engine):
            cells.extend(add_noise(exact.part_id, exact.cells, scales[exact.part_id]).cells)
    finally:
        engine.close()
    return tuple(cells)


def open_engine(store: Path, snapshot_id: str, key: StorageKey) -> Runner:
    """The engine of a snapshot: DuckDB over what was imported, or PostgreSQL where the records are.

    Only the one that is needed is loaded. Raises Corrupt where the snapshot does not verify; for a database also
    Unavailable and DataNotValid, as `open_database`.
    """
    folder = folder_of(store, snapshot_id)
    if read_manifest(folder, key).is_in_place:
        from lero_node.data.database import open_database
        from lero_node.query.postgres import PostgresEngine

        return PostgresEngine(open_database(read_connection(folder, key)))
    from lero_node.data.store import Store
    from lero_node.query.engine import Engine

    return Engine(Store(store, key).tables(snapshot_id))


def main() -> None:
    """Job in, outcome out. The exit code is 0 even for an error, which the outcome names."""
    forbid_core_dumps()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends here at once, so that the parent sees a person stopped it
    sys.tracebacklimit = 0
    try:
        outcome = Outcome(compute(Job.from_bytes(sys.stdin.buffer.read())))
    except LeroError as error:
        outcome = Outcome((), error.code, type(error).__name__)
    except Exception as error:  # a bug must not print what it was working on
        outcome = Outcome((), LeroError.code, type(error).__name__)
    sys.stdout.buffer.write(outcome.to_bytes())


if __name__ == "__main__":
    main()
