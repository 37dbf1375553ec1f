"""The group all commands hang on: a failure of the known family ends in words, and with its own exit code."""

from __future__ import annotations

from pathlib import Path

import click
from platformdirs import user_data_path

from lero_contract.console import Speaking
from lero_coordinator.cli.authority import authority
from lero_coordinator.cli.catalogue import catalogue
from lero_coordinator.cli.demo import demo
from lero_coordinator.cli.enrol import enrolments
from lero_coordinator.cli.invite import invite
from lero_coordinator.cli.key import key
from lero_coordinator.cli.office import init, serve
from lero_coordinator.cli.party import party
from lero_coordinator.cli.programme import programme
from lero_coordinator.cli.receive import export, receive
from lero_coordinator.cli.release import combine, publish
from lero_coordinator.cli.request import request
from lero_coordinator.cli.root_keys import root
from lero_coordinator.cli.roster import roster
from lero_coordinator.cli.verify import evidence, verify


@click.group(cls=Speaking, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: user_data_path("lero-coordinator"),
    show_default="the account's data folder",
    envvar="LERO_COORDINATOR_HOME",
    help="Where this coordinator keeps everything.",
)
@click.version_option(package_name="lero")
@click.pass_context
def cli(ctx: click.Context, home: Path) -> None:
    """Put questions to LEROs, and publish the answers together.

    Example: lero-coordinator --home ./centre request list
    """
    ctx.obj = home


for command in (init, serve, key, root, party, invite, enrolments, roster, authority):
    cli.add_command(command)
for command in (catalogue, programme, request, receive, combine, publish, verify, evidence, demo):
    cli.add_command(command)
request.add_command(export)
