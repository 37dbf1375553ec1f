"""Whoever holds the coordinator's disk: any signed bytes are put before the nodes, past every check it makes itself.

Nodes and coordinator are real processes that talk over TLS; only the coordinator's database is written from outside.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert

from lero_contract.codec import (
    Answer,
    Refusal,
    decode_answer,
    decode_refusal,
    encode_request,
    envelope_from_bytes,
    envelope_to_bytes,
)
from lero_contract.envelope import REQUEST, Envelope, sign
from lero_contract.request import Request, Table
from lero_coordinator.demo.federation import Federation, Site
from lero_coordinator.demo.made_up import make_export_folder
from lero_coordinator.store import replies
from lero_coordinator.store.tables import cohorts, conflicts, requests
from lero_coordinator.store.tables import replies as replies_table
from support.nodes import CUT_DATE, MAPPING, MEMBERS, REVIEWS
from support.requests import DAY_S, WEST_NORTHAMPTONSHIRE, request

PATIENCE_S = 120


def small_site(folder: Path, node_id: str, members: str = MEMBERS, reviews: str = REVIEWS) -> Site:
    """A LERO of a few members, whose export is written below `folder`."""
    export = make_export_folder(folder, node_id)
    (export / "members.csv").write_text(members, encoding="utf-8")
    (export / "reviews.csv").write_text(reviews, encoding="utf-8")
    return Site(
        node_id=node_id,
        organisation_id=f"{node_id}-org",
        name=node_id.title(),
        areas=(WEST_NORTHAMPTONSHIRE,),
        public_members=200,
        publish_alone=True,
        mapping=MAPPING,
        export=export,
        complete_to=CUT_DATE,
    )


def until(happened: Callable[[], bool], what: str = "it") -> None:
    """Waits until something is so. Fails where it does not come to be in PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen in time"
        time.sleep(0.1)


class Hostile:
    """A running federation, and what an attacker can do to it with the analyst's or other keys, and the disk."""

    def __init__(self, running: Federation) -> None:
        self.running = running
        self._number = 0

    def asked(self, *tables: Table, nodes: Sequence[str] = (), **changes: Any) -> Request:
        """A sound request with a new id, from now on for four weeks, under the newest roster; with these changes."""
        self._number += 1
        held, now_s = self.running.office.roster(), int(time.time())
        plain = request(
            *tables,
            request_id=f"{self._number:032x}",
            cohort=tuple(nodes) or tuple(self.running.nodes),
            issued_at_s=now_s,
            closes_at_s=now_s + 28 * DAY_S,
            roster_digest=held.digest,
            federation_id=held.roster.federation_id,
        )
        return replace(plain, **({"roster_version": held.roster.version} | changes))

    def signed(self, asked: Request, key: Ed25519PrivateKey | None = None) -> Envelope:
        """By the analyst, or with another key."""
        return sign(REQUEST, encode_request(asked), key or self.running.analyst)

    def offer(self, *offered: tuple[str, Envelope], nodes: Iterable[str] = ()) -> None:
        """Puts envelopes before nodes (all of them by default) under these ids, whatever is in them, all at once."""
        now_s, roster = int(time.time()), self.running.office.roster()
        named = list(nodes) or list(self.running.nodes)
        with self.running.office.store.writing() as connection:
            for request_id, envelope in offered:
                row = {
                    "request_id": request_id,
                    "digest": envelope.digest,
                    "envelope": envelope_to_bytes(envelope),
                    "roster_digest": roster.digest,
                    "issued_at_s": now_s,
                    "closes_at_s": now_s + DAY_S,
                }
                connection.execute(insert(requests).values(row))
                connection.execute(insert(cohorts), [{"node_id": n, "request_id": request_id} for n in named])

    def take_back(self, request_ids: Iterable[str]) -> None:
        """Forgets requests, so that nodes are not offered them for ever."""
        ids = list(request_ids)
        with self.running.office.store.writing() as connection:
            for table in (replies_table, conflicts, cohorts, requests):
                connection.execute(delete(table).where(table.c.request_id.in_(ids)))

    def forget_replies(self, request_id: str) -> None:
        """As if nothing had come: the request is offered again."""
        with self.running.office.store.writing() as connection:
            connection.execute(delete(replies_table).where(replies_table.c.request_id == request_id))
            connection.execute(requests.update().where(requests.c.request_id == request_id).values(closed_at_s=None))

    def answers(self, request_id: str) -> dict[str, Answer]:
        """By node."""
        return {r.node_id: decode_answer(r.content) for r in self._replies(request_id) if r.kind == replies.ANSWER}

    def refusals(self, request_id: str) -> dict[str, Refusal]:
        """By node, as they were signed."""
        found = [r for r in self._replies(request_id) if r.kind == replies.REFUSAL]
        return {r.node_id: decode_refusal(envelope_from_bytes(r.content).payload) for r in found}

    def raw(self, request_id: str, node_id: str) -> bytes:
        """The stored bytes of a node's newest reply."""
        return [r.content for r in self._replies(request_id) if r.node_id == node_id][-1]

    def replied(self, request_id: str) -> bool:
        """Whether every node of the federation has said something."""
        return {r.node_id for r in self._replies(request_id)} >= set(self.running.nodes)

    def settle(self, asked: Request) -> None:
        """Offers a sound request and waits until all of its nodes have replied."""
        self.offer((asked.request_id, self.signed(asked)), nodes=asked.cohort)
        until(lambda: {r.node_id for r in self._replies(asked.request_id)} >= set(asked.cohort), asked.title)

    def restart(self, *node_ids: str) -> None:
        """Stops and starts nodes, all of them by default."""
        for name in node_ids or tuple(self.running.nodes):
            self.running.nodes[name].stop()
            self.running.nodes[name].start()

    def ledger(self, node_id: str, request_id: str = "") -> list[dict[str, Any]]:
        """Rows of a node's ledger, oldest first; of one request where named."""
        where = "WHERE request_id = ?" if request_id else "WHERE ? = ''"
        return self._rows(node_id, "ledger.sqlite", f"SELECT * FROM ledger {where} ORDER BY sequence", request_id)

    def spent(self, node_id: str) -> int:
        """All that was ever charged at a node, in 1e-9 rho."""
        return sum(row["nano_rho"] or 0 for row in self.ledger(node_id) if row["state"] == "reserved")

    def states(self, node_id: str, request_id: str) -> list[str]:
        """What the ledger says of a request, in order."""
        return [row["state"] for row in self.ledger(node_id, request_id)]

    def not_heard(self, node_id: str) -> set[bytes]:
        """Digests of payloads that a node did not hear."""
        found = self._rows(node_id, "inbox.sqlite", "SELECT digest FROM not_heard WHERE ? = ''", "")
        return {row["digest"] for row in found}

    def inbox(self, node_id: str) -> dict[str, str]:
        """What a node decided, by request."""
        query = "SELECT request_id, decision FROM requests WHERE ? = ''"
        return {row["request_id"]: row["decision"] for row in self._rows(node_id, "inbox.sqlite", query, "")}

    def log(self, node_id: str) -> list[Mapping[str, str]]:
        """The node's log, as its own command prints it."""
        entries: list[Mapping[str, str]] = json.loads(self.running.nodes[node_id].command("log", "show", "--json"))
        return entries

    def _rows(self, node_id: str, file: str, query: str, value: str) -> list[dict[str, Any]]:
        path = self.running.nodes[node_id].home / file
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, (value,))]

    def _replies(self, request_id: str) -> list[replies.Reply]:
        with self.running.office.store.reading() as connection:
            return list(replies.replies_to(connection, request_id))
