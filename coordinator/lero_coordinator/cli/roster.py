"""`roster`: the signed list of who is who."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, now_s, open_office, passphrase_files, read_keys


@click.group()
def roster() -> None:
    """The signed list of nodes, analysts and publishers.

    Example: lero-coordinator roster show
    """


@roster.command()
@click.option("--root-key", "root_keys", type=EXISTING_FILE, multiple=True, required=True, help="Once for each root.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Until it expires.")
@passphrase_files
@as_json
@click.pass_context
def sign(
    ctx: click.Context, root_keys: tuple[Path, ...], days: int, passphrase_files: tuple[Path, ...], as_json: bool
) -> None:
    """List everyone taken in so far, and sign. The first one may list no node: invites carry it.

    Example: lero-coordinator roster sign --root-key a.key --root-key b.key
    """
    keys = read_keys(root_keys, passphrase_files)
    with open_office(ctx) as office:
        signed = office.sign_roster(keys, now_s(), days)
    nodes = [n.node_id for n in signed.nodes]
    tell({"version": signed.version, "nodes": nodes}, as_json, f"Roster {signed.version} lists {len(nodes)} nodes.")


@roster.command()
@as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """The newest roster.

    Example: lero-coordinator roster show --json
    """
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        held = office.roster()
    found = held.roster
    facts = {
        "federation": found.federation_id,
        "version": found.version,
        "digest": held.digest.hex(),
        "expires": in_words(found.expires_at_s),
        "roots": sorted(found.roots.by_id),
        "threshold": found.roots.threshold,
        "analysts": [a.party_id for a in found.analysts],
        "publishers": [p.party_id for p in found.publishers],
        "nodes": [n.node_id for n in found.nodes],
        "synthetic": found.synthetic,
    }
    rows = [(n.node_id, found.organisation(n.organisation_id).name, " ".join(n.areas)) for n in found.nodes]
    heading = f"Roster {found.version} of {found.federation_id}, until {facts['expires']}"
    tell(facts, as_json, heading + "\n" + columns(("node", "organisation", "areas"), rows))
