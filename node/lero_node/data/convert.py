"""One cell of text to one value, or to "not known" with a plain reason that never repeats the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lero_contract.days import from_day, year_of
from lero_contract.dictionary import NOT_KNOWN, Dictionary, Variable
from lero_contract.instruments import Instrument, Measure
from lero_node.data.dates import day_reader
from lero_node.data.mapping import Column
from lero_node.data.places import Places
from lero_node.data.texts import plain

# A value and no reason; nothing and no reason (blank, or "not known" in some spelling); or nothing and the reason why.
Cell = tuple[str | int | None, str | None]
Reader = Callable[[str], Cell]

YOUNGEST, OLDEST = 10, 110
_GREATEST_WHOLE = 100_000
_NUMBER = re.compile(r"[+-]?(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,18})?", re.ASCII)
_YES = frozenset({"yes", "y", "true", "1", "x", "ticked", "opted out", "objects"})
_NO = frozenset({"no", "n", "false", "0", "not ticked", "does not object"})
_NOT_A_NUMBER = "not a number"


@dataclass(frozen=True)
class Conversion:
    """What reading needs beside the mapping. not_known: lower-case spellings, beside blank."""

    dictionary: Dictionary
    places: Places
    not_known: frozenset[str]
    date_styles: tuple[str, ...]
    today_day: int

    @classmethod
    def of(
        cls, dictionary: Dictionary, more_not_known: Iterable[str], date_styles: tuple[str, ...], today_day: int
    ) -> Conversion:
        """The dictionary's spellings of "not known", without those that are numbers, and the mapping's."""
        spellings = {
            spelling
            for variable in dictionary.variables.values()
            for spelling, code in variable.spellings.items()
            if code == NOT_KNOWN and not spelling.isdecimal()
        }
        spellings |= {plain(text).casefold() for text in more_not_known}
        return cls(dictionary, Places(dictionary.geography), frozenset(spellings), date_styles, today_day)

    def is_not_known(self, text: str) -> bool:
        """Whether a cell says nothing."""
        return not text or text.casefold() in self.not_known

    def reader(self, variable: Variable, column: Column, texts: Collection[str]) -> Reader:
        """How to read one column. texts: its different texts. Raises AmbiguousColumn (see `dates`)."""
        own = {plain(spelling).casefold(): code for spelling, code in column.values.items()}
        match variable.type:
            case "category":
                return self._category(variable, own)
            case "area":
                return self._unless_not_known(self._area(own))
            case "flag":
                return _flag(own)
            case "whole":
                return self._unless_not_known(whole)
            case "date" if column.anchor is not None:
                return self._unless_not_known(_counted_on(column.anchor, column.days_each or 1))
            case "date":
                return self._unless_not_known(day_reader(texts, self.date_styles, self.today_day))
            case "year":
                return self._unless_not_known(self._birth_year(column, texts))
            case _:
                return lambda text: (None if self.is_not_known(text) else text, None)

    def _unless_not_known(self, read: Reader) -> Reader:
        return _skipping(self.is_not_known, read)

    def _category(self, variable: Variable, own: dict[str, str]) -> Reader:
        """The mapping's spellings go before the dictionary's, and a meaning before "not known"."""
        known = {category.code: category.code for category in variable.categories}
        known |= {category.label.casefold(): category.code for category in variable.categories}
        known |= {**variable.spellings, **own}

        def read(text: str) -> Cell:
            if code := known.get(text.casefold()):
                return code, None
            if self.is_not_known(text):
                return None, None
            return None, "a word that neither the dictionary nor the mapping has"

        return read

    def _area(self, own: dict[str, str]) -> Reader:
        def read(text: str) -> Cell:
            said = own.get(text.casefold(), text)
            if said == NOT_KNOWN:
                return None, None
            code = self.places.find(said)
            return (code, None) if code else (None, "not an authority this import knows, by code or by name")

        return read

    def _birth_year(self, column: Column, texts: Collection[str]) -> Reader:
        if column.read_as == "date":
            day = day_reader(texts, self.date_styles, self.today_day)
            return lambda text: self._plausible_birth(*_year_of(day(text)))
        at = column.at
        return lambda text: self._plausible_birth(*(whole(text) if at is None else _age(text, year_of(at))))

    def _plausible_birth(self, year: str | int | None, reason: str | None) -> Cell:
        if not isinstance(year, int):
            return None, reason
        if not YOUNGEST <= year_of(self.today_day) - year <= OLDEST:
            return None, f"an age under {YOUNGEST} or over {OLDEST} years"
        return year, None


def score_cell(text: str, measure: Measure, instrument: Instrument, is_raw: bool) -> Cell:
    """A score in units of 10^-decimals points, inside the instrument's own range.

    is_raw: the text is a raw score, to be converted by the instrument's metric table.
    """
    number = _number(text)
    if number is None:
        return None, "the score is not a number"
    if is_raw and instrument.metric:
        metric = instrument.metric.get(int(number)) if number == int(number) else None
        if metric is None:
            return None, "the raw score is not in the instrument's table"
        return round(metric * measure.scale), None
    stored = number * measure.scale
    if measure.decimals:
        stored = stored.to_integral_value()  # a score that is computed comes with as many places as the program likes
    if stored != int(stored):
        return None, "this instrument gives whole scores only"
    if not measure.lower * measure.scale <= stored <= measure.upper * measure.scale:
        return None, "the score is outside the instrument's range"
    return int(stored), None


def whole(text: str) -> Cell:
    """A whole number, with or without thousands commas or a decimal part of zeros."""
    number = _number(text)
    if number is None:
        return None, _NOT_A_NUMBER
    if number != int(number) or abs(number) > _GREATEST_WHOLE:
        return None, "not a whole number of a sensible size"
    return int(number), None


def _number(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def _flag(own: dict[str, str]) -> Reader:
    def read(text: str) -> Cell:
        word = own.get(text.casefold(), text.casefold())
        if word in _YES:
            return 1, None
        return (0, None) if not word or word in _NO else (None, "neither yes nor no")

    return read


def _counted_on(anchor: int, days_each: int) -> Reader:
    def read(text: str) -> Cell:
        steps, reason = whole(text)
        return (anchor + steps * days_each, None) if isinstance(steps, int) else (None, reason)

    return read


def _age(text: str, year: int) -> Cell:
    age, reason = whole(text)
    return (year - age, None) if isinstance(age, int) else (None, reason)


def _year_of(cell: tuple[int | None, str | None]) -> Cell:
    day, reason = cell
    return (from_day(day).year, None) if day is not None else (None, reason)


def _skipping(says_nothing: Callable[[str], bool], read: Reader) -> Reader:
    return lambda text: (None, None) if says_nothing(text) else read(text)
