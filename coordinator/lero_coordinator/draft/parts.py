"""The small parts a draft is made of, each checked as it is read: prices, days, points, windows, periods and bins."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

_NANO = Decimal("1e-9")
# Review windows by the names people use. Half a year either way from the second year on; no day lies in two.
STANDARD_WINDOWS: Mapping[str, tuple[int, int, int]] = {
    "Start": (0, -30, 45),
    "3 months": (3, 46, 135),
    "6 months": (6, 136, 270),
    "12 months": (12, 271, 545),
    "24 months": (24, 546, 910),
    "36 months": (36, 911, 1275),
    "48 months": (48, 1276, 1640),
    "60 months": (60, 1641, 2005),
}


def _number(value: Any) -> Any:
    """A number as it was written: 0.02 is two hundredths, not the nearest float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return value
    return Decimal(str(value))


def _price(value: Any) -> Any:
    written = _number(value)
    if isinstance(written, Decimal) and written.is_finite() and written % _NANO != 0:
        raise ValueError("a price has at most nine decimal places")
    return written


def _day(value: Any) -> Any:
    """A TOML date, or text as in "2026-03-31"."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _names(value: Any) -> Any:
    """ "all" as well as a list."""
    return [value] if value == "all" else value


def _window(value: Any) -> Any:
    """The name of a standard window as well as a window."""
    if not isinstance(value, str):
        return value
    named = {name.casefold(): name for name in STANDARD_WINDOWS}
    name = named.get(value.strip().casefold())
    if name is None:
        near = difflib.get_close_matches(value.casefold(), named, n=1)
        meant = f'; "{named[near[0]]}" was meant?' if near else ""
        raise ValueError(f'there is no standard window "{value}"{meant} They are: {", ".join(STANDARD_WINDOWS)}')
    wave, from_day, to_day = STANDARD_WINDOWS[name]
    return {"label": name, "wave": wave, "from_day": from_day, "to_day": to_day}


Rho = Annotated[Decimal, BeforeValidator(_price), Field(gt=0)]
Score = Annotated[Decimal, BeforeValidator(_number), Field(allow_inf_nan=False)]
Day = Annotated[date, BeforeValidator(_day)]
Positive = Annotated[int, Field(gt=0)]
Names = Annotated[list[str], BeforeValidator(_names)]


class Part(BaseModel):
    """Frozen; an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False)


def _one_way(*ways: bool) -> bool:
    return sum(ways) == 1


class Span(Part):
    """Two days by the calendar, both inside; or whole months that end on the cut date."""

    last_months: Positive | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _check(self) -> Span:
        if not _one_way(self.last_months is not None, self.first is not None and self.last is not None):
            raise ValueError("give last_months, or both from and to")
        return self


class Periods(Part):
    """Months that end on the cut date, cut into equal periods."""

    last_months: Positive
    each_months: Positive

    @model_validator(mode="after")
    def _fill(self) -> Periods:
        if self.last_months % self.each_months:
            raise ValueError("last_months must be a whole number of times each_months")
        return self


class Days(Part):
    """Two days, both inside: after joining as numbers, or by the calendar as dates."""

    from_day: int | None = None
    to_day: int | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")

    @property
    def is_calendar(self) -> bool:
        """Whether the days are dates."""
        return self.first is not None

    @model_validator(mode="after")
    def _check(self) -> Days:
        by_number, by_date = (self.from_day, self.to_day), (self.first, self.last)
        if not any(
            both.count(None) == 0 and other.count(None) == 2
            for both, other in ((by_number, by_date), (by_date, by_number))
        ):
            raise ValueError("give both from_day and to_day (days after joining), or both from and to (dates)")
        return self


class LabelledSpan(Days):
    """A period with its name."""

    label: str


class DraftWindow(Days):
    """A review window. wave: where the review names one; only for days after joining."""

    label: str
    wave: int | None = None

    @model_validator(mode="after")
    def _wave(self) -> DraftWindow:
        if self.is_calendar and self.wave is not None:
            raise ValueError("a window by the calendar has no wave")
        if not self.is_calendar and self.wave is None:
            raise ValueError('the key "wave" is missing: the number by which reviews name this window, as in wave = 3')
        return self


Window = Annotated[DraftWindow, BeforeValidator(_window)]


class DraftFilter(Part):
    """Members with any of these codes."""

    variable: str
    codes: list[str]


class DraftPoint(Part):
    """A point in time after joining."""

    label: str
    day: int


class DraftBin(Part):
    """Scores from one to the other, in points, both inside."""

    lower: Score = Field(alias="from")
    upper: Score = Field(alias="to")


class EachBins(Part):
    """Bins of so many points, over the whole range."""

    each: Annotated[Decimal, BeforeValidator(_number), Field(gt=0)]


class LeftOut(Part):
    """The measure of what the bounds cut off. most: the most that is measured of one member, in the table's unit.

    rho: its part of the table's price; a fifth where it is not given.
    """

    most: Positive
    rho: Rho | None = None


def _shape_of_bins(value: Any) -> str:
    return "<each>" if isinstance(value, (Mapping, EachBins)) else "<list>"


Bins = Annotated[
    Annotated[list[DraftBin], Tag("<list>")] | Annotated[EachBins, Tag("<each>")], Discriminator(_shape_of_bins)
]
