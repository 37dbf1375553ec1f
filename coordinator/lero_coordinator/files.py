"""Replaces a file whole or not at all: a reader, or a start after lost power, finds the old bytes or the new ones."""

from __future__ import annotations

import os
from pathlib import Path


def replace(file: Path, data: bytes, mode: int = 0o644) -> None:
    """Write beside, flush, and rename. Each process has a name of its own to write under, so that two do not meet."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)  # of a writing that was broken off
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as open_file:
        open_file.write(data)
        open_file.flush()
        os.fsync(open_file.fileno())
    beside.replace(file)
