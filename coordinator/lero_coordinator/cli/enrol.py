"""`enrol`: who was taken in, and LEROs that join without a line, by file."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, now_s, open_office


@click.group(name="enrol")
def enrolments() -> None:
    """LEROs that have joined, or wish to by file.

    Example: lero-coordinator enrol list
    """


@enrolments.command()
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@as_json
@click.pass_context
def accept(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Take in enrolments that came as files: of LEROs you invited, or that change their entry.

    Example: lero-coordinator enrol accept north-star.enrolment
    """
    from lero_contract.carried import read_carried
    from lero_contract.codec import envelope_from_bytes
    from lero_contract.errors import LeroError
    from lero_coordinator.admitting import enrol_by_file

    taken: list[dict[str, object]] = []
    with open_office(ctx) as office:
        try:
            for file in files:
                entry = enrol_by_file(office, envelope_from_bytes(read_carried(file)), now_s())
                taken.append({"node": entry.node_id, "areas": list(entry.areas)})
                areas = ", ".join(entry.areas)
                if not as_json:
                    click.echo(f"{entry.node_id} will be listed for {areas} by the next `roster sign`.")
        except LeroError:
            click.echo(f"{file} was not taken in, nor any after it:", err=True)
            raise
        finally:
            if as_json:
                tell(taken, True, "")


@enrolments.command(name="list")
@as_json
@click.pass_context
def list_enrolments(ctx: click.Context, as_json: bool) -> None:
    """Every node taken in, when it was last heard, and where its ledger stands.

    Example: lero-coordinator enrol list
    """
    from lero_contract.codec import decode_enrolment
    from lero_coordinator.store import ledger_marks, people, replies
    from lero_coordinator.times import in_words

    with open_office(ctx) as office, office.store.reading() as connection:
        stored, seen = people.all_enrolments(connection), replies.all_sightings(connection)
        marks = ledger_marks.all_marks(connection)
    rows = []
    for enrolment in stored:
        wish, sighting = decode_enrolment(enrolment.envelope.payload), seen.get(enrolment.node_id)
        heard = (in_words(sighting.seen_at_s), sighting.software_version) if sighting else ("never", "")
        mark = marks.get(enrolment.node_id)
        ledger = mark.in_words if mark is not None else ""
        rows.append((enrolment.node_id, wish.organisation_name, " ".join(wish.entry.areas), *heard, ledger))
    headings = ("node", "organisation", "areas", "last_heard", "version", "ledger")
    tell([dict(zip(headings, row, strict=True)) for row in rows], as_json, columns(headings, rows))
