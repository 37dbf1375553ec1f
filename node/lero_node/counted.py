"""Whether this node's own answer is in a published release: from the folder and this node's own records, offline.

The statement is believed only under a publisher of the newest roster that this node holds. A release that says another
answer is this node's is an alarm in the log.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lero_contract.codec import decode_answer, envelope_from_bytes
from lero_contract.csv_text import rows_of
from lero_contract.envelope import RELEASE, open_one
from lero_contract.errors import Malformed, NotReady, Unauthorised
from lero_node.gate.inbox import Item
from lero_node.node import Node

LARGEST_BYTES = 64 * 1024 * 1024
ALARM = "ALARM a release counts another answer under this node's name"
LEROS_FILE = "data/leros.csv"
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Counted:
    """The answer to one question. words: why. digest: of this node's own answer, hex, empty where it made none."""

    is_counted: bool
    words: str
    digest: str
    revision: int


def counted(node: Node, item: Item, folder: Path) -> Counted:
    """Looks for this node's answer to a request in a published folder.

    Raises NotReady where the folder is not signed, Unauthorised where it cannot be believed, Malformed where it is of
    another request.
    """
    said = _statement(node, folder)
    if said.get("request_id") != item.request_id or said.get("request_digest") != item.envelope.digest.hex():
        raise Malformed("The release is of another request.", "Give the folder that was made of this one.")
    revision = _revision(said)
    entry = node.ledger.entry(item.request_id)
    own = decode_answer(entry.answer).header.digest.hex() if entry is not None and entry.answer is not None else ""
    listed = said.get("answer_digests")
    if not isinstance(listed, Mapping):
        raise Malformed("The release lists no answers.")
    is_listed, theirs = node.membership.node_id in listed, listed.get(node.membership.node_id)
    if is_listed and (not own or theirs != own):
        other = theirs if isinstance(theirs, str) and _DIGEST.fullmatch(theirs) else "something that is no digest"
        words = f"The release counts {other}; this node's own answer is {own or 'none'}."
        node.log.write(node.now_s, ALARM, words, item.request_id)
        serious = f"No, and this is serious. {words} Tell the other LEROs and the root holders."
        return Counted(False, serious, own, revision)
    if is_listed:
        return Counted(True, f"Yes: revision {revision} counts the very answer that this node made.", own, revision)
    if not own:
        return Counted(False, "No: this node has made no answer to this request.", "", revision)
    return Counted(
        False, f"No: revision {revision} does not count it. {_why(node, said, folder)}".rstrip(), own, revision
    )


def _statement(node: Node, folder: Path) -> Mapping[str, object]:
    """What the publisher signed: nothing in it is read before the signature is checked."""
    signed, plain = _read(folder, "release.envelope"), _read(folder, "release.json")
    if signed is None or plain is None:
        raise NotReady("The folder holds no signed release.", "Give a folder as it was published.")
    newest = node.rosters.newest
    try:
        payload, _ = open_one(envelope_from_bytes(signed), RELEASE, newest.publisher_keys)
    except (Unauthorised, Malformed) as reason:
        raise Unauthorised(
            f"The release is not signed by a publisher of roster {newest.version}, the newest that this node holds.",
            "Let the node run until it has the newest roster, and try again.",
        ) from reason
    if payload != plain:
        raise Unauthorised("release.json is not, byte for byte, what the publisher signed.")
    try:
        said = json.loads(payload, object_pairs_hook=_once)
    except (ValueError, RecursionError) as reason:
        raise Malformed("The release says nothing that this program can read.") from reason
    if not isinstance(said, dict):
        raise Malformed("The release says nothing that this program can read.")
    return said


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is said twice")
    return dict(pairs)


def _why(node: Node, said: Mapping[str, object], folder: Path) -> str:
    """What the release says became of this node; nothing where its list is not the signed one."""
    content = _read(folder, LEROS_FILE)
    files = said.get("files")
    if content is None or not isinstance(files, list):
        return ""
    digests = {file.get("name"): file.get("sha256") for file in files if isinstance(file, dict)}
    if digests.get(LEROS_FILE) != hashlib.sha256(content).hexdigest():
        return "Its list of LEROs is not the one that was signed."
    own = (row for row in rows_of(content) if row.get("node_id") == node.membership.node_id)
    words = next((row.get("words", "") for row in own), "")
    late = " It may have come after the close, and be in a later revision." if words == "has not answered" else ""
    return f"It says of this LERO: {words}.{late}" if words else ""


def _revision(said: Mapping[str, object]) -> int:
    found = said.get("revision")
    number = found.get("number") if isinstance(found, Mapping) else None
    return number if isinstance(number, int) else 0


def _read(folder: Path, name: str) -> bytes | None:
    """A file of the folder; None where there is none. Raises Malformed for a link, or more than any release holds."""
    file = folder / name
    if not file.exists() and not file.is_symlink():
        return None
    if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST_BYTES:
        raise Malformed(f"{name} is a link, or larger than any release.", "Ask for the folder as it was published.")
    return file.read_bytes()
