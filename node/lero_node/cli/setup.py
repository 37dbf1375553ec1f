"""`init` and `join`: the two steps that make a computer a node."""

from __future__ import annotations

from pathlib import Path

import click

from lero_node.cli.common import EXISTING_FILE, FILE, ask_passphrase, marks, now_s, place, remark, storage_key


@click.command()
@click.option("--name", required=True, help="Your organisation, as it is known.")
@click.option("--node", "node_id", required=True, help="A short name for this node: letters, digits and hyphens.")
@click.option("--organisation", "organisation_id", help="A short name for the organisation; the node's by default.")
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
@click.option("--out", type=FILE, default=Path("lero.enrolment"), show_default=True, help="The file to send.")
@click.pass_context
def init(
    ctx: click.Context,
    name: str,
    node_id: str,
    organisation_id: str | None,
    areas: tuple[str, ...],
    mapping: Path,
    policy: Path | None,
    public_members: int,
    keep_key: str,
    out: Path,
) -> None:
    """Set up this computer, and write the file that asks to join.

    Example: lero-node init --name "North Star" --node north-star --area E06000062 --mapping mapping.toml
    """
    from lero_node.data.files import write_durably
    from lero_node.data.keys import create_key, surroundings
    from lero_node.home import Settings
    from lero_node.setup import initialise, read_text
    from lero_policies import ROOT

    if not out.absolute().parent.is_dir():  # found out now: set-up happens once, and this file is made by it
        raise click.UsageError(f"There is no folder {out.parent} for the file to send.")
    home, source = place(ctx).home, place(ctx).key_source or keep_key
    home.make()
    settings = Settings(
        node_id=node_id,
        organisation_id=organisation_id or node_id,
        organisation_name=name,
        areas=list(areas),
        public_members=public_members,
        storage_key=source,
    )
    example = ROOT.joinpath("node-policy.example.toml")
    policy_text = read_text(policy) if policy else example.read_text(encoding="utf-8")
    around = surroundings(ask_passphrase)
    enrolment = initialise(
        home, settings, policy_text, read_text(mapping), lambda: create_key(source, home.folder, around)
    )
    write_durably(out, enrolment)
    remark(f"Set up. Send {out} to the national body; it holds no member data.")
    remark("When their welcome file comes back: lero-node join WELCOME")


@click.command()
@click.argument("welcome", type=EXISTING_FILE)
@click.option("--yes", is_flag=True, help="The keys shown were compared already.")
@click.pass_context
def join(ctx: click.Context, welcome: Path, yes: bool) -> None:
    """Join the federation whose welcome file you were sent.

    Example: lero-node join north-star.welcome
    """
    from lero_node.setup import join as take_welcome
    from lero_node.setup import root_names, roots_named

    content = welcome.read_bytes()
    names = root_names(roots_named(content))
    remark("This node will trust lists signed by these keys. Compare them with the national body by phone:")
    for name in names:
        remark(f"  {name}")
    if not yes:
        click.confirm("Are they the same?", abort=True, err=True)
    joined = take_welcome(place(ctx).home, content, storage_key(ctx), now_s(), marks(ctx))
    click.echo(
        f"Joined {joined.federation_id} at {joined.address}. Year {joined.standing.year} of the allowance is open."
    )
    remark("Next: lero-node import FOLDER, then lero-node run")
