"""`request`: what was asked of this LERO, and the operator's yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.asking import ask
from lero_node.cli.common import open_here
from lero_node.cli.requests import find, leaving, plan_of, reason_option, row, said_about, talk_in_words
from lero_node.cli.sending import figures, send, withhold

if TYPE_CHECKING:
    from lero_contract.plan import Plan
    from lero_contract.request import Request
    from lero_node.node import Node


@click.group()
def request() -> None:
    """See what was asked, and decide.

    Example: lero-node request list
    """


@request.command(name="list")
@as_json
@click.pass_context
def list_requests(ctx: click.Context, as_json: bool) -> None:
    """Every request this node has heard, with what became of it.

    Example: lero-node request list
    """
    with open_here(ctx) as node:
        rows = [row(node, item) for item in node.inbox.items()]
    headings = ["request", "received", "closes", "state", "title"]
    tell(rows, as_json, columns(headings, [[found[name] for name in headings] for found in rows]))


@request.command()
@click.argument("request_id")
@click.option("--sql", is_flag=True, help="The statements that would run on your records.")
@click.option(
    "--dialect",
    type=click.Choice(["duckdb", "postgres"]),
    help="With --sql: as this engine spells them; by default the one your records are in.",
)
@as_json
@click.pass_context
def show(ctx: click.Context, request_id: str, sql: bool, dialect: str | None, as_json: bool) -> None:
    """One request in plain English: who asks, what leaves this computer, what it costs.

    Example: lero-node request show 4f1c
    """
    from lero_node.gate.explain import request_in_words

    with open_here(ctx) as node:
        item = find(node, request_id)
        asked = item.request
        roster, _ = node.rosters.pinned_by(asked.roster_digest)
        plan = plan_of(node, asked)
        words = request_in_words(
            asked, plan, item.analyst_id, roster, node.policy, node.ledger.standing(), node.dictionary
        )
        data = {
            **row(node, item),
            "price_nano_rho": plan.price_nano_rho,
            "tables": [table.table_id for table in plan.tables],
            "figures": plan.cell_count,
            "questions": said_about(node, item),
        }
        lines = [*words, *talk_in_words(data["questions"]), f"State: {data['state']}. {item.reason_words}".rstrip()]
        lines += ["", *leaving(node, item)] if data["state"] == "ready" else []
        if sql:
            written, statements = _statements(node, asked, plan, dialect)
            data |= {"dialect": written, "sql": statements}
            lines += [f"\n-- {part_id}\n{text};" for part_id, text in statements.items()]
    tell(data, as_json, "\n".join(lines))


@request.command()
@click.argument("request_id")
@click.pass_context
def approve(ctx: click.Context, request_id: str) -> None:
    """Let a request be answered. Its price is charged when it is computed, and never given back.

    Example: lero-node request approve 4f1c
    """
    from lero_node.gate.inbox import Decision

    with open_here(ctx) as node:
        item = find(node, request_id)
        node.inbox.decide_waiting(item.request_id, Decision.APPROVED, "", node.now_s)
        node.log.write(node.now_s, "request approved", "by the operator", item.request_id)
        click.echo(f"Approved “{item.request.title}”. It is answered while `lero-node run` is at work.")


@request.command()
@click.argument("request_id")
@reason_option("What the analyst is told beside that it was declined.")
@click.pass_context
def refuse(ctx: click.Context, request_id: str, reason: str | None) -> None:
    """Decline a request. Nothing is computed and nothing charged; the analyst sees that it was declined.

    Example: lero-node request refuse 4f1c --reason not-our-purpose
    """
    from lero_contract.errors import Declined
    from lero_node.gate.inbox import Decision

    with open_here(ctx) as node:
        item = find(node, request_id)
        node.inbox.decide_waiting(item.request_id, Decision.DECLINED, Declined.code, node.now_s, reason or "")
        node.log.write(node.now_s, "request declined", "by the operator", item.request_id)
        click.echo(f"Declined “{item.request.title}”.")


def _statements(node: Node, asked: Request, plan: Plan, dialect: str | None) -> tuple[str, dict[str, str]]:
    """The dialect, and the very text that runs there by the id of each part. Loads no engine."""
    from lero_node.data.connection import read_connection
    from lero_node.data.manifest import folder_of
    from lero_node.query.dialects import DUCKDB, POSTGRES, as_text
    from lero_node.query.statement import statement

    snapshot, schema = node.snapshot, ""
    in_place = snapshot is not None and snapshot.is_in_place
    written = dialect or (POSTGRES if in_place else DUCKDB)
    if snapshot is not None and in_place and written == POSTGRES:
        schema = read_connection(folder_of(node.home.store, snapshot.snapshot_id), node.key).schema
    return written, {
        part.part_id: as_text(statement(part, asked, node.dictionary), written, schema, pretty=True)
        for part in plan.parts
    }


for command in (ask, send, withhold, figures):
    request.add_command(command)
