"""`roster draft`, `sign` and `accept`: nobody signs a roster without having been shown what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, now_s, open_office, passphrase_files, read_keys

if TYPE_CHECKING:
    from lero_contract.codec import RosterParcel
    from lero_contract.roster import Roster
    from lero_coordinator.countersigning import Proposed
    from lero_coordinator.office import Office

known_roots = click.option(
    "--roots", type=EXISTING_FILE, help="Of a FILE: the root keys as you keep them (`root export`), to compare with."
)
_days = click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Until it expires.")


@click.command()
@click.option("--out", type=FILE, required=True, help="The file that goes to the root holders.")
@_days
@as_json
@click.pass_context
def draft(ctx: click.Context, out: Path, days: int, as_json: bool) -> None:
    """List everyone taken in and not revoked in a file for the root holders to sign, each on their own computer.

    Example: lero-coordinator roster draft --out roster-2.file
    """
    from lero_coordinator.countersigning import read_proposed, still_needed
    from lero_coordinator.keys import write_new
    from lero_coordinator.listing import draft_roster

    with open_office(ctx) as office:
        parcel = draft_roster(office, now_s(), days)
    write_new(out, parcel.to_bytes(), 0o644)
    proposed = read_proposed(parcel)
    lines = _tell_changes(proposed)
    found = {"file": str(out), "version": proposed.roster.version, "differences": lines}
    tell(found, as_json, f"Drafted roster {proposed.roster.version} in {out}. {still_needed(proposed)}")
    click.echo(f"Next: each holder runs `lero-coordinator roster sign {out} --root-key KEY`.", err=True)


@click.command()
@click.argument("file", type=EXISTING_FILE, required=False)
@click.option("--root-key", "root_keys", type=EXISTING_FILE, multiple=True, required=True, help="Once for each root.")
@known_roots
@_days
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrase_files
@as_json
@click.pass_context
def sign(
    ctx: click.Context,
    file: Path | None,
    root_keys: tuple[Path, ...],
    roots: Path | None,
    days: int,
    yes: bool,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show what the next roster changes, ask, and sign it.

    With the FILE of `roster draft`: adds signatures to it, on any computer. Without: drafts, signs and stores the
    roster in one go, where all the keys needed are here.

    Example: lero-coordinator roster sign roster-2.file --root-key a.key
    """
    if file is not None:
        _sign_file(file, root_keys, roots, yes, passphrase_files, as_json)
        return
    if roots is not None:
        raise click.UsageError("--roots goes with the FILE of `roster draft`.")
    with open_office(ctx) as office:
        _sign_here(office, root_keys, days, yes, passphrase_files, as_json)


@click.command()
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@as_json
@click.pass_context
def accept(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Store a roster that enough roots signed, in one file or in copies signed apart; LEROs get it at their next poll.

    Example: lero-coordinator roster accept roster-2.file
    """
    from lero_contract.carried import read_carried
    from lero_contract.codec import read_roster_parcel
    from lero_coordinator.countersigning import gathered
    from lero_coordinator.listing import accept_roster

    parcel = gathered([read_roster_parcel(read_carried(file)) for file in files])
    with open_office(ctx) as office:
        _tell_stored(office, accept_roster(office, parcel, now_s()), as_json)


def read_draft(file: Path, roots: Path | None) -> tuple[RosterParcel, Proposed]:
    """A file of `roster draft`. roots: a file of root keys, which must be those that it is under."""
    from lero_contract.carried import read_carried
    from lero_contract.codec import read_roster_parcel
    from lero_coordinator.countersigning import check_pinned, read_proposed
    from lero_coordinator.roots_file import read_roots

    parcel = read_roster_parcel(read_carried(file))
    proposed = read_proposed(parcel)
    if roots is not None:
        check_pinned(proposed, read_roots(read_carried(roots)))
    return parcel, proposed


def _sign_file(
    file: Path,
    root_keys: tuple[Path, ...],
    roots: Path | None,
    yes: bool,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    from lero_contract.roster import check_in_time
    from lero_coordinator.countersigning import add_signature, read_proposed, still_needed
    from lero_coordinator.files import replace

    parcel, before = read_draft(file, roots)
    check_in_time(before.roster, now_s())
    lines = _tell_changes(before)
    if roots is None:
        click.echo("Compare the roots named with your own list, letter by letter, or give --roots.", err=True)
    _ask(yes)
    for key in read_keys(root_keys, passphrase_files):
        parcel = add_signature(parcel, key)
    replace(file, parcel.to_bytes())
    after = read_proposed(parcel)
    found = {
        "file": str(file),
        "version": after.roster.version,
        "differences": lines,
        "signed": sorted(after.signers),
        "complete": after.is_complete,
    }
    did = "Signed" if after.signers != before.signers else "This key had signed already:"
    tell(found, as_json, f"{did} roster {after.roster.version} in {file}. {still_needed(after)}")
    if after.is_complete:
        click.echo(f"Next: `lero-coordinator roster accept {file}`.", err=True)


def _sign_here(
    office: Office,
    root_keys: tuple[Path, ...],
    days: int,
    yes: bool,
    passphrase_files: tuple[Path, ...],
    as_json: bool,
) -> None:
    from lero_coordinator.countersigning import read_proposed
    from lero_coordinator.listing import accept_roster, draft_roster, signed_by

    parcel: RosterParcel = draft_roster(office, now_s(), days)
    _tell_changes(read_proposed(parcel))
    _ask(yes)
    signed = signed_by(parcel, read_keys(root_keys, passphrase_files))
    _tell_stored(office, accept_roster(office, signed, now_s()), as_json)


def _tell_changes(proposed: Proposed) -> list[str]:
    """What the roster changes, to be read before it is signed."""
    from lero_contract.dictionary import load_dictionary
    from lero_coordinator.countersigning import in_words, names_of

    before = f"What changes from roster {proposed.previous.version}" if proposed.previous else "What it lists"
    lines = in_words(proposed, names_of(load_dictionary()))
    click.echo(f"Roster {proposed.roster.version} of {proposed.roster.federation_id}. {before}:", err=True)
    for line in lines:
        click.echo(f"- {line}", err=True)
    return lines


def _ask(yes: bool) -> None:
    if not yes:
        click.confirm("Sign this roster?", err=True, abort=True)


def _tell_stored(office: Office, signed: Roster, as_json: bool) -> None:
    nodes = [n.node_id for n in signed.nodes]
    tell({"version": signed.version, "nodes": nodes}, as_json, f"Roster {signed.version} lists {len(nodes)} nodes.")
