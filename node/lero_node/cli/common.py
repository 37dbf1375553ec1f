"""What every command shares: the home, its key, the clock, and the two ways of answering."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lero_node.data.sealing import StorageKey
    from lero_node.home import Home
    from lero_node.node import Node
    from lero_node.witness import FindMarks

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
EXISTING = click.Path(path_type=Path, exists=True)


@dataclass(frozen=True)
class Place:
    """What the group was given: the data folder, and where the key is to be found if not where `init` said.

    marks: the folder for the mark of the ledger, where somebody chose one.
    """

    home: Home
    key_source: str | None
    marks: Path | None = None


def place(ctx: click.Context) -> Place:
    """Of this run of the program."""
    found: Place = ctx.find_root().obj
    return found


def storage_key(ctx: click.Context) -> StorageKey:
    """The key of the data folder, asked for or fetched from where it is kept."""
    from lero_node.data.keys import open_key, surroundings
    from lero_node.home import load_settings

    found = place(ctx)
    source = found.key_source or load_settings(found.home).storage_key
    return open_key(source, found.home.folder, surroundings(ask_passphrase))


def marks(ctx: click.Context) -> FindMarks:
    """Where the mark of this node's ledger is kept: a function of its identity key's name."""
    from lero_node.data.keys import system_vault
    from lero_node.home import load_settings
    from lero_node.witness import find_marks

    found = place(ctx)
    source = load_settings(found.home).storage_key
    return lambda name: find_marks(name, found.home.folder, source, found.marks, os.environ, system_vault)


@contextlib.contextmanager
def open_here(ctx: click.Context) -> Iterator[Node]:
    """The node of --home, given back at the end."""
    from lero_node.node import open_node

    node = open_node(place(ctx).home, storage_key(ctx), time.time, marks(ctx))
    try:
        yield node
    finally:
        node.close()


def check_new(file: Path) -> None:
    """Before anything is done for it. Raises UsageError where it has no folder, DataNotValid where it is there."""
    from lero_contract.errors import DataNotValid

    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {file.parent} for the file.")
    if file.exists() or file.is_symlink():
        raise DataNotValid(f"{file} is there already.", "Choose another name.")


def now_s() -> int:
    """The clock: whole seconds since 1970."""
    return int(time.time())


def ask_passphrase(prompt: str) -> str:
    """Typed unseen; a new one twice."""
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=prompt.startswith("New"), err=True))


def remark(words: str) -> None:
    """For the person watching, not for a pipe."""
    click.echo(words, err=True)


def when(at_s: int) -> str:
    """A time in this computer's own zone, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s))
