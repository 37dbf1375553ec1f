"""Rosters and requests as signed bytes: stored once, handed out unchanged, closed once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from lero_contract.codec import envelope_from_bytes, envelope_to_bytes
from lero_contract.envelope import Envelope
from lero_contract.errors import Conflict, Malformed
from lero_contract.request import Request
from lero_coordinator.store.tables import cohorts, conversations, replies, requests, root_changes, rosters


@dataclass(frozen=True)
class StoredRoster:
    """One version, as it was signed."""

    version: int
    digest: bytes
    envelope: Envelope


@dataclass(frozen=True)
class StoredRequest:
    """One request, as it was signed. closed_at_s: when a person or the last answer closed it, else None."""

    request_id: str
    digest: bytes
    envelope: Envelope
    roster_digest: bytes
    issued_at_s: int
    closes_at_s: int
    closed_at_s: int | None

    def is_open(self, now_s: int) -> bool:
        """Whether answers that arrive now still count."""
        return self.closed_at_s is None and now_s < self.closes_at_s


def add_roster(connection: Connection, version: int, envelope: Envelope, *, changes_roots: bool = False) -> None:
    """Record a signed roster; the same again is the same. Raises Conflict for another of that version.

    changes_roots: it brings another root set than the one before, so that no node may skip it.
    """
    held = connection.scalar(select(rosters.c.digest).where(rosters.c.version == version))
    if held is None:
        row = {"version": version, "digest": envelope.digest, "envelope": envelope_to_bytes(envelope)}
        connection.execute(insert(rosters).values(row))
        if changes_roots:
            connection.execute(insert(root_changes).values(version=version))
    elif held != envelope.digest:
        raise Conflict(f"There is another roster of version {version}.", "Sign the roster again.")


def newest_roster(connection: Connection) -> StoredRoster | None:
    """The roster of the highest version."""
    row = connection.execute(select(rosters).order_by(rosters.c.version.desc()).limit(1)).one_or_none()
    return _roster(row) if row is not None else None


def rosters_of(connection: Connection, digests: Collection[bytes]) -> tuple[StoredRoster, ...]:
    """The rosters with these digests, ascending."""
    query = select(rosters).where(rosters.c.digest.in_(digests)).order_by(rosters.c.version)
    return tuple(_roster(row) for row in connection.execute(query))


def root_changes_after(connection: Connection, version: int) -> tuple[StoredRoster, ...]:
    """The rosters above a version that brought another root set, ascending."""
    query = select(rosters).join(root_changes, root_changes.c.version == rosters.c.version)
    query = query.where(rosters.c.version > version).order_by(rosters.c.version)
    return tuple(_roster(row) for row in connection.execute(query))


def rosters_behind(connection: Connection, request: StoredRequest) -> tuple[StoredRoster, ...]:
    """All that lets someone who knows the first roots believe a request, ascending: see `root_changes_after`.

    The roster it pins, the newest, and every one that brought another root set.
    """
    newest = newest_roster(connection)
    found = (*rosters_of(connection, [request.roster_digest]), *root_changes_after(connection, 0))
    by_version = {roster.version: roster for roster in (*found, *([newest] if newest else []))}
    return tuple(by_version[version] for version in sorted(by_version))


def add_request(connection: Connection, request: Request, envelope: Envelope) -> None:
    """Record a signed request; the same again is the same. Raises Conflict for other content of that id."""
    held = connection.scalar(select(requests.c.digest).where(requests.c.request_id == request.request_id))
    if held == envelope.digest:
        return
    if held is not None:
        raise Conflict("This request id was used before with other content.", "Sign the draft again for a new id.")
    row = {
        "request_id": request.request_id,
        "digest": envelope.digest,
        "envelope": envelope_to_bytes(envelope),
        "roster_digest": request.roster_digest,
        "issued_at_s": request.issued_at_s,
        "closes_at_s": request.closes_at_s,
    }
    connection.execute(insert(requests).values(row))
    members = [{"node_id": node, "request_id": request.request_id} for node in request.cohort]
    connection.execute(insert(cohorts), members)


def request_of(connection: Connection, request_id: str) -> StoredRequest:
    """One request. Raises Malformed for an id nobody submitted."""
    row = connection.execute(select(requests).where(requests.c.request_id == request_id)).one_or_none()
    if row is None:
        raise Malformed("No request has this id.", "See `lero-coordinator request list`.")
    return _request(row)


def all_requests(connection: Connection) -> tuple[StoredRequest, ...]:
    """Every request, oldest first."""
    query = select(requests).order_by(requests.c.issued_at_s, requests.c.request_id)
    return tuple(_request(row) for row in connection.execute(query))


def open_for(connection: Connection, node_id: str, now_s: int) -> tuple[StoredRequest, ...]:
    """Open requests that count on this node and that it has neither answered nor refused, oldest first."""
    settled = select(replies.c.request_id).where(replies.c.node_id == node_id)
    query = (
        _open(now_s)
        .join(cohorts, cohorts.c.request_id == requests.c.request_id)
        .where(cohorts.c.node_id == node_id, requests.c.request_id.not_in(settled))
        .order_by(requests.c.issued_at_s, requests.c.request_id)
    )
    return tuple(_request(row) for row in connection.execute(query))


def closed_among(connection: Connection, request_ids: Collection[str], now_s: int) -> tuple[str, ...]:
    """Those of these requests that are known and no longer open, sorted."""
    query = select(requests).where(requests.c.request_id.in_(request_ids))
    found = (_request(row) for row in connection.execute(query))
    return tuple(sorted(r.request_id for r in found if not r.is_open(now_s)))


def close_request(connection: Connection, request_id: str, now_s: int) -> None:
    """Close a request; the first moment stands."""
    still_open = (requests.c.request_id == request_id) & requests.c.closed_at_s.is_(None)
    connection.execute(update(requests).where(still_open).values(closed_at_s=now_s))


def tide(connection: Connection, now_s: int) -> tuple[int, ...]:
    """Numbers that change whenever a poll might have something new to say."""
    newest = connection.scalar(select(func.max(rosters.c.version))) or 0
    known = connection.scalar(select(func.count()).select_from(requests)) or 0
    still_open = connection.scalar(select(func.count()).select_from(_open(now_s).subquery())) or 0
    said = connection.scalar(select(func.count()).select_from(conversations)) or 0
    return newest, known, still_open, said


def _open(now_s: int) -> Select[tuple[object, ...]]:
    return select(requests).where(requests.c.closed_at_s.is_(None), requests.c.closes_at_s > now_s)


def _roster(row: Row[tuple[object, ...]]) -> StoredRoster:
    return StoredRoster(row.version, row.digest, envelope_from_bytes(row.envelope))


def _request(row: Row[tuple[object, ...]]) -> StoredRequest:
    envelope = envelope_from_bytes(row.envelope)
    times = (row.issued_at_s, row.closes_at_s, row.closed_at_s)
    return StoredRequest(row.request_id, row.digest, envelope, row.roster_digest, *times)
