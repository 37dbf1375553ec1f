"""The loop of a running node: hear, decide, answer, and send in fixed slots. One process for each data folder."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from lero_contract.codec import Refusal, encode_refusal
from lero_contract.envelope import REFUSAL, Envelope, sign
from lero_contract.errors import Corrupt, LeroError, Malformed, Refused, RolledBack, Stale, Unauthorised, Unavailable
from lero_node import __version__
from lero_node.answer import answer, receive, resume, stored_answer
from lero_node.conversing import hear_reply
from lero_node.deciding import waits_for_release
from lero_node.gate.inbox import Decision, Item
from lero_node.gate.talk import NOT_TAKEN, SENT
from lero_node.link.relay import News, Relay
from lero_node.link.renewal import Renewal
from lero_node.node import Node
from lero_node.privacy.ledger import State

LONGEST_POLL_S = 30
NEAR_SLOT_S = 3  # this near to a slot the line is kept free for it
MOST_AT_ONCE = 100  # rosters, requests and replies of one poll that are looked at; the rest is offered again
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
SOON_S = 1.0  # a poll that ends sooner and brings nothing new is not followed by the next at once
ROLLED_BACK = "ALARM ledger rolled back"

Tell = Callable[[str], None]


def run(node: Node, relay: Relay, stop: threading.Event, tell: Tell) -> None:
    """Works until `stop` is set. tell: shows the operator one line.

    Raises Corrupt: then nothing more is answered. RolledBack, where a witness knows a newer ledger, is one of these.
    """
    node.log.write(node.now_s, "started", f"version {__version__}")
    try:
        node.witness.check_local(node.ledger)
        resume(node)
        _stay(node, relay, stop, tell)
    except RolledBack as error:
        node.log.write(node.now_s, ROLLED_BACK, error.detail)
        raise
    node.log.write(node.now_s, "stopped")


def _stay(node: Node, relay: Relay, stop: threading.Event, tell: Tell) -> None:
    pause_s = quiet_s = FIRST_PAUSE_S
    connected = has_compared = asked = False  # asked: by the coordinator, to renew the certificate
    is_working = False
    told_closed: set[str] = set()  # not asked about again, or each poll would end at once to say so once more
    renewal = _renewal(node)
    listed = _say_if_unlisted(node, tell)
    while not stop.is_set():
        try:
            renewal.look(relay, asked, node.now_s)
            began_s = time.monotonic()
            if has_compared:
                is_working = True
                if (at_slot := work(node, stop, tell)) and _await_slot(node, stop):
                    break  # stopped before the slot: what is ready leaves in one after the next start
                is_working = False
                began_s = time.monotonic()
                news = _exchange(node, relay, told_closed, at_slot, stop, tell)
            else:  # before anything is computed or sent in this process: is this the newest ledger?
                news = _poll(node, relay, told_closed, 0)
            took_s = time.monotonic() - began_s if has_compared else SOON_S
            has_compared = True
            has_new = take_in(node, news)
            told_closed.update(set(news.closed) & {item.request_id for item in node.inbox.items()})
            asked = news.renew
        except Corrupt:
            raise
        except (LeroError, OSError) as error:
            if not stop.is_set() and (connected or pause_s == FIRST_PAUSE_S):
                tell(f"{_in_words(error)} Trying again.")
            connected = False
            if isinstance(error, Unavailable):
                relay.reconnect(relay.tls)  # a line that swallows everything looks alive for as long as it is used
            if is_working:  # nor may the moment of a fault in a computation be seen on the line
                is_working = False
                _await_slot(node, stop)
            stop.wait(pause_s * random.uniform(0.5, 1.5))  # noqa: S311  (spreads reconnections, hides nothing)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            continue
        if not connected:
            tell(f"Connected to {node.membership.address}.")
        connected, pause_s = True, FIRST_PAUSE_S
        if not listed and node.is_listed:
            tell("The national body's list names this node now: its questions are heard.")
            listed = True
        if has_new or took_s >= SOON_S:
            quiet_s = FIRST_PAUSE_S
            continue
        stop.wait(quiet_s)  # known, or not to be heard, or nothing at all: the same would come again at once
        quiet_s = min(quiet_s * 2, LONGEST_PAUSE_S)


def take_in(node: Node, news: News) -> bool:
    """Believes rosters and hears requests of one poll; whether anything came that was believed and new."""
    believed = [_believe(node, roster) for roster in news.rosters[:MOST_AT_ONCE]]
    requests = news.requests[:MOST_AT_ONCE]
    known = [node.inbox.holds(request.digest) for request in requests]
    heard = [receive(node, request) and not was for request, was in zip(requests, known, strict=True)]
    for request_id in news.closed[: len(node.inbox.open_items())]:  # as many as a poll can have named
        _close(node, request_id)
    replies = news.replies[:MOST_AT_ONCE]
    heard += [hear_reply(node, reply) for reply in replies]
    node.inbox.talk.note_taken(len(replies))
    return any(believed + heard)


def _renewal(node: Node) -> Renewal:
    def note(event: str, words: str) -> None:
        node.log.write(node.now_s, event, words)

    return Renewal(node.home.tls, node.key, node.membership.node_id, note)


def _say_if_unlisted(node: Node, tell: Tell) -> bool:
    if not node.is_listed:
        tell(
            "The national body's list does not name this node yet. It waits for the next list, and then for questions."
        )
    return node.is_listed


def _believe(node: Node, roster: Envelope) -> bool:
    try:
        return node.rosters.accept(roster, node.now_s)
    except LeroError as error:
        event = "roster not accepted"
        if node.inbox.note_not_heard(event, roster.digest, node.now_s):
            node.log.write(node.now_s, event, f"{error.code}: {error.detail}")
        return False


def work(node: Node, stop: threading.Event, tell: Tell) -> bool:
    """Computes every approved request that has no answer yet and whose data is there; whether there was any."""
    has_computed = False
    for item in node.inbox.open_items():
        if stop.is_set():
            break
        # Looked at again: while the one before was computed, a person may have taken back the yes to this one.
        now = node.inbox.find(item.request_id) or item
        if now.decision is Decision.APPROVED and _unanswered(node, now):
            has_computed = True
            answer(node, now)
            tell(_said(node, now))
    return has_computed


def _await_slot(node: Node, stop: threading.Event) -> bool:
    """Waits for the next whole multiple of the slot; whether the node was stopped meanwhile.

    After a computation nothing at all is sent before it, not even a poll: when it ended could tell of the records.
    """
    return stop.wait(node.until_slot_s)


def _exchange(
    node: Node, relay: Relay, told_closed: AbstractSet[str], at_slot: bool, stop: threading.Event, tell: Tell
) -> News:
    """Sends what is due and polls. at_slot: a slot has just begun. Raises LeroError where the line fails."""
    node.witness.keep(node.ledger)  # without a mark of the newest row nothing leaves
    if at_slot:
        return _send_in_slot(node, relay, told_closed, tell)
    _send_questions(node, relay)
    for item in node.inbox.open_items():
        if item.notice and not item.noticed:
            _send_notice(node, relay, item)
    wait_s = LONGEST_POLL_S
    if any(stored_answer(node, item) is not None for item in node.inbox.open_items()):
        wait_s = min(LONGEST_POLL_S, int(node.until_slot_s) - NEAR_SLOT_S)
        if wait_s <= 0:
            # Answers leave at whole multiples of the slot, never when a computation happens to end.
            if _await_slot(node, stop):
                return News((), (), ())  # stopped before the slot: they leave in one after the next start
            return _send_in_slot(node, relay, told_closed, tell)
    return _poll(node, relay, told_closed, wait_s)


def _send_in_slot(node: Node, relay: Relay, told_closed: AbstractSet[str], tell: Tell) -> News:
    """Answers leave after the coordinator was shown the ledger that holds them, and has shown no newer one of its own:
    a copy of this computer, marks and all, is found out before it speaks."""
    news = _poll(node, relay, told_closed, 0)
    _send_answers(node, relay, tell)
    return news


def _poll(node: Node, relay: Relay, told_closed: AbstractSet[str], wait_s: int) -> News:
    """Shows where the ledger stands, and compares it with what the coordinator keeps before anything is believed."""
    held = [item.request_id for item in node.inbox.open_items() if item.request_id not in told_closed]
    mark, taken = node.witness.keep(node.ledger), node.inbox.talk.replies_taken
    news = relay.poll(node.rosters.newest.version, held, wait_s, __version__, taken, mark)
    if news.ledger_mark is not None:
        _compare(node, news.ledger_mark)
    return news


def _compare(node: Node, seen: Envelope) -> None:
    try:
        node.witness.hear(seen, node.ledger)
    except (Malformed, Unauthorised) as error:
        event = "mark of the ledger not believed"
        if node.inbox.note_not_heard(event, seen.digest, node.now_s):
            node.log.write(node.now_s, event, f"{error.code}: {error.detail}")


def _send_questions(node: Node, relay: Relay) -> None:
    for question in node.inbox.talk.to_send():
        try:
            relay.send_question(question)
        except (Malformed, Refused) as error:
            node.inbox.talk.mark(question, NOT_TAKEN)
            node.log.write(node.now_s, "coordinator did not take a question", f"{error.code}: {error.detail}")
            continue
        node.inbox.talk.mark(question, SENT)
        node.log.write(node.now_s, "question sent")


def _send_answers(node: Node, relay: Relay, tell: Tell) -> None:
    for item in node.inbox.open_items():
        found = stored_answer(node, item)
        if found is None:
            continue
        try:
            late = relay.send_answer(found)
        except (Malformed, Refused) as error:
            _set_by(node, item, error)
            continue
        node.ledger.mark_sent(item.request_id, node.now_s)
        node.inbox.settle(item.request_id)
        node.log.write(node.now_s, "answer sent", "after the close" if late else "", item.request_id)
        tell(f"Sent the answer to “{item.request.title}”.")


def _send_notice(node: Node, relay: Relay, item: Item) -> None:
    refusal = Refusal(item.request_id, item.envelope.digest, node.membership.node_id, item.notice, item.reason_code)
    try:
        relay.send_refusal(sign(REFUSAL, encode_refusal(refusal), node.identity.signing))
    except (Malformed, Refused) as error:
        _set_by(node, item, error)
        return
    node.inbox.mark_noticed(item.request_id)
    if item.notice != Stale.code:
        node.inbox.settle(item.request_id)
    node.log.write(node.now_s, "refusal sent", item.notice, item.request_id)


def _set_by(node: Node, item: Item, error: LeroError) -> None:
    """The coordinator will not take it: sent again only if the request is offered again. Others do not wait for it."""
    node.inbox.settle(item.request_id)
    node.log.write(node.now_s, "coordinator did not take it", f"{error.code}: {error.detail}", item.request_id)


def _close(node: Node, request_id: str) -> None:
    item, entry = node.inbox.find(request_id), node.ledger.entry(request_id)
    if item is None or (entry is not None and entry.answer is not None):
        return  # finished answers may be sent even after the close: they go into a revision
    node.inbox.decide(request_id, Decision.CLOSED, "The round has closed.", "", node.now_s)
    node.inbox.settle(request_id)
    node.log.write(node.now_s, "request closed", "", request_id)


def _in_words(error: LeroError | OSError) -> str:
    if isinstance(error, LeroError):
        return error.detail
    return f"A file of this node cannot be written or read now: {error.strerror}."


def _unanswered(node: Node, item: Item) -> bool:
    if item.notice == Stale.code:
        snapshot = node.snapshot
        if snapshot is None or snapshot.cut_date_day < item.request.cut_date_day:
            return False
    entry = node.ledger.entry(item.request_id)
    return entry is None or entry.state is State.RESERVED


def _said(node: Node, item: Item) -> str:
    now = node.inbox.find(item.request_id)
    entry = node.ledger.entry(item.request_id)
    if entry is not None and entry.state is State.RESERVED:
        return f"“{item.request.title}” was stopped while it was computed. It is computed again, at no new price."
    if now is not None and waits_for_release(node, now):
        return f"The answer to “{item.request.title}” is ready and waits for you: lero-node request show {_short(item)}"
    if now is None or stored_answer(node, item) is None:
        reason = now.reason_words if now else ""
        return f"“{item.request.title}” is not answered: {reason}"
    return f"The answer to “{item.request.title}” is ready and leaves in the next slot."


def _short(item: Item) -> str:
    return item.request_id[:8]
