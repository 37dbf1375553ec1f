"""Starts the child, hands it the job, reads noisy cells. The parent itself never imports what can read a record."""

from __future__ import annotations

import os
import subprocess
import sys

from lero_contract.errors import LeroError, Unavailable, all_errors
from lero_node.compute.job import Job, Outcome

TIME_LIMIT_S = 3600


def run(job: Job) -> tuple[int, ...]:
    """Noisy cells in the plan's order. Raises the error the child met, or Unavailable where it did not end well."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lero_node.compute.child"],
            input=job.to_bytes(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's warning could quote a value
            env=_environment(),
            timeout=TIME_LIMIT_S,
            check=True,
        )
        outcome = Outcome.from_bytes(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as reason:
        raise Unavailable(f"The computation stopped before its end: {type(reason).__name__}.") from None
    if outcome.error_code:
        raise all_errors().get(outcome.error_code, LeroError)(f"The computation met a fault: {outcome.fault}.")
    return outcome.cells


def _environment() -> dict[str, str]:
    """What the child needs of the environment: no secret that a service manager may have put there."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "HOME", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
