"""The group all commands hang on: a failure of the known family ends in words, and with its own exit code."""

from __future__ import annotations

from pathlib import Path

import click
from platformdirs import user_data_path

from lero_contract.console import Speaking
from lero_node.cli.answer import answer, counted
from lero_node.cli.backup import backup, restore
from lero_node.cli.budget import budget
from lero_node.cli.common import Place
from lero_node.cli.data import data, import_
from lero_node.cli.doctor import doctor
from lero_node.cli.log import log
from lero_node.cli.mapping import mapping
from lero_node.cli.policy import policy
from lero_node.cli.profile import profile
from lero_node.cli.programme import programme
from lero_node.cli.request import request
from lero_node.cli.run import run
from lero_node.cli.setup import init, join
from lero_node.cli.standing import standing


@click.group(cls=Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: user_data_path("lero-node"),
    show_default="the account's data folder",
    envvar="LERO_NODE_HOME",
    help="Where this node keeps everything.",
)
@click.option("--key", "key_source", help="Where the storage key is, if not where `init` put it: fd:3, for instance.")
@click.option(
    "--marks",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LERO_NODE_MARKS",
    help="Folder for the mark of the ledger, outside --home. By default the keyring or a folder of the account.",
)
@click.version_option(package_name="lero")
@click.pass_context
def cli(ctx: click.Context, home: Path, key_source: str | None, marks: Path | None) -> None:
    """Answer questions about your members, with privacy, from records that stay on this computer.

    Example: lero-node request list
    """
    from lero_node.home import Home

    ctx.obj = Place(Home(home), key_source, marks)


_COMMANDS = (
    init,
    join,
    profile,
    mapping,
    import_,
    data,
    run,
    answer,
    request,
    programme,
    standing,
    budget,
    policy,
    log,
    doctor,
    backup,
    restore,
)
for command in _COMMANDS:
    cli.add_command(command)
request.add_command(counted)
