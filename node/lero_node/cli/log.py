"""`log`: what this node did and refused."""

from __future__ import annotations

from dataclasses import asdict

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import place, when


@click.group()
def log() -> None:
    """Read the log of this node. It holds no member data.

    Example: lero-node log show
    """


@log.command()
@click.option("--last", type=click.IntRange(1), help="Only so many of the newest lines.")
@as_json
@click.pass_context
def show(ctx: click.Context, last: int | None, as_json: bool) -> None:
    """Print the log, oldest line first, after checking that none was changed.

    Example: lero-node log show --last 20
    """
    from lero_node.home import load_settings
    from lero_node.log import Log

    home = place(ctx).home
    load_settings(home)  # says so where this is no node, instead of making an empty log
    found = Log(home.log)
    entries = list(found.entries())[-last if last else 0 :]
    found.close()
    rows = [[when(e.at_s), e.event, e.request_id[:8], e.detail] for e in entries]
    tell([asdict(e) for e in entries], as_json, columns(["when", "event", "request", "detail"], rows))
