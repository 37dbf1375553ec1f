"""`doctor`: whether this node can work, one line a check, and what to do."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import marks, place, storage_key

if TYPE_CHECKING:
    from pathlib import Path

    from lero_node.link.membership import Membership
    from lero_node.link.relay import News
    from lero_node.link.tls import TlsFiles


@click.command()
@click.option("--offline", is_flag=True, help="Do not call the coordinator.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, offline: bool, as_json: bool) -> None:
    """Check whether this node can work, and say what to do where it cannot.

    Example: lero-node doctor
    """
    from lero_node.compute.parent import check_noise
    from lero_node.doctor import Instruments, Mark, examine

    found = examine(
        place(ctx).home,
        Instruments(
            open_key=lambda: storage_key(ctx),
            marks=lambda name: marks(ctx)(name),
            clock=time.time,
            free=_free,
            check_noise=check_noise,
            poll=None if offline else _poll,
        ),
    )
    lines = [f"{v.mark.value:<5}  {v.check:<11}  {v.words} {v.next_step}".rstrip() for v in found]
    data = [{**asdict(verdict), "mark": verdict.mark.value} for verdict in found]
    tell(data, as_json, "\n".join(lines))
    first_wrong = next((verdict for verdict in found if verdict.mark is Mark.WRONG), None)
    if first_wrong is not None:
        ctx.exit(first_wrong.exit_code)


def _free(folder: Path) -> int:
    """Bytes free on the disk of a folder."""
    import shutil

    return shutil.disk_usage(folder).free


def _poll(member: Membership, tls: TlsFiles, roster_version: int) -> News:
    """One short call over the real line."""
    from lero_node import __version__
    from lero_node.link.relay import Relay

    relay = Relay(member.address, tls)
    try:
        return relay.poll(roster_version, (), 0, __version__)
    finally:
        relay.close()
