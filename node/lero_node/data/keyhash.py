"""The keyed hash a row gets at import: contribution bounding chooses by it, and only the key predicts it."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence

HASH_KEY_BYTES = 32


def row_hashes(hash_key: bytes, table: str, rows: Iterable[Sequence[object]]) -> list[int]:
    """One signed 64-bit number per row: HMAC-SHA-256 over the row's own content and its number among equal rows.

    rows: the member id first, then the other values. What a row gets depends neither on other members nor on the order
    of rows, except that equal rows of one member share out their numbers.
    """
    seen: Counter[bytes] = Counter()
    found = []
    for row in rows:
        content = _content(table, row)
        occurrence = seen[content]
        seen[content] += 1
        digest = hmac.digest(hash_key, content + occurrence.to_bytes(4, "big"), "sha256")
        found.append(int.from_bytes(digest[:8], "big", signed=True))
    return found


def _content(table: str, row: Sequence[object]) -> bytes:
    """Each value with its length before it, so that no two rows read alike."""
    parts = [b"" if value is None else b"=" + str(value).encode() for value in (table, *row)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
