"""Row hashes depend on a member's own rows and the key, and on nothing else."""

from __future__ import annotations

import hashlib
import hmac

from lero_node.data.keyhash import row_hashes

KEY = b"h" * 32


def test_a_hash_is_the_first_eight_bytes_of_an_hmac_over_the_row() -> None:
    """The row ("a", 5) of table t: each part with its length in four bytes before it, then the occurrence 0."""
    content = b"\0\0\0\2=t" + b"\0\0\0\2=a" + b"\0\0\0\2=5" + b"\0\0\0\0"
    expected = hmac.new(KEY, content, hashlib.sha256).digest()[:8]
    assert row_hashes(KEY, "t", [("a", 5)]) == [int.from_bytes(expected, "big", signed=True)]


def test_other_members_and_the_order_of_rows_change_nothing() -> None:
    own = [("a", 1, "x"), ("a", 2, "y")]
    alone = dict(zip(own, row_hashes(KEY, "t", own), strict=True))
    mixed = [("b", 1, "x"), own[1], ("c", 9, None), own[0]]
    beside = dict(zip(mixed, row_hashes(KEY, "t", mixed), strict=True))
    assert all(beside[row] == alone[row] for row in own)


def test_equal_rows_get_different_hashes() -> None:
    assert len(set(row_hashes(KEY, "t", [("a", 1)] * 5))) == 5


def test_rows_that_would_run_together_do_not() -> None:
    rows = [("a", "bc"), ("ab", "c"), ("abc", None), ("abc", ""), ("a", 1), ("a", "1 ")]
    assert len(set(row_hashes(KEY, "t", rows))) == 6


def test_another_key_or_table_gives_other_hashes() -> None:
    row = [("a", 1)]
    assert len({row_hashes(KEY, "t", row)[0], row_hashes(b"i" * 32, "t", row)[0], row_hashes(KEY, "u", row)[0]}) == 3
