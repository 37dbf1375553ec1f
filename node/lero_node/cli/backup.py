"""`backup` and `restore`: a node in one file, and back into an empty folder, without getting any budget back."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import EXISTING_FILE, FILE, ask_passphrase, now_s, place, remark, storage_key

passphrase_option = click.option(
    "--passphrase-file", type=EXISTING_FILE, help="A file whose first line is the backup's passphrase."
)


@click.command()
@click.option("--out", type=FILE, required=True, help="The file to write, on another disk; never one that is there.")
@click.option("--with-records", is_flag=True, help="The imported records too, encrypted as they are.")
@passphrase_option
@as_json
@click.pass_context
def backup(ctx: click.Context, out: Path, with_records: bool, passphrase_file: Path | None, as_json: bool) -> None:
    """Write everything of this node into one file, opened by a passphrase of its own. The node may be running.

    Example: lero-node backup --out /media/stick/north-star.backup
    """
    from lero_node.backup import make_backup
    from lero_node.log import Log

    home, key, at_s = place(ctx).home, storage_key(ctx), now_s()
    made = make_backup(home, key, _passphrase(passphrase_file, "New passphrase of the backup"), out, with_records, at_s)
    log = Log(home.log)
    log.write(at_s, "backup made", "with records" if with_records else "without records")
    log.close()
    files = sorted(made.manifest.parts)
    records = "with the records, encrypted" if with_records else "without the records: import them again afterwards"
    tell(
        {"out": str(out), "files": files, "bytes": made.manifest.size, "with_records": with_records},
        as_json,
        f"Wrote {out}: {len(files)} files, {records}.",
    )
    if made.not_taken:
        remark(f"Not this node's, and not taken: {', '.join(map(ascii, made.not_taken))}.")
    remark("What it is for: a lost or broken computer. Keep it apart from its passphrase: without that it is useless.")
    remark("What it does not do: bring budget back. A restored node writes off the rest of its year before it answers.")
    if with_records:
        remark("A member whom you remove here later is still in it. Delete it then, and make a new one.")


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--keep-key",
    default="keyring",
    show_default=True,
    help="Where the key to the records lives from now on: keyring, passphrase, or credential:NAME for a service.",
)
@passphrase_option
@as_json
@click.pass_context
def restore(ctx: click.Context, file: Path, keep_key: str, passphrase_file: Path | None, as_json: bool) -> None:
    """Bring a backup into an empty data folder. The node then answers nothing until you write off the year's rest.

    Example: lero-node restore north-star.backup
    """
    from lero_node.backup import restore as bring_back
    from lero_node.data.keys import surroundings

    home = place(ctx).home
    passphrase = _passphrase(passphrase_file, "Passphrase of the backup")
    manifest = bring_back(home, file, passphrase, keep_key, surroundings(ask_passphrase), now_s())
    tell(
        {"node": manifest.node_id, "files": sorted(manifest.parts), "with_records": manifest.with_records},
        as_json,
        f"Restored {manifest.node_id}: {len(manifest.parts)} files, every one as it was backed up.",
    )
    remark("It answers nothing yet. What was spent after the backup is not known here, so the rest of the year's")
    remark("allowance has to be written off, and requests issued before that moment are never answered.")
    remark("Make sure that the old computer no longer runs as this node. Then: lero-node budget write-off")
    if not manifest.with_records:
        remark("The records are not in the backup: run lero-node import FOLDER, or lero-node data connect.")


def _passphrase(file: Path | None, prompt: str) -> str:
    from lero_contract.errors import DataNotValid

    if file is None:
        return ask_passphrase(prompt)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DataNotValid("The file with the passphrase cannot be read.", "Save it as plain text (UTF-8).") from None
    return lines[0] if lines else ""
