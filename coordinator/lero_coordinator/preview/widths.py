"""How wide one figure will be, kind by kind: noise from the plan, sampling from the people supposed behind it. Pure.

Each part of a table has one headline figure, by which it is judged: a count, a mean, a share, what is left out. A
half-width is of the 95% interval. Shares and means add sampling and the design effect, counts do not.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import (
    Activity,
    Change,
    Completeness,
    Distribution,
    Mean,
    Milestones,
    Recovery,
    Retention,
    Unit,
)
from lero_contract.plan import Part
from lero_contract.price import Z95, half_width
from lero_coordinator.preview.courses import exactness, supposed_course
from lero_coordinator.preview.spread import Behind, Spread
from lero_coordinator.preview.supposed import (
    CORRELATION,
    DAYS_A_YEAR,
    HALF,
    JOIN_A_YEAR,
    MEAN_CHANGE_SDS,
    SHARE_WITH_BOTH,
    SHARE_WITH_SCORE,
    reached,
    still_there,
)

SHOWN_ABOVE_DEVIATIONS = 5  # a ratio whose noisy denominator is below this many noise deviations is not shown
LERO = "a LERO"
AUTHORITY = "an authority with one LERO"
ONE_REGION = "a region"
NATION = "the nation"
PLACES = (LERO, AUTHORITY, ONE_REGION, NATION)
PEOPLE, CONTACTS, POINTS, PERCENT = "people", "contacts", "points", "percentage points"

Scales = Mapping[str, float]


@dataclass(frozen=True)
class Width:
    """One figure. half: of its 95% interval, in `unit`, from noise and sampling together; people: supposed behind it.

    cells: noisy cells behind it at its place. shown: whether such a figure is expected to be shown.
    """

    unit: str
    noise: float
    sampling: float
    people: float
    cells: int
    shown: bool

    @property
    def half(self) -> float:
        """Noise and sampling together."""
        return math.hypot(self.noise, self.sampling)


@dataclass(frozen=True)
class Ahead:
    """What every width is worked out with. years: for which records are complete, supposed the same at every LERO."""

    dictionary: Dictionary
    years: float


def figure_of(part: Part) -> str:
    """The headline figure of a part in words."""
    kind = part.table.kind
    match kind:
        case Activity() if part.name:
            return "left out"
        case Activity(unit=Unit.CONTACTS):
            return "contacts"
        case Mean():
            return "mean"
        case Distribution(threshold=threshold):
            return "share in one bin" if threshold is None else "share at or above the threshold"
        case Change():
            return "mean change" if part.name else "share improved"
        case Retention(points=points):
            return f"share still there at {points[_middle(points)].label}"
        case Milestones(points=points):
            return f"share who reached one by {points[_middle(points)].label}"
        case Recovery(windows=windows):
            return f"share in recovery at {windows[_middle(windows)].label}"
        case Completeness():
            return "share known"
        case _:
            return "count"


def width_of(part: Part, scales: Scales, behind: Behind, ahead: Ahead) -> Width:
    """The headline figure of a part over what stands behind it. scales: noise of each part of the table, by name."""
    kind, scale = part.table.kind, scales[part.name]
    match kind:
        case Activity() if part.name:
            return _left_out(part, scale, behind)
        case Mean():
            return _mean(part, kind, scale, behind, ahead)
        case Change() if part.name:
            return _mean_change(part, kind, scales, behind, ahead)
        case Change():
            people = _due(part, behind, ahead, kind.follow_up.to_day) * SHARE_WITH_BOTH
            return _share(HALF, (1, 2), people, scale, behind, ahead)
        case Distribution():
            return _distribution(part, kind, scale, behind, ahead)
        case Retention() | Milestones():
            return _course(part, kind, scale, behind, ahead)
        case Recovery(windows=windows):
            people = _due(part, behind, ahead, windows[_middle(windows)].to_day)
            return _share(HALF, (1, 2), people, scale, behind, ahead)
        case Completeness():
            people = max(_of(part, behind), _due(part, behind, ahead, 0))
            return _share(HALF, (1, 1), people, scale, behind, ahead)
        case _:
            unit = CONTACTS if isinstance(kind, Activity) and kind.unit is Unit.CONTACTS else PEOPLE
            half = half_width(scale, behind.cells)
            return Width(unit, float(half), 0.0, _of(part, behind), behind.cells, half <= part.table.hide_wider_than)


def number(half: float, unit: str) -> str:
    """A half-width as people read it: whole people and contacts, points to one decimal place."""
    return f"{half:.1f}" if unit in (POINTS, PERCENT) else f"{half:,.0f}"


def levels_of(spread: Spread) -> Mapping[str, tuple[Behind, ...]]:
    """What stands behind the figures of each place."""
    return {LERO: spread.nodes, AUTHORITY: spread.authorities, ONE_REGION: spread.regions, NATION: spread.nation}


def middle_of(place: str, widths: Sequence[Width]) -> Width | None:
    """The middle figure of a level, said to be shown where at least half of them are; None where there is no figure."""
    wanted = [w for w in widths if place != AUTHORITY or w.cells == 1]
    if not wanted:
        return None
    half = statistics.median_low(w.half for w in wanted)
    middle = next(w for w in wanted if w.half == half)
    shown = 2 * sum(w.shown for w in wanted) >= len(wanted)
    return Width(middle.unit, middle.noise, middle.sampling, middle.people, middle.cells, shown)


def people_groups(part: Part) -> int:
    """Among how many known groups the people of a place are split; windows and periods do not split people."""
    split = (axis for axis in part.dimensions if axis.name not in (AREA, REGION))
    return math.prod(len(axis.codes) - 1 for axis in split) if part.shape.is_split else 1


def _middle(items: Sequence[object]) -> int:
    """Position of the middle one, the lower of two: 12 months of the usual six points."""
    return (len(items) - 1) // 2


def _of(part: Part, behind: Behind) -> float:
    return behind.members / people_groups(part)


def _due(part: Part, behind: Behind, ahead: Ahead, day: int) -> float:
    """Members who joined where records are complete and for whom so many days are over."""
    return _of(part, behind) * JOIN_A_YEAR * max(0.0, ahead.years - max(day, 0) / DAYS_A_YEAR)


def _deviations(scale: float, behind: Behind, cells: int) -> float:
    return SHOWN_ABOVE_DEVIATIONS * scale * math.sqrt(behind.cells * cells)


def _effect(people: float, behind: Behind, correlation: float) -> float:
    return 1 + (max(1.0, people / behind.leros) - 1) * correlation


def _mean(part: Part, kind: Mean, scale: float, behind: Behind, ahead: Ahead) -> Width:
    """In points, with the noise at its worst (a mean at an end): sigma sqrt(2 m) / n over the units in a point."""
    measure, centring = ahead.dictionary.measures[kind.measure], part.centring
    if centring is None:
        raise AssertionError("a mean is centred")
    people = max(1.0, SHARE_WITH_SCORE * _of(part, behind))
    noise = scale * math.sqrt(2 * behind.cells) / people / (centring.factor * measure.scale)
    effect = _effect(people, behind, measure.intraclass_correlation)
    sampling = measure.standard_deviation * math.sqrt(effect / people)
    shown = centring.weight * people >= _deviations(scale, behind, 1)
    return Width(POINTS, Z95 * noise, Z95 * sampling, people, behind.cells, shown)


def _mean_change(part: Part, kind: Change, scales: Scales, behind: Behind, ahead: Ahead) -> Width:
    """Sum over the people in three cells: both are noisy, and the count's noise weighs by the mean change."""
    measure = ahead.dictionary.measures[kind.measure]
    people = max(1.0, _due(part, behind, ahead, kind.follow_up.to_day) * SHARE_WITH_BOTH)
    of_sum = scales[part.name] / measure.scale
    of_count = scales[""] * math.sqrt(3) * MEAN_CHANGE_SDS * measure.standard_deviation
    noise = math.hypot(of_sum, of_count) * math.sqrt(behind.cells) / people
    effect = _effect(people, behind, measure.intraclass_correlation)
    sampling = measure.standard_deviation * math.sqrt(2 * (1 - CORRELATION) * effect / people)
    shown = people >= _deviations(scales[""], behind, 3)
    return Width(POINTS, Z95 * noise, Z95 * sampling, people, behind.cells, shown)


