"""The statistics that tables publish, each with its code, its words and its unit."""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = "people"
CONTACTS = "contacts"
ACTIVE_MEMBERS = "active members"
POINTS = "points"
PERCENT = "%"
COUNTED = frozenset({PEOPLE, CONTACTS, ACTIVE_MEMBERS})


@dataclass(frozen=True)
class Statistic:
    """What a figure is. code: as in the data files. label: in words. unit: people, contacts, active members, points, %.

    Two statistics of one code are of one kind; a label may name a table's own threshold.
    """

    code: str
    label: str
    unit: str

    @property
    def is_count(self) -> bool:
        """Whether it is a number of something, whose interval is the noise alone."""
        return self.unit in COUNTED


COUNT = Statistic("count", "Number", PEOPLE)
MEAN = Statistic("mean", "Mean score", POINTS)
SHARE = Statistic("share", "Share", PERCENT)
LOWER_QUARTILE = Statistic("lower_quartile", "Lower quartile", POINTS)
MEDIAN = Statistic("median", "Median", POINTS)
UPPER_QUARTILE = Statistic("upper_quartile", "Upper quartile", POINTS)
MEAN_CHANGE = Statistic("mean_change", "Mean change", POINTS)
DUE = Statistic("due", "Due", PEOPLE)
DONE = Statistic("done", "Completed", PEOPLE)
FOLLOWED = Statistic("followed", "Followed from joining", PEOPLE)
RETAINED = Statistic("retained", "Still there", PERCENT)
REACHED = Statistic("reached", "Reached", PERCENT)


def share_above(threshold_words: str) -> Statistic:
    """The share at or above a score, in points as they are written."""
    return Statistic("share_above", f"Share at {threshold_words} or above", PERCENT)
