"""`root`: the offline keys that sign rosters, the next ones, and the file by which others check them."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, open_office


@click.group()
def root() -> None:
    """The offline keys that sign rosters.

    Example: lero-coordinator root init --keys a.key.pub --keys b.key.pub --keys c.key.pub --threshold 2
    """


@root.command()
@click.option("--keys", "files", type=EXISTING_FILE, multiple=True, required=True, help="A public key; once for each.")
@click.option("--threshold", type=click.IntRange(1), required=True, help="How many of them must sign a roster.")
@as_json
@click.pass_context
def init(ctx: click.Context, files: tuple[Path, ...], threshold: int, as_json: bool) -> None:
    """Record the first set of roots.

    Example: lero-coordinator root init --keys a.key.pub --keys b.key.pub --keys c.key.pub --threshold 2
    """
    from lero_coordinator.keys import read_public_keys

    with open_office(ctx) as office:
        roots = office.set_roots(read_public_keys(files), threshold)
    found = {"roots": sorted(roots.by_id), "threshold": threshold}
    tell(found, as_json, f"Recorded {len(roots.public_keys)} roots; {threshold} of them sign a roster.")


@root.command()
@click.option("--keys", "files", type=EXISTING_FILE, multiple=True, help="A public key of the next set; once for each.")
@click.option("--threshold", type=click.IntRange(1), help="How many of the next set must sign a roster.")
@click.option("--undo", is_flag=True, help="Keep the roots in force, while no roster has brought the next set.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@as_json
@click.pass_context
def rotate(
    ctx: click.Context, files: tuple[Path, ...], threshold: int | None, undo: bool, dry_run: bool, as_json: bool
) -> None:
    """Record the root set that the next roster brings; enough of the old and of the new must sign that one.

    Example: lero-coordinator root rotate --keys a.key.pub --keys d.key.pub --keys e.key.pub --threshold 2
    """
    from lero_contract.roster_changes import root_set_in_words
    from lero_coordinator.keys import read_public_keys
    from lero_coordinator.rotation import keep_roots, next_root_set, roots_in_force, rotate_roots

    if undo == bool(files) or (threshold is None) == bool(files) or (undo and dry_run):
        raise click.UsageError("Give --keys and --threshold, or --undo.")
    with open_office(ctx) as office:
        if threshold is None:
            undone = keep_roots(office)
            words = "The roots in force stay." if undone else "No other roots were to come."
            tell({"undone": undone}, as_json, words)
            return
        before = roots_in_force(office)
        after = (next_root_set if dry_run else rotate_roots)(office, read_public_keys(files), threshold)
    found = {
        "root_set": after.version,
        "roots": sorted(after.by_id),
        "threshold": after.threshold,
        "recorded": not dry_run,
    }
    did = "Would be recorded" if dry_run else "Recorded"
    tell(found, as_json, f"In force: {root_set_in_words(before)}.\n{did}: {root_set_in_words(after)}.")
    click.echo(f"The next roster needs {before.threshold} of the old and {after.threshold} of the new roots.", err=True)


@root.command()
@as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """The roots in force, and those to come, by the short names to be read out and compared.

    Example: lero-coordinator root show
    """
    from lero_contract.roster_changes import root_set_in_words
    from lero_coordinator.rotation import roots_in_force, roots_to_come

    with open_office(ctx) as office:
        present, coming = roots_in_force(office), roots_to_come(office)
    found = {
        "root_set": present.version,
        "roots": sorted(present.by_id),
        "threshold": present.threshold,
        "to_come": sorted(coming.by_id) if coming else None,
    }
    later = f"\nTo come with the next roster: {root_set_in_words(coming)}." if coming else ""
    tell(found, as_json, f"In force: {root_set_in_words(present)}.{later}")


@root.command()
@click.option("--out", type=FILE, required=True, help="The file, for everyone who wants to check a release.")
@as_json
@click.pass_context
def export(ctx: click.Context, out: Path, as_json: bool) -> None:
    """Write the roots in force to a file that verifiers keep. Publish their short names by another channel too.

    Example: lero-coordinator root export --out roots.json
    """
    from lero_contract.roster_changes import root_set_in_words
    from lero_coordinator.keys import write_new
    from lero_coordinator.roots_file import PinnedRoots, roots_bytes
    from lero_coordinator.rotation import roots_in_force

    with open_office(ctx) as office:
        pinned = PinnedRoots(office.config.federation_id, roots_in_force(office))
    write_new(out, roots_bytes(pinned), 0o644)
    found = {"file": str(out), "root_set": pinned.roots.version, "roots": sorted(pinned.roots.by_id)}
    tell(found, as_json, f"Wrote {root_set_in_words(pinned.roots)} of {pinned.federation_id} to {out}.")
