"""The coordinator's commands: noun, then verb; results on stdout, remarks on stderr."""

from __future__ import annotations

from lero_contract.core_dumps import forbid_core_dumps
from lero_coordinator.cli.root import cli


def main() -> None:
    """What `lero-coordinator` runs."""
    forbid_core_dumps()
    cli()


__all__ = ["cli", "main"]
