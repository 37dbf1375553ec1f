"""`answer`, and `request counted`: a request by file, and what became of the answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import EXISTING_FILE, FILE, open_here, place
from lero_node.cli.requests import find


@click.command()
@click.argument("request", type=EXISTING_FILE)
@click.option("--out", type=FILE, required=True, help="The reply, to be carried to the national body.")
@as_json
@click.pass_context
def answer(ctx: click.Context, request: Path, out: Path, as_json: bool) -> None:
    """Answer a request that was brought as a file, with the same checks and at the same price as over the network.

    What is answered, or refused, lies signed in the --out file. Again, it writes the same answer.

    Example: lero-node answer headline.parcel --out headline.reply
    """
    from lero_contract.codec.strict import require_safe_backend
    from lero_contract.errors import Refused
    from lero_node.compute.parent import NOISE_SCALES, check_noise
    from lero_node.courier import answer_by_file, read_parcel_file
    from lero_node.home import exclusively

    require_safe_backend()
    busy = "This data folder's node is running, and one process at a time may answer."
    with exclusively(place(ctx).home.lock, busy), open_here(ctx) as node:
        check_noise(NOISE_SCALES)
        written = answer_by_file(node, read_parcel_file(request), out)
    found = {"request": written.request_id, "reply": str(out), "refused": written.code}
    tell(found, as_json, written.words)
    if written.code:
        ctx.exit(Refused.exit_code)


@click.command()
@click.argument("request_id")
@click.argument("release", type=click.Path(path_type=Path, file_okay=False, exists=True))
@as_json
@click.pass_context
def counted(ctx: click.Context, request_id: str, release: Path, as_json: bool) -> None:
    """Whether your answer to a request is in a published release. Needs no network.

    Example: lero-node request counted 4f1c landscape
    """
    from lero_contract.errors import Refused
    from lero_node.counted import counted as look

    with open_here(ctx) as node:
        found = look(node, find(node, request_id), release)
    tell(asdict(found), as_json, found.words)
    if not found.is_counted:
        ctx.exit(Refused.exit_code)
