"""The node's commands: noun, then verb; results on stdout, remarks on stderr."""

from __future__ import annotations

from lero_node.cli.root import cli


def main() -> None:
    """What `lero-node` runs."""
    cli()


__all__ = ["cli", "main"]
