"""`programme`: a year of requests read, approved and withdrawn as one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lero_contract.console import as_json, columns, tell
from lero_node.cli.common import EXISTING_FILE, open_here, when

if TYPE_CHECKING:
    from lero_node.gate.covering import Offered
    from lero_node.gate.programmes import Approval
    from lero_node.node import Node


@click.group()
def programme() -> None:
    """Read a year of requests, and approve it once.

    Example: lero-node programme show standard-year.programme
    """


@programme.command()
@click.argument("file", type=EXISTING_FILE)
@as_json
@click.pass_context
def show(ctx: click.Context, file: Path, as_json: bool) -> None:
    """A programme in plain English: each request, what leaves this computer, what the year costs.

    Example: lero-node programme show standard-year.programme
    """
    with open_here(ctx) as node:
        found = _offered(node, file)
        words = _in_words(node, found)
    data = {
        "programme": found.programme.key,
        "analyst": found.analyst_id,
        "prices_nano_rho": dict(found.prices),
        "price_nano_rho": found.price_nano_rho,
        "reserve_nano_rho": found.programme.reserve_nano_rho,
        "not_collected": {entry.entry_id: list(asked.plan.not_collected) for entry, asked in found.asked},
        "reasons_against": list(found.reasons),
        "expires_at_s": found.programme.expires_at_s,
    }
    tell(data, as_json, "\n".join(words))


@programme.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--yes", is_flag=True, help="Do not show it and ask.")
@click.pass_context
def approve(ctx: click.Context, file: Path, yes: bool) -> None:
    """Say yes to every request of a programme, once each. Your policy and the allowance still hold for each of them.

    Example: lero-node programme approve standard-year.programme
    """
    from lero_contract.errors import RequestNotAllowed
    from lero_node.answer import reconsider
    from lero_node.gate.covering import check_not_expired

    with open_here(ctx) as node:
        node.rosters.check_in_time(node.now_s)
        found = _offered(node, file)
        check_not_expired(found.programme, node.now_s)
        if found.reasons:
            raise RequestNotAllowed(
                "This node's policy does not allow it:\n" + "\n".join(f"  - {reason}" for reason in found.reasons),
                "Nothing was approved. Ask the analyst for another programme.",
            )
        if not yes:
            click.echo("\n".join(_in_words(node, found)), err=True)
            click.confirm("Approve all of it?", abort=True, err=True)
        node.programmes.approve(
            found.programme, found.envelope, found.analyst_id, found.signer_key_id, found.prices, node.now_s
        )
        node.log.write(node.now_s, "programme approved", f"{found.programme.key}, {found.envelope.digest.hex()[:16]}")
        waited = reconsider(node)
    click.echo(f"Approved {found.programme.key}: {len(found.asked)} requests, once each. Anything else still asks you.")
    for item in waited:
        click.echo(f"“{item.request.title}” was waiting, and is approved by it.")


@programme.command(name="list")
@as_json
@click.pass_context
def list_programmes(ctx: click.Context, as_json: bool) -> None:
    """Every programme approved here, and how many of its requests have come.

    Example: lero-node programme list
    """
    with open_here(ctx) as node:
        rows = [_row(approval, node.now_s) for approval in node.programmes.approvals()]
    headings = ["programme", "state", "used", "approved", "until", "title"]
    tell(rows, as_json, columns(headings, [[row[name] for name in headings] for row in rows]))


@programme.command()
@click.argument("name")
@click.pass_context
def withdraw(ctx: click.Context, name: str) -> None:
    """Take a yes back: requests of the programme ask again. What was answered stays answered and charged.

    Example: lero-node programme withdraw standard-year-2026
    """
    from lero_node.gate.inbox import Decision

    with open_here(ctx) as node:
        approval = node.programmes.withdraw(name, node.now_s)
        node.log.write(node.now_s, "programme withdrawn", f"{name}, {approval.envelope.digest.hex()[:16]}")
        waiting = 0
        for request_id in approval.used.values():
            item = node.inbox.find(request_id)
            if item is None or item.decision is not Decision.APPROVED or node.ledger.entry(request_id) is not None:
                continue
            node.inbox.decide(request_id, Decision.WAITING, "The programme was withdrawn.", item.notice, node.now_s)
            waiting += 1
    again = f" {waiting} of its requests, not computed yet, now wait for you." if waiting else ""
    click.echo(f"Withdrawn: {name}. Its requests ask again.{again}")


def _offered(node: Node, file: Path) -> Offered:
    """Raises Malformed for another file, Unauthorised for one that nobody listed has signed."""
    from lero_contract.carried import read_carried
    from lero_contract.codec import envelope_from_bytes
    from lero_node.gate.covering import offered

    newest = node.rosters.newest
    envelope = envelope_from_bytes(read_carried(file))
    return offered(envelope, newest, node.entry_in(newest), node.policy, node.dictionary)


def _in_words(node: Node, found: Offered) -> list[str]:
    from lero_node.gate.programme_words import programme_in_words

    return programme_in_words(found, node.rosters.newest, node.policy, node.ledger.standing(), node.dictionary)


def _row(approval: Approval, now_s: int) -> dict[str, Any]:
    found = approval.programme
    return {
        "programme": found.key,
        "state": approval.state(now_s),
        "used": f"{len(approval.used)} of {len(found.entries)}",
        "approved": when(approval.approved_at_s),
        "until": when(found.expires_at_s),
        "title": found.title,
        "analyst": approval.analyst_id,
        "requests": dict(approval.used),
    }
