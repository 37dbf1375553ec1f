"""`catalogue`: the ready requests."""

from __future__ import annotations

import click

from lero_contract.console import as_json, columns, tell


@click.group()
def catalogue() -> None:
    """Ready requests that come with this installation.

    Example: lero-coordinator catalogue list
    """


@catalogue.command(name="list")
@as_json
def list_ready(as_json: bool) -> None:
    """Every ready request, with its price.

    Example: lero-coordinator catalogue list
    """
    from dataclasses import asdict

    from lero_coordinator.catalogue import catalogue as ready

    found = ready()
    rows = [(r.name, f"{r.rho:g}", str(r.tables), r.title) for r in found]
    tell([asdict(r) for r in found], as_json, columns(("name", "rho", "tables", "title"), rows))
