"""Every reason for a figure to be absent or uncertain has its own words and a mark of government practice."""

from __future__ import annotations

from enum import Enum

ESTIMATED = "[e]"
PROVISIONAL = "[p]"
REVISED = "[r]"


class Status(Enum):
    """What a reader may do with a figure: its mark, and what the mark means in words.

    Zero is a shown figure: the count is none, or so few that the noise hides them. The five kinds of absence differ in
    who could change them: more members, more LEROs, another mapping, another cohort, an answer.
    """

    SHOWN = ("", "")
    ZERO = ("[low]", "zero, or so few that the noise hides them")
    TOO_FEW = ("[u]", "too few to show: the noise is too wide for the figure to be of use")
    WITHHELD = ("[x]", "withheld: it would be, or would give away, the figure of too few LEROs")
    NOT_COLLECTED = ("[z]", "not collected: no LERO that answered records this")
    NOT_ASKED = ("[z]", "not asked: no LERO is listed here")
    NOT_ANSWERED = ("[x]", "not answered: no LERO asked here has answered with up-to-date records")

    def __init__(self, mark: str, words: str) -> None:
        self.mark = mark
        self.words = words

    @property
    def has_figure(self) -> bool:
        """Whether a number stands beside the mark."""
        return self in (Status.SHOWN, Status.ZERO)

    @property
    def short(self) -> str:
        """The words up to the colon, for a narrow column."""
        return self.words.partition(":")[0]


LEGEND = (
    ("[e]", "an estimate: a lower bound, because the contributions of each member are capped"),
    ("[low]", Status.ZERO.words),
    ("[p]", "provisional: answers may still come"),
    ("[r]", "revised: replaces a figure published before"),
    ("[u]", "too few to show"),
    ("[x]", "not available: withheld, or not answered; the words beside it say which"),
    ("[z]", "not applicable: not collected, or not asked; the words beside it say which"),
)


def mark_of(status: Status, *, is_lower_bound: bool) -> str:
    """The mark in a figure's own column; a shown lower bound is [e]."""
    return ESTIMATED if status.has_figure and is_lower_bound else status.mark
