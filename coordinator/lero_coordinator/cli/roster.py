"""`roster`: the signed list of who is who: what it says, and who is taken off it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, now_s, open_office
from lero_coordinator.cli.roster_signing import accept, draft, known_roots, read_draft, sign

if TYPE_CHECKING:
    from lero_contract.roster import Roster


@click.group()
def roster() -> None:
    """The signed list of nodes, analysts, publishers and keepers.

    Example: lero-coordinator roster show
    """


@roster.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@known_roots
@as_json
@click.pass_context
def show(ctx: click.Context, file: Path | None, roots: Path | None, as_json: bool) -> None:
    """The newest roster; or what a FILE of `roster draft` would change, and who has signed it.

    Example: lero-coordinator roster show --json
    """
    if file is not None:
        _show_file(file, roots, as_json)
        return
    if roots is not None:
        raise click.UsageError("--roots goes with the FILE of `roster draft`.")
    from lero_coordinator.listing import revoked_parties
    from lero_coordinator.rostering import expiry_warning

    with open_office(ctx) as office:
        held, off = office.roster(), revoked_parties(office)
    found = held.roster
    facts = _facts(found) | {"digest": held.digest.hex(), "revoked": off}
    rows = [(n.node_id, found.organisation(n.organisation_id).name, " ".join(n.areas)) for n in found.nodes]
    heading = f"Roster {found.version} of {found.federation_id}, until {facts['expires']}"
    gone = [f"Revoked {role}, left out of the next roster: {', '.join(names)}" for role, names in off.items() if names]
    tell(facts, as_json, "\n".join([heading, columns(("node", "organisation", "areas"), rows), *gone]))
    if warning := expiry_warning(found, now_s()):
        click.echo(warning, err=True)


@roster.command()
@click.argument("role", type=click.Choice(["node", "analyst", "publisher", "keeper"]))
@click.argument("party_id")
@click.option("--undo", is_flag=True, help="Serve it again, and list it by the next roster.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def revoke(ctx: click.Context, role: str, party_id: str, undo: bool, yes: bool, as_json: bool) -> None:
    """Stop serving a party at once, and leave it out of the next roster. LEROs act on it once that one is signed.

    Example: lero-coordinator roster revoke analyst j-analyst
    """
    from lero_coordinator.listing import revoke as take_off
    from lero_coordinator.listing import unrevoke

    with open_office(ctx) as office:
        if undo:
            changed = unrevoke(office, role, party_id)
            words = f"The {role} {party_id} is {'' if changed else 'not revoked: it is '}served as before."
        else:
            if not yes:
                click.confirm(f"Revoke the {role} {party_id} now?", err=True, abort=True)
            changed = take_off(office, role, party_id, now_s())
            words = f"The {role} {party_id} is {'revoked' if changed else 'revoked already'}: not served from now on."
    tell({"role": role, "id": party_id, "revoked": not undo, "changed": changed}, as_json, words)
    next_step = "LEROs hear of it at their next poll after the next roster is signed: `roster draft`, or `roster sign`."
    click.echo(next_step, err=True)


def _show_file(file: Path, roots: Path | None, as_json: bool) -> None:
    from lero_contract.dictionary import load_dictionary
    from lero_coordinator.countersigning import in_words, names_of, still_needed
    from lero_coordinator.rostering import expiry_warning

    parcel, proposed = read_draft(file, roots)
    lines = in_words(proposed, names_of(load_dictionary()))
    facts = _facts(proposed.roster) | {
        "digest": parcel.roster.digest.hex(),
        "differences": lines,
        "signed": sorted(proposed.signers),
        "complete": proposed.is_complete,
    }
    tell(facts, as_json, "\n".join([*lines, still_needed(proposed)]))
    if warning := expiry_warning(proposed.roster, now_s()):
        click.echo(warning, err=True)


def _facts(found: Roster) -> dict[str, Any]:
    from lero_coordinator.times import in_words

    return {
        "federation": found.federation_id,
        "version": found.version,
        "expires": in_words(found.expires_at_s),
        "roots": sorted(found.roots.by_id),
        "threshold": found.roots.threshold,
        "analysts": [a.party_id for a in found.analysts],
        "publishers": [p.party_id for p in found.publishers],
        "keepers": found.keeper_ids,
        "nodes": [n.node_id for n in found.nodes],
        "synthetic": found.synthetic,
    }


for command in (draft, sign, accept):
    roster.add_command(command)
