"""`init` and `serve`: the start of a coordinator, and its listening."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, tell
from lero_coordinator.cli.common import FILE, now_s, open_office

if TYPE_CHECKING:
    from lero_coordinator.office import Office


@click.command()
@click.option("--federation", "federation_id", required=True, help="Its short name, as in lero-england.")
@click.option("--name", required=True, help="The national body, in words.")
@click.option("--address", required=True, help="host:port at which nodes reach this computer.")
@click.option("--listen", default="", help="host:port to listen on; by default the address's port, on every network.")
@click.option("--database", default="", help="SQLAlchemy URL; by default SQLite in the home folder.")
@click.option("--synthetic", is_flag=True, help="Made-up LEROs: everything published says so.")
@click.option("--year-allowance", default=0.25, show_default=True, help="Rho of a year, for previews.")
@as_json
@click.pass_context
def init(
    ctx: click.Context,
    federation_id: str,
    name: str,
    address: str,
    listen: str,
    database: str,
    synthetic: bool,
    year_allowance: float,
    as_json: bool,
) -> None:
    """Make a new coordinator in the home folder.

    Example: lero-coordinator init --federation lero-england --name "The national body" --address lero.example.org:7443
    """
    from pydantic import ValidationError

    from lero_contract.errors import DataNotValid
    from lero_coordinator.config import Config, words_of
    from lero_coordinator.office import Office

    try:
        config = Config(
            federation_id=federation_id,
            name=name,
            address=address,
            listen=listen or f"0.0.0.0:{address.rpartition(':')[2]}",
            database=database,
            synthetic=synthetic,
            year_allowance=year_allowance,
        )
    except ValidationError as reason:
        raise DataNotValid(words_of(reason), "Correct the options named.") from reason
    home: Path = ctx.find_root().obj
    Office.create(home, config, now_s()).close()
    found = {"federation": federation_id, "home": str(home), "address": config.address, "listen": config.listen}
    tell(found, as_json, f"Made the coordinator of {federation_id} in {home}.")
    click.echo("Next: `lero-coordinator key new --role root`, then `root init`.", err=True)


@click.command()
@click.option("--listen", default="", help="host:port, instead of the one in the settings.")
@click.option("--port", type=click.IntRange(0, 65535), help="Another port on the settings' host; 0 takes a free one.")
@click.option("--port-file", type=FILE, help="Written with the port once nodes can dial.")
@click.pass_context
def serve(ctx: click.Context, listen: str, port: int | None, port_file: Path | None) -> None:
    """Listen for nodes until stopped (Ctrl-C, or SIGTERM).

    Example: lero-coordinator serve --port 7443
    """
    from lero_coordinator.config import split_address
    from lero_coordinator.service import serve as listen_for_nodes

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with open_office(ctx) as office:
        _warn_of_expiry(office)
        where = listen or office.config.listen
        if port is not None:
            host, _ = split_address(where)
            where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        listen_for_nodes(office, listen=where, port_file=port_file, say=click.echo)


def _warn_of_expiry(office: Office) -> None:
    from lero_contract.errors import NotReady
    from lero_coordinator.rostering import expiry_warning

    with contextlib.suppress(NotReady):  # none is signed yet: then nobody can call, and nothing can expire
        if warning := expiry_warning(office.roster().roster, now_s()):
            logging.getLogger(__name__).warning(warning)
