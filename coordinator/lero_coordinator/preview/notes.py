"""Every supposition behind a preview, in words, and only those that this request needs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lero_contract.kinds import (
    Activity,
    Change,
    Completeness,
    Distribution,
    Mean,
    Milestones,
    Recovery,
    Retention,
)
from lero_contract.request import Request
from lero_contract.roster import NodeEntry
from lero_coordinator.preview.supposed import (
    CONTACTS_A_MONTH,
    CORRELATION,
    DISPERSION,
    JOIN_A_YEAR,
    MEAN_CHANGE_SDS,
    MEMBERS_UNSTATED,
    REACHED_A_YEAR,
    SHARE_WITH_BOTH,
    SHARE_WITH_SCORE,
    still_there,
)
from lero_coordinator.preview.widths import Ahead


def notes_of(request: Request, entries: Sequence[NodeEntry], ahead: Ahead, members: int | None) -> tuple[str, ...]:
    """Sentences for people. members: supposed at every LERO, None for what each states in public."""
    return tuple(_notes(request, entries, ahead, members))


def _notes(request: Request, entries: Sequence[NodeEntry], ahead: Ahead, members: int | None) -> Iterator[str]:
    kinds = [type(table.kind) for table in request.tables]
    scored, followed = (
        {Mean, Distribution} & {*kinds},
        {Retention, Milestones, Change, Recovery, Completeness} & {*kinds},
    )
    yield "Expected +/- is half of the 95% interval of one figure, at the middle one of each level."
    if scored or followed or Activity in kinds:
        yield _members(entries, members)
    if scored:
        yield (
            f"Means and shares of scores suppose that {SHARE_WITH_SCORE:.0%} of a LERO's members have a score in each "
            "window, evenly over groups; the share at or above a threshold is supposed a half, where it is widest."
        )
    if followed:
        yield (
            f"Whoever is followed from joining: {JOIN_A_YEAR:g} people join a year for each member, over the "
            f"{ahead.years:.1f} years for which the roster says that records are complete."
        )
    if Change in kinds:
        yield (
            f"Change supposes that {SHARE_WITH_BOTH:.0%} of those due have both reviews, that half improve, a mean "
            f"change of {MEAN_CHANGE_SDS:g} standard deviations, and a correlation of {CORRELATION:g}."
        )
    if Retention in kinds:
        yield f"Retention supposes that {still_there(12):.0%} are there at 12 months, {still_there(60):.0%} at 60."
    if Milestones in kinds:
        yield f"Milestones suppose that {REACHED_A_YEAR:.0%} reach one in a year."
    if Recovery in kinds or Completeness in kinds:
        yield "Shares in recovery, and shares known, are supposed a half, where they are widest."
    if Activity in kinds:
        yield (
            f"What bounds leave out supposes {CONTACTS_A_MONTH:g} contacts a month of an active member, negative "
            f"binomial with dispersion {DISPERSION:g}; `request draft --after RELEASE` uses what was measured instead."
        )


def _members(entries: Sequence[NodeEntry], members: int | None) -> str:
    if members is not None:
        return f"Every LERO is supposed to have {members:,} members."
    unstated = sum(entry.public_members == 0 for entry in entries)
    stated = "Members are those that each LERO states in public"
    return f"{stated}; {unstated} of {len(entries)} state none and count as {MEMBERS_UNSTATED}."
