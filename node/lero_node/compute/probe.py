"""The child that asks a database whether it answers, as it must, before anything is charged. It reads no record.

Run as `python -m lero_node.compute.probe` by `parent.py`. What it says is one of this program's own sentences about
the address, the role or the columns: never the driver's words, which could quote the address.
"""

from __future__ import annotations

import signal
import sys

from lero_contract.errors import LeroError
from lero_node.compute.job import Outcome, Probe
from lero_node.data.connection import read_connection
from lero_node.data.database import open_database
from lero_node.data.manifest import folder_of
from lero_node.data.sealing import StorageKey


def probe(asked: Probe) -> None:
    """Opens the database and lets go of it again. Raises LeroError."""
    folder = folder_of(asked.snapshots, asked.snapshot_id)
    open_database(read_connection(folder, StorageKey(asked.key))).close()


def main() -> None:
    """Probe in, outcome out, as in `child.py`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.tracebacklimit = 0
    try:
        probe(Probe.from_bytes(sys.stdin.buffer.read()))
        outcome = Outcome(())
    except LeroError as error:
        outcome = Outcome((), error.code, f"{error.detail} {error.next_step}".strip())
    except Exception as error:
        outcome = Outcome((), LeroError.code, f"The database cannot be asked: {type(error).__name__}.")
    sys.stdout.buffer.write(outcome.to_bytes())


if __name__ == "__main__":
    main()
