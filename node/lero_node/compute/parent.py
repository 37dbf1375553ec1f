"""Starts the child, hands it the job, reads noisy cells. The parent itself never imports what can read a record."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from lero_contract.errors import Corrupt, LeroError, Unavailable, all_errors
from lero_node.compute.job import Job, Outcome, Probe

TIME_LIMIT_S = 3600
PROBE_LIMIT_S = 60
# From the finest a policy may allow to wide ones; before each answer the check is made at the very scales.
NOISE_SCALES = (2.0, 20.0, 200.0)
NOISE_CHECK_LIMIT_S = 120
# Ctrl-C reaches the child too, and a service manager ends all of a service: a person stopped it, nothing failed.
_STOPPED = (-signal.SIGINT, -signal.SIGTERM, 0xC000013A)  # the last is how Windows ends a program on Ctrl-C


def run(job: Job) -> tuple[int, ...] | None:
    """Noisy cells in the plan's order; None where a person stopped the child, which then has said nothing.

    Raises the error the child met, or Unavailable where it did not end well.
    """
    outcome = _outcome("child", job.to_bytes(), TIME_LIMIT_S)
    if outcome is None:
        return None
    if outcome.error_code:
        raise all_errors().get(outcome.error_code, LeroError)(f"The computation met a fault: {outcome.fault}.")
    return outcome.cells


def probe(asked: Probe) -> None:
    """Returns where the database of a snapshot answers as it must, before anything is charged.

    Raises Corrupt where its sealed address does not verify, Unavailable for everything else: what is wrong with the
    database is told to the operator, and to nobody outside. No record is read, so nothing here depends on one.
    """
    outcome = _outcome("probe", asked.to_bytes(), PROBE_LIMIT_S)
    if outcome is None:
        raise Unavailable("The database was not asked: the program is stopping.")
    if outcome.error_code == Corrupt.code:
        raise Corrupt(outcome.fault, "Run: lero-node data connect")
    if outcome.error_code:
        raise Unavailable(outcome.fault, "Nothing was charged. Put the database right; it is asked again.")


def check_noise(scales: Sequence[float]) -> None:
    """Returns where the sampler passes its check at these scales, in a process of its own.

    Raises Corrupt where it fails, Unavailable where it could not be asked.
    """
    outcome = _outcome("noise_check", json.dumps(list(scales)).encode(), NOISE_CHECK_LIMIT_S)
    if outcome is None:
        raise Unavailable("The noise sampler was not asked: the program is stopping.")
    if outcome.error_code == Corrupt.code:
        raise Corrupt(outcome.fault, "Nothing is answered. Reinstall this software, and tell the national body.")
    if outcome.error_code:
        raise Unavailable(outcome.fault, "Reinstall this software.")


def _outcome(module: str, given: bytes, limit_s: int) -> Outcome | None:
    """What one of the children says; None where a person stopped it. Raises Unavailable where it ends badly."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", f"lero_node.compute.{module}"],  # -P: never a module of the folder we stand in
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's warning could quote a value
            env=_environment(),
            timeout=limit_s,
            check=True,
        )
        return Outcome.from_bytes(done.stdout)
    except subprocess.CalledProcessError as reason:
        if reason.returncode in _STOPPED:
            return None
        raise Unavailable(f"The computation stopped before its end: exit code {reason.returncode}.") from None
    except (subprocess.SubprocessError, OSError, ValueError) as reason:
        raise Unavailable(f"The computation stopped before its end: {type(reason).__name__}.") from None


def _environment() -> dict[str, str]:
    """What the child needs of the environment: no secret that a service manager may have put there."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "HOME", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}
