"""A whole draft, read strictly: a fault is named with its line, its table, its key and the key that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, PrivateAttr, ValidationError

from lero_contract.price import NANO
from lero_contract.toml_lines import line_of
from lero_coordinator.draft.kinds import KINDS, ActivityTable, DraftTable
from lero_coordinator.draft.parts import (
    Day,
    DraftBin,
    DraftFilter,
    DraftPoint,
    DraftWindow,
    LabelledSpan,
    LeftOut,
    Part,
    Periods,
    Span,
)

Place = tuple[str | int, ...]


class Draft(Part):
    """A whole draft. cut_date and cohort are absent in the catalogue and present in what is previewed and signed."""

    name: str = ""
    title: str
    question: str
    purpose: str
    closes_in_days: Annotated[int, Field(gt=0, le=366)]
    cut_date: Day | None = None
    cohort: list[str] = Field(default=[])
    tables: Annotated[list[Annotated[DraftTable, Field(discriminator="kind")]], Field(min_length=1)]
    _text: str = PrivateAttr("")

    def written_as(self, text: str) -> Draft:
        """The same draft, knowing the text it was read from, so that a complaint can name its line."""
        self._text = text
        return self

    def at(self, *place: str | int) -> str:
        """ "line 12, " for a place, keys from the outside in; empty where the draft was not read from a text."""
        return where_in(self._text, place)

    def with_prices(self, prices: Mapping[str, Decimal]) -> Draft:
        """The same draft, some tables (by id) at another price; a price of what is left out keeps its proportion."""
        tables = [_at_price(table, prices[table.id]) if table.id in prices else table for table in self.tables]
        return self.model_copy(update={"tables": tables}).written_as(self._text)


def where_in(text: str, place: Sequence[str | int]) -> str:
    """ "line 12, " where the text has the place or a part of it, else empty."""
    line = line_of(text, place) if text else None
    return f"line {line}, " if line is not None else ""


def faults_in_words(reason: ValidationError, spec: Mapping[str, Any], text: str = "") -> Iterator[str]:
    """One line for every fault, such as: line 9, table "contacts": there is no key "kindz"; "kinds" was meant?"""
    for fault in reason.errors(include_url=False):
        place = _place(fault["loc"])
        where, keys = _where(place, spec)
        path = _path(keys)
        at = where_in(text, place)
        if fault["type"] == "extra_forbidden":
            yield f'{at}{where}there is no key "{path}"{_meant(str(keys[-1]), fault["loc"])}'
        elif fault["type"] == "missing":
            yield f'{at}{where}the key "{path}" is missing'
        elif fault["type"] == "union_tag_invalid":
            yield f"{at}{where}there is no such kind of table; use one of {', '.join(KINDS)}"
        else:
            yield f"{at}{where}{path + ': ' if path else ''}{fault['msg'].removeprefix('Value error, ')}"


def _path(keys: Place) -> str:
    """As people count: windows 2.label."""
    return "".join(f" {key + 1}" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".").strip()


def _at_price(table: DraftTable, rho: Decimal) -> DraftTable:
    changed: dict[str, Any] = {"rho": rho, "accuracy": None}
    if isinstance(table, ActivityTable) and table.left_out is not None and table.left_out.rho is not None:
        beside = int(rho * NANO) * int(table.left_out.rho * NANO) // int((table.rho or rho) * NANO)
        changed["left_out"] = table.left_out.model_copy(update={"rho": Decimal(max(1, beside)) / NANO})
    return table.model_copy(update=changed)


def _place(loc: tuple[str | int, ...]) -> Place:
    """Where a fault is in the file: without the names of kinds and shapes that the reader went through."""
    without_kind = (*loc[:2], *loc[3:]) if loc[:1] == ("tables",) and loc[2:3] and loc[2] in KINDS else loc
    return tuple(part for part in without_kind if not str(part).startswith("<"))


def _where(place: Place, spec: Mapping[str, Any]) -> tuple[str, Place]:
    if place[:1] != ("tables",) or len(place) < 2 or not isinstance(place[1], int):
        return "draft: ", place
    table = spec["tables"][place[1]]
    name = table.get("id", f"number {place[1] + 1}") if isinstance(table, Mapping) else f"number {place[1] + 1}"
    return f'table "{name}": ', place[2:]


_INSIDE: Mapping[str, type[BaseModel]] = {
    "windows": DraftWindow,
    "baseline": DraftWindow,
    "follow_up": DraftWindow,
    "filters": DraftFilter,
    "period": Span,
    "periods": Periods,
    "slices": LabelledSpan,
    "points": DraftPoint,
    "bins": DraftBin,
    "left_out": LeftOut,
}


def _meant(key: str, loc: tuple[str | int, ...]) -> str:
    """The nearest key of the same part, where one is near."""
    inside = next((_INSIDE[p] for p in reversed(loc[:-1]) if isinstance(p, str) and p in _INSIDE), None)
    table = next((KINDS[p] for p in loc[2:3] if isinstance(p, str) and p in KINDS), Draft)
    fields = (inside or table).model_fields
    near = difflib.get_close_matches(key, [field.alias or name for name, field in fields.items()], n=1)
    return f'; "{near[0]}" was meant?' if near else ""
