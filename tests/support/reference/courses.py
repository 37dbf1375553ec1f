"""One member's way from joining: left, or reached a milestone, by a point; or followed up to one without it.

DESIGN.md section 3a: not seen in (D-g, D] means left, at last sight; otherwise followed up to D.
"""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.kinds import Milestones, Retention
from support.tables import Row, Rows


def stay_course(asked: Retention, member: Row, own: Rows, cut: int) -> str:
    """The code on the course axis. Who is last seen on the very day of a point is still there at it."""
    joined = member["joined"]
    over = [p.day for p in asked.points if joined + p.day <= cut]
    gone = day_gone(member, own, asked.seen_in, asked.gap_days, cut)
    if gone is not None:
        for point in over:
            if gone < joined + point:
                return f"event_by_{point}"
    return f"followed_to_{over[-1] if over else 0}"


def milestone_course(asked: Milestones, kind: str, member: Row, own: Rows, cut: int) -> str:
    """The code on the course axis. A milestone on the very day of a point is reached by it.

    One from before joining is not reached since joining.
    """
    joined = member["joined"]
    over = [p.day for p in asked.points if joined + p.day <= cut]
    days = [row["day"] for row in own.milestones if row["kind"] == kind and joined <= row["day"] <= cut]
    if days:
        for point in over:
            if min(days) - joined <= point:
                return f"event_by_{point}"
    gone = day_gone(member, own, asked.seen_in, asked.gap_days, cut)
    # Reaching a milestone is being seen: nobody is lost to sight before a day on which they reached it.
    until = cut if gone is None else max(gone, min(days, default=gone))
    followed = [point for point in over if joined + point <= until]
    return f"followed_to_{followed[-1] if followed else 0}"


def day_gone(member: Row, own: Rows, seen_in: Sequence[str], gap_days: int, cut: int) -> int | None:
    """The day after which nothing is known of the member; None for one who is still there on the cut date."""
    joined, left = member["joined"], member.get("left")
    if left is not None and left <= cut:
        return int(max(left, joined))
    tables = {"activities": own.activities, "reviews": own.reviews, "milestones": own.milestones}
    sights = [row["day"] for name in seen_in for row in tables[name] if row["day"] is not None and row["day"] <= cut]
    last = max([joined, *sights])
    return int(last) if last <= cut - gap_days else None
