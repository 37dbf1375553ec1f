"""`request export` and `receive`: a request to, and replies from, LEROs that are not connected."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, now_s, open_office

if TYPE_CHECKING:
    from lero_coordinator.office import Office


@click.command()
@click.argument("request_id")
@click.option("--out", type=FILE, required=True, help="The file to be carried to LEROs; the same for all of them.")
@as_json
@click.pass_context
def export(ctx: click.Context, request_id: str, out: Path, as_json: bool) -> None:
    """Write a request as a file, for LEROs whose computer is not connected. It holds nothing secret.

    Example: lero-coordinator request export 0123456789abcdef0123456789abcdef --out headline.parcel
    """
    from lero_coordinator.keys import write_new
    from lero_coordinator.service.courier import request_parcel

    with open_office(ctx) as office:
        parcel = request_parcel(office, request_id, now_s())
    write_new(out, parcel.to_bytes(), 0o644)
    found = {"request_id": request_id, "parcel": str(out), "rosters": len(parcel.rosters)}
    tell(found, as_json, f"The request is in {out}.")
    click.echo(f"Next, at the LERO: `lero-node answer {out.name} --out {out.stem}.reply`.", err=True)


@click.command()
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@as_json
@click.pass_context
def receive(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Take in replies that were brought as files. One that does not hold is named, and stops none of the others.

    Example: lero-coordinator receive north-star.reply harbour-light.reply
    """
    from lero_contract.errors import LeroError

    found: list[dict[str, Any]] = []
    worst = 0
    with open_office(ctx) as office:
        for file in files:
            try:
                said = _take(office, file)
            except LeroError as error:
                worst = max(worst, error.exit_code)
                said = {"file": str(file), "error": error.code, "words": error.detail}
            found.append(said)
            if not as_json:
                click.echo(f"{file}: {said['words']}", err="error" in said)
    if as_json:
        tell(found, True, "")
    ctx.exit(worst)


def _take(office: Office, file: Path) -> dict[str, Any]:
    from lero_contract.carried import read_carried
    from lero_contract.errors import all_errors
    from lero_coordinator.service.courier import take_parcel

    taken = take_parcel(office, read_carried(file), now_s())
    words = f"{taken.node_id} refused: {all_errors()[taken.code].public}" if taken.code else f"{taken.node_id} answered"
    late = ", after the close." if taken.late else "" if taken.code else "."
    two = " ITS LEDGER HAS TWO HISTORIES: ask the LERO what happened." if taken.has_two_histories else ""
    return {"file": str(file), **asdict(taken), "words": f"{words}{late}{two}"}
