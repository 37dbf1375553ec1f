"""Reads a table's published rows back into figures, against the rows that there must be. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lero_contract.csv_text import rows_of
from lero_contract.errors import Malformed
from lero_contract.geography import Geography
from lero_coordinator.combine.estimates import Estimate, count_half_width
from lero_coordinator.combine.marks import ESTIMATED, REVISED, Status, mark_of
from lero_coordinator.combine.release import CombinedTable, Figure, Release
from lero_coordinator.landscape.data import data_file, numbers, table_csv
from lero_coordinator.proof.checks import few
from lero_coordinator.proof.statement import Stated

NUMBERS = (
    "value",
    "lower",
    "upper",
    "unit",
    "people",
    "people_lower",
    "people_upper",
    "noisy_value",
    "noise_variance",
)
_OF_FIGURE = frozenset({*NUMBERS, "mark", "words", "leros"}) - {"unit"}
_STATUS = {status.words: status for status in Status}
_LONGEST_NUMBER = 32
_CLOSE = 1.5e-6  # ratios are rounded to six decimals
Key = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True)
class Row:
    """One published figure beside the one implied. figure: as published; its place, group and statistic are implied."""

    figure: Figure
    implied: Figure

    @property
    def key(self) -> Key:
        """Place, group and statistic, as codes."""
        return self.figure.place.code, tuple(c.code for c in self.figure.group), self.figure.statistic.code

    @property
    def where(self) -> str:
        """In words, for a person who looks it up."""
        place, group, statistic = self.key
        return ", ".join((place, *(code for code in group if code != "all"), statistic))


@dataclass(frozen=True)
class Published:
    """A table's rows in their order. is_current: made of all answers of this revision, so that its noise is implied."""

    table: CombinedTable
    rows: tuple[Row, ...]
    is_current: bool

    @property
    def by_key(self) -> dict[Key, Row]:
        """Every row by place, group and statistic."""
        return {row.key: row for row in self.rows}

    @property
    def table_id(self) -> str:
        """Of the table."""
        return self.table.table.table_id


def read_tables(
    files: Mapping[str, bytes], implied: Release, stated: Stated, geography: Geography
) -> tuple[Published, ...]:
    """Every table. Raises Malformed where a file is missing, or a row is not one that there must be."""
    return tuple(_read(table, files, implied, stated, geography) for table in implied.tables)


def check_implied(published: Published) -> None:
    """Raises Malformed where a row says otherwise than who answered: why there is no figure, LEROs, noise, mark."""
    problems = [f"{row.where}: {words}" for row in published.rows if (words := _problem(row, published.is_current))]
    if problems:
        raise Malformed(f"{published.table_id}: {few(problems)}.")


def check_counts(published: Published) -> int:
    """Every count's figure and interval follow from its noisy value and its noise. Returns how many were looked at.

    Raises Malformed naming those that do not.
    """
    counts = [row for row in published.rows if row.figure.estimate is not None and row.figure.statistic.is_count]
    problems = []
    for row in counts:
        shown = row.figure.estimate
        assert shown is not None
        # The variance is rounded to six decimals where it is published, so that a half-width could lie on either side.
        widths = {count_half_width(max(0.0, shown.variance + by)) for by in (-_CLOSE, 0.0, _CLOSE)}
        ends = {(max(0, shown.noisy - width), max(0, shown.noisy + width)) for width in widths}
        if shown.value != max(0, shown.noisy) or (shown.lower, shown.upper) not in ends:
            problems.append(row.where)
    if problems:
        raise Malformed(f"{published.table_id}: figure or interval does not follow from the noise: {few(problems)}.")
    return len(counts)


def same_numbers(one: Figure, other: Figure) -> bool:
    """Whether two figures of one statistic would be published as the same numbers."""
    pairs = zip(numbers(one), numbers(other), strict=True)
    return all(_is_close(a, b) for a, b in pairs)


def _is_close(a: str | float | int, b: str | float | int) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=_CLOSE)


def _read(
    table: CombinedTable, files: Mapping[str, bytes], implied: Release, stated: Stated, geography: Geography
) -> Published:
    name = data_file(table.table.table_id)
    if name not in files:
        raise Malformed(f"{name} is missing.")
    found, expected = rows_of(files[name]), rows_of(table_csv(table, implied, geography))
    is_current = table.table.table_id not in stated.unrevised
    if is_current and len(found) != len(expected):
        raise Malformed(f"{name} has {len(found)} rows; there must be {len(expected)}.")
    if not is_current:
        found, expected, figures = _in_step(found, expected, table.figures, name)
    else:
        figures = list(table.figures)
    own = _OF_FIGURE | (frozenset() if is_current else frozenset({"answered"}))
    for number, (row, wanted) in enumerate(zip(found, expected, strict=True), start=2):
        other = [column for column in wanted if column not in own and row.get(column) != wanted[column]]
        if other or set(row) != set(wanted):
            raise Malformed(f"{name}, line {number}: not the figure that must stand there ({few(other)}).")
    rows = tuple(Row(_figure(row, figure, name), figure) for row, figure in zip(found, figures, strict=True))
    return Published(table, rows, is_current)


