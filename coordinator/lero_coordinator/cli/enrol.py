"""`enrol`: LEROs that wish to join, by file."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import EXISTING_FILE, now_s, open_office


@click.group()
def enrol() -> None:
    """Take in LEROs that wish to join.

    Example: lero-coordinator enrol list
    """


@enrol.command()
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@as_json
@click.pass_context
def accept(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Take in enrolment files, after you have checked who sent them.

    Example: lero-coordinator enrol accept north-star.enrolment
    """
    with open_office(ctx) as office:
        taken = [office.accept_enrolment(file.read_bytes(), now_s()) for file in files]
    lines = (f"{e.node_id} will be listed for {', '.join(e.areas)} by the next `roster sign`." for e in taken)
    tell([{"node": e.node_id, "areas": list(e.areas)} for e in taken], as_json, "\n".join(lines))


@enrol.command(name="list")
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
