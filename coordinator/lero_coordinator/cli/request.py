"""`request`: from a draft to a signed request, and the round that follows."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import (
    EXISTING_FILE,
    EXISTING_FOLDER,
    FILE,
    check_listed,
    now_s,
    open_office,
    passphrase_files,
)
from lero_coordinator.cli.questions import questions, reply
from lero_coordinator.cli.rounds import close, list_rounds, show


@click.group()
def request() -> None:
    """Draft, preview, sign and follow requests.

    Example: lero-coordinator request draft headline --cut-date 2026-03-31 --out request.draft.toml
    """


members_option = click.option(
    "--members", type=click.IntRange(1), help="Suppose so many members at every LERO; else what each states in public."
)
beyond_option = click.option(
    "--beyond-usual-policy", is_flag=True, help="Go past what the usual node allows, on purpose."
)


@request.command()
@click.argument("name_or_file")
@click.option("--cut-date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day that counts.")
@click.option("--out", type=FILE, required=True, help="The draft, to be read and edited.")
@click.option("--node", "nodes", multiple=True, help="Ask these nodes only; by default all on the roster.")
@click.option(
    "--accuracy",
    "accuracies",
    multiple=True,
    help="TABLE='±10 people in a region', or TABLE=10@region: finds its price.",
)
@click.option("--rho", help="The price of the whole: scales all tables without an --accuracy to it.")
@click.option("--after", type=EXISTING_FOLDER, help="An earlier release: takes bounds from what it says was left out.")
@members_option
@beyond_option
@as_json
@click.pass_context
def draft(
    ctx: click.Context,
    name_or_file: str,
    cut_date: datetime.datetime,
    out: Path,
    nodes: tuple[str, ...],
    accuracies: tuple[str, ...],
    rho: str | None,
    after: Path | None,
    members: int | None,
    beyond_usual_policy: bool,
    as_json: bool,
) -> None:
    """Complete a ready request, or a file of yours, with cut date and cohort.

    Prices stay as written, or follow from an accuracy, or from a price of the whole. Nothing is asked of anyone.

    Example: lero-coordinator request draft headline --cut-date 2026-03-31 --accuracy members_by_area=10@region --out
    request.draft.toml
    """
    from lero_contract.price import NANO
    from lero_coordinator.catalogue import draft_text
    from lero_coordinator.drafting import Wanted, complete
    from lero_coordinator.keys import write_new

    wanted = Wanted(accuracies, _rho(rho), after, members, beyond_usual_policy)
    with open_office(ctx) as office:
        listed = office.roster().roster
        cohort = [listed.node(node).node_id for node in nodes] or [n.node_id for n in listed.nodes]
        made = complete(office, draft_text(name_or_file), cut_date.date(), cohort, wanted, now_s())
    write_new(out, made.text.encode(), 0o644)
    found = {
        "draft": str(out),
        "cohort": sorted(cohort),
        "prices_rho": {t.table_id: t.price_nano_rho / NANO for t in made.request.tables},
        "price_rho": made.request.price_nano_rho / NANO,
        "remarks": list(made.remarks),
    }
    tell(found, as_json, "\n".join([*made.remarks, f"Drafted for {len(cohort)} nodes in {out}."]))
    click.echo(f"Next: `lero-coordinator request preview {out}`.", err=True)


@request.command()
@click.argument("draft_file", type=EXISTING_FILE)
@members_option
@beyond_option
@as_json
@click.pass_context
def preview(
    ctx: click.Context, draft_file: Path, members: int | None, beyond_usual_policy: bool, as_json: bool
) -> None:
    """What a draft would cost, and how exact it would be. It costs nothing and asks nobody.

    Example: lero-coordinator request preview request.draft.toml
    """
    from lero_coordinator.drafting import Wanted, request_from_file
    from lero_coordinator.preview.preview import preview as look_ahead
    from lero_coordinator.preview.text import as_dict, as_text

    wanted = Wanted(members=members, beyond_usual=beyond_usual_policy)
    with open_office(ctx) as office:
        asked = request_from_file(office, draft_file, now_s(), wanted)
        held, allowance = office.roster().roster, office.config.year_allowance
        found = look_ahead(asked, office.dictionary, held, allowance, members)
    tell(as_dict(found), as_json, as_text(found))
    words = f"--analyst-key FILE --out {draft_file.name.split('.')[0]}.request"
    click.echo(f"Next: `lero-coordinator request sign {draft_file} {words}`.", err=True)


@request.command()
@click.argument("draft_file", type=EXISTING_FILE)
@click.option("--analyst-key", type=EXISTING_FILE, required=True, help="The private key of a listed analyst.")
@click.option("--out", type=FILE, required=True, help="The signed request.")
@members_option
@beyond_option
@passphrase_files
@as_json
@click.pass_context
def sign(
    ctx: click.Context,
    draft_file: Path,
    analyst_key: Path,
    out: Path,
    members: int | None,
    beyond_usual_policy: bool,
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
    from lero_coordinator.drafting import Wanted, request_from_file
    from lero_coordinator.keys import ANALYST, write_new
    from lero_coordinator.listing import heard_keys

    wanted = Wanted(members=members, beyond_usual=beyond_usual_policy)
    [key] = read_keys([analyst_key], passphrase_files)
    with open_office(ctx) as office:
        check_listed(key, heard_keys(office, ANALYST), "analyst")
        asked = request_from_file(office, draft_file, now_s(), wanted)
    write_new(out, envelope_to_bytes(sign_bytes(REQUEST, encode_request(asked), key)), 0o644)
    found = {"request_id": asked.request_id, "request": str(out)}
    tell(found, as_json, f"Signed request {asked.request_id} in {out}.")
    click.echo(f"Next: `lero-coordinator request submit {out}`.", err=True)


@request.command()
@click.argument("envelope_file", type=EXISTING_FILE)
@as_json
@click.pass_context
def submit(ctx: click.Context, envelope_file: Path, as_json: bool) -> None:
    """Offer a signed request to its nodes.

    Example: lero-coordinator request submit request.envelope
    """
    from lero_contract.carried import read_carried
    from lero_contract.codec import envelope_from_bytes
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        asked = office.submit(envelope_from_bytes(read_carried(envelope_file)), now_s())
    found = {"request_id": asked.request_id, "cohort": list(asked.cohort), "closes_at_s": asked.closes_at_s}
    until = in_words(asked.closes_at_s)
    tell(found, as_json, f"Request {asked.request_id} is open to {len(asked.cohort)} nodes until {until}.")


def _rho(written: str | None) -> Decimal | None:
    """A price as it was written. A usage error for anything else."""
    try:
        found = Decimal(written) if written is not None else None
    except InvalidOperation:
        found = Decimal(0)
    if found is not None and not (found.is_finite() and found > 0):
        raise click.UsageError("--rho is a price above 0, as in --rho 0.1")
    return found


for command in (list_rounds, show, close, questions, reply):
    request.add_command(command)
