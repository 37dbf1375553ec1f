"""Keeps the line fit to dial: takes up a certificate that another command stored, and renews it at half its life.

A renewal that fails stops nothing: the certificate in use is good for as long again. It is tried again after an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lero_contract.errors import LeroError, OutOfTime
from lero_node.data.sealing import StorageKey
from lero_node.link.relay import Relay
from lero_node.link.tls import (
    certificate_request,
    check_credentials,
    has_expired,
    new_key,
    open_tls,
    renewal_due,
    store_tls,
)

PAUSE_S = 3600

Note = Callable[[str, str], None]
"""Writes a line into the log: an event, and words about it."""


class Renewal:
    """Looked at before each poll, by the one thread that calls."""

    def __init__(self, path: Path, key: StorageKey, node_id: str, note: Note) -> None:
        """path: where the certificate is sealed."""
        self._path = path
        self._key = key
        self._node_id = node_id
        self._note = note
        self._not_before_s = 0
        self._failure = ""  # said once, and again only when it is another

    def look(self, relay: Relay, asked: bool, now_s: int) -> None:
        """Renews where it is time, or where the coordinator asked for it.

        Raises NotReady where no certificate is stored, OutOfTime where it has expired: then nobody answers a call.
        """
        stored = open_tls(self._path, self._key)
        if stored != relay.tls:
            relay.reconnect(stored)
        if has_expired(stored.certificate, now_s):
            raise OutOfTime(
                "The certificate by which this node calls has expired. Check this computer's clock; if it is right, ask"
                " the national body for a new invite and run: lero-node join INVITE."
            )
        if (asked or renewal_due(stored.certificate, now_s)) and now_s >= self._not_before_s:
            self._not_before_s = now_s + PAUSE_S
            self._renew(relay, now_s)

    def _renew(self, relay: Relay, now_s: int) -> None:
        """A fresh key each time: one that was taken from this computer is of no use after the next renewal."""
        key = new_key()
        try:
            found = relay.renew(certificate_request(key, self._node_id))
            fresh = check_credentials(key, found, self._node_id, now_s)
        except LeroError as error:
            words = f"{error.code}: {error.detail}"
            if words != self._failure:
                self._note("certificate not renewed", words)
            self._failure = words
            return
        # Stored first: after a crash between the two the old line is gone and the new one is on the disk.
        store_tls(self._path, self._key, fresh)
        relay.reconnect(fresh)
        self._failure = ""
        self._note("certificate renewed", "")
