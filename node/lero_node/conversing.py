"""What a person here asks an analyst about a request, and the replies: signed both ways, and never about a member.

A question is typed and confirmed by a person; nothing here writes one. A reply is heard only from an analyst on the
newest roster, and only to a question that this node asked.
"""

from __future__ import annotations

from lero_contract.codec import decode_reply, encode_question
from lero_contract.conversation import Question
from lero_contract.envelope import QUESTION, REPLY, Envelope, key_id, open_one, sign
from lero_contract.errors import LeroError, Refused, Unauthorised
from lero_node.gate.inbox import Decision, Item
from lero_node.node import Node

NOT_HEARD = "reply not heard"


def ask(node: Node, item: Item, text: str) -> Question:
    """Keeps a signed question, to be sent by the running node.

    Raises Malformed for words that are too long or not plain, Refused past the most of one request or after its close.
    """
    if item.decision is Decision.CLOSED:
        raise Refused("The round of this request has closed.")
    question = Question(item.request_id, item.envelope.digest, node.membership.node_id, text, node.now_s)
    node.inbox.talk.ask(question, sign(QUESTION, encode_question(question), node.identity.signing))
    node.log.write(node.now_s, "question asked", "by the operator", item.request_id)
    return question


def hear_reply(node: Node, envelope: Envelope) -> bool:
    """Keeps a reply that may be believed; False where nothing was added."""
    try:
        newest = node.rosters.newest
        node.rosters.check_in_time(node.now_s)
        payload, signer = open_one(envelope, REPLY, newest.analyst_keys)
        reply = decode_reply(payload)
        if reply.node_id != node.membership.node_id:
            raise Unauthorised("The reply is to another node.")
        analyst = next(a.party_id for a in newest.analysts if key_id(a.public_key) == signer)
        is_new = node.inbox.talk.keep(reply, envelope, analyst, node.now_s)
    except LeroError as error:
        if node.inbox.note_not_heard(NOT_HEARD, envelope.digest, node.now_s):
            node.log.write(node.now_s, NOT_HEARD, f"{error.code}: {error.detail}")
        return False
    if is_new:
        node.log.write(node.now_s, "reply heard", f"from {analyst}", reply.request_id)
    return is_new
