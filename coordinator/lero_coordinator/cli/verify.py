"""`verify` and `evidence`: what anyone can check of a release, and what only the national body can show."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, EXISTING_FOLDER, open_office


@click.command()
@click.argument("release", type=EXISTING_FOLDER, required=False)
@click.option("--roots", type=EXISTING_FILE, required=True, help="The root keys, from another source than the folder.")
@click.option("--evidence", type=EXISTING_FOLDER, help="The folder of `evidence`: combines its answers again.")
@as_json
@click.pass_context
def verify(ctx: click.Context, release: Path | None, roots: Path, evidence: Path | None, as_json: bool) -> None:
    """Check a published folder: signatures, files, and the arithmetic between its figures. Needs no coordinator.

    Example: lero-coordinator verify landscape --roots roots.json
    """
    from lero_contract.dictionary import load_dictionary
    from lero_contract.errors import DataNotValid
    from lero_coordinator.proof.evidence import NOT_TO_BE_PUBLISHED
    from lero_coordinator.proof.verify import verify as look

    if release is None and evidence is None:
        raise click.UsageError("Give a published folder, or --evidence, or both.")
    findings = look(release, evidence, roots, load_dictionary())
    lines = [f"{'ok    ' if check.ok else 'failed'}  {check.what}: {check.words}" for check in findings.checks]
    failed = len(findings.failed)
    lines.append("All of it holds." if findings.ok else f"{failed} of {len(findings.checks)} checks failed.")
    tell({"ok": findings.ok, "checks": [asdict(check) for check in findings.checks]}, as_json, "\n".join(lines))
    if evidence is not None:
        click.echo(NOT_TO_BE_PUBLISHED, err=True)
    if not findings.ok:
        ctx.exit(DataNotValid.exit_code)


@click.command()
@click.argument("request_id")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder, private.")
@click.option("--revision", type=click.IntRange(1), help="Of this one; by default the newest.")
@as_json
@click.pass_context
def evidence(ctx: click.Context, request_id: str, out: Path, revision: int | None, as_json: bool) -> None:
    """Write the signed answers behind a revision into a folder, from which it can be combined again.

    The folder holds each LERO's own noisy figures: keep it, show it to an auditor, never publish it.

    Example: lero-coordinator evidence 0123456789abcdef0123456789abcdef --out evidence
    """
    from lero_contract.errors import Refused
    from lero_coordinator.proof.evidence import NOT_TO_BE_PUBLISHED, evidence_files
    from lero_coordinator.proof.folder import is_published, write_private_folder
    from lero_coordinator.proof.gather import evidence_of

    if is_published(out):
        raise Refused("Evidence is never written into a published folder.", "Name a folder elsewhere.")
    with open_office(ctx) as office:
        found = evidence_of(office, request_id, revision)
    write_private_folder(evidence_files(found), out)
    number = found.revisions[-1].number
    result = {"folder": str(out), "revision": number, "answers": sorted(found.answers)}
    tell(result, as_json, f"Evidence of revision {number}: {len(found.answers)} answers in {out}.")
    click.echo(NOT_TO_BE_PUBLISHED, err=True)
