"""`request`: from a draft to a signed request, and the round that follows."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, check_listed, now_s, open_office, passphrase_files
from lero_coordinator.cli.rounds import close, list_rounds, show


@click.group()
def request() -> None:
    """Draft, preview, sign and follow requests.

    Example: lero-coordinator request draft headline --cut-date 2026-03-31 --out request.draft.toml
    """


@request.command()
@click.argument("name_or_file")
@click.option("--cut-date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day that counts.")
@click.option("--out", type=FILE, required=True, help="The draft, to be read and edited.")
@click.option("--node", "nodes", multiple=True, help="Ask these nodes only; by default all on the roster.")
@as_json
@click.pass_context
def draft(
    ctx: click.Context, name_or_file: str, cut_date: datetime.datetime, out: Path, nodes: tuple[str, ...], as_json: bool
) -> None:
    """Complete a ready request, or a file of yours, with cut date and cohort.

    Example: lero-coordinator request draft headline --cut-date 2026-03-31 --out request.draft.toml
    """
    from lero_coordinator.catalogue import draft_text
    from lero_coordinator.draft import complete_text
    from lero_coordinator.keys import write_new

    with open_office(ctx) as office:
        listed = office.roster().roster
    cohort = [listed.node(node).node_id for node in nodes] or [n.node_id for n in listed.nodes]
    write_new(out, complete_text(draft_text(name_or_file), cut_date.date(), cohort).encode(), 0o644)
    found = {"draft": str(out), "cohort": sorted(cohort)}
    tell(found, as_json, f"Drafted for {len(cohort)} nodes in {out}.")
    click.echo(f"Next: `lero-coordinator request preview {out}`.", err=True)


@request.command()
@click.argument("draft_file", type=EXISTING_FILE)
@as_json
@click.pass_context
def preview(ctx: click.Context, draft_file: Path, as_json: bool) -> None:
    """What a draft would cost, and how exact it would be.

    Example: lero-coordinator request preview request.draft.toml
    """
    from lero_coordinator.drafting import request_from_file
    from lero_coordinator.preview import preview as look_ahead
    from lero_coordinator.preview_text import as_dict, as_text

    with open_office(ctx) as office:
        asked = request_from_file(office, draft_file, now_s())
        found = look_ahead(asked, office.dictionary, office.roster().roster, office.config.year_allowance)
    tell(as_dict(found), as_json, as_text(found))


@request.command()
@click.argument("draft_file", type=EXISTING_FILE)
@click.option("--analyst-key", type=EXISTING_FILE, required=True, help="The private key of a listed analyst.")
@click.option("--out", type=FILE, required=True, help="The signed request.")
@passphrase_files
@as_json
@click.pass_context
def sign(
    ctx: click.Context,
    draft_file: Path,
    analyst_key: Path,
    out: Path,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Sign a draft: its tables, cohort, prices and deadline cannot change after this.

    Example: lero-coordinator request sign request.draft.toml --analyst-key analyst.key --out request.envelope
    """
    from lero_contract.codec import encode_request, envelope_to_bytes
    from lero_contract.envelope import REQUEST
    from lero_contract.envelope import sign as sign_bytes
    from lero_coordinator.cli.common import read_keys
    from lero_coordinator.drafting import request_from_file
    from lero_coordinator.keys import write_new

    [key] = read_keys([analyst_key], passphrase_files)
    with open_office(ctx) as office:
        check_listed(key, office.roster().roster.analyst_keys, "analyst")
        asked = request_from_file(office, draft_file, now_s())
    write_new(out, envelope_to_bytes(sign_bytes(REQUEST, encode_request(asked), key)), 0o644)
    found = {"request_id": asked.request_id, "request": str(out)}
    tell(found, as_json, f"Signed request {asked.request_id} in {out}.")


@request.command()
@click.argument("envelope_file", type=EXISTING_FILE)
@as_json
@click.pass_context
def submit(ctx: click.Context, envelope_file: Path, as_json: bool) -> None:
    """Offer a signed request to its nodes.

    Example: lero-coordinator request submit request.envelope
    """
    from lero_contract.codec import envelope_from_bytes
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        asked = office.submit(envelope_from_bytes(envelope_file.read_bytes()), now_s())
    found = {"request_id": asked.request_id, "cohort": list(asked.cohort), "closes_at_s": asked.closes_at_s}
    until = in_words(asked.closes_at_s)
    tell(found, as_json, f"Request {asked.request_id} is open to {len(asked.cohort)} nodes until {until}.")


for command in (list_rounds, show, close):
    request.add_command(command)
