"""`budget`: the year's privacy allowance, what was spent of it and for what, and opening the next."""

from __future__ import annotations

from pathlib import Path

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import FILE, check_new, open_here
from lero_node.cli.write_off import write_off


@click.group()
def budget() -> None:
    """See the privacy allowance, and open a new year of it.

    Example: lero-node budget show
    """


@budget.command()
@click.option("--year", type=click.IntRange(1), help="An earlier year of the allowance; the open one by default.")
@click.option("--by-joining-year", is_flag=True, help="Also what was spent on members by the year they joined.")
@as_json
@click.pass_context
def show(ctx: click.Context, year: int | None, by_joining_year: bool, as_json: bool) -> None:
    """What was spent, month by month and request by request, and in one sentence what left this computer.

    Example: lero-node budget show
    """
    from lero_contract.errors import NotReady
    from lero_node.gate.spending import joining_in_words, year_in_words, year_of_account
    from lero_node.gate.spending_data import account_data
    from lero_node.privacy.account import read_account

    with open_here(ctx) as node:
        account = read_account(node.ledger.rows())
        number = year or account.year
        if number not in {opened.year for opened in account.opened}:
            words = f"Year {number} of the allowance was never opened." if number else "No year of it is open."
            raise NotReady(words, "See: lero-node budget open-year --help")
        found = year_of_account(
            *(account, number, node.policy.caps, node.inbox.find),
            *(node.rosters.newest, node.dictionary, node.now_s),
        )
    lines = year_in_words(found)
    if by_joining_year:
        lines = [*lines[:-1], *joining_in_words(account.spent), lines[-1]]
    tell(account_data(found), as_json, "\n".join(lines))


@budget.command()
@click.option("--out", type=FILE, required=True, help="The file to write; never one that is there already.")
@click.pass_context
def export(ctx: click.Context, out: Path) -> None:
    """Write the whole account as a table for a trustee: charges, years opened, write-offs. No member data.

    Example: lero-node budget export --out account.csv
    """
    from lero_node.data.files import write_durably
    from lero_node.gate.trustee_csv import trustee_csv
    from lero_node.privacy.account import read_account

    check_new(out)
    with open_here(ctx) as node:
        account = read_account(node.ledger.rows())
        content = trustee_csv(account, node.policy.caps, node.inbox.find, node.rosters.newest, node.dictionary)
    write_durably(out, content)
    click.echo(f"Wrote {out}: {len(account.opened) + len(account.spent)} rows, and no member data.")


@budget.command(name="open-year")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def open_year(ctx: click.Context, yes: bool) -> None:
    """Open a new year of the allowance: at most once in 365 days of roster dates, and only by you.

    Example: lero-node budget open-year
    """
    from lero_node.node import roster_day

    with open_here(ctx) as node:
        node.witness.check_local(node.ledger)
        if not yes:
            click.confirm(f"Open another {node.policy.prices.year} rho? This cannot be undone.", abort=True, err=True)
        standing = node.ledger.open_year(roster_day(node.rosters.newest), node.now_s)
        node.log.write(node.now_s, "year opened", f"year {standing.year}")
    click.echo(f"Year {standing.year} is open.")


budget.add_command(write_off)
