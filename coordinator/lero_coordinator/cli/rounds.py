"""`request list|show|close`: following a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from lero_contract.console import as_json, columns, tell
from lero_coordinator.cli.common import now_s, open_office

if TYPE_CHECKING:
    from lero_coordinator.rounds import Round


@click.command(name="list")
@as_json
@click.pass_context
def list_rounds(ctx: click.Context, as_json: bool) -> None:
    """Every request, with how many have answered.

    Example: lero-coordinator request list
    """
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        found = office.rounds(now_s())
    rows = [(r.request_id, _standing(r), r.k_of_n, in_words(r.closes_at_s), r.title) for r in found]
    headings = ("request", "state", "answered", "deadline", "title")
    tell([asdict(r) for r in found], as_json, columns(headings, rows))


@click.command()
@click.argument("request_id")
@as_json
@click.pass_context
def show(ctx: click.Context, request_id: str, as_json: bool) -> None:
    """One round: who answered, who refused, who is waited for, and the revisions made of it.

    Example: lero-coordinator request show 0123456789abcdef0123456789abcdef
    """
    from lero_coordinator.store import replies, revisions
    from lero_coordinator.times import in_words

    with open_office(ctx) as office:
        state = office.round_state(request_id, now_s())
        with office.store.reading() as connection:
            made = revisions.revisions_of(connection, request_id)
            reasons = replies.reasons_to(connection, request_id)
            conflicts = replies.conflicts_of(connection, request_id)
    lines = [f"Revision {r.number}: {len(r.answers)} answers, made {in_words(r.made_at_s)}" for r in made]
    found = [{"number": r.number, "made_at_s": r.made_at_s, "answers": sorted(r.answers)} for r in made]
    lines += [f"Sent two different replies, of which the first stands: {', '.join(conflicts)}"] if conflicts else []
    facts = {**asdict(state), "reasons": reasons, "conflicts": list(conflicts), "revisions": found}
    tell(facts, as_json, "\n".join([_in_words(state, reasons), *lines]))


@click.command()
@click.argument("request_id")
@as_json
@click.pass_context
def close(ctx: click.Context, request_id: str, as_json: bool) -> None:
    """Close a round before its deadline; later answers are kept, and marked late.

    Example: lero-coordinator request close 0123456789abcdef0123456789abcdef
    """
    with open_office(ctx) as office:
        state = office.close_round(request_id, now_s())
    tell(asdict(state), as_json, f"Closed: {state.k_of_n} answered.")


def _standing(state: Round) -> str:
    return "open" if state.is_open else "closed"


def _in_words(state: Round, reasons: Mapping[str, str]) -> str:
    from lero_contract.conversation import REASONS
    from lero_contract.errors import all_errors
    from lero_coordinator.times import in_words

    lines = [
        state.title,
        f"{_standing(state).capitalize()}; {state.k_of_n} answered; deadline {in_words(state.closes_at_s)}.",
    ]
    groups = (("Answered", state.answered), ("Answered late", state.late), ("Waited for", state.waiting))
    lines += [f"{words}: {', '.join(nodes)}" for words, nodes in groups if nodes]
    lines += [
        f"Refused: {node}: {all_errors()[code].public} {REASONS[reasons.get(node, '')]}".rstrip()
        for node, code in state.refused.items()
    ]
    return "\n".join(lines)
