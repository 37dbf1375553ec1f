"""Brings a node whose ledger may have lost rows back to work: what a lost ledger can have spent is charged, once.

It needs a person: no message, restart or repetition writes anything off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

from lero_contract.days import to_day
from lero_contract.errors import LeroError, Restored, Unavailable
from lero_contract.ledger_mark import LedgerHead, LedgerMark
from lero_contract.price import NANO
from lero_node import __version__
from lero_node.data.files import sync_folder
from lero_node.gate.inbox import Decision
from lero_node.gate.words import day_words
from lero_node.link.relay import Relay
from lero_node.node import Node
from lero_node.privacy.ledger import DAYS_BETWEEN_YEARS, Caps, Loss, State

EVENT = "ledger written off"


def marks_known(node: Node, relay: Relay | None) -> tuple[tuple[LedgerMark, ...], LeroError | None]:
    """Every mark that can be had now, and why the coordinator's could not; newer rosters are taken in on the way.

    relay: None for a node that joined by file and has no line.

    Raises Unavailable where the place on this computer cannot be read.
    """
    kept = node.witness.kept()
    found = [kept] if kept is not None else []
    if relay is None:
        return tuple(found), Unavailable("This node joined by file, and has no line.")
    try:
        asked = _ask(node, relay)
    except LeroError as reason:
        return tuple(found), reason
    return tuple(found if asked is None else [*found, asked]), None


def foresee(node: Node, marks: Sequence[LedgerMark]) -> Loss:
    """What a write-off would charge. Raises OutOfTime where clock and newest roster cannot both be right."""
    return node.ledger.loss(*_facts(node, marks))


def write_off(node: Node, marks: Sequence[LedgerMark]) -> Loss:
    """Charges it, and lets the node work again; safe to repeat after a crash. Raises as `foresee`."""
    loss = node.ledger.write_off(*_facts(node, marks))
    node.log.write(node.now_s, EVENT, f"{loss.nano_rho} of 1e-9 rho, epoch {loss.epoch}")
    for item in node.inbox.open_items():
        entry = node.ledger.entry(item.request_id)
        if item.decision is Decision.APPROVED and entry is not None and entry.state is State.FAILED:
            reason = "The ledger was written off before it was answered."
            node.inbox.decide(item.request_id, Decision.REFUSED, reason, Restored.code, node.now_s)
    node.home.restored.unlink(missing_ok=True)
    sync_folder(node.home.folder)
    node.witness.begin(node.ledger)  # last: until it is there, nothing is answered
    return loss


def in_words(loss: Loss) -> list[str]:
    """For the person who is to say yes."""
    lost = f"the rest of year {loss.year}"
    if loss.years:
        lost += f", and {loss.years} whole {'year' if loss.years == 1 else 'years'} that may have been opened since"
    lines = [
        f"Written off: {loss.nano_rho / NANO:g} rho, {lost}. What was spent and is not in this ledger is within it.",
        f"The next year of the allowance opens on {day_words(loss.roster_day + DAYS_BETWEEN_YEARS)} at the earliest, "
        "by the dates of signed lists. Until then nothing new is answered.",
        f"Requests issued before {datetime.fromtimestamp(loss.not_before_s, UTC):%Y-%m-%d %H:%M} UTC are never "
        "answered here any more, except those whose finished answers are here: these are the same bytes as ever.",
    ]
    if loss.unfinished:
        count = len(loss.unfinished)
        which = "1 request that was" if count == 1 else f"{count} requests that were"
        lines.append(f"Given up: {which} charged and not finished. The charge stays.")
    return lines


def _ask(node: Node, relay: Relay) -> LedgerMark | None:
    head = node.ledger.head()
    mark = node.witness.signed(head) if head is not None else None
    taken = node.inbox.talk.replies_taken
    news = relay.poll(node.rosters.newest.version, (), 0, __version__, taken, mark)
    for roster in news.rosters:
        with contextlib.suppress(LeroError):  # `run` says why, when it comes again
            node.rosters.accept(roster, node.now_s)
    return node.witness.opened(news.ledger_mark) if news.ledger_mark is not None else None


def _facts(node: Node, marks: Sequence[LedgerMark]) -> tuple[LedgerHead | None, int, Caps, int]:
    node.rosters.check_in_time(node.now_s)
    newest = max(marks, key=lambda mark: (mark.head.epoch, mark.head.sequence), default=None)
    # Nobody has opened a year, or answered a request, after the latest of these.
    latest_s = max([node.now_s, node.rosters.newest.issued_at_s, *(mark.at_s for mark in marks)])
    day = to_day(datetime.fromtimestamp(latest_s, UTC).date())
    return newest.head if newest is not None else None, day, node.policy.caps, latest_s
