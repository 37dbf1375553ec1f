"""`combine` and `publish`: from a closed round to pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lero_coordinator.cli.common import (
    EXISTING_FILE,
    FILE,
    now_s,
    open_office,
    passphrase_files,
    read_keys,
)

if TYPE_CHECKING:
    from lero_coordinator.release import Collected


@click.command()
@click.argument("request_id")
@click.option("--out", type=FILE, required=True, help="The summary, as JSON.")
@click.pass_context
def combine(ctx: click.Context, request_id: str, out: Path) -> None:
    """Check every answer of a closed round, and say what would be combined.

    Example: lero-coordinator combine 0123456789abcdef0123456789abcdef --out summary.json
    """
    import json

    from lero_coordinator.keys import write_new
    from lero_coordinator.release import collect, release_of

    with open_office(ctx) as office:
        collected = collect(office, request_id, now_s())
        release_of(office, collected)
    write_new(out, json.dumps(_summary(collected), indent=2, sort_keys=True).encode(), 0o644)
    _remark_on(collected)
    click.echo(f"{len(collected.accepted)} of {len(collected.request.cohort)} answers combine; summary in {out}.")


@click.command()
@click.argument("request_id")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder of pages.")
@click.option("--publisher-key", type=EXISTING_FILE, required=True, help="The private key of a listed publisher.")
@click.option("--notice", help="A sentence to stand on every page.")
@passphrase_files
@click.pass_context
def publish(
    ctx: click.Context,
    request_id: str,
    out: Path,
    publisher_key: Path,
    notice: str | None,
    passphrase_files: tuple[Path, ...],
) -> None:
    """Combine a closed round and write its pages, map and data, signed.

    Example: lero-coordinator publish 0123456789abcdef0123456789abcdef --out landscape --publisher-key press.key
    """
    from lero_contract.envelope import key_id, public_bytes
    from lero_contract.errors import Unauthorised
    from lero_coordinator.landscape import publish as write_pages
    from lero_coordinator.release import collect, release_of
    from lero_coordinator.times import date_of

    [key] = read_keys([publisher_key], passphrase_files)
    with open_office(ctx) as office:
        collected = collect(office, request_id, now_s())
        if key_id(public_bytes(key)) not in office.roster().roster.publisher_keys:
            raise Unauthorised("This key is not a publisher's on the newest roster.", "See `party add`.")
        release = release_of(office, collected)
    write_pages(release, out, publisher_key=key, notice=notice, made_on=date_of(now_s()))
    _remark_on(collected)
    click.echo(f"Published in {out}: open index.html.")


def _summary(collected: Collected) -> dict[str, Any]:
    state = collected.state
    return {
        "request_id": state.request_id,
        "title": state.title,
        "answered": state.k_of_n,
        "combined": [a.node_id for a in collected.accepted if not a.is_stale],
        "stale": [a.node_id for a in collected.accepted if a.is_stale],
        "rejected": {r.node_id: r.reason for r in collected.rejected},
        "refused": dict(state.refused),
        "late": list(state.late),
        "silent": list(state.waiting),
        "synthetic": collected.request.synthetic,
    }


def _remark_on(collected: Collected) -> None:
    for rejected in collected.rejected:
        click.echo(f"Left out: {rejected.node_id}: {rejected.reason}", err=True)
