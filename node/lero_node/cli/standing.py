"""`standing`: a yes given beforehand to requests like one that you have read."""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import now_s, open_here, place


@click.group()
def standing() -> None:
    """Say yes beforehand to requests like one that you have read: same template, same signer, a ceiling and a count.

    Example: lero-node standing list
    """


@standing.command()
@click.argument("request_id")
@click.option("--times", type=click.IntRange(1, 1_000), required=True, help="At most so many, from today on.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day on which it says yes.")
@click.option("--most-rho", help="Ceiling of each price; by default what this request costs here.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def add(
    ctx: click.Context, request_id: str, times: int, until: datetime.datetime, most_rho: str | None, yes: bool
) -> None:
    """Approve requests like this one from today on, without being asked. Your policy and the allowance still hold.

    It is bound to what the request asks (tables, purpose, mode), to the key that signed it, to a price and to a count.

    Example: lero-node standing add 4f1c --times 4 --until 2027-03-31
    """
    from lero_contract.errors import Refused
    from lero_contract.price import NANO
    from lero_node.answer import reconsider
    from lero_node.cli.confirming import confirm_text
    from lero_node.cli.requests import find, plan_of
    from lero_node.gate.admission import template_digest
    from lero_node.gate.policy import StandingApproval, read_policy
    from lero_node.gate.standing_text import with_approval

    home = place(ctx).home
    with open_here(ctx) as node:
        item = find(node, request_id)
        price = Decimal(plan_of(node, item.request).price_nano_rho) / NANO
        if not price:
            raise Refused("This LERO records nothing of what the request asks: there is nothing to approve.")
        approval = StandingApproval.model_validate(
            {
                "words": item.request.title,
                "template": template_digest(item.request).hex(),
                "analyst_key": item.signer_key_id,
                "most_rho": _rho(most_rho) or price,
                "times": times,
                "from": datetime.datetime.fromtimestamp(node.now_s, datetime.UTC).date(),
                "until": until.date(),
            }
        )
        confirm_text(home, with_approval(read_policy(home.policy), approval), now_s(), yes)
        for approved in reconsider(node):
            click.echo(f"Approved “{approved.request.title}”, which was waiting.")


@standing.command(name="list")
@as_json
@click.pass_context
def list_standing(ctx: click.Context, as_json: bool) -> None:
    """Every standing approval in force, and how often it was used.

    Example: lero-node standing list
    """
    from lero_node.deciding import standing_used

    with open_here(ctx) as node:
        rows = [
            {
                "number": str(number),
                "used": f"{standing_used(node, found)} of {found.times}",
                "most_rho": f"{found.most_rho:f}",
                "from": found.first.isoformat(),
                "until": found.until.isoformat(),
                "words": found.words,
                "template": found.template,
                "analyst_key": found.analyst_key,
            }
            for number, found in enumerate(node.policy.standing, start=1)
        ]
    headings = ["number", "used", "most_rho", "from", "until", "words"]
    tell(rows, as_json, columns(headings, [[row[name] for name in headings] for row in rows]))


@standing.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def remove(ctx: click.Context, number: int, yes: bool) -> None:
    """Take a standing approval back: such requests ask again. What was answered stays answered and charged.

    Example: lero-node standing remove 1
    """
    from lero_contract.errors import Refused
    from lero_node.cli.confirming import confirm_text
    from lero_node.deciding import take_back_standing
    from lero_node.gate.policy import parse_policy, read_policy
    from lero_node.gate.standing_text import without_approval

    home = place(ctx).home
    with open_here(ctx) as node:
        text = read_policy(home.policy)
        if number > len(parse_policy(text).standing):
            raise Refused(f"There is no standing approval {number}.", "See: lero-node standing list")
        confirm_text(home, without_approval(text, number - 1), now_s(), yes)
        again = take_back_standing(node)
    if again:
        click.echo(f"{len(again)} of its requests, not computed yet, now wait for you.")


def _rho(written: str | None) -> Decimal | None:
    try:
        found = Decimal(written) if written is not None else None
    except InvalidOperation:
        found = Decimal(0)
    if found is not None and not (found.is_finite() and 0 < found <= 10):
        raise click.UsageError("--most-rho is a price above 0, as in --most-rho 0.02")
    return found
