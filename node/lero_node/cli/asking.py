"""`request ask`: a question to the analyst before one decides."""

from __future__ import annotations

import click

from lero_node.cli.common import open_here, remark
from lero_node.cli.requests import find


@click.command()
@click.argument("request_id")
@click.argument("text")
@click.option("--yes", is_flag=True, help="Do not ask whether it may leave.")
@click.pass_context
def ask(ctx: click.Context, request_id: str, text: str, yes: bool) -> None:
    """Ask the analyst about a request. The words leave this computer as they are: say nothing about any member.

    Example: lero-node request ask 4f1c "What will the figures by age band be used for?"
    """
    from lero_contract.conversation import check_text
    from lero_node.conversing import ask as keep

    check_text(text)
    with open_here(ctx) as node:
        item = find(node, request_id)
        if not yes:
            remark(f"To the analyst of “{item.request.title}”, by way of the coordinator at {node.membership.address}:")
            remark("\n".join(f"  | {line}" for line in text.split("\n")))
            remark("These words leave this computer as they are, without any noise. Is there nothing in them about a")
            remark("member: no name, no initials, no number of people, no story?")
            click.confirm("Send them?", abort=True, err=True)
        keep(node, item, text)
    click.echo(f"It leaves while `lero-node run` is at work. The reply: lero-node request show {item.request_id[:8]}")
