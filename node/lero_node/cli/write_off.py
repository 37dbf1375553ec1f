"""`budget write-off`: back to work after a restore, by an act that charges whatever may have been lost."""

from __future__ import annotations

from dataclasses import asdict

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import open_here, place, remark


@click.command(name="write-off")
@click.option("--dry-run", is_flag=True, help="Only show what would be lost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def write_off(ctx: click.Context, dry_run: bool, yes: bool, as_json: bool) -> None:
    """After a restore, or without a mark of the ledger: write off what a lost ledger may have spent, and go on.

    Example: lero-node budget write-off --dry-run
    """
    from lero_contract.errors import RolledBack
    from lero_node import writing_off
    from lero_node.home import exclusively
    from lero_node.link.relay import Relay
    from lero_node.link.tls import open_tls

    busy = "This data folder's node is running."
    with exclusively(place(ctx).home.lock, busy), open_here(ctx) as node:
        relay = Relay(node.membership.address, open_tls(node.home.tls, node.key)) if node.home.tls.exists() else None
        marks, unreached = writing_off.marks_known(node, relay)
        if relay is not None:
            relay.close()
        if unreached is not None:
            remark(f"The coordinator could not be asked: {unreached.detail}")
            remark("This goes by what this computer knows. If the coordinator knows more, the node stops once more.")
        try:
            node.witness.check_marks(marks, node.ledger)
            remark("Nothing known here says that this ledger is older than it was: no write-off is needed.")
        except RolledBack as reason:
            remark(reason.detail)
        loss = writing_off.foresee(node, marks)
        if not dry_run:
            for line in writing_off.in_words(loss):
                remark(line)
            if not yes:
                click.confirm("Write it off? This cannot be undone.", abort=True, err=True)
            loss = writing_off.write_off(node, marks)
    done = "Nothing was written." if dry_run else f"Written off in epoch {loss.epoch}. Next: lero-node run"
    tell(asdict(loss), as_json, "\n".join([*writing_off.in_words(loss), done] if dry_run else [done]))
