"""`request send|withhold|figures`: the gate between a finished answer and the line, and what had left."""

from __future__ import annotations

from dataclasses import asdict

import click

from lero_contract.console import as_json, tell
from lero_node.cli.common import open_here
from lero_node.cli.requests import find, leaving, plan_of, reason_option


@click.command()
@click.argument("request_id")
@click.option("--yes", is_flag=True, help="Do not show it and ask.")
@click.pass_context
def send(ctx: click.Context, request_id: str, yes: bool) -> None:
    """Let a finished answer leave. You see its shape, its price and who gets it, and no figure.

    Example: lero-node request send 4f1c
    """
    from lero_node.deciding import check_waits, let_go

    with open_here(ctx) as node:
        item = find(node, request_id)
        check_waits(node, item)
        if not yes:
            click.echo("\n".join(leaving(node, item)), err=True)
            click.confirm("Send it? It cannot be called back.", abort=True, err=True)
        let_go(node, item)
    click.echo(f"The answer to “{item.request.title}” leaves in the next slot, while `lero-node run` is at work.")


@click.command()
@click.argument("request_id")
@reason_option("What the analyst is told beside that it was withheld.")
@click.option("--yes", is_flag=True, help="Do not show it and ask.")
@click.pass_context
def withhold(ctx: click.Context, request_id: str, reason: str | None, yes: bool) -> None:
    """Keep a finished answer here, whole and for good. Its price stays charged; the analyst sees that it was withheld.

    Example: lero-node request withhold 4f1c --reason trustees-said-no
    """
    from lero_node.deciding import check_waits
    from lero_node.deciding import withhold as keep_here

    with open_here(ctx) as node:
        item = find(node, request_id)
        check_waits(node, item)
        if not yes:
            click.echo("\n".join(leaving(node, item)), err=True)
            click.confirm("Withhold it? It can never be sent after this.", abort=True, err=True)
        keep_here(node, item, reason or "")
    click.echo(f"Withheld: “{item.request.title}”. Its price stays charged.")


@click.command()
@click.argument("request_id")
@as_json
@click.pass_context
def figures(ctx: click.Context, request_id: str, as_json: bool) -> None:
    """The noisy figures of an answer that was sent, as the national body has them.

    Example: lero-node request figures 4f1c
    """
    from lero_contract.codec import decode_answer, decode_vector
    from lero_contract.errors import Refused
    from lero_node.gate.figures import figures as read
    from lero_node.gate.figures import figures_in_words
    from lero_node.privacy.ledger import State

    with open_here(ctx) as node:
        item = find(node, request_id)
        entry = node.ledger.entry(item.request_id)
        if entry is None or entry.state is not State.SENT or entry.answer is None:
            raise Refused(
                "The figures are shown once the answer was sent, and not before.",
                f"See: lero-node request show {item.request_id[:8]}",
            )
        found = read(plan_of(node, item.request), decode_vector(decode_answer(entry.answer).vector), node.dictionary)
    tell(
        [asdict(figure) for figure in found], as_json, "\n".join([f"“{item.request.title}”", *figures_in_words(found)])
    )
