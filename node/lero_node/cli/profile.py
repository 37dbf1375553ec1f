"""`profile`: what this LERO states of itself, what the national body's list says, and how the one becomes the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import EXISTING_FILE, FILE, check_new, open_here, remark

if TYPE_CHECKING:
    from lero_node.data.mapping import ExportMapping

_mapping = click.option(
    "--mapping", type=EXISTING_FILE, help="As it would be with this mapping, before it is taken into use."
)


@click.group()
def profile() -> None:
    """See what is said of this LERO on the signed list, and have it changed.

    Example: lero-node profile show
    """


@profile.command()
@_mapping
@as_json
@click.pass_context
def show(ctx: click.Context, mapping: Path | None, as_json: bool) -> None:
    """What is stated here, in node.toml and the mapping, beside what the newest list says.

    Example: lero-node profile show
    """
    from lero_node.profile import profile_of

    with open_here(ctx) as node:
        found = profile_of(node, _read(mapping))
    tell(found.to_dict(), as_json, columns(["what", "stated here", "on the list"], found.rows()))
    if found.listed is None:
        remark("The list does not name this node yet.")
    elif not found.agree:
        remark("To have the list say what is stated here: lero-node profile send")


@profile.command()
@_mapping
@click.option("--by-file", "out", type=FILE, help="Call nobody: write it here, to be carried to the national body.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def send(ctx: click.Context, mapping: Path | None, out: Path | None, yes: bool) -> None:
    """Ask the national body to list what is stated here. It is in force once the next signed list says so.

    Example: lero-node profile send
    """
    from lero_node.data.files import write_durably
    from lero_node.link.relay import Relay
    from lero_node.link.tls import open_tls
    from lero_node.profile import profile_of, written
    from lero_node.profile import send as send_now

    if out is not None:
        check_new(out)
    with open_here(ctx) as node:
        found = profile_of(node, _read(mapping))
        remark(columns(["what", "stated here", "on the list"], found.rows()))
        if not yes:
            click.confirm("Send what is stated here?", abort=True, err=True)
        if out is not None:
            write_durably(out, written(node, found))
            click.echo(f"Wrote {out}. Send it to the national body; it holds no member data.")
            return
        relay = Relay(node.membership.address, open_tls(node.home.tls, node.key))
        try:
            send_now(node, found, relay.enrol)
        finally:
            relay.close()
    click.echo("Sent. It is in force once the next signed list says so: lero-node profile show")


def _read(mapping: Path | None) -> ExportMapping | None:
    from lero_contract.dictionary import load_dictionary
    from lero_node.data.mapping import parse_mapping
    from lero_node.setup import read_text

    return parse_mapping(read_text(mapping), load_dictionary(), mapping.name) if mapping else None
