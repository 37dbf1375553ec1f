"""Where the parts of a proof lie in a published folder."""

from __future__ import annotations

STATEMENT = "release.json"
ENVELOPE = "release.envelope"
REQUEST_FILE = "proof/request.envelope"
ROSTERS = "proof/rosters/"


def roster_file(version: int) -> str:
    """One roster, by its version."""
    return f"{ROSTERS}{version:08d}.roster"
