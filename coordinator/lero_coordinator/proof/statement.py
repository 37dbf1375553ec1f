"""Reads `release.json` strictly enough to be checked: a name said twice, or a value of another kind, is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.errors import Malformed

_LONGEST_WHOLE = 19
Value = str | float | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True)
class Stated:
    """What the statement says, as far as the checks need it apart. values: all of it.

    files: SHA-256 by path. answers: SHA-256 of each answer's signed header by node. unrevised: by table without late
    answers, the revision it stands as in. allowance: rho of a usual year.
    """

    values: Mapping[str, Value]
    request_id: str
    revision: int
    added: tuple[str, ...]
    unrevised: Mapping[str, int]
    files: Mapping[str, str]
    answers: Mapping[str, str]
    notice: str
    made_on: str
    allowance: float | None
    withheld: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Value]]


def read_statement(data: bytes) -> Stated:
    """Raises Malformed, naming what is missing or of another kind."""
    try:
        values = json.loads(
            data, object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as reason:
        raise Malformed("release.json is not a statement: it is not JSON, or says something twice.") from reason
    whole = _Reader(values)
    revision = whole.part("revision")
    allowance = whole.part("privacy").values.get("usual_year_allowance_rho")
    if allowance is not None and not isinstance(allowance, float | int):
        raise Malformed("release.json: usual_year_allowance_rho is not a number.")
    files = [_Reader(one) for one in whole.listed("files")]
    tables = [_Reader(one) for one in whole.listed("tables")]
    stated = Stated(
        values=whole.values,
        request_id=whole.text("request_id"),
        revision=revision.whole("number"),
        added=revision.texts("added"),
        unrevised={name: revision.part("tables_as_in_revision").whole(name) for name in _names(revision)},
        files={file.text("name"): file.text("sha256") for file in files},
        answers={name: whole.part("answer_digests").text(name) for name in whole.part("answer_digests").values},
        notice=whole.text("notice"),
        made_on=whole.text("made_on"),
        allowance=None if allowance is None else float(allowance),
        withheld=whole.texts("withheld_authorities"),
        tables={table.text("id"): table.values for table in tables},
    )
    if len(stated.files) != len(files) or len(stated.tables) != len(tables):
        raise Malformed("release.json names a file or a table twice.")
    return stated


def _names(revision: _Reader) -> Sequence[str]:
    return tuple(revision.part("tables_as_in_revision").values)


@dataclass(frozen=True)
class _Reader:
    """One object of the statement. Every method raises Malformed for a value of another kind."""

    found: Value

    @property
    def values(self) -> Mapping[str, Value]:
        """By name."""
        if not isinstance(self.found, Mapping):
            raise Malformed("release.json has a value where it should have an object.")
        return self.found

    def part(self, name: str) -> _Reader:
        """An object within it."""
        return _Reader(self.values.get(name))

    def text(self, name: str) -> str:
        """A string."""
        found = self.values.get(name)
        if not isinstance(found, str):
            raise Malformed(f"release.json does not say {name}.")
        return found

    def whole(self, name: str) -> int:
        """A whole number."""
        found = self.values.get(name)
        if not isinstance(found, int) or isinstance(found, bool):
            raise Malformed(f"release.json does not say {name}.")
        return found

    def listed(self, name: str) -> Sequence[Value]:
        """A list."""
        found = self.values.get(name)
        if not isinstance(found, list):
            raise Malformed(f"release.json has no list of {name}.")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        found = [one for one in self.listed(name) if isinstance(one, str)]
        if len(found) != len(self.listed(name)):
            raise Malformed(f"release.json: {name} is not a list of names.")
        return tuple(found)


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is said twice")
    return dict(pairs)


def _whole(word: str) -> Value:
    if len(word) > _LONGEST_WHOLE:
        raise ValueError("a number is larger than any of a release")
    return int(word)


def _finite(word: str) -> Value:
    if not math.isfinite(found := float(word)):
        raise ValueError("a number is larger than any of a release")
    return found


def _no_number(word: str) -> Value:
    raise ValueError(f"{word} is not a number")
