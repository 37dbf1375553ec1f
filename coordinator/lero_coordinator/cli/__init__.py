"""The coordinator's commands: noun, then verb; results on stdout, remarks on stderr."""

from __future__ import annotations

from lero_coordinator.cli.root import cli


def main() -> None:
    """What `lero-coordinator` runs."""
    cli()


__all__ = ["cli", "main"]
