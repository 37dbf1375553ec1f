"""`root` and `party`: whose signatures count."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, open_office


@click.group()
def root() -> None:
    """The offline keys that sign rosters.

    Example: lero-coordinator root init --keys a.key.pub --keys b.key.pub --keys c.key.pub --threshold 2
    """


@root.command(name="init")
@click.option("--keys", "files", type=EXISTING_FILE, multiple=True, required=True, help="A public key; once for each.")
@click.option("--threshold", type=click.IntRange(1), required=True, help="How many of them must sign a roster.")
@as_json
@click.pass_context
def root_init(ctx: click.Context, files: tuple[Path, ...], threshold: int, as_json: bool) -> None:
    """Record the first set of roots.

    Example: lero-coordinator root init --keys a.key.pub --keys b.key.pub --keys c.key.pub --threshold 2
    """
    from lero_coordinator.keys import read_public_keys

    with open_office(ctx) as office:
        roots = office.set_roots(read_public_keys(files), threshold)
    found = {"roots": sorted(roots.by_id), "threshold": threshold}
    tell(found, as_json, f"Recorded {len(roots.public_keys)} roots; {threshold} of them sign a roster.")


@click.group()
def party() -> None:
    """Analysts, who sign requests, and publishers, who sign releases.

    Example: lero-coordinator party list
    """


@party.command()
@click.option("--role", type=click.Choice(["analyst", "publisher"]), required=True)
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
    """List an analyst or publisher from the next roster on.

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
    from lero_coordinator.keys import ANALYST, PUBLISHER
    from lero_coordinator.store import people

    with open_office(ctx) as office, office.store.reading() as connection:
        found = [(role, p) for role in (ANALYST, PUBLISHER) for p in people.parties_of(connection, role)]
    rows = [(role, p.party_id, p.organisation_id, key_id(p.public_key)) for role, p in found]
    headings = ("role", "id", "organisation", "key_id")
    tell([dict(zip(headings, row, strict=True)) for row in rows], as_json, columns(headings, rows))
