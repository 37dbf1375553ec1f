"""`budget`: the year's privacy allowance, what was spent of it, and opening the next."""

from __future__ import annotations

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import open_here
from lero_node.gate.words import bar


@click.group()
def budget() -> None:
    """See the privacy allowance, and open a new year of it.

    Example: lero-node budget show
    """


@budget.command()
@as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """What was spent this year and in this node's life, beside what the policy allows.

    Example: lero-node budget show
    """
    from lero_contract.price import NANO, epsilon_of

    with open_here(ctx) as node:
        standing, caps = node.ledger.standing(), node.policy.caps
    accounts = {
        f"Year {standing.year}": (standing.spent_year, caps.year_nano_rho),
        "Lifetime": (standing.spent_lifetime, caps.lifetime_nano_rho),
    }
    lines = [
        f"{name:<9} {bar(spent / cap)} {100 * spent / cap:.0f}% of {cap / NANO:g} rho used "
        f"(epsilon {epsilon_of(spent / NANO):.2f} at delta 1e-6)"
        for name, (spent, cap) in accounts.items()
    ]
    lines.append("Someone who joined yesterday has had nothing spent on them; someone who stays has had all of it.")
    data = {
        "year": standing.year,
        "spent_year_nano_rho": standing.spent_year,
        "spent_lifetime_nano_rho": standing.spent_lifetime,
        "year_nano_rho": caps.year_nano_rho,
        "lifetime_nano_rho": caps.lifetime_nano_rho,
    }
    tell(data, as_json, "\n".join(lines))


@budget.command(name="open-year")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def open_year(ctx: click.Context, yes: bool) -> None:
    """Open a new year of the allowance: at most once in 365 days of roster dates, and only by you.

    Example: lero-node budget open-year
    """
    from lero_node.node import roster_day

    with open_here(ctx) as node:
        if not yes:
            click.confirm(f"Open another {node.policy.prices.year} rho? This cannot be undone.", abort=True, err=True)
        standing = node.ledger.open_year(roster_day(node.rosters.newest), node.now_s)
        node.log.write(node.now_s, "year opened", f"year {standing.year}")
    click.echo(f"Year {standing.year} is open.")
