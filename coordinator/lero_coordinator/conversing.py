"""Takes in LEROs' questions, and an analyst's signed replies: only from who is listed, and to what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_question, decode_reply, decode_request, decode_roster, encode_reply
from lero_contract.conversation import Question, Reply
from lero_contract.envelope import QUESTION, REPLY, Envelope, key_id, open_one, sign
from lero_contract.errors import Malformed, Refused, Unauthorised
from lero_coordinator.keys import ANALYST
from lero_coordinator.listing import heard_keys
from lero_coordinator.office import Office
from lero_coordinator.store import conversations, papers
from lero_coordinator.store.conversations import Kept

LEAST_DIGITS = 4


@dataclass(frozen=True)
class Asked:
    """One question with its replies, in the order they came."""

    kept: Kept
    question: Question
    replies: tuple[Reply, ...]

    @property
    def name(self) -> str:
        """By which a person names it: the first digits of its digest."""
        return self.kept.question_digest.hex()[:12]


def take_question(office: Office, caller: str, envelope: Envelope, now_s: int) -> bool:
    """Keep a node's question; True where it came after the close.

    Raises Unauthorised for another node's or another key's, Malformed for another request of its id, Refused where the
    node has asked too often.
    """
    if envelope.type != QUESTION:
        raise Malformed("The envelope should hold a question.")
    question = decode_question(envelope.payload)
    if question.node_id != caller:
        raise Unauthorised("The question names another node than the one that sent it.")
    with office.store.writing() as connection:
        stored = papers.request_of(connection, question.request_id)
        if question.request_digest != stored.digest:
            raise Malformed("The question is about another request of this id.")
        if caller not in decode_request(stored.envelope.payload).cohort:
            raise Unauthorised("The node is not in the request's cohort.")
        [roster] = papers.rosters_of(connection, [stored.roster_digest])
        identity = decode_roster(roster.envelope.payload).node(caller).identity_key
        open_one(envelope, QUESTION, {key_id(identity): identity})
        conversations.keep_question(connection, caller, question.request_id, envelope, now_s)
    return not stored.is_open(now_s)


def asked(office: Office, request_id: str | None = None) -> tuple[Asked, ...]:
    """The questions about one request, or all, in the order they came. Raises Malformed for an unknown request."""
    with office.store.reading() as connection:
        if request_id is not None:
            papers.request_of(connection, request_id)
        return tuple(
            Asked(
                kept,
                decode_question(kept.envelope.payload),
                tuple(decode_reply(r.envelope.payload) for r in conversations.replies_to(connection, kept)),
            )
            for kept in conversations.questions_of(connection, request_id)
        )


def find_question(office: Office, beginning: str) -> Asked:
    """The one question whose name begins so. Raises Refused where there is none, or more than one."""
    found = [q for q in asked(office) if q.kept.question_digest.hex().startswith(beginning.lower())]
    if len(beginning) < LEAST_DIGITS or len(found) != 1:
        raise Refused(f"No question, or more than one, is named {beginning!r}.", "See: request questions")
    return found[0]


def reply(office: Office, question: Asked, text: str, key: Ed25519PrivateKey, now_s: int) -> Reply:
    """Sign a reply and hand it out from now on.

    Raises Unauthorised for a key that is no listed analyst's, Malformed for words that are too long or not plain.
    """
    said = Reply(question.kept.request_id, question.kept.question_digest, question.kept.node_id, text, now_s)
    envelope = sign(REPLY, encode_reply(said), key)
    open_one(envelope, REPLY, heard_keys(office, ANALYST))
    with office.store.writing() as connection:
        conversations.keep_reply(connection, question.kept, envelope, now_s)
    return said
