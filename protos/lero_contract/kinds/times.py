"""Spans of days and points in time, by the calendar or counted from each member's joining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lero_contract.checking import LINE, are_apart, distinct, in_memory, is_line, require


class Origin(Enum):
    """What days are counted from: a member's joining, or 1970-01-01."""

    JOINING = "joining"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Period:
    """Two days, both inside."""

    first: int
    last: int

    def __post_init__(self) -> None:
        require(self.first <= self.last, "A period must not end before it begins.")
        require(in_memory(self.first, self.last), "A period must lie within living memory.")


@dataclass(frozen=True)
class Slice:
    """One labelled period of an activity table."""

    label: str
    period: Period

    def __post_init__(self) -> None:
        require(is_line(self.label), f"A period needs a label: {LINE}")


@dataclass(frozen=True)
class Window:
    """A review window: the wave where the review names one, else days from the table's origin, first and last inside.

    wave counts only where days are counted from joining.
    """

    label: str
    wave: int
    from_day: int
    to_day: int

    def __post_init__(self) -> None:
        require(is_line(self.label), f"A window needs a label: {LINE}")
        require(in_memory(self.from_day, self.to_day), "A window must lie within a lifetime.")
        require(self.from_day <= self.to_day, f"The window '{self.label}' ends before it begins.")


@dataclass(frozen=True)
class Point:
    """A published point: whole days after joining, above 0."""

    label: str
    day: int

    def __post_init__(self) -> None:
        require(is_line(self.label), f"A point needs a label: {LINE}")
        require(
            self.day > 0 and in_memory(self.day), f"The point '{self.label}' must lie within a lifetime of joining."
        )


def check_windows(windows: Sequence[Window], origin: Origin) -> None:
    """Raises Malformed unless there are 1 to 60, with their own labels and waves, and no review could fall in two."""
    require(0 < len(windows) <= 60, "A table of reviews needs between 1 and 60 windows.")
    require(distinct(w.label for w in windows), "Two windows have the same label.")
    waves = distinct(w.wave for w in windows) if origin is Origin.JOINING else not any(w.wave for w in windows)
    require(waves, "Two windows have the same wave, or a window by the calendar names one.")
    spans = sorted((w.from_day, w.to_day) for w in windows)
    require(are_apart(spans), "Two windows overlap; a review could count in both.")


def check_points(points: Sequence[Point]) -> None:
    """Raises Malformed unless there are 1 to 60, each later than the one before, with their own labels."""
    require(0 < len(points) <= 60, "A table over time needs between 1 and 60 points.")
    require(distinct(p.label for p in points), "Two points have the same label.")
    days = [p.day for p in points]
    require(days == sorted(set(days)), "Each point must be later than the one before.")


def first_window_day(windows: Sequence[Window], origin: Origin) -> int | None:
    """The first calendar day that windows can touch; None where they follow members from joining."""
    return min(w.from_day for w in windows) if origin is Origin.CALENDAR else None
