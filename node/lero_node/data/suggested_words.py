"""Words of an export that a person should give a code to: frequent ones only, so that a draft names nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lero_contract.dictionary import Variable

_SEEN_AT_LEAST = 10
_LONGEST = 40
_MOST = 30


def unknown_words(variable: Variable, texts: Iterable[str]) -> list[str]:
    """Of a variable with a closed list: words the dictionary has not, seen in ten rows or more, most frequent first."""
    if variable.type != "category":
        return []
    known = {
        *variable.spellings,
        *(c.code for c in variable.categories),
        *(c.label.casefold() for c in variable.categories),
    }
    counts = Counter(text for text in texts if text and text.casefold() not in known and len(text) <= _LONGEST)
    return [word for word, count in counts.most_common(_MOST) if count >= _SEEN_AT_LEAST]
