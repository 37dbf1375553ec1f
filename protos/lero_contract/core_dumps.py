"""No program of ours leaves its memory on the disk: it holds keys, and in the computing child records."""

from __future__ import annotations

import sys


def forbid_core_dumps() -> None:
    """For this process and those it starts. Windows writes none by itself."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
