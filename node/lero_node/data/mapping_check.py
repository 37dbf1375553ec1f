"""A mapping against the dictionary: every variable, code and measure it names must exist. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from lero_contract.dictionary import Dictionary, Variable

_READ_AS = {"year": frozenset({"date", "year", "age"}), "score": frozenset({"raw"})}
_ROWS_NEED_DATE_OR_WAVE = "a review needs a `date` or a `wave`"


@dataclass(frozen=True)
class Complaint:
    """location: keys of the mapping file from the outside in."""

    location: tuple[str | int, ...]
    words: str


class MappedColumn(Protocol):
    """What is checked of a column."""

    @property
    def constant(self) -> str | None:
        """The same value for every row."""
        ...

    @property
    def read_as(self) -> str | None:
        """The way of reading."""
        ...

    @property
    def derive(self) -> str | None:
        """The way of deriving."""
        ...

    @property
    def values(self) -> Mapping[str, str]:
        """Spellings and codes."""
        ...


def check_table(
    table: str, place: tuple[str | int, ...], content: object, dictionary: Dictionary
) -> Iterator[Complaint]:
    """Complaints about one mapped table. content: has `columns`, and `measures` where it is reviews."""
    columns: Mapping[str, MappedColumn] = getattr(content, "columns", {})
    known = {name: variable for (owner, name), variable in dictionary.variables.items() if owner == table}
    for name, column in columns.items():
        where = (*place, "columns", name)
        if name not in known:
            yield Complaint(where, f"the dictionary has no '{name}' in {table}{nearest(name, known)}")
        else:
            yield from _check_column(where, column, known[name], dictionary)
    for name, variable in known.items():
        if variable.required and name not in columns:
            yield Complaint((*place, "columns"), f"'{name}' ({variable.label}) is needed and not mapped")
    if table == "reviews":
        yield from _check_reviews(place, columns, getattr(content, "measures", ()), dictionary)


def nearest(word: str, known: Iterable[str]) -> str:
    """ "; 'x' looks like it", or nothing where no known word does."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; '{close[0]}' looks like it" if close else ""


def _check_column(
    where: tuple[str | int, ...], column: MappedColumn, variable: Variable, dictionary: Dictionary
) -> Iterator[Complaint]:
    if column.read_as is not None and column.read_as not in _READ_AS.get(variable.type, ()):
        yield Complaint(where, f"`as` does not go with {variable.id}")
    if column.derive is not None and variable.type != "date":
        yield Complaint(where, "only a date can be derived from an anchor")
    if variable.type == "year" and column.read_as is None:
        yield Complaint(where, 'say how to read it: `as = "date"`, `as = "year"` or `as = "age"` with `at`')
    known = _codes(variable, dictionary)
    if column.values and not known:
        yield Complaint(where, f"`values` does not go with {variable.id}")
    for code in column.values.values():
        if known and code not in known:
            yield Complaint(where, f"'{code}' is not a code of {variable.id}{nearest(code, known)}")
    if variable.type == "category" and column.constant is not None and column.constant not in known:
        yield Complaint(where, f"'{column.constant}' is not a code of {variable.id}{nearest(column.constant, known)}")


def _check_reviews(
    place: tuple[str | int, ...], columns: Mapping[str, MappedColumn], measures: tuple[str, ...], dictionary: Dictionary
) -> Iterator[Complaint]:
    if not measures:
        yield Complaint((*place, "measures"), "name at least one measure")
    for measure in measures:
        if measure not in dictionary.measures:
            hint = nearest(measure, dictionary.measures)
            yield Complaint((*place, "measures"), f"the dictionary has no measure '{measure}'{hint}")
    if not columns.keys() & {"date", "wave"}:
        yield Complaint((*place, "columns"), _ROWS_NEED_DATE_OR_WAVE)
    named = columns.get("measure")
    if named is not None:
        stated = {*measures, "not_known"}
        for code in (*named.values.values(), *([named.constant] if named.constant else [])):
            if code not in stated:
                yield Complaint((*place, "measures"), f"'{code}' is used below and not named here")


def _codes(variable: Variable, dictionary: Dictionary) -> frozenset[str]:
    if variable.type == "area":
        return frozenset({*dictionary.geography.areas, *dictionary.geography.old_codes, "not_known"})
    if variable.type == "flag":
        return frozenset({"yes", "no"})
    return frozenset(category.code for category in variable.categories)
