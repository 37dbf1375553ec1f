"""Requests this node has heard, and what was decided about each. Holds signed requests and codes, no member data."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lero_contract.codec import decode_request, envelope_from_bytes, envelope_to_bytes
from lero_contract.conversation import REASONS
from lero_contract.envelope import Envelope
from lero_contract.errors import Conflict, Refused
from lero_contract.request import Request
from lero_node.gate import releases, talk
from lero_node.gate.releases import Releases
from lero_node.gate.talk import Talk
from lero_node.schema import Schema, open_file, statements_of, trouble

DAY_S = 86_400
MOST_NOTED = 200  # a day, of one event: a coordinator that sends rubbish without end fills neither log nor disk
MOST_OPEN = 200  # requests kept at once; more are left with the coordinator until some are settled

# 2: with decisions about finished answers, and questions. A program that knows nothing of them may not open it.
VERSION = 2
_UNDECIDED = 0  # in decided_at_s

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
  request_id TEXT PRIMARY KEY, digest BLOB, envelope BLOB, analyst_id TEXT, received_at_s INTEGER,
  decision TEXT, decided_at_s INTEGER, reason TEXT, notice TEXT, noticed INTEGER, settled INTEGER);
CREATE TABLE IF NOT EXISTS not_heard (event TEXT, digest BLOB, at_s INTEGER, PRIMARY KEY (event, digest));
"""


