"""How one LERO's export becomes the normalised tables: a file a person has written or agreed to, read strictly.

Unknown keys, unknown variables and codes that no closed list has stop the import, each with its line and a fix. What
the node collects is read from here and never from rows.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary
from lero_contract.errors import DataNotValid
from lero_contract.toml_lines import line_of
from lero_node.data.mapping_check import Complaint, check_table, nearest

DATE_STYLES = (
    "dd/mm/yyyy",
    "d/m/yyyy",
    "dd-mm-yyyy",
    "dd/mm/yy",
    "dd-mmm-yyyy",
    "yyyy-mm-dd",
    "yyyy-mm-dd hh:mm:ss",
    "yyyy/mm/dd",
    "mm/dd/yyyy",
)
_DAY_FIRST = frozenset({"dd/mm/yyyy", "d/m/yyyy", "dd/mm/yy"})


def _as_day(value: object) -> object:
    """A date, written with or without quotes, as days since 1970-01-01."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return to_day(value) if isinstance(value, date) else value


Day = Annotated[int, BeforeValidator(_as_day)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Column(_Strict):
    """Where one variable comes from: a column, a constant, or a day counted on from an anchor.

    read_as ("as"): date, year or age for a year of birth; raw for a score to be converted by its instrument's table.
    at: the day an age was true. values: spellings of this export, each with its code.
    """

    column: str | None = None
    constant: str | None = None
    read_as: Literal["date", "year", "age", "raw"] | None = Field(None, alias="as")
    at: Day | None = None
    derive: Literal["anchor_plus"] | None = None
    anchor: Day | None = None
    days_each: int | None = None
    values: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> Column:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either `column` or `constant`")
        derived = (self.derive, self.anchor, self.days_each)
        if any(part is not None for part in derived) and (None in derived or self.column is None):
            raise ValueError("a derived day needs `derive`, `anchor`, `column` and `days_each`")
        if (self.read_as == "age") != (self.at is not None):
            raise ValueError('`as = "age"` goes with `at`, the day on which the ages were true')
        return self


class TableMapping(_Strict):
    """One table of the export. file: a glob over names in the import folder. sheet: of a workbook."""

    file: str
    sheet: str | None = None
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _plain_file_name(self) -> TableMapping:
        if not self.file or any(part in self.file for part in ("/", "\\", "..", ":")):
            raise ValueError("`file` is a name or pattern inside the import folder, without folders")
        return self

    def headings(self) -> tuple[str, ...]:
        """The columns of the export that are read."""
        return tuple(spec.column for spec in self.columns.values() if spec.column is not None)


class MembersMapping(TableMapping):
    """repeats: "conflict" (one row for each member) or "same" (one row for each visit; they collapse)."""

    repeats: Literal["conflict", "same"] = "conflict"


class ReviewsMapping(TableMapping):
    """measures: what is recorded here. blank_score: whether a row without a score is set aside, or is no review."""

    measures: Texts
    blank_score: Literal["set_aside", "no_review"] = "set_aside"


class _Profile(_Strict):
    complete_from: Day


class _Reading(_Strict):
    date_styles: Annotated[tuple[Literal[DATE_STYLES], ...], Field(strict=False)] = ()  # type: ignore[valid-type]
    not_known: Texts = ()

    @model_validator(mode="after")
    def _one_order(self) -> _Reading:
        if "mm/dd/yyyy" in self.date_styles and _DAY_FIRST & set(self.date_styles):
            raise ValueError("an export puts either the day or the month first, not both")
        return self


class _File(_Strict):
    version: Literal[1]
    name: str
    profile: _Profile
    reading: _Reading = Field(default_factory=_Reading)
    members: MembersMapping
    reviews: Annotated[tuple[ReviewsMapping, ...], Field(strict=False)] = ()
    activities: TableMapping | None = None
    milestones: TableMapping | None = None


class ExportMapping(_File):
    """A checked mapping. digest: SHA-256 of the file's bytes, hexadecimal."""

    digest: str

    @property
    def complete_from_day(self) -> int:
        """Records are complete from this day, as a person has stated."""
        return self.profile.complete_from

    def tables(self) -> Iterator[tuple[str, tuple[str | int, ...], TableMapping]]:
        """Each mapped table with its name and its place in the file; members come first."""
        yield "members", ("members",), self.members
        for index, reviews in enumerate(self.reviews):
            yield "reviews", ("reviews", index), reviews
        if self.activities is not None:
            yield "activities", ("activities",), self.activities
        if self.milestones is not None:
            yield "milestones", ("milestones",), self.milestones


def collects(mapping: ExportMapping) -> tuple[str, ...]:
    """What the LERO says it records, sorted: variables of members, measures, what reviews say of recovery, and the
    names of the other tables.
    """
    found = {name for name in mapping.members.columns if name not in ("member_id", "objects")}
    found.update(measure for reviews in mapping.reviews for measure in reviews.measures)
    found.update("recovery_now" for reviews in mapping.reviews if "recovery_now" in reviews.columns)
    found.update(name for name, _, _ in mapping.tables() if name != "members")
    return tuple(sorted(found))


def read_mapping(path: Path, dictionary: Dictionary) -> ExportMapping:
    """The mapping in a file. Raises DataNotValid where it is missing or not valid, with every fault and its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as reason:
        raise DataNotValid(
            f"There is no mapping file {path.name}.", "Make one: lero-node mapping suggest FOLDER"
        ) from reason
    except (OSError, UnicodeDecodeError) as reason:
        raise DataNotValid(
            f"The mapping file {path.name} cannot be read.", "Save it as plain text (UTF-8)."
        ) from reason
    return parse_mapping(text, dictionary, path.name)


def parse_mapping(text: str, dictionary: Dictionary, name: str = "mapping.toml") -> ExportMapping:
    """The mapping in a text. Raises DataNotValid with every fault, its line and a fix."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"{name} is not valid TOML: {reason}.") from reason
    try:
        mapping = ExportMapping.model_validate({**raw, "digest": hashlib.sha256(text.encode()).hexdigest()})
    except ValidationError as reason:
        raise _refusal(name, text, [_in_words(error) for error in reason.errors()]) from None
    complaints = [
        complaint
        for table, place, content in mapping.tables()
        for complaint in check_table(table, place, content, dictionary)
    ]
    if complaints:
        raise _refusal(name, text, complaints)
    return mapping


def _in_words(error: Any) -> Complaint:
    location = tuple(error["loc"])
    words = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        words = f"'{location[-1]}' is not a key that belongs here{nearest(str(location[-1]), _keys_at(location[:-1]))}"
    elif error["type"] == "missing":
        words = f"'{location[-1]}' is missing"
    return Complaint(location, words)


def _keys_at(location: tuple[str | int, ...]) -> list[str]:
    """The keys that are known in the table at a place of the file."""
    names = [part for part in location if isinstance(part, str)]
    known: dict[str, type[BaseModel]] = {
        "profile": _Profile,
        "reading": _Reading,
        "members": MembersMapping,
        "reviews": ReviewsMapping,
    }
    model = Column if "columns" in names else known.get(names[0], TableMapping) if names else _File
    return [field.alias or key for key, field in model.model_fields.items()]


def _refusal(name: str, text: str, complaints: list[Complaint]) -> DataNotValid:
    find = partial(line_of, text)
    lines = [f"{name}{_at(find(c.location))}: {'.'.join(str(p) for p in c.location)}: {c.words}." for c in complaints]
    return DataNotValid("\n".join(lines), "Put the lines right and run: lero-node mapping check")


def _at(line: int | None) -> str:
    return f", line {line}" if line is not None else ""
