"""Finds the line of a TOML file that a complaint is about, so that a person is sent to the right place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_.-]+)\s*=""")
_ITEM = re.compile(r"\s*\{")


def line_of(text: str, location: Sequence[str | int]) -> int | None:
    """Number, from 1, of the line where the longest part of `location` begins; None where no part of it is there.

    location: keys from the outside in, with the position (from 0) after the name of an array of tables, or of an array
    of inline tables.
    """
    best: int | None = None
    longest = 0
    for number, path in _paths(text):
        shared = _shared_length(path, tuple(location))
        if shared == len(path) and shared > longest:
            best, longest = number, shared
    return best


def _paths(text: str) -> Iterator[tuple[int, Path]]:
    """Every line that opens a table, a key, or an inline table within an array, with its place."""
    seen: Counter[str] = Counter()
    table: Path = ()
    array: Path = ()
    items = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            parts = [part.strip().strip("\"'") for part in header[2].split(".")]
            if header[1] == "[[":
                seen[parts[0]] += 1
            table, array, items = _placed(parts, seen), (), 0
            yield number, table
        elif key := _KEY.match(line):
            array, items = (*table, *key[1].strip("\"'").split(".")), line.count("{")
            yield number, array
        elif array and _ITEM.match(line):
            for _ in range(line.count("{")):
                yield number, (*array, items)
                items += 1


def _placed(parts: list[str], seen: Counter[str]) -> Path:
    """The table's path, with the position put after a name that stands for an array of tables."""
    first = parts[0]
    return (first, seen[first] - 1, *parts[1:]) if seen[first] else tuple(parts)


def _shared_length(left: Path, right: Path) -> int:
    for length, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return length
    return min(len(left), len(right))
