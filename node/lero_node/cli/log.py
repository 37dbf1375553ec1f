"""`log`: what this node did and refused."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import marks, place, storage_key, when


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


@log.command()
@as_json
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Walk the ledger and the log from their first row, and compare the ledger with the mark on this computer.

    Example: lero-node log verify
    """
    from lero_contract.errors import RolledBack
    from lero_node.doctor import check_mark, walk, witness_here
    from lero_node.home import load_settings

    home = place(ctx).home
    load_settings(home)
    walked = walk(home)
    fault = next((each.fault for each in walked if each.fault is not None), None)
    lines = [each.in_words for each in walked]
    agrees = False
    if fault is None:
        try:
            check_mark(home, witness_here(home, storage_key(ctx), marks(ctx), time.time))
            agrees = True
            lines.append("The mark of the ledger that this computer keeps agrees with it.")
        except RolledBack as error:
            fault = error
            lines.append(f"The mark of the ledger does not agree: {error.detail}")
    data = {
        **{each.name: {"rows": each.length, "head": each.head, "holds": each.fault is None} for each in walked},
        "mark_agrees": agrees,
        "fault": fault.detail if fault is not None else "",
    }
    tell(data, as_json, "\n".join(lines))
    if fault is not None:
        click.echo(fault.next_step, err=True)
        ctx.exit(fault.exit_code)
