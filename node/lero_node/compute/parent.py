"""Starts the child, hands it the job, reads noisy cells. The parent itself never imports what can read a record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from lero_contract.errors import LeroError, Unavailable, all_errors
from lero_node.compute.job import Job, Outcome

TIME_LIMIT_S = 3600
# Ctrl-C reaches the child too, and a service manager ends all of a service: a person stopped it, nothing failed.
_STOPPED = (-signal.SIGINT, -signal.SIGTERM, 0xC000013A)  # the last is how Windows ends a program on Ctrl-C


def run(job: Job) -> tuple[int, ...] | None:
    """Noisy cells in the plan's order; None where a person stopped the child, which then has said nothing.

    Raises the error the child met, or Unavailable where it did not end well.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lero_node.compute.child"],  # -P: never a module of the folder we stand in
            input=job.to_bytes(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's warning could quote a value
            env=_environment(),
            timeout=TIME_LIMIT_S,
            check=True,
        )
        outcome = Outcome.from_bytes(done.stdout)
    except subprocess.CalledProcessError as reason:
        if reason.returncode in _STOPPED:
            return None
        raise Unavailable(f"The computation stopped before its end: exit code {reason.returncode}.") from None
    except (subprocess.SubprocessError, OSError, ValueError) as reason:
        raise Unavailable(f"The computation stopped before its end: {type(reason).__name__}.") from None
    if outcome.error_code:
        raise all_errors().get(outcome.error_code, LeroError)(f"The computation met a fault: {outcome.fault}.")
    return outcome.cells


def _environment() -> dict[str, str]:
    """What the child needs of the environment: no secret that a service manager may have put there."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "HOME", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
