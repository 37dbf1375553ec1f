"""What an operator sees of a database before it is used: counts, on this screen only, and what must be put right first.

The counterpart of an import's report. A database changes afterwards; the statements hold whatever it then says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lero_contract.checking import MAX_DAY
from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_node.data.database import Database
from lero_node.data.schema import SCHEMAS

_DAYS = {"members": ("referred", "joined", "left"), "reviews": ("day",), "activities": ("day",), "milestones": ("day",)}
_MOST_SCORE = 10**6
_DATED = ("reviews", "activities", "milestones")


@dataclass(frozen=True)
class Survey:
    """lines: rows of each table. unknown: rows of each column ("members.sex") that hold no code of the dictionary.
    outside: scores outside their instrument's range. strangers: rows of each table that belong to nobody in members.
    """

    lines: Mapping[str, int]
    unknown: Mapping[str, int]
    outside: int
    strangers: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "lines": dict(self.lines),
            "unknown": dict(self.unknown),
            "outside": self.outside,
            "strangers": dict(self.strangers),
        }

    def to_text(self) -> str:
        """For the screen: counts, never a value."""
        lines = [f"{name}: {_rows(count)}." for name, count in self.lines.items()]
        lines += [
            f"  {column}: {_rows(n)} with no code of the dictionary, so not known."
            for column, n in self.unknown.items()
        ]
        if self.outside:
            lines.append(f"  reviews.score: {_rows(self.outside)} outside the instrument's range, cut to it.")
        lines += [f"  {name}: {_rows(n)} of nobody in members, in no answer." for name, n in self.strangers.items()]
        return "\n".join(lines)


def survey(database: Database, dictionary: Dictionary) -> Survey:
    """Counts a database. Raises DataNotValid where a member has two lines, or a cell cannot be reckoned with."""
    lines, distinct = database.member_lines()
    if lines != distinct:
        raise DataNotValid(
            f"The members have {_rows(lines)} for {distinct:,} references: each member must have one line, with a "
            "reference.",
            "Put the view of members right; answers stay as safe as they say only so.",
        )
    wrong = [f"{column}: {_rows(n)} {words}." for column, n, words in _unusable(database) if n]
    if wrong:
        raise DataNotValid("\n".join(wrong), "Put the views right: see the casts in deploy/postgresql-views.sql.")
    return Survey(
        lines={name: _count(database, name, "true") for name in SCHEMAS},
        unknown={c: n for c, n in _unknown(database, dictionary) if n},
        outside=_outside(database, dictionary),
        strangers={name: n for name in _DATED if (n := _strangers(database, name))},
    )


def _unusable(database: Database) -> Iterator[tuple[str, int, str]]:
    """Cells that sums could trip over, or that no choice of rows could be made by."""
    far = "IS NOT NULL AND {0} NOT BETWEEN -{1} AND {1}"
    for table, columns in _DAYS.items():
        for column in columns:
            count = _count(database, table, f"{_name(column)} " + far.format(_name(column), MAX_DAY))
            yield f"{table}.{column}", count, "with a day out of all reason (days are counted from 1970-01-01)"
    year = "birth_year IS NOT NULL AND birth_year NOT BETWEEN 0 AND 9999"
    yield "members.birth_year", _count(database, "members", year), "with a year out of all reason"
    score = "score " + far.format("score", _MOST_SCORE)
    yield "reviews.score", _count(database, "reviews", score), "with a score out of all reason"
    for table in _DATED:
        yield f"{table}.row_hash", _count(database, table, "row_hash IS NULL"), "without a hash"


def _unknown(database: Database, dictionary: Dictionary) -> Iterator[tuple[str, int]]:
    for (table, name), variable in dictionary.variables.items():
        if name not in SCHEMAS[table].names:
            continue
        if variable.type == "category":
            codes = [category.code for category in variable.categories]
        elif variable.type == "area":
            codes = [*dictionary.geography.areas, *dictionary.geography.old_codes]
        else:
            continue
        condition = f"{_name(name)} IS NOT NULL AND {_name(name)} <> ALL(%(codes)s)"
        yield f"{table}.{name}", _count(database, table, condition, {"codes": codes})


def _outside(database: Database, dictionary: Dictionary) -> int:
    ranges = {
        "names": [m.id for m in dictionary.measures.values()],
        "lowest": [m.lower * m.scale for m in dictionary.measures.values()],
        "highest": [m.upper * m.scale for m in dictionary.measures.values()],
    }
    beyond = (
        "EXISTS (SELECT FROM unnest(%(names)s::text[], %(lowest)s::bigint[], %(highest)s::bigint[]) AS x (n, l, h) "
        "WHERE n = measure AND score NOT BETWEEN l AND h)"
    )
    return _count(database, "reviews", beyond, ranges)


def _strangers(database: Database, table: str) -> int:
    own = f'SELECT FROM "{database.schema}".members AS m WHERE m.member_id = t.member_id'
    return _count(database, table, f"NOT EXISTS ({own})")


def _count(database: Database, table: str, condition: str, values: Mapping[str, object] | None = None) -> int:
    statement = f'SELECT count(*) FROM "{database.schema}".{table} AS t WHERE {condition}'  # noqa: S608
    return database.counts(statement, values)[0]


def _name(column: str) -> str:
    return f't."{column}"'


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
