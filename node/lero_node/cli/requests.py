"""The request that a person means, its plan, and where it stands: what every command about requests shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lero_node.cli.common import when

if TYPE_CHECKING:
    from lero_contract.plan import Plan
    from lero_contract.request import Request
    from lero_node.gate.inbox import Item
    from lero_node.node import Node

LEAST_DIGITS = 4
Command = TypeVar("Command", bound=Callable[..., Any])


def find(node: Node, beginning: str) -> Item:
    """The one request whose id begins so. Raises Refused where there is none, or more than one."""
    from lero_contract.errors import Refused

    if len(beginning) < LEAST_DIGITS:  # a variable left empty in a script must not approve whatever waits
        raise Refused(f"Give at least {LEAST_DIGITS} digits of the request's id.", "See: lero-node request list")

    found = [item for item in node.inbox.items() if item.request_id.startswith(beginning.lower())]
    if len(found) != 1:
        words = "No request's id begins so." if not found else "More than one request's id begins so."
        raise Refused(words, "See: lero-node request list")
    return found[0]


def plan_of(node: Node, asked: Request) -> Plan:
    """As this node compiles it, under the roster that the request names."""
    from lero_contract.plan import compile_plan

    roster, _ = node.rosters.pinned_by(asked.roster_digest)
    return compile_plan(asked, node.dictionary, node.entry_in(roster))


def row(node: Node, item: Item) -> dict[str, Any]:
    """One line of the list, and what machines are told of a request."""
    asked = item.request
    return {
        "request": item.request_id,
        "received": when(item.received_at_s),
        "closes": when(asked.closes_at_s),
        "state": state(node, item),
        "title": asked.title,
        "analyst": item.analyst_id,
        "reason": item.reason_words,
        "reason_code": item.reason_code,
    }


def state(node: Node, item: Item) -> str:
    """What became of it: the decision, and once it is charged the ledger's state; "ready" where a person must send."""
    from lero_node.deciding import waits_for_release
    from lero_node.gate.inbox import Decision

    entry = node.ledger.entry(item.request_id)
    if entry is None or item.decision is Decision.WITHHELD:
        return item.decision.value
    return "ready" if waits_for_release(node, item) else entry.state.value


def leaving(node: Node, item: Item) -> list[str]:
    """What a person is shown of a finished answer before it leaves."""
    from lero_node.gate.leaving import leaving_in_words

    asked = item.request
    roster, _ = node.rosters.pinned_by(asked.roster_digest)
    return leaving_in_words(asked, plan_of(node, asked), item.analyst_id, roster, node.membership.address, node.policy)


def said_about(node: Node, item: Item) -> list[dict[str, Any]]:
    """The questions asked about a request, with what was replied."""
    return [
        {
            "asked": when(asked.question.asked_at_s),
            "text": asked.question.text,
            "state": asked.state,
            "replies": [
                {"analyst": r.analyst_id, "replied": when(r.reply.replied_at_s), "text": r.reply.text}
                for r in asked.replies
            ],
        }
        for asked in node.inbox.talk.about(item.request_id)
    ]


def talk_in_words(said: list[dict[str, Any]]) -> list[str]:
    """The same for the screen; every line of another's words is indented, so that none passes for this program's."""
    lines = []
    for asked in said:
        lines += [f"You asked, {asked['asked']} ({asked['state']}):", *_quoted(asked["text"])]
        for reply in asked["replies"]:
            lines += [f"Reply of {reply['analyst']}, {reply['replied']}:", *_quoted(reply["text"])]
    return lines


def reason_option(help_text: str) -> Callable[[Command], Command]:
    """`--reason CODE`, of the fixed list."""
    from lero_contract.conversation import REASONS

    codes = [code for code in REASONS if code]
    listed = " ".join(f"{code}: {REASONS[code]}" for code in codes)
    return click.option("--reason", type=click.Choice(codes), help=f"{help_text} {listed}")


def _quoted(text: str) -> list[str]:
    return [f"  | {line}" for line in text.split("\n")]
