"""`combine` and `publish`: from a closed round to pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import (
    EXISTING_FILE,
    FILE,
    check_listed,
    now_s,
    open_office,
    passphrase_files,
    read_keys,
)

if TYPE_CHECKING:
    from lero_coordinator.release import Collected

late_too = click.option("--with-late", is_flag=True, help="Make the next revision, with the answers that came late.")
again = click.option("--revision", type=click.IntRange(1), help="Make this one again; by default the newest.")


@click.command()
@click.argument("request_id")
@click.option("--out", type=FILE, required=True, help="The summary, as JSON.")
@late_too
@again
@as_json
@click.pass_context
def combine(
    ctx: click.Context, request_id: str, out: Path, with_late: bool, revision: int | None, as_json: bool
) -> None:
    """Check every answer of a closed round, and say what is combined. The first time makes revision 1.

    Example: lero-coordinator combine 0123456789abcdef0123456789abcdef --out summary.json
    """
    import json

    from lero_coordinator.keys import write_new
    from lero_coordinator.release import collect, keep, release_of

    _check_one(with_late, revision)
    with open_office(ctx) as office:
        collected = collect(office, request_id, now_s(), with_late=with_late, number=revision)
        release_of(office, collected)
        keep(office, collected)
    summary = _summary(collected)
    write_new(out, json.dumps(summary, indent=2, sort_keys=True).encode(), 0o644)
    _remark_on(collected)
    combined = len(summary["combined"])
    words = f"{combined} of {len(collected.request.cohort)} answers combine as revision {collected.revision}"
    tell(summary, as_json, f"{words}{_more(collected)}; summary in {out}.")


@click.command()
@click.argument("request_id")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder of pages.")
@click.option("--publisher-key", type=EXISTING_FILE, required=True, help="The private key of a listed publisher.")
@click.option("--notice", help="A sentence to stand on every page.")
@late_too
@again
@passphrase_files
@as_json
@click.pass_context
def publish(
    ctx: click.Context,
    request_id: str,
    out: Path,
    publisher_key: Path,
    notice: str | None,
    with_late: bool,
    revision: int | None,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Combine a closed round and write its pages, map and data, signed.

    Example: lero-coordinator publish 0123456789abcdef0123456789abcdef --out landscape --publisher-key press.key
    """
    from lero_coordinator.keys import PUBLISHER
    from lero_coordinator.landscape import publish as write_pages
    from lero_coordinator.listing import heard_keys
    from lero_coordinator.proof.gather import proof_files
    from lero_coordinator.release import collect, keep, release_of
    from lero_coordinator.times import date_of

    _check_one(with_late, revision)
    [key] = read_keys([publisher_key], passphrase_files)
    with open_office(ctx) as office:
        collected = collect(office, request_id, now_s(), with_late=with_late, number=revision)
        check_listed(key, heard_keys(office, PUBLISHER), "publisher")
        release = release_of(office, collected)
        keep(office, collected)  # before anything is shown: what was shown can always be made again
        proof = proof_files(office.store, request_id)
    made_on = date_of(collected.made_at_s)  # the revision's own day, so that the same revision is the same bytes
    shown = write_pages(release, out, publisher_key=key, notice=notice, made_on=made_on, proof=proof)
    _remark_on(collected)
    found = {
        "folder": str(shown.folder),
        "headline": shown.headline,
        "tiles": dict(shown.tiles),
        "revision": collected.revision,
        "added": sorted(collected.added),
    }
    tell(found, as_json, f"Published revision {collected.revision}{_more(collected)} in {out}: open index.html.")


def _check_one(with_late: bool, revision: int | None) -> None:
    if with_late and revision is not None:
        raise click.UsageError("--with-late makes a new revision; --revision makes one again. Give one of them.")


def _more(collected: Collected) -> str:
    """What came in since the revision before."""
    return f", {len(collected.added)} more than revision {collected.revision - 1}" if collected.earlier else ""


def _summary(collected: Collected) -> dict[str, Any]:
    state = collected.state
    return {
        "request_id": state.request_id,
        "title": state.title,
        "revision": collected.revision,
        "added": sorted(collected.added),
        "answered": state.k_of_n,
        "combined": [a.node_id for a in collected.accepted if not a.is_stale],
        "stale": [a.node_id for a in collected.accepted if a.is_stale],
        "rejected": {r.node_id: r.reason for r in collected.rejected},
        "refused": dict(collected.refused),
        "late": list(state.late),
        "silent": list(state.waiting),
        "synthetic": collected.request.synthetic,
    }


def _remark_on(collected: Collected) -> None:
    for rejected in collected.rejected:
        click.echo(f"Left out: {rejected.node_id}: {rejected.reason}", err=True)
