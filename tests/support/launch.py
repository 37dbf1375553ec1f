"""Runs `lero_node` or `lero_coordinator` as it is, with a fault planted first: no hook in the product is needed.

    python launch.py '{"die": [{"place": "lero_node.privacy.ledger:Ledger.reserve", "when": "after", "nth": 1}]}' \\
        lero_node --home ... run

die: the process kills itself with signal 9 before or after the n-th call of a named function.
change: named constants of the program, such as a time limit, that are to have another value.
clock_s: seconds by which the process's clock is ahead. Python's clock alone: what TLS thinks of a certificate's dates
is asked of the operating system, whose clock is everybody's.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import runpy
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def plant(faults: dict[str, Any]) -> None:
    """Puts the faults into this process."""
    if ahead_s := faults.get("clock_s", 0):
        _move_clock(ahead_s)
    for place, value in faults.get("change", {}).items():
        owner, name = _owner(place)
        setattr(owner, name, value)
    for fault in faults.get("die", []):
        _die_at(**fault)


def _move_clock(ahead_s: float) -> None:
    for part in ("_channel", "_common", "_utilities"):
        importlib.import_module(f"grpc.{part}")
    true = SimpleNamespace(**vars(time))
    for name, module in list(sys.modules.items()):
        # gRPC counts a call's limit from this clock and its core by the system's: they must stay one clock, as they are
        # where the whole computer is wrong.
        if name.partition(".")[0] == "grpc" and getattr(module, "time", None) is time:
            module.time = true  # type: ignore[attr-defined]
    time.time = lambda: float(true.time()) + ahead_s


def _die_at(place: str, when: str, nth: int) -> None:
    owner, name = _owner(place)
    inner: Callable[..., Any] = getattr(owner, name)
    calls = itertools.count(1)

    def dying(*words: Any, **named: Any) -> Any:
        is_due = next(calls) == nth
        if is_due and when == "before":
            _die()
        found = inner(*words, **named)
        if is_due and when == "after":
            _die()
        return found

    setattr(owner, name, dying)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _owner(place: str) -> tuple[Any, str]:
    """What holds the thing named "module:name.name", and its last name. Raises where there is no such thing."""
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *holders, last = path.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    getattr(owner, last)
    return owner, last


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())  # as `python -m`: no module of this folder stands before a library's
    plant(json.loads(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
