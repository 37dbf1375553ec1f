"""`party`: whose signatures count, beside the roots' and the nodes'."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, open_office


@click.group()
def party() -> None:
    """Analysts, who sign requests, publishers, who sign releases, and keepers, who hold shares of masks.

    Example: lero-coordinator party list
    """


@party.command()
@click.option("--role", type=click.Choice(["analyst", "publisher", "keeper"]), required=True)
@click.option("--id", "party_id", required=True, help="A short name, as in j-analyst.")
@click.option("--organisation", required=True, help="The organisation's short name.")
@click.option("--organisation-name", default="", help="Its name in words; by default the short one.")
@click.option("--public-key", type=EXISTING_FILE, required=True, help="The .pub file made by `key new`.")
@as_json
@click.pass_context
def add(
    ctx: click.Context,
    role: str,
    party_id: str,
    organisation: str,
    organisation_name: str,
    public_key: Path,
    as_json: bool,
) -> None:
    """List an analyst, publisher or keeper from the next roster on.

    Example: lero-coordinator party add --role analyst --id asker --organisation body --public-key analyst.key.pub
    """
    from lero_contract.envelope import key_id
    from lero_contract.roster import Party
    from lero_coordinator.keys import read_public_key

    with open_office(ctx) as office:
        found = Party(party_id, organisation, read_public_key(public_key))
        office.add_party(role, found, organisation_name or organisation)
    facts = {"role": role, "id": party_id, "organisation": organisation, "key_id": key_id(found.public_key)}
    tell(facts, as_json, f"{party_id} will be listed as {role} by the next `roster sign`.")


@party.command(name="list")
@as_json
@click.pass_context
def list_parties(ctx: click.Context, as_json: bool) -> None:
    """Everyone recorded, by role.

    Example: lero-coordinator party list --json
    """
    from lero_contract.envelope import key_id
    from lero_coordinator.keys import ANALYST, KEEPER, PUBLISHER
    from lero_coordinator.store import people, revoked

    with open_office(ctx) as office, office.store.reading() as connection:
        found = [(role, p) for role in (ANALYST, PUBLISHER, KEEPER) for p in people.parties_of(connection, role)]
        off = {role: revoked.revoked_ids(connection, role) for role in (ANALYST, PUBLISHER, KEEPER)}
    rows = [
        (role, p.party_id, p.organisation_id, key_id(p.public_key), "left out" if p.party_id in off[role] else "listed")
        for role, p in found
    ]
    headings = ("role", "id", "organisation", "key_id", "next_roster")
    tell([dict(zip(headings, row, strict=True)) for row in rows], as_json, columns(headings, rows))
