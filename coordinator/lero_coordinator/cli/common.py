"""What every command shares: the office, the clock, passphrases, and the two ways of answering."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from lero_coordinator.office import Office

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
EXISTING_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)

passphrase_files = click.option(
    "--passphrase-file",
    "passphrase_files",
    type=EXISTING_FILE,
    multiple=True,
    help="A file whose first line is the passphrase; asked for otherwise. Once for all keys, or once for each.",
)


def now_s() -> int:
    """The clock: seconds since 1970. The only place of the command line that reads it."""
    return int(time.time())


@contextlib.contextmanager
def open_office(ctx: click.Context) -> Iterator[Office]:
    """The office of --home, given back at the end."""
    from lero_coordinator.office import Office

    office = Office(ctx.find_root().obj)
    try:
        yield office
    finally:
        office.close()


def passphrase_for(file: Path, given: Sequence[Path], position: int = 0, *, confirm: bool = False) -> bytes:
    """The passphrase of the key file at this position: from the files given, or asked for."""
    if given:
        source = given[position] if len(given) > 1 else given[0]
        return source.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    words = click.prompt(f"Passphrase of {file.name}", hide_input=True, confirmation_prompt=confirm, err=True)
    return str(words).encode()


def check_listed(key: Ed25519PrivateKey, listed: Mapping[str, bytes], role: str) -> None:
    """Raises Unauthorised for a key that the newest roster does not list in a role: nobody would believe it."""
    from lero_contract.envelope import key_id, public_bytes
    from lero_contract.errors import Unauthorised

    if key_id(public_bytes(key)) not in listed:
        raise Unauthorised(f"This key is not a listed {role}'s on the newest roster.", "See `party list`.")


def read_keys(files: Sequence[Path], given: Sequence[Path]) -> list[Ed25519PrivateKey]:
    """The private keys of several files. A usage error where passphrase files do not match key files."""
    from lero_coordinator.keys import read_private_key

    if len(given) not in (0, 1, len(files)):
        raise click.UsageError("Give --passphrase-file once for all keys, or once for each.")
    return [read_private_key(file, passphrase_for(file, given, i)) for i, file in enumerate(files)]