def _in_step(
    found: list[dict[str, str]], expected: list[dict[str, str]], figures: Sequence[Figure], name: str
) -> tuple[list[dict[str, str]], list[dict[str, str]], list[Figure]]:
    """Of a table that stands as in an earlier revision: places that answered since may be one row there, or none.

    Every published row must be one that could stand here, in the same order.
    """
    own = _OF_FIGURE | {"answered"}
    wanted, kept = [], []
    position = 0
    for number, row in enumerate(found, start=2):
        said = {column: text for column, text in row.items() if column not in own}
        while position < len(expected) and said != {c: t for c, t in expected[position].items() if c not in own}:
            position += 1
        if position == len(expected):
            raise Malformed(f"{name}, line {number}: not a figure that can stand there.")
        wanted.append(expected[position])
        kept.append(figures[position])
        position += 1
    return found, wanted, kept


def _figure(row: Mapping[str, str], implied: Figure, name: str) -> Figure:
    status = _STATUS.get(row["words"])
    if status is None:
        raise Malformed(f"{name}: “{row['words'][:60]}” is no reason that this program gives.")
    texts = [row[column] for column in NUMBERS]
    if not status.has_figure:
        if any(text for text, column in zip(texts, NUMBERS, strict=True) if column != "unit"):
            raise Malformed(f"{name}: a number stands where there is no figure.")
        return replace(implied, status=status, mark=row["mark"], estimate=None, people=None, leros=_whole(row["leros"]))
    value, lower, upper = (_number(row[column], name) for column in ("value", "lower", "upper"))
    if not lower <= value <= upper:
        raise Malformed(f"{name}: a figure does not lie within its interval.")
    noisy, variance = _number(row["noisy_value"], name), _number(row["noise_variance"], name)
    people = None
    if row["people"]:
        shown, least, most = (_number(row[column], name) for column in ("people", "people_lower", "people_upper"))
        people = Estimate(shown, 0.0, shown, least, most)
    found = replace(
        implied,
        status=status,
        mark=row["mark"],
        estimate=Estimate(noisy, variance, value, lower, upper),
        people=people,
        leros=_whole(row["leros"]),
    )
    if texts != [str(number) for number in numbers(found)]:
        raise Malformed(f"{name}: a number is not written as this program writes it.")
    return found


def _problem(row: Row, is_current: bool) -> str:
    """What is wrong with a row, or nothing."""
    found, implied = row.figure, row.implied
    is_lower = implied.mark == ESTIMATED
    may_be = (is_lower,) if is_current else (True, False)
    marks = {mark_of(found.status, is_lower_bound=one) for one in may_be}
    if found.mark.removesuffix(REVISED).strip() not in marks:
        return "its mark is not the one of its words"
    counts = found.statistic.is_count
    if counts and found.estimate is not None and (found.status is Status.ZERO) != (found.estimate.value == 0):
        return "zero is not said where it is, or said where it is not"
    if not is_current or found.status is Status.WITHHELD:
        return ""  # who agreed to stand alone is in the signed answers, which are not public
    if found.leros != implied.leros:
        return "another number of LEROs is behind it"
    is_open = implied.status.has_figure or implied.status is Status.TOO_FEW
    if not is_open or (counts and not (implied.status.has_figure and found.status.has_figure)):
        return "" if found.status is implied.status else "its reason is not the one that follows from who answered"
    if counts and found.estimate is not None and implied.estimate is not None:
        same = math.isclose(found.estimate.variance, implied.estimate.variance, rel_tol=1e-9, abs_tol=_CLOSE)
        return "" if same else "its noise is not that of the answers behind it"
    return "" if found.status.has_figure or found.status is Status.TOO_FEW else "it has another reason"


def _number(text: str, name: str) -> float:
    """As written: a whole number stays one."""
    if len(text) > _LONGEST_NUMBER:
        raise Malformed(f"{name}: “{text[:20]}...” is no number.")
    try:
        found: float = int(text) if "." not in text and "e" not in text else float(text)
    except ValueError as reason:
        raise Malformed(f"{name}: “{text[:20]}” is no number.") from reason
    if not math.isfinite(found):
        raise Malformed(f"{name}: “{text[:20]}” is no number.")
    return found


def _whole(text: str) -> int:
    """-1 for anything else than this program writes."""
    return int(text) if text.isdecimal() and len(text) < _LONGEST_NUMBER and str(int(text)) == text else -1