def _distribution(part: Part, kind: Distribution, scale: float, behind: Behind, ahead: Ahead) -> Width:
    upper = 1 if kind.threshold is None else sum(b.lower >= kind.threshold for b in kind.bins)
    share = 1 / len(kind.bins) if kind.threshold is None else HALF
    people = max(1.0, SHARE_WITH_SCORE * _of(part, behind))
    return _share(share, (upper, len(kind.bins) - upper), people, scale, behind, ahead)


def _share(share: float, cells: tuple[int, int], people: float, scale: float, behind: Behind, ahead: Ahead) -> Width:
    """A share in percentage points. cells: noisy ones in the share and in the rest, at one place and LERO.

    Noise: each cell of the share moves it by (1 - p) / n, each of the rest by p / n. Sampling: p (1 - p) / n.
    """
    inside, outside = cells
    people = max(1.0, people)
    noise = scale * math.sqrt(behind.cells * (inside * (1 - share) ** 2 + outside * share**2)) / people
    sampling = math.sqrt(share * (1 - share) * _effect(people, behind, ahead.dictionary.share_icc) / people)
    shown = people >= _deviations(scale, behind, inside + outside)
    return Width(PERCENT, 100 * Z95 * noise, 100 * Z95 * sampling, people, behind.cells, shown)


def _course(part: Part, kind: Retention | Milestones, scale: float, behind: Behind, ahead: Ahead) -> Width:
    starters = _due(part, behind, ahead, 0)
    if isinstance(kind, Retention):
        course = supposed_course(kind.points, starters, ahead.years, still_there)
    else:
        course = supposed_course(kind.points, starters, ahead.years, lambda m: 1 - reached(m), still_there)
    found = exactness(course, _middle(kind.points))
    if found.at_risk < 1:
        return Width(PERCENT, 100.0, 100.0, found.at_risk, behind.cells, False)
    noise = scale * math.sqrt(behind.cells) * found.noise
    sampling = found.sampling * math.sqrt(_effect(found.at_risk, behind, ahead.dictionary.share_icc))
    shown = found.at_risk >= _deviations(scale, behind, found.cells)
    return Width(PERCENT, 100 * Z95 * noise, 100 * Z95 * sampling, found.at_risk, behind.cells, shown)


def _left_out(part: Part, scale: float, behind: Behind) -> Width:
    """The amount of a companion: sum and weighted count add, over twice where half units were used."""
    if part.centring is None or not isinstance(part.table.kind, Activity):
        raise AssertionError("a companion is centred")
    unit = CONTACTS if part.table.kind.unit is Unit.CONTACTS else PEOPLE
    noise = Z95 * scale * math.sqrt(2 * behind.cells) / part.centring.factor
    return Width(unit, noise, 0.0, behind.members, behind.cells, True)
