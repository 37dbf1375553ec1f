"""What may stand in a draft, key by key; a fault is named with its table, its key and the key that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

_NANO = Decimal("1e-9")


def _exact(value: Any) -> Any:
    """A price as it was written: 0.02 is two hundredths, not the nearest float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    written = Decimal(str(value))
    if written % _NANO != 0:
        raise ValueError("a price has at most nine decimal places")
    return written


def _day(value: Any) -> Any:
    """A TOML date, or text as in "2026-03-31"."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


Rho = Annotated[Decimal, BeforeValidator(_exact), Field(gt=0)]
Day = Annotated[date, BeforeValidator(_day)]
Positive = Annotated[int, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False)


class LastMonths(_Part):
    """Whole months that end on the cut date."""

    last_months: Positive


class Span(_Part):
    """Two days, both inside."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


class Periods(LastMonths):
    """Months that end on the cut date, cut into equal periods."""

    each_months: Positive

    @model_validator(mode="after")
    def _fill(self) -> Periods:
        if self.last_months % self.each_months:
            raise ValueError("last_months must be a whole number of times each_months")
        return self


class LabelledSpan(Span):
    """A period with its name."""

    label: str


class DraftFilter(_Part):
    """Members with any of these codes."""

    variable: str
    codes: list[str]


class DraftWindow(_Part):
    """A review window."""

    label: str
    wave: int
    from_day: int
    to_day: int


class _TableBase(_Part):
    id: str
    title: str
    dimensions: list[str]
    filters: list[DraftFilter] = []
    rho: Rho


class HeadcountTable(_TableBase):
    """kind = "headcount"."""

    kind: Literal["headcount"]
    basis: Literal["at_cut_date", "joined", "referred", "ever"]
    period: LastMonths | Span | None = None
    hide_wider_than: Positive


class MeanTable(_TableBase):
    """kind = "mean"."""

    kind: Literal["mean"]
    measure: str
    windows: list[DraftWindow]


class ActivityTable(_TableBase):
    """kind = "activity"."""

    kind: Literal["activity"]
    unit: Literal["contacts", "active_members"]
    periods: Periods | None = None
    slices: list[LabelledSpan] | None = None
    kinds: Literal["all"] | list[str] = "all"
    split_by_kind: bool = False
    max_cells: Positive
    max_per_cell: Positive
    hide_wider_than: Positive

    @model_validator(mode="after")
    def _one_way(self) -> ActivityTable:
        if (self.periods is None) == (self.slices is None):
            raise ValueError("give either periods or slices")
        return self


DraftTable = HeadcountTable | MeanTable | ActivityTable


class Draft(_Part):
    """A whole draft. cut_date and cohort are absent in the catalogue and present in what is previewed and signed."""

    name: str = ""
    title: str
    question: str
    purpose: str
    closes_in_days: Annotated[int, Field(gt=0, le=366)]
    cut_date: Day | None = None
    cohort: list[str] = []
    tables: list[Annotated[DraftTable, Field(discriminator="kind")]]


_KINDS: dict[str, type[_TableBase]] = {"headcount": HeadcountTable, "mean": MeanTable, "activity": ActivityTable}


def faults_in_words(reason: ValidationError, spec: Mapping[str, Any]) -> Iterator[str]:
    """One line for every fault, such as: table "contacts": there is no key "kindz"; "kinds" was meant?"""
    for fault in reason.errors(include_url=False):
        place = [part for part in fault["loc"] if part not in _KINDS]
        where, keys = _where(place, spec)
        path = ".".join(str(k) for k in keys)
        if fault["type"] == "extra_forbidden":
            yield f'{where}there is no key "{path}"{_meant(str(keys[-1]), fault["loc"])}'
        elif fault["type"] == "missing":
            yield f'{where}the key "{path}" is missing'
        else:
            yield f"{where}{path + ': ' if path else ''}{fault['msg'].removeprefix('Value error, ')}"


def _where(place: list[str | int], spec: Mapping[str, Any]) -> tuple[str, list[str | int]]:
    if place[:1] != ["tables"] or len(place) < 2 or not isinstance(place[1], int):
        return "draft: ", place
    table = spec["tables"][place[1]]
    name = table.get("id", f"number {place[1] + 1}") if isinstance(table, Mapping) else f"number {place[1] + 1}"
    return f'table "{name}": ', place[2:]


def _meant(key: str, place: tuple[str | int, ...]) -> str:
    """The nearest key of the same part, where one is near."""
    model: type[BaseModel] = next((_KINDS[p] for p in place if isinstance(p, str) and p in _KINDS), Draft)
    near = difflib.get_close_matches(key, model.model_fields, n=1)
    return f'; "{near[0]}" was meant?' if near else ""
