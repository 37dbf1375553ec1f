"""What every part of a request checks of itself: words that a person can read, names that are distinct, days alive."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

from lero_contract.errors import Malformed

MAX_DAY = 10**5  # the year 2243
MAX_TITLE = 200
MAX_QUESTION = 2_000
LINE = f"one line of plain text, at most {MAX_TITLE} characters."
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def require(holds: bool, otherwise: str) -> None:
    """Raises Malformed with these words where it does not hold."""
    if not holds:
        raise Malformed(otherwise)


def is_line(words: str) -> bool:
    """Whether words are one line of plain text. A person decides by them: nothing may hide, or draw over the rest."""
    return is_text(words) and "\n" not in words and len(words) <= MAX_TITLE


def is_text(words: str) -> bool:
    """The same, over several lines. Refused: controls, marks of direction, surrogates, private characters."""
    drawn = all(c == "\n" or unicodedata.category(c) not in _UNSEEN for c in words)
    return bool(words.strip()) and drawn and len(words) <= MAX_QUESTION


def distinct(names: Iterable[Hashable]) -> bool:
    """Whether no name stands twice."""
    seen = list(names)
    return len(seen) == len(set(seen))


def are_apart(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether spans, both ends inside, are in order and share no day."""
    return all(a[1] < b[0] for a, b in itertools.pairwise(spans))


def in_memory(*days: int) -> bool:
    """Whether days, or numbers of days, lie within living memory."""
    return all(abs(day) < MAX_DAY for day in days)
