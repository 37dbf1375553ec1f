"""`key`: signing keys, each in a file that belongs on its holder's own medium."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import EXISTING_FILE, FILE, passphrase_files, passphrase_for


@click.group()
def key() -> None:
    """Make and look at signing keys.

    Example: lero-coordinator key show analyst.key.pub
    """


@key.command()
@click.option(
    "--role", type=click.Choice(["root", "analyst", "publisher", "keeper"]), required=True, help="What it will sign."
)
@click.option("--out", type=FILE, required=True, help="The private key; FILE.pub is written beside it.")
@passphrase_files
@as_json
@click.pass_context
def new(ctx: click.Context, role: str, out: Path, passphrase_files: tuple[Path, ...], as_json: bool) -> None:
    """Make an Ed25519 key, encrypted under a passphrase.

    Example: lero-coordinator key new --role analyst --out analyst.key
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lero_contract.envelope import key_id, public_bytes
    from lero_contract.errors import DataNotValid
    from lero_coordinator.keys import write_key

    home: Path = ctx.find_root().obj
    if out.resolve().is_relative_to(home.resolve()):
        words = "A coordinator's home never holds a signing key: whoever stole it could forge."
        raise DataNotValid(words, "Choose a file on the key holder's own medium.")
    made = Ed25519PrivateKey.generate()
    public = write_key(made, out, passphrase_for(out, passphrase_files, confirm=True))
    name = key_id(public_bytes(made))
    found = {"role": role, "key_id": name, "private": str(out), "public": str(public)}
    tell(found, as_json, f"{role} key {name[:16]} in {out}; its public half in {public}.")


@key.command()
@click.argument("public_file", type=EXISTING_FILE)
@as_json
def show(public_file: Path, as_json: bool) -> None:
    """The name of a public key, to be read out and compared.

    Example: lero-coordinator key show analyst.key.pub
    """
    from lero_contract.envelope import key_id
    from lero_coordinator.keys import read_public_key

    name = key_id(read_public_key(public_file))
    tell({"key_id": name}, as_json, name)
