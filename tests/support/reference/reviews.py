"""The one review of a member that counts in a window, and whether the member is due there."""

from __future__ import annotations

from collections.abc import Collection

from lero_contract.kinds import Origin, Window
from support.tables import Row, Rows


def review_in(
    window: Window,
    origin: Origin | None,
    measure: str | None,
    member: Row,
    own: Rows,
    cut: int,
    said: Collection[str] | None = None,
) -> Row | None:
    """The review nearest the window's middle, ties to the lower hash; None where there is none.

    measure: reviews of it that have a score. said: instead, reviews whose recovery_now is one of these codes.
    """
    found = []
    for review in own.reviews:
        if review["day"] is not None and review["day"] > cut:
            continue
        if said is not None and review.get("recovery_now") not in said:
            continue
        if said is None and (review["measure"] != measure or review["score"] is None):
            continue
        day = review["day"]
        if day is not None and origin is not Origin.CALENDAR:
            day -= member["joined"]
        if _belongs(review, day, window, origin):
            away = 0.0 if day is None else abs(day - (window.from_day + window.to_day) / 2)
            found.append((away, review["row_hash"], review))
    return min(found, key=lambda one: one[:2])[2] if found else None


def is_due(window: Window, origin: Origin | None, member: Row, cut: int) -> bool:
    """Whether the window is over for the member; by the calendar, of those who were members at some time in it."""
    if origin is not Origin.CALENDAR:
        return bool(member["joined"] + window.to_day <= cut)
    if window.to_day > cut or member["joined"] > window.to_day:
        return False
    left = member.get("left")
    return left is None or left >= window.from_day


def _belongs(review: Row, day: int | None, window: Window, origin: Origin | None) -> bool:
    """A review that names its wave goes by it, where days count from joining; every other goes by its day."""
    if origin is not Origin.CALENDAR and review.get("wave") is not None:
        return bool(review["wave"] == window.wave)
    return day is not None and window.from_day <= day <= window.to_day
