"""`invite`: the one file by which a LERO joins, once."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import FILE, now_s, open_office


@click.group()
def invite() -> None:
    """Invite LEROs. An invite is one file, good once, until it expires.

    Example: lero-coordinator invite list
    """


@invite.command()
@click.option("--node", "node_id", required=True, help="What the node will be called, as in north-star.")
@click.option("--organisation", "organisation_id", default="", help="Its short name; by default the node's.")
@click.option("--name", required=True, help="The organisation's name in words.")
@click.option("--out", type=FILE, required=True, help="The file to send. It is never overwritten.")
@click.option("--days", type=click.IntRange(1, 60), default=7, show_default=True, help="Until it expires.")
@as_json
@click.pass_context
def new(ctx: click.Context, node_id: str, organisation_id: str, name: str, out: Path, days: int, as_json: bool) -> None:
    """Write the file that lets one LERO join, once.

    Example: lero-coordinator invite new --node north-star --name "North Star" --out north-star.invite
    """
    from lero_contract.codec import decode_roster, encode_invite, envelope_from_bytes
    from lero_contract.envelope import key_id
    from lero_contract.errors import LeroError
    from lero_coordinator.admitting import new_invite
    from lero_coordinator.keys import write_new
    from lero_coordinator.store import admissions
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        made = new_invite(office, node_id, organisation_id or node_id, name, now_s(), days=days)
        try:
            write_new(out, encode_invite(made), 0o600)
        except (LeroError, OSError):
            with office.store.writing() as connection:  # nobody has the file, so that nobody misses it
                admissions.withdraw_invite(connection, made.invite_id, now_s())
            raise
    roots = decode_roster(envelope_from_bytes(made.roster).payload).roots.public_keys
    names = [" ".join(key_id(key)[i : i + 4] for i in range(0, 16, 4)) for key in roots]
    found = {"node": node_id, "file": str(out), "expires_at_s": made.expires_at_s, "address": made.address}
    until = in_words(made.expires_at_s)
    tell(found | {"roots": names}, as_json, f"Invited {name} as {node_id} in {out}: good once, until {until}.")
    click.echo("Send the file by a way that only they can read: whoever has it first can join in their name.", err=True)
    click.echo("When they telephone, read out the roots' names, from your own list and not from here:", err=True)
    for words in names:
        click.echo(f"  {words}", err=True)


@invite.command(name="list")
@as_json
@click.pass_context
def list_invites(ctx: click.Context, as_json: bool) -> None:
    """Every invite, by node: open, used, withdrawn or expired.

    Example: lero-coordinator invite list --json
    """
    from lero_coordinator.store import admissions
    from lero_coordinator.times import in_words

    with open_office(ctx) as office, office.store.reading() as connection:
        issued = sorted(admissions.all_invites(connection), key=lambda i: (i.node_id, i.made_at_s))
    headings, now = ("node", "organisation", "state", "made", "expires"), now_s()
    rows = [
        (i.node_id, i.organisation_name, i.state(now), in_words(i.made_at_s), in_words(i.expires_at_s)) for i in issued
    ]
    tell([dict(zip(headings, row, strict=True)) for row in rows], as_json, columns(headings, rows))


@invite.command()
@click.argument("node_id", metavar="NODE")
@as_json
@click.pass_context
def withdraw(ctx: click.Context, node_id: str, as_json: bool) -> None:
    """Let nobody use a node's invite any more. A node that was taken in by it stays.

    Example: lero-coordinator invite withdraw north-star
    """
    from lero_coordinator.admitting import withdraw_invite

    with open_office(ctx) as office:
        withdrawn = withdraw_invite(office, node_id, now_s())
    stays = " The node that joined by it stays." if withdrawn.used_at_s is not None else ""
    tell(
        {"node": node_id, "was_used": withdrawn.used_at_s is not None},
        as_json,
        f"The invite of {node_id} is withdrawn.{stays}",
    )