class Decision(Enum):
    """What was decided: by a person, by the policy, or by time."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHHELD = "withheld"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True)
class Item:
    """One request. notice: code of the refusal to send, empty if none. settled: nothing more will be sent.

    reason: where a person said no, a code of `conversation.REASONS` or nothing; else words.
    """

    request_id: str
    envelope: Envelope
    analyst_id: str
    received_at_s: int
    decision: Decision
    reason: str
    notice: str
    noticed: bool
    settled: bool

    @property
    def request(self) -> Request:
        """What it asks; its signature was checked before it came in here."""
        return decode_request(self.envelope.payload)

    @property
    def signer_key_id(self) -> str:
        """Of the one signature, which was checked too."""
        return self.envelope.signatures[0].key_id

    @property
    def reason_code(self) -> str:
        """Why a person said no, as it is sent: a code of `conversation.REASONS`; empty where nothing was given."""
        return self.reason if self.decision in (Decision.DECLINED, Decision.WITHHELD) else ""

    @property
    def reason_words(self) -> str:
        """Why it is so, for the screen."""
        return REASONS.get(self.reason_code, "") if self.reason_code else self.reason


class Inbox:
    """The requests in their file. Several processes may use it: the one that runs and the operator's commands."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file. Like every method, raises Corrupt or Unavailable for a file that is not usable.

        Raises NotReady for one that a newer version of this program wrote.
        """
        self._path = path
        self._connection = open_file(path, Schema(VERSION, statements_of(_SCHEMA + releases.SCHEMA + talk.SCHEMA)))
        self.releases = Releases(self._execute)
        self.talk = Talk(self._execute)

    def take(self, request: Request, envelope: Envelope, analyst_id: str, decision: Decision, now_s: int) -> None:
        """Puts a request in, once. One that waits is undecided until `decide` or `leave_waiting`.

        Raises Conflict where its id is known with other content.
        """
        known = self.find(request.request_id)
        if known is not None:
            if known.envelope.digest != envelope.digest:
                raise Conflict("A request with this id and other content is in the inbox.")
            return
        self._execute(
            "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, '', '', 0, 0)",
            (
                request.request_id,
                envelope.digest,
                envelope_to_bytes(envelope),
                analyst_id,
                now_s,
                decision.value,
                _UNDECIDED if decision is Decision.WAITING else now_s,
            ),
        )

    def decide(self, request_id: str, decision: Decision, reason: str, notice: str, now_s: int) -> None:
        """Changes the decision. notice: code of the refusal that the coordinator is to be sent."""
        self._execute(
            "UPDATE requests SET decision = ?, reason = ?, notice = ?, noticed = 0, decided_at_s = ? "
            "WHERE request_id = ?",
            (decision.value, reason, notice, now_s, request_id),
        )

    def decide_if_waiting(self, request_id: str, decision: Decision, reason: str, notice: str, now_s: int) -> bool:
        """As `decide`, where the request still waits; False where somebody, or another process, was there before."""
        done = self._execute(
            "UPDATE requests SET decision = ?, reason = ?, notice = ?, noticed = 0, decided_at_s = ? "
            "WHERE request_id = ? AND decision = ?",
            (decision.value, reason, notice, now_s, request_id, Decision.WAITING.value),
        )
        return done.rowcount == 1

    def decide_waiting(
        self, request_id: str, decision: Decision, notice: str, now_s: int, reason_code: str = ""
    ) -> None:
        """An operator's decision. Raises Refused where the request is unknown or no longer waits."""
        if not self.decide_if_waiting(request_id, decision, reason_code, notice, now_s):
            item = self.find(request_id)
            if item is None:
                raise Refused("There is no such request.", "See: lero-node request list")
            raise Refused(f"The request is {item.decision.value} already.")

    def leave_waiting(self, request_id: str, now_s: int) -> None:
        """Decided by every rule, and none said yes or no: a person is asked."""
        self._execute(
            "UPDATE requests SET decided_at_s = ? WHERE request_id = ? AND decision = ?",
            (now_s, request_id, Decision.WAITING.value),
        )

    def undecided(self) -> list[Item]:
        """What was taken in when the program ended, before any rule was asked."""
        return self._items(
            "WHERE decision = ? AND decided_at_s = ? ORDER BY received_at_s", Decision.WAITING.value, _UNDECIDED
        )

    def mark_noticed(self, request_id: str) -> None:
        """The coordinator has the refusal."""
        self._execute("UPDATE requests SET noticed = 1 WHERE request_id = ?", (request_id,))

    def settle(self, request_id: str) -> None:
        """Nothing more will be sent about it."""
        self._execute("UPDATE requests SET settled = 1 WHERE request_id = ?", (request_id,))

    def reopen(self, request_id: str) -> None:
        """The coordinator offers it again, so it never received what was sent: the same bytes are sent again."""
        self._execute(
            "UPDATE requests SET settled = 0, noticed = 0 WHERE request_id = ? AND settled = 1 AND decision != ?",
            (request_id, Decision.CLOSED.value),
        )

    def has_room_for(self, request_id: str) -> bool:
        """Whether a request is known, or may be taken in beside those that are open."""
        [(count,)] = self._execute("SELECT count(*) FROM requests WHERE settled = 0", ())
        return count < MOST_OPEN or self.find(request_id) is not None

    def holds(self, digest: bytes) -> bool:
        """Whether the request of this digest has come before."""
        return self._execute("SELECT 1 FROM requests WHERE digest = ?", (digest,)).fetchone() is not None

    def find(self, request_id: str) -> Item | None:
        """One request."""
        found = self._items("WHERE request_id = ?", request_id)
        return found[0] if found else None

    def items(self) -> list[Item]:
        """Every request, in the order they came."""
        return self._items("ORDER BY received_at_s, request_id")

    def open_items(self) -> list[Item]:
        """Those not settled, in the order they came."""
        return self._items("WHERE settled = 0 ORDER BY received_at_s, request_id")

    def note_not_heard(self, event: str, digest: bytes, now_s: int) -> bool:
        """Remembers bytes that were not heard, and why; True the first time, so that a log is not flooded.

        The same bytes may be refused for another reason later: an unsigned copy sent first must not mute an alarm.
        Past MOST_NOTED of one event in a day it is False for all that come; what is older than a day is forgotten.
        """
        self._execute("DELETE FROM not_heard WHERE abs(? - at_s) > ?", (now_s, DAY_S))
        [(noted,)] = self._execute("SELECT count(*) FROM not_heard WHERE event = ?", (event,))
        if noted >= MOST_NOTED:
            return False
        done = self._execute("INSERT OR IGNORE INTO not_heard VALUES (?, ?, ?)", (event, digest, now_s))
        return done.rowcount == 1

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _items(self, tail: str, *values: object) -> list[Item]:
        columns = "request_id, envelope, analyst_id, received_at_s, decision, reason, notice, noticed, settled"
        query = f"SELECT {columns} FROM requests {tail}"  # noqa: S608  (tails are this module's own)
        return [
            Item(row[0], envelope_from_bytes(row[1]), row[2], row[3], Decision(row[4]), *row[5:7], *map(bool, row[7:]))
            for row in self._execute(query, values).fetchall()
        ]

    def _execute(self, statement: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as reason:
            raise trouble(self._path, reason) from reason
