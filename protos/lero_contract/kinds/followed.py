"""Time from joining to leaving, or to a milestone, at published points: each member in one cell (of each milestone).

A member is followed up to the last point that is over on the cut date. One who has not been seen for longer than the
gap has drifted away: for retention that is leaving, at last sight; for milestones nothing more is known from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lero_contract.checking import distinct, in_memory, require
from lero_contract.dictionary import NOT_KNOWN, Dictionary
from lero_contract.errors import Malformed
from lero_contract.kinds.shape import COUNT, Axis, Shape, TableKind
from lero_contract.kinds.times import Point, check_points
from lero_contract.price import count_sensitivity

COURSE = "course"
MILESTONE = "milestone"
SIGHTINGS = ("activities", "reviews", "milestones")


def event_code(point: Point) -> str:
    """The event happened by this point, and not by the one before."""
    return f"event_by_{point.day}"


def followed_code(day: int) -> str:
    """Followed without the event up to this point (0: only from the start), and no further."""
    return f"followed_to_{day}"


def course_axis(points: Sequence[Point], event: str) -> Axis:
    """2 m + 1 codes for m points: the event by each point, then followed to the start and to each point without it."""
    labels = {event_code(p): f"{event} by {p.label}" for p in points}
    labels |= {followed_code(0): "Not followed to a point"}
    labels |= {followed_code(p.day): f"Followed to {p.label}" for p in points}
    return Axis(COURSE, tuple(labels), labels)


@dataclass(frozen=True)
class Retention(TableKind):
    """Who is still there at each point, of members who joined where records are complete. One cell per member.

    gap_days: not seen in the last `gap_days` up to the cut date means left, at last sight. A recorded leaving date is
    leaving on that day. seen_in: the tables whose dated rows are sightings, joining being one too. A node must collect
    the first; rows of the others count where there are any.
    """

    points: tuple[Point, ...]
    gap_days: int = 90
    seen_in: tuple[str, ...] = ("activities", "reviews")

    def __post_init__(self) -> None:
        check_points(self.points)
        check_sightings(self.gap_days, self.seen_in)

    @property
    def is_followed(self) -> bool:
        return True

    def needs(self) -> frozenset[str]:
        return frozenset(self.seen_in[:1])

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        axis = course_axis(self.points, "Left")
        return (Shape("", (axis,), (COUNT,), count_sensitivity(1, 1), 1, price_nano_rho),)


@dataclass(frozen=True)
class Milestones(TableKind):
    """Who has reached each milestone by each point, from the day of joining on. One cell per member and milestone.

    kinds: milestones of the dictionary. gap_days, seen_in: as in Retention; a member who has drifted away is followed
    up to last sight, which supposes that those lost to sight are like those still seen.
    """

    kinds: tuple[str, ...]
    points: tuple[Point, ...]
    gap_days: int = 90
    seen_in: tuple[str, ...] = ("activities", "reviews")

    def __post_init__(self) -> None:
        require(bool(self.kinds) and distinct(self.kinds), "A table of milestones needs its kinds, each once.")
        check_points(self.points)
        check_sightings(self.gap_days, self.seen_in)

    @property
    def is_followed(self) -> bool:
        return True

    def needs(self) -> frozenset[str]:
        return frozenset({"milestones", self.seen_in[0]})

    def shapes(self, dictionary: Dictionary, price_nano_rho: int) -> tuple[Shape, ...]:
        categories = dictionary.variable("milestones", "kind").categories
        known = {c.code: c.label for c in categories if c.code != NOT_KNOWN}  # what is not known is reached by nobody
        if not set(self.kinds) <= set(known):
            raise Malformed("A milestone is not in the dictionary.", f"Choose from: {', '.join(sorted(known))}.")
        axes = (Axis(MILESTONE, self.kinds, {k: known[k] for k in self.kinds}), course_axis(self.points, "Reached"))
        return (Shape("", axes, (COUNT,), count_sensitivity(len(self.kinds), 1), 1, price_nano_rho),)


def check_sightings(gap_days: int, seen_in: Sequence[str]) -> None:
    """Raises Malformed for a gap or a source of sightings that cannot be."""
    require(gap_days > 0 and in_memory(gap_days), "The gap must be at least a day.")
    known = bool(seen_in) and distinct(seen_in) and set(seen_in) <= set(SIGHTINGS)
    require(known, f"seen_in names tables whose rows are sightings, each once: {', '.join(SIGHTINGS)}.")
