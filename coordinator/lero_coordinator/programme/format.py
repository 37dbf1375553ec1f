"""What may stand in a programme file, key by key; a fault is named with its line and the fix. Pure."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lero_contract.errors import DataNotValid
from lero_contract.toml_lines import line_of

_NANO = Decimal("1e-9")
_NAME = r"[a-z0-9][a-z0-9-]{0,62}"
Name = Annotated[str, Field(pattern=f"^{_NAME}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CalendarEntry(_Part):
    """One request of the year. request: of the catalogue. cut_date: month and day, as in "03-31".

    opens_after_days: how many days after the cut date it is put to the LEROs, so that they can import first.
    """

    id: Name
    request: str
    cut_date: str
    opens_after_days: Annotated[int, Field(gt=0, le=366)]

    @field_validator("cut_date")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        found = re.fullmatch(r"(\d\d)-(\d\d)", value)
        if found is None:
            raise ValueError('a cut date is month and day, as in "03-31"')
        month, day = int(found[1]), int(found[2])
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:  # a leap year has every day
            raise ValueError(f"there is no day {value}")
        return value

    def cut_in(self, year: int) -> date:
        """The cut date of a year. Raises ValueError for 29 February of a year that has none."""
        month, day = (int(part) for part in self.cut_date.split("-"))
        return date(year, month, day)


class Calendar(_Part):
    """The whole file. Prices in rho; those of the entries stand in the catalogue."""

    name: Name
    title: str
    allowance_rho: Annotated[Decimal, Field(gt=0, le=10)]
    reserve_rho: Annotated[Decimal, Field(ge=0, le=10)]
    entries: Annotated[list[CalendarEntry], Field(min_length=1, max_length=100)]

    @field_validator("allowance_rho", "reserve_rho", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        written = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(written, Decimal) and written % _NANO != 0:
            raise ValueError("a price has at most nine decimal places")
        return written


def read_calendar(text: str, name: str) -> Calendar:
    """A programme file from its text. name: of the file, for what is said about it. Raises DataNotValid."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"{name} is not TOML: {reason}.", "Mend that line.") from reason
    try:
        return Calendar.model_validate(raw)
    except ValidationError as reason:
        faults = "\n".join(_in_words(reason, text))
        raise DataNotValid(f"{name}:\n{faults}", "See docs/for-the-national-body.md for the keys.") from reason


def _in_words(reason: ValidationError, text: str) -> Iterator[str]:
    for fault in reason.errors():
        key = str(fault["loc"][-1])
        match fault["type"]:
            case "extra_forbidden":
                words = f'there is no key "{key}"'
            case "missing":
                words = f'the key "{key}" is missing'
            case _:
                words = f"{key}: {fault['msg'].removeprefix('Value error, ')}"
        yield f"line {line_of(text, fault['loc']) or 1}: {words}"
