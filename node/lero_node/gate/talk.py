"""Questions that a person here asks about requests, and the analysts' replies; each kept as it was signed, once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from lero_contract.codec import decode_question, decode_reply, envelope_from_bytes, envelope_to_bytes
from lero_contract.conversation import Question, Reply
from lero_contract.envelope import Envelope
from lero_contract.errors import Refused

Execute = Callable[[str, tuple[object, ...]], sqlite3.Cursor]

MOST_QUESTIONS = 20  # about one request
MOST_REPLIES = 20  # kept of one question

# taken: replies that came, believed or not: where the coordinator goes on.
SCHEMA = """
CREATE TABLE IF NOT EXISTS questions (
  digest BLOB PRIMARY KEY, request_id TEXT, envelope BLOB, asked_at_s INTEGER, state TEXT);
CREATE TABLE IF NOT EXISTS question_replies (
  digest BLOB PRIMARY KEY, question_digest BLOB, analyst_id TEXT, envelope BLOB, received_at_s INTEGER);
CREATE TABLE IF NOT EXISTS replies_taken (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), taken INTEGER);
"""

WAITING, SENT, NOT_TAKEN = "not sent yet", "sent", "not taken"


@dataclass(frozen=True)
class Replied:
    """One reply, and who on the roster had signed it."""

    analyst_id: str
    reply: Reply


@dataclass(frozen=True)
class Asked:
    """One question, where it stands, and what was replied, in the order it came."""

    envelope: Envelope
    question: Question
    state: str
    replies: tuple[Replied, ...]


class Talk:
    """Questions and replies, in the inbox's file."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def ask(self, question: Question, envelope: Envelope) -> None:
        """Keeps a question to be sent; the same again is the same. Raises Refused past MOST_QUESTIONS of a request."""
        known = self._execute("SELECT count(*) FROM questions WHERE request_id = ?", (question.request_id,))
        if known.fetchone()[0] >= MOST_QUESTIONS:
            raise Refused(f"At most {MOST_QUESTIONS} questions can be asked about one request.", "Telephone them.")
        self._execute(
            "INSERT OR IGNORE INTO questions VALUES (?, ?, ?, ?, ?)",
            (envelope.digest, question.request_id, envelope_to_bytes(envelope), question.asked_at_s, WAITING),
        )

    def to_send(self) -> list[Envelope]:
        """Questions the coordinator does not have yet, in the order they were asked."""
        query = "SELECT envelope FROM questions WHERE state = ? ORDER BY asked_at_s, digest"
        return [envelope_from_bytes(row[0]) for row in self._execute(query, (WAITING,)).fetchall()]

    def mark(self, envelope: Envelope, state: str) -> None:
        """The coordinator has it, or will not take it."""
        self._execute("UPDATE questions SET state = ? WHERE digest = ?", (state, envelope.digest))

    def keep(self, reply: Reply, envelope: Envelope, analyst_id: str, now_s: int) -> bool:
        """Keeps a reply whose signature holds; False where it is known, or more than a conversation needs.

        Raises Refused where this node asked no such question.
        """
        query = "SELECT request_id FROM questions WHERE digest = ?"
        asked = self._execute(query, (reply.question_digest,)).fetchone()
        if asked is None or asked[0] != reply.request_id:
            raise Refused("The reply is to a question that was not asked here.")
        known = self._execute(
            "SELECT count(*) FROM question_replies WHERE question_digest = ?", (reply.question_digest,)
        )
        if known.fetchone()[0] >= MOST_REPLIES:
            return False
        done = self._execute(
            "INSERT OR IGNORE INTO question_replies VALUES (?, ?, ?, ?, ?)",
            (envelope.digest, reply.question_digest, analyst_id, envelope_to_bytes(envelope), now_s),
        )
        return done.rowcount == 1

    def about(self, request_id: str) -> list[Asked]:
        """Everything said about a request, in the order it was asked."""
        query = "SELECT digest, envelope, state FROM questions WHERE request_id = ? ORDER BY asked_at_s, digest"
        found = []
        for digest, content, state in self._execute(query, (request_id,)).fetchall():
            envelope = envelope_from_bytes(content)
            found.append(Asked(envelope, decode_question(envelope.payload), state, self._replies(digest)))
        return found

    @property
    def replies_taken(self) -> int:
        """Replies that came from the coordinator, believed or not."""
        row = self._execute("SELECT taken FROM replies_taken", ()).fetchone()
        return int(row[0]) if row is not None else 0

    def note_taken(self, count: int) -> None:
        """So many more have come."""
        self._execute("INSERT OR REPLACE INTO replies_taken VALUES (1, ?)", (self.replies_taken + count,))

    def _replies(self, digest: bytes) -> tuple[Replied, ...]:
        query = "SELECT analyst_id, envelope FROM question_replies WHERE question_digest = ? ORDER BY rowid"
        return tuple(
            Replied(analyst_id, decode_reply(envelope_from_bytes(content).payload))
            for analyst_id, content in self._execute(query, (digest,)).fetchall()
        )
