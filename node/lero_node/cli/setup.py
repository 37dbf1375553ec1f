"""`init` and `join`: the two steps that make a computer a node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lero_node.cli.common import (
    EXISTING_FILE,
    FILE,
    ask_passphrase,
    check_new,
    marks,
    now_s,
    place,
    remark,
    storage_key,
    when,
)

if TYPE_CHECKING:
    from lero_contract.codec import Invite


@click.command()
@click.option("--area", "areas", multiple=True, required=True, help="Code of an authority you serve; repeat for more.")
@click.option("--mapping", type=EXISTING_FILE, required=True, help="How your export's columns are read.")
@click.option("--policy", type=EXISTING_FILE, help="What this node answers; the careful example by default.")
@click.option("--members", "public_members", type=click.IntRange(0), default=0, help="Members as you state in public.")
@click.option(
    "--keep-key",
    default="keyring",
    show_default=True,
    help="Where the key to your records lives: keyring, passphrase, or credential:NAME for a service.",
)
@click.pass_context
def init(
    ctx: click.Context,
    areas: tuple[str, ...],
    mapping: Path,
    policy: Path | None,
    public_members: int,
    keep_key: str,
) -> None:
    """Set up this computer: its keys, its rules, and how your export is read. Nothing is sent.

    Example: lero-node init --area E06000062 --mapping mapping.toml
    """
    from lero_node.data.keys import create_key, surroundings
    from lero_node.home import Settings
    from lero_node.setup import initialise, read_text
    from lero_policies import ROOT

    home, source = place(ctx).home, place(ctx).key_source or keep_key
    home.make()
    settings = Settings(areas=list(areas), public_members=public_members, storage_key=source)
    example = ROOT.joinpath("node-policy.example.toml")
    policy_text = read_text(policy) if policy else example.read_text(encoding="utf-8")
    around = surroundings(ask_passphrase)
    initialise(home, settings, policy_text, read_text(mapping), lambda: create_key(source, home.folder, around))
    remark("Set up. Next, with the invite that the national body sends you: lero-node join INVITE")


@click.command()
@click.argument("invite", type=EXISTING_FILE)
@click.option("--yes", is_flag=True, help="The keys shown were compared already.")
@click.option("--by-file", "out", type=FILE, help="Call nobody: write the wish to join here, to be carried there.")
@click.pass_context
def join(ctx: click.Context, invite: Path, yes: bool, out: Path | None) -> None:
    """Join the federation whose invite you were sent. If it is interrupted, run it again.

    Example: lero-node join north-star.invite
    """
    from lero_contract.carried import read_carried
    from lero_node.data.files import write_durably
    from lero_node.joining import join as join_now
    from lero_node.joining import join_by_file, read_invite
    from lero_node.link.relay import enrol_by_invite

    if out is not None:
        check_new(out)
    home, read = place(ctx).home, read_invite(read_carried(invite), now_s())
    _show(read)
    if not yes:
        click.confirm("Are they the same?", abort=True, err=True)
    if out is None:
        joined = join_now(home, read, storage_key(ctx), enrol_by_invite, now_s(), marks(ctx))
    else:
        joined, wish = join_by_file(home, read, storage_key(ctx), now_s(), marks(ctx))
        write_durably(out, wish)
        remark(f"Send {out} to the national body; it holds no member data.")
    again = " again" if joined.again else ""
    click.echo(f"Joined {joined.federation_id} as {joined.node_id}{again}.")
    click.echo(f"Year {joined.standing.year} of the allowance is open.")
    if not joined.is_listed:
        remark("Questions come once the national body's next signed list names this node.")
    remark("Next: lero-node import FOLDER" + (", then lero-node run" if out is None else ""))


def _show(invite: Invite) -> None:
    """Who invites whom, and whom this node would trust."""
    from lero_node.joining import root_names, roots_named

    names = root_names(roots_named(invite))
    remark(f"{invite.federation_id} invites {invite.organisation_name}, as {invite.node_id}.")
    remark(f"The invite is good until {when(invite.expires_at_s)}. This node will call {invite.address}.")
    remark("This node will trust lists signed by these keys. Compare them with the national body by phone:")
    for name in names:
        remark(f"  {name}")
