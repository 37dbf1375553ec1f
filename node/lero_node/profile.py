"""What this LERO states of itself beside what the list says of it; sent, the first becomes the next list's.

Only a newer signed list changes anything here: plans follow the list, never what is merely stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lero_contract.codec import envelope_to_bytes
from lero_contract.days import from_day
from lero_contract.envelope import Envelope
from lero_contract.roster import NodeEntry
from lero_node.data.mapping import ExportMapping
from lero_node.link.tls import Credentials, check_credentials, new_key, store_tls
from lero_node.link.wish import signed_wish, stated
from lero_node.node import Node

Enrol = Callable[[Envelope], Credentials]
"""Hands a wish to the coordinator over this node's own line."""


@dataclass(frozen=True)
class Profile:
    """stated: from the settings and the mapping. listed: from the newest roster, None where it has no such node."""

    stated: NodeEntry
    listed: NodeEntry | None

    @property
    def agree(self) -> bool:
        """Whether the list says what is stated here."""
        return self.stated == self.listed

    def rows(self) -> list[list[str]]:
        """What, as stated, as listed: a line for each authority and fact of either."""
        mine, theirs = _facts(self.stated), _facts(self.listed) if self.listed else {}
        return [[name, mine.get(name, "no"), theirs.get(name, "no")] for name in {**mine, **theirs}]

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {"stated": _plain(self.stated), "listed": _plain(self.listed) if self.listed else None}


def profile_of(node: Node, mapping: ExportMapping | None = None) -> Profile:
    """mapping: one that is about to be taken into use. Raises DataNotValid where settings or mapping are at fault."""
    own = [e for e in node.rosters.newest.nodes if e.node_id == node.membership.node_id]
    return Profile(stated(node.home, node.membership, node.identity, mapping), own[0] if own else None)


def send(node: Node, profile: Profile, enrol: Enrol) -> None:
    """Hands in what is stated. A certificate comes back, and is stored as by a renewal. Raises as `Relay.enrol`."""
    tls_key = new_key()
    found = enrol(signed_wish(profile.stated, node.membership, tls_key, node.identity))
    store_tls(node.home.tls, node.key, check_credentials(tls_key, found, node.membership.node_id, node.now_s))
    node.log.write(node.now_s, "profile sent")


def written(node: Node, profile: Profile) -> bytes:
    """The same as bytes, to be carried. The certificate asked for in it is of a key that nobody keeps."""
    wish = signed_wish(profile.stated, node.membership, new_key(), node.identity)
    node.log.write(node.now_s, "profile written", "to be carried by file")
    return envelope_to_bytes(wish)


def _facts(entry: NodeEntry) -> dict[str, str]:
    lines = {f"serves {area}": "yes" for area in entry.areas}
    lines |= {f"records {fact}": "yes" for fact in entry.collects}
    lines["complete from"] = from_day(entry.complete_from_day).isoformat()
    lines["members, in public"] = str(entry.public_members) if entry.public_members else "not stated"
    return lines


def _plain(entry: NodeEntry) -> dict[str, Any]:
    return {
        "areas": list(entry.areas),
        "collects": list(entry.collects),
        "complete_from": from_day(entry.complete_from_day).isoformat(),
        "public_members": entry.public_members,
    }
