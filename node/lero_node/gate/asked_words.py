"""What each kind of table asks, as the middle of a sentence that a volunteer can decide by."""

from __future__ import annotations

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import (
    Activity,
    Basis,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Recovery,
    Retention,
    Unit,
)
from lero_contract.request import Table
from lero_node.gate.words import listed

_PLACES = {AREA: "local authority", REGION: "region"}
_HEADCOUNTS = {
    Basis.AT_CUT_DATE: "how many members there were on that day",
    Basis.JOINED: "how many joined in a period",
    Basis.REFERRED: "how many were referred in a period",
    Basis.EVER: "how many ever joined",
}


def dimension_words(name: str, dictionary: Dictionary) -> str:
    """A way to split members, as people call it."""
    return _PLACES.get(name) or (dictionary.dimensions[name].label.lower() if name in dictionary.dimensions else name)


def what_is_asked(table: Table, dictionary: Dictionary) -> str:
    """As in "the mean of SURE: total at Start and 3 months"."""
    match table.kind:
        case Headcount(basis=basis):
            return _HEADCOUNTS[basis]
        case Mean(measure=measure, windows=windows):
            return f"the mean of {_measure(measure, dictionary)} at {listed([w.label for w in windows])}"
        case Activity() as activity:
            return _activity(activity)
        case Distribution(measure=measure, windows=windows, bins=bins):
            when = listed([w.label for w in windows])
            return f"how many members scored in each of {len(bins)} bands of {_measure(measure, dictionary)} at {when}"
        case Change(measure=measure, baseline=baseline, follow_up=follow_up):
            return (
                f"how many members improved, stayed or worsened on {_measure(measure, dictionary)} between "
                f"{baseline.label} and {follow_up.label}, how many were due and have no second review, and the sum of "
                "their changes"
            )
        case Retention(points=points, gap_days=gap_days):
            when = listed([p.label for p in points])
            return f"how many were still seen {when} after joining (not seen for {gap_days} days counts as left)"
        case Milestones(kinds=kinds, points=points):
            named = {c.code: c.label for c in dictionary.variable("milestones", "kind").categories}
            reached = listed([named.get(kind, kind) for kind in kinds])
            return f"how many had reached {reached} {listed([p.label for p in points])} after joining"
        case Recovery(windows=windows):
            when = listed([w.label for w in windows])
            return f"how many were in recovery, not in recovery, or of unknown state {when} after joining"
        case Completeness(variables=names):
            labels = listed([dictionary.variable("members", name).label.lower() for name in names])
            return f"for how many members you know {labels}"


def _activity(activity: Activity) -> str:
    if activity.unit is Unit.CONTACTS:
        most = activity.max_cells * activity.max_per_cell
        counted = f"how many contacts there were (of one member at most {most:,} are counted"
    else:
        counted = f"how many members were active (one member counts in at most {activity.max_cells} figures"
    beside = ", and how much that leaves out is asked beside it" if activity.companion is not None else ""
    return f"{counted}{beside})"


def _measure(name: str, dictionary: Dictionary) -> str:
    return dictionary.measures[name].label
