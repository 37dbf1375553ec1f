"""Programmes that a person here has approved, and which request each entry was used for; once used, for ever used.

Holds signed programmes and the names of requests, no member data. An approval is kept through a restart; withdrawing it
keeps what was used.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lero_contract.codec import decode_programme, envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import Refused
from lero_contract.programme import Programme
from lero_node.schema import Schema, open_file, statements_of, trouble

# most_nano_rho: the price this node worked out itself when a person approved; a request that costs more is not covered.
VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS programmes (
  digest BLOB PRIMARY KEY, key TEXT, envelope BLOB, analyst_id TEXT, signer_key_id TEXT, approved_at_s INTEGER,
  withdrawn_at_s INTEGER);
CREATE TABLE IF NOT EXISTS entries (
  digest BLOB, entry_id TEXT, most_nano_rho INTEGER, request_id TEXT UNIQUE, used_at_s INTEGER,
  PRIMARY KEY (digest, entry_id));
"""


@dataclass(frozen=True)
class Approval:
    """One programme as approved. withdrawn_at_s: None while it stands.

    most: by entry, the price in 1e-9 rho that was approved. used: by entry, the request it was used for.
    """

    envelope: Envelope
    analyst_id: str
    signer_key_id: str
    approved_at_s: int
    withdrawn_at_s: int | None
    most: Mapping[str, int]
    used: Mapping[str, str]

    @property
    def programme(self) -> Programme:
        """What was approved; its signature was checked before it came in here."""
        return decode_programme(self.envelope.payload)

    def state(self, now_s: int) -> str:
        """ "approved", "withdrawn" or "expired"."""
        if self.withdrawn_at_s is not None:
            return "withdrawn"
        return "expired" if now_s > self.programme.expires_at_s else "approved"


class Programmes:
    """The approvals in their file. Several processes may use it: the one that runs and the operator's commands."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file. Like every method, raises Corrupt or Unavailable for a file that is not usable.

        Raises NotReady for one that a newer version of this program wrote.
        """
        self._path = path
        self._connection = open_file(path, Schema(VERSION, statements_of(_SCHEMA)))

    def approve(
        self,
        programme: Programme,
        envelope: Envelope,
        analyst_id: str,
        signer: str,
        most: Mapping[str, int],
        now_s: int,
    ) -> None:
        """Keeps an approval; one that was withdrawn stands again, with what was used of it.

        most: by entry, the price in 1e-9 rho. Raises Refused where another programme of its name and year stands.
        """
        try:
            self._execute("BEGIN IMMEDIATE", ())
            standing = self._execute(
                "SELECT digest FROM programmes WHERE key = ? AND withdrawn_at_s IS NULL AND digest != ?",
                (programme.key, envelope.digest),
            )
            if standing.fetchone() is not None:
                raise Refused(
                    f"Another programme named {programme.key} is approved here.",
                    f"To replace it: lero-node programme withdraw {programme.key}",
                )
            self._execute(
                "INSERT INTO programmes VALUES (?, ?, ?, ?, ?, ?, NULL) "
                "ON CONFLICT (digest) DO UPDATE SET approved_at_s = excluded.approved_at_s, withdrawn_at_s = NULL",
                (envelope.digest, programme.key, envelope_to_bytes(envelope), analyst_id, signer, now_s),
            )
            for entry_id, nano_rho in most.items():
                self._execute(
                    "INSERT INTO entries VALUES (?, ?, ?, NULL, NULL) "
                    "ON CONFLICT (digest, entry_id) DO UPDATE SET most_nano_rho = excluded.most_nano_rho",
                    (envelope.digest, entry_id, nano_rho),
                )
            self._execute("COMMIT", ())
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def withdraw(self, key: str, now_s: int) -> Approval:
        """Ends the approval of a name and year. Raises Refused where none stands."""
        approval = self.standing(key)
        if approval is None:
            raise Refused(f"No programme named {key} is approved here.", "See: lero-node programme list")
        self._execute("UPDATE programmes SET withdrawn_at_s = ? WHERE digest = ?", (now_s, approval.envelope.digest))
        return approval

    def use(self, approval: Approval, entry_id: str, request_id: str, now_s: int) -> bool:
        """Binds an entry to a request; True where it is this request's now. An entry is never free again."""
        self._execute(
            "UPDATE entries SET request_id = ?, used_at_s = ? WHERE digest = ? AND entry_id = ? "
            "AND request_id IS NULL AND NOT EXISTS (SELECT 1 FROM entries WHERE request_id = ?)",
            (request_id, now_s, approval.envelope.digest, entry_id, request_id),
        )
        found = self._execute(
            "SELECT 1 FROM entries WHERE digest = ? AND entry_id = ? AND request_id = ?",
            (approval.envelope.digest, entry_id, request_id),
        )
        return found.fetchone() is not None

    def standing(self, key: str) -> Approval | None:
        """The approval of a name and year that was not withdrawn."""
        found = self._approvals("WHERE key = ? AND withdrawn_at_s IS NULL", key)
        return found[0] if found else None

    def approvals(self) -> list[Approval]:
        """Every one, oldest first."""
        return self._approvals("ORDER BY approved_at_s, digest")

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _approvals(self, tail: str, *values: object) -> list[Approval]:
        columns = "digest, envelope, analyst_id, signer_key_id, approved_at_s, withdrawn_at_s"
        query = f"SELECT {columns} FROM programmes {tail}"  # noqa: S608  (tails are this module's own)
        found = []
        for digest, envelope, analyst, signer, approved, withdrawn in self._execute(query, values).fetchall():
            most, used = self._entries(digest)
            found.append(Approval(envelope_from_bytes(envelope), analyst, signer, approved, withdrawn, most, used))
        return found

    def _entries(self, digest: bytes) -> tuple[dict[str, int], dict[str, str]]:
        query = "SELECT entry_id, most_nano_rho, request_id FROM entries WHERE digest = ?"
        rows = self._execute(query, (digest,)).fetchall()
        return {name: most for name, most, _ in rows}, {name: used for name, _, used in rows if used is not None}

    def _execute(self, statement: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as reason:
            raise trouble(self._path, reason) from reason
