"""Answers a request that came as a file, by the same steps as one that came over the line: same checks, same bytes.

(1) believe the rosters, see that the ledger is the newest   (2) hear the request, as of a poll   (3) approve, charge,
compute and release: answer.py   (4) write the reply durably   (5) mark it sent. After a crash between 4 and 5 the same
command writes the same answer again. What a file is called, or says of itself, is never used as a path.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lero_contract.carried import LARGEST_BYTES, read_carried
from lero_contract.codec import (
    Refusal,
    ReplyParcel,
    decode_header,
    decode_refusal,
    encode_refusal,
    read_reply_parcel,
    read_request_parcel,
)
from lero_contract.envelope import REFUSAL, sign
from lero_contract.errors import Conflict, DataNotValid, Malformed, NotReady, Refused, Stale, Unavailable
from lero_node.answer import answer, check_heard, stored_answer
from lero_node.data.files import write_durably
from lero_node.deciding import waits_for_release
from lero_node.gate.inbox import Decision, Item
from lero_node.link.relay import News
from lero_node.node import Node
from lero_node.privacy.ledger import State
from lero_node.run import take_in

AGAIN = "then this command again"


@dataclass(frozen=True)
class Written:
    """What lies in the file. code: of the error family where it is a refusal, empty for an answer."""

    request_id: str
    title: str
    code: str
    words: str


def answer_by_file(node: Node, data: bytes, out: Path) -> Written:
    """Hears the request in `data` and writes the reply to it, an answer or a signed refusal, to `out`.

    Raises NotReady where a person has to say yes first, Refused or another LeroError where the request is not heard at
    all, and what `answer` raises. Then nothing is written. `out` may hold an earlier reply to the same request.
    """
    parcel = read_request_parcel(data)
    # (1) The rosters also where the ledger is not the newest: a write-off needs one that has not expired.
    take_in(node, News(parcel.rosters, (), ()))
    node.witness.check_local(node.ledger)
    take_in(node, News((), (parcel.request,), ()))  # (2)
    check_heard(node, parcel.request)
    item = _heard(node, parcel.request.digest)
    _check_out(node, item, out)
    _compute(node, item)  # (3)
    return _write(node, _now(node, item), out)


def read_parcel_file(file: Path) -> bytes:
    """The content of a file that somebody brought. Raises DataNotValid for a link, a device, or one too large."""
    return read_carried(file, LARGEST_BYTES)


def _heard(node: Node, digest: bytes) -> Item:
    item = next((one for one in node.inbox.items() if one.envelope.digest == digest), None)
    if item is None:
        raise Conflict(
            "A request of this id and other content is known here, or too many wait to be decided.",
            "See: lero-node log show",
        )
    return item


def _compute(node: Node, item: Item) -> None:
    """Everything up to a finished answer. Raises NotReady where a person is asked first, Refused after the close."""
    short = item.request_id[:8]
    entry = node.ledger.entry(item.request_id)
    if entry is not None and entry.answer is not None:
        return
    if item.decision is Decision.WAITING:
        words = f"“{item.request.title}” waits for your yes or no. Read it: lero-node request show {short}"
        raise NotReady(words, f"To agree: lero-node request approve {short}; {AGAIN}.")
    if item.decision is Decision.CLOSED:
        raise Refused("The round of this request has closed, and it was not answered here.")
    if item.decision is Decision.APPROVED and (entry is None or entry.state is State.RESERVED):
        answer(node, item)


def _write(node: Node, item: Item, out: Path) -> Written:
    """Steps 4 and 5."""
    found = stored_answer(node, item)
    if found is not None:
        reply = ReplyParcel(found, None, node.witness.keep(node.ledger))
        write_durably(out, reply.to_bytes())
        node.ledger.mark_sent(item.request_id, node.now_s)
        node.witness.keep(node.ledger)
        node.inbox.settle(item.request_id)
        node.log.write(node.now_s, "answer written to a file", "", item.request_id)
        return Written(item.request_id, item.request.title, "", f"The answer to “{item.request.title}” is in {out}.")
    short = item.request_id[:8]
    if waits_for_release(node, item):
        words = f"The answer to “{item.request.title}” is ready and waits for you."
        raise NotReady(words, f"To let it go: lero-node request send {short}; {AGAIN}.")
    if not item.notice:
        raise Unavailable("The computation was stopped. It is done again, at no new price.", "Try again.")
    refusal = Refusal(item.request_id, item.envelope.digest, node.membership.node_id, item.notice, item.reason_code)
    signed = sign(REFUSAL, encode_refusal(refusal), node.identity.signing)
    write_durably(out, ReplyParcel(None, signed, node.witness.keep(node.ledger)).to_bytes())
    node.inbox.mark_noticed(item.request_id)
    if item.notice != Stale.code:
        node.inbox.settle(item.request_id)
    node.log.write(node.now_s, "refusal written to a file", item.notice, item.request_id)
    words = f"“{item.request.title}” is not answered: {item.reason_words or refusal.words} The refusal is in {out}."
    return Written(item.request_id, item.request.title, item.notice, words)


def _now(node: Node, item: Item) -> Item:
    """The same request after what was just done about it."""
    return node.inbox.find(item.request_id) or item


def _check_out(node: Node, item: Item, out: Path) -> None:
    """Raises DataNotValid where the file holds anything but an earlier reply of this node to this request.

    Before anything is charged: a mistyped name must not cost an answer that then lies nowhere.
    """
    if not out.parent.is_dir():
        raise DataNotValid(f"There is no folder {out.parent}.", "Name a file in a folder that exists.")
    if not out.exists():
        return
    try:
        held = read_reply_parcel(read_parcel_file(out))
        if held.answer is not None:
            header = decode_header(held.answer.header.payload)
            about = (header.request_digest, header.node_id)
        else:
            refusal = decode_refusal(held.refusal.payload if held.refusal is not None else b"")
            about = (refusal.request_digest, refusal.node_id)
    except Malformed:
        about = (b"", "")
    if about != (item.envelope.digest, node.membership.node_id):
        raise DataNotValid(f"{out} holds something else, which would be lost.", "Choose another name with --out.")
