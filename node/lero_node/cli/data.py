"""`import` and `data`: records in, or a database read in place; what is held, and out of the store again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import EXISTING, EXISTING_FILE, now_s, place, remark, storage_key, when

complete_to_option = click.option(
    "--complete-to",
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
    required=True,
    help="The last day the records are complete to. You state it; it is never guessed from them.",
)


@click.command(name="import")
@click.argument("export", type=EXISTING)
@complete_to_option
@click.option("--dry-run", is_flag=True, help="Report only; keep nothing.")
@click.option("--no-members-yet", is_flag=True, help="An export without members is right.")
@as_json
@click.pass_context
def import_(
    ctx: click.Context, export: Path, complete_to: datetime, dry_run: bool, no_members_yet: bool, as_json: bool
) -> None:
    """Read an export into a new encrypted snapshot, and say what was wrong in it, row by row.

    Example: lero-node import exports/ --complete-to 2026-03-31
    """
    from lero_node.importing import import_export

    done = import_export(
        place(ctx).home,
        storage_key(ctx),
        export,
        complete_to.date(),
        now_s(),
        may_be_empty=no_members_yet,
        keep=not dry_run,
    )
    tell(done.to_dict(), as_json, done.to_text())
    remark("Nothing was kept: this was a dry run." if dry_run else "The records are in. Earlier answers stand.")


@click.group()
def data() -> None:
    """See and remove the records held here, or read a database where it is.

    Example: lero-node data show
    """


@data.command()
@as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """List the snapshots: when each was imported and what it holds. Requests are answered from the last.

    Example: lero-node data show
    """
    from lero_contract.days import from_day
    from lero_node.data.manifest import read_manifest, snapshot_folders

    key = storage_key(ctx)
    tables = ("activities", "members", "milestones", "quarantine", "reviews")
    found = [read_manifest(folder, key) for folder in snapshot_folders(place(ctx).home.store)]
    rows = [
        {
            "snapshot": s.snapshot_id,
            "imported": when(s.imported_at_s),
            "complete_to": from_day(s.cut_date_day).isoformat(),
            # What a database holds is not counted here: it changes from day to day.
            **{name: f"{s.counts.get(name, '-')}" for name in tables},
            "source": s.source,
        }
        for s in found
    ]
    headings = list(rows[0]) if rows else []
    tell(rows, as_json, columns(headings, [list(row.values()) for row in rows]))


@data.command()
@click.option("--url-file", type=EXISTING_FILE, help="A file with the database's address; the one kept, by default.")
@complete_to_option
@click.option("--schema", help="Where the four tables or views are; as before, or lero.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def connect(
    ctx: click.Context, url_file: Path | None, complete_to: datetime, schema: str | None, yes: bool, as_json: bool
) -> None:
    """Answer from your own PostgreSQL database, where the records are; nothing is copied.

    Example: lero-node data connect --url-file address.txt --complete-to 2026-03-31
    """
    from lero_node.connecting import connection_of, look, take_into_use

    home, key, day = place(ctx).home, storage_key(ctx), complete_to.date()
    connection = connection_of(home, key, url_file, schema)
    found = look(connection, day, now_s())
    if not as_json:
        click.echo(found.to_text())
    if not yes:
        click.confirm("Answer requests from this database from now on?", abort=True, err=True)
    snapshot_id = take_into_use(home, key, connection, day, now_s())
    if as_json:
        tell({"snapshot": snapshot_id, "survey": found.to_dict()}, as_json, "")
    remark("Requests are answered from the database now. Nothing was copied, and earlier answers stand.")
    if url_file is not None:
        remark(f"Its address is kept sealed: you can delete {url_file}.")


@data.command()
@click.option("--older-than", metavar="SNAPSHOT", help="Remove every snapshot before this one.")
@click.option("--member", is_flag=True, help="Remove one member from every snapshot; asks for the reference.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def purge(ctx: click.Context, older_than: str | None, member: bool, yes: bool) -> None:
    """Remove old snapshots, or one member. The ledger and answers already sent stay as they are.

    Example: lero-node data purge --older-than 000003-00
    """
    from lero_node.data.store import Store
    from lero_node.home import exclusively

    if (older_than is None) != member:
        raise click.UsageError("Give either --older-than or --member.")
    home = place(ctx).home
    # Asked for and not an option, so that it stands in no shell history and no list of processes.
    reference = str(click.prompt("Reference of the member", err=True)) if member else ""
    if not yes:
        what = f"every snapshot before {older_than}" if older_than else "this member's records"
        click.confirm(f"Remove {what}? This cannot be undone.", abort=True, err=True)
    with exclusively(home.import_lock, "Another import or purge is at work on this data folder."):
        store = Store(home.store, storage_key(ctx))
        if older_than is not None:
            gone = store.purge_older_than(older_than)
            click.echo(f"Removed {len(gone)} snapshots.")
        else:
            held = store.remove_member(reference)
            click.echo(
                f"Removed from {held} snapshots. The next import brings the member back unless they are gone there."
            )
            newest = store.newest()
            if newest is not None and newest.is_in_place:
                remark("Requests are answered from your own database: leave the member out of its view of members too.")
