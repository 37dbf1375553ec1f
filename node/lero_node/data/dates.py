"""Days from text by explicit styles only. A column whose dates could be read two ways is refused, never guessed.

The international styles, and a month in letters, can be read one way only and are always read. Days first or months
first must be stated in the mapping, or be proved by the column itself (a 13th or later) without a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

from lero_contract.days import to_day, year_of
from lero_contract.errors import DataNotValid

Cell = tuple[int | None, str | None]
EARLIEST = date(1900, 1, 2)  # 1900-01-01 is how many systems write "no date"

_CLOCK = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_PATTERNS = {
    "dd/mm/yyyy": rf"(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})/(?P<y>\d{{4}}){_CLOCK}",
    "dd-mm-yyyy": rf"(?P<d>\d{{1,2}})-(?P<m>\d{{1,2}})-(?P<y>\d{{4}}){_CLOCK}",
    "dd/mm/yy": rf"(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})/(?P<y>\d{{2}}){_CLOCK}",
    "dd-mmm-yyyy": rf"(?P<d>\d{{1,2}})[- ](?P<m>[A-Za-z]{{3,9}})[- ](?P<y>\d{{4}}){_CLOCK}",
    "yyyy-mm-dd": rf"(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}}){_CLOCK}",
    "yyyy/mm/dd": rf"(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_CLOCK}",
    "mm/dd/yyyy": rf"(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}){_CLOCK}",
}
_COMPILED = {style: re.compile(pattern, re.ASCII) for style, pattern in _PATTERNS.items()}
_SAME_AS = {"d/m/yyyy": "dd/mm/yyyy", "yyyy-mm-dd hh:mm:ss": "yyyy-mm-dd"}
_ALWAYS = ("yyyy-mm-dd", "yyyy/mm/dd", "dd-mmm-yyyy")
_TWO_NUMBERS_FIRST = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?:[ T].*)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class AmbiguousColumn(DataNotValid):
    """It is not sure how a column's dates are to be read. The caller adds file and column to the detail."""

    code = "ambiguous_column"
    public = "The dates of a column of the export can be read in two ways."


def day_reader(texts: Collection[str], styles: Sequence[str], today_day: int) -> Callable[[str], Cell]:
    """A function from text to a day, fit for one column.

    texts: the column's different texts. styles: those the mapping states, or none. Raises AmbiguousColumn where it is
    not sure whether days or months come first.
    """
    stated = [_SAME_AS.get(style, style) for style in styles]
    day_first, month_first = _evidence(texts)
    if not stated:
        stated = proved_styles(texts)
    elif "mm/dd/yyyy" in stated and day_first > month_first:
        raise AmbiguousColumn("most of its dates put the day first, and the mapping says the month comes first")
    elif "mm/dd/yyyy" not in stated and month_first > day_first:
        raise AmbiguousColumn("most of its dates put the month first, and the mapping says the day comes first")
    patterns = [_COMPILED[style] for style in dict.fromkeys((*stated, *_ALWAYS))]
    return lambda text: _read(text, patterns, today_day)


def proved_styles(texts: Collection[str]) -> list[str]:
    """The numeric styles that a column proves; none for a column without numeric dates. Raises AmbiguousColumn."""
    day_first, month_first = _evidence(texts)
    if not any(_TWO_NUMBERS_FIRST.fullmatch(text) for text in texts):
        return []
    if day_first and not month_first:
        return ["dd/mm/yyyy", "dd-mm-yyyy", "dd/mm/yy"]
    if month_first and not day_first:
        return ["mm/dd/yyyy"]
    found = (
        "some of its dates put the day first and some the month" if day_first else "no date proves which comes first"
    )
    raise AmbiguousColumn(f"it is not sure whether the day or the month comes first: {found}")


def _evidence(texts: Collection[str]) -> tuple[int, int]:
    """How many texts can only have the day first, and how many only the month."""
    day_first = month_first = 0
    for text in texts:
        if found := _TWO_NUMBERS_FIRST.fullmatch(text):
            first, second = int(found[1]), int(found[2])
            day_first += 12 < first <= 31 and second <= 12
            month_first += first <= 12 < second <= 31
    return day_first, month_first


def _read(text: str, patterns: Sequence[re.Pattern[str]], today_day: int) -> Cell:
    for pattern in patterns:
        if found := pattern.fullmatch(text):
            return _day(found["y"], found["m"], found["d"], today_day)
    return None, "not a date in a style this import reads"


def _day(year_text: str, month_text: str, day_text: str, today_day: int) -> Cell:
    try:
        month = int(month_text) if month_text.isdecimal() else _MONTHS.index(month_text[:3].lower()) + 1
        when = date(_full_year(year_text, today_day), month, int(day_text))
    except ValueError:
        return None, "no such day in the calendar"
    return (to_day(when), None) if when >= EARLIEST else (None, "a date that stands for 'no date'")


def _full_year(text: str, today_day: int) -> int:
    """Two digits mean the latest year that has begun: a service records the past."""
    if len(text) == 4:
        return int(text)
    this_year = year_of(today_day)
    year = this_year - this_year % 100 + int(text)
    return year if year <= this_year else year - 100
