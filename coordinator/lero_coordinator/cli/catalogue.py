"""`catalogue`: the ready requests."""

from __future__ import annotations

import click

from lero_contract.console import as_json, columns, tell
from lero_contract.errors import DataNotValid


@click.group()
def catalogue() -> None:
    """Ready requests that come with this installation.

    Example: lero-coordinator catalogue list
    """


@catalogue.command(name="list")
@as_json
def list_ready(as_json: bool) -> None:
    """Every ready request, with its price. All are within what the usual node allows.

    Example: lero-coordinator catalogue list
    """
    from dataclasses import asdict

    from lero_coordinator.catalogue import catalogue as ready

    found = ready()
    rows = [(r.name, f"{r.rho:g}", str(r.tables), r.title) for r in found]
    tell([asdict(r) for r in found], as_json, columns(("name", "rho", "tables", "title"), rows))
    click.echo("Next: `lero-coordinator catalogue show NAME`, or `request draft NAME`.", err=True)


@catalogue.command(name="show")
@click.argument("name")
@as_json
def show_ready(name: str, as_json: bool) -> None:
    """A ready request as it is written: its question, its tables and their prices.

    Example: lero-coordinator catalogue show headline
    """
    from lero_coordinator.catalogue import draft_text, names
    from lero_coordinator.draft.request import read_draft

    if name not in names():
        raise DataNotValid(f'The catalogue has no "{name}".', "See `lero-coordinator catalogue list`.")
    text = draft_text(name)
    draft = read_draft(text)
    tables = [{"id": t.id, "title": t.title, "kind": t.kind, "rho": float(t.rho or 0)} for t in draft.tables]
    found = {"name": name, "title": draft.title, "question": draft.question, "tables": tables, "text": text}
    tell(found, as_json, text.rstrip())
    click.echo(f"Next: `lero-coordinator request draft {name} --cut-date DAY --out {name}.draft.toml`.", err=True)
