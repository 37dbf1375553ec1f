"""One table of a draft becomes a table of the contract: points in stored units, months in days, dates as days. Pure.

Raises Malformed or DraftFault; the caller knows the table and its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from lero_contract.days import to_day
from lero_contract.dictionary import Dictionary
from lero_contract.instruments import Measure
from lero_contract.kinds import (
    Activity,
    Basis,
    Bin,
    Change,
    Companion,
    Completeness,
    Distribution,
    Headcount,
    Kind,
    Mean,
    Milestones,
    Origin,
    Period,
    Point,
    Recovery,
    Retention,
    Slice,
    Unit,
    Window,
)
from lero_contract.price import NANO
from lero_contract.request import Filter, Table
from lero_coordinator.draft.bins import DraftFault, bins_of, stored
from lero_coordinator.draft.kinds import (
    ActivityTable,
    ChangeTable,
    CompletenessTable,
    DistributionTable,
    DraftTable,
    FollowedTable,
    HeadcountTable,
    MeanTable,
    MilestonesTable,
    OriginWord,
    RecoveryTable,
    RetentionTable,
)
from lero_coordinator.draft.names import complete_variables
from lero_coordinator.draft.parts import STANDARD_WINDOWS, Days, DraftWindow, Span
from lero_coordinator.times import months_ending, period_label

STANDARD_POINTS = (3, 6, 12, 24, 36, 60)
RECOVERY_POINTS = {"1 year": "12 months", "3 years": "36 months", "5 years": "60 months"}
LEFT_OUT_SHARE = 5  # the companion's part of a table's price, where the draft does not say: one in so many
_DAYS_A_MONTH = Decimal("365.25") / 12


def table_of(draft: DraftTable, dictionary: Dictionary, cut_date: date) -> Table:
    """The table. Raises DraftFault for what only a draft can get wrong, Malformed for what the contract forbids."""
    if draft.rho is None:
        raise DraftFault("accuracy", "the price is not worked out yet; complete the draft with `request draft`")
    price = int(draft.rho * NANO)
    return Table(
        table_id=draft.id,
        title=draft.title,
        dimensions=tuple(draft.dimensions),
        filters=tuple(Filter(f.variable, tuple(f.codes)) for f in draft.filters),
        price_nano_rho=price,
        hide_wider_than=0 if isinstance(draft, MeanTable) else draft.hide_wider_than,
        kind=_kind(draft, dictionary, cut_date, price),
    )


def days_of_months(months: int) -> int:
    """Whole days in so many months of 365.25 / 12 days, a half rounded up: 91, 183, 365, 731, 1096 and 1826."""
    return int((months * _DAYS_A_MONTH).to_integral_value(ROUND_HALF_UP))


def companion_price(price_nano_rho: int, stated: Decimal | None) -> int:
    """What the companion costs out of its table's price: as stated, else a fifth, at least one unit."""
    return int(stated * NANO) if stated is not None else max(1, price_nano_rho // LEFT_OUT_SHARE)


def _kind(draft: DraftTable, dictionary: Dictionary, cut_date: date, price: int) -> Kind:
    match draft:
        case HeadcountTable():
            return Headcount(Basis(draft.basis), _period(draft.period, cut_date))
        case MeanTable():
            windows, origin = _windows(draft.windows, draft.origin)
            return Mean(draft.measure, windows, origin)
        case ActivityTable():
            return _activity(draft, dictionary, cut_date, price)
        case DistributionTable():
            return _distribution(draft, dictionary)
        case ChangeTable():
            return _change(draft, dictionary)
        case RetentionTable():
            return Retention(_points(draft), draft.gap_days, tuple(draft.seen_in))
        case MilestonesTable():
            kinds = _named(draft.kinds, [c.code for c in dictionary.variable("milestones", "kind").categories])
            return Milestones(kinds, _points(draft), draft.gap_days, tuple(draft.seen_in))
        case RecoveryTable():
            return Recovery(_recovery_windows(draft))
        case CompletenessTable():
            return Completeness(_named(draft.variables, complete_variables(dictionary)))


def _named(names: Sequence[str], everything: Sequence[str]) -> tuple[str, ...]:
    return tuple(everything if list(names) == ["all"] else names)


def _period(span: Span | None, cut_date: date) -> Period | None:
    if span is None:
        return None
    if span.last_months is not None:
        [(first, last)] = months_ending(cut_date, span.last_months, span.last_months)
        return Period(to_day(first), to_day(last))
    if span.first is None or span.last is None:
        raise DraftFault("period", "give last_months, or both from and to")
    return Period(to_day(span.first), to_day(span.last))


def _activity(draft: ActivityTable, dictionary: Dictionary, cut_date: date, price: int) -> Activity:
    if draft.periods is not None:
        months = months_ending(cut_date, draft.periods.last_months, draft.periods.each_months)
        slices = [(period_label(first, last), to_day(first), to_day(last)) for first, last in months]
        origin = _origin([], draft.origin or "calendar")
        if origin is Origin.JOINING:
            raise DraftFault("periods", 'periods end on the cut date; with origin = "joining" give slices in days')
    else:
        spans = draft.slices or []
        slices = [(s.label, *_ends(s)) for s in spans]
        origin = _origin(spans, draft.origin)
    kinds = _named(draft.kinds, [c.code for c in dictionary.variable("activities", "kind").categories])
    per_cell = draft.max_per_cell or 1
    left_out = draft.left_out
    groups = len(slices) * (len(kinds) if draft.split_by_kind else 1)
    if left_out is None and (draft.unit == "contacts" or draft.max_cells < groups):
        words = (
            "the bounds can cut something, and what they cut off is measured beside: add "
            f"left_out = {{ most = {2 * draft.max_cells * per_cell} }}, the most that is measured of one member"
        )
        raise DraftFault("max_cells", words)
    beside = Companion(left_out.most, companion_price(price, left_out.rho)) if left_out is not None else None
    return Activity(
        unit=Unit(draft.unit),
        slices=tuple(Slice(label, Period(first, last)) for label, first, last in slices),
        kinds=kinds,
        split_by_kind=draft.split_by_kind,
        max_cells=draft.max_cells,
        max_per_cell=per_cell,
        companion=beside,
        origin=origin,
    )


def _distribution(draft: DistributionTable, dictionary: Dictionary) -> Distribution:
    measure = dictionary.measures[draft.measure]
    windows, origin = _windows(draft.windows, draft.origin)
    threshold = None if draft.threshold is None else stored(draft.threshold, measure, "threshold")
    bins = tuple(Bin(lower, upper) for lower, upper in bins_of(draft.bins, threshold, measure))
    if threshold is not None and threshold not in [b.lower for b in bins[1:]]:
        words = f"{draft.threshold} is not where a bin begins; end a bin before it, or use bins = {{ each = ... }}"
        raise DraftFault("threshold", words)
    return Distribution(draft.measure, windows, bins, threshold, origin)


def _change(draft: ChangeTable, dictionary: Dictionary) -> Change:
    measure = dictionary.measures[draft.measure]
    windows, origin = _windows([draft.baseline, draft.follow_up], draft.origin, "baseline")
    baseline, follow_up = windows
    if baseline.to_day >= follow_up.from_day:
        raise DraftFault("follow_up", f"it must begin after the baseline '{baseline.label}' has ended")
    return Change(draft.measure, baseline, follow_up, _reliable_change(draft.threshold, measure), origin)


def _reliable_change(threshold: Decimal | None, measure: Measure) -> int:
    if threshold is not None:
        return stored(threshold, measure, "threshold")
    if measure.reliable_change is None:
        words = (
            f"no reliable change of {measure.label} is published, so that the draft must say from how many points on "
            "a change counts, as in threshold = 4"
        )
        raise DraftFault("threshold", words)
    return stored(Decimal(str(measure.reliable_change)), measure, "threshold")


def _recovery_windows(draft: RecoveryTable) -> tuple[Window, ...]:
    if draft.windows is not None:
        windows, origin = _windows(draft.windows, None)
        if origin is Origin.CALENDAR:
            raise DraftFault("windows", "recovery is followed from joining: give from_day and to_day")
        return windows
    return tuple(Window(label, *STANDARD_WINDOWS[name]) for label, name in RECOVERY_POINTS.items())


def _points(draft: FollowedTable) -> tuple[Point, ...]:
    if draft.points is not None:
        return tuple(Point(p.label, p.day) for p in draft.points)
    months = draft.points_months if draft.points_months is not None else STANDARD_POINTS
    return tuple(Point(f"{m} months" if m != 1 else "1 month", days_of_months(m)) for m in months)


def _windows(
    windows: Sequence[DraftWindow], word: OriginWord | None, key: str = "windows"
) -> tuple[tuple[Window, ...], Origin]:
    origin = _origin(windows, word, key)
    return tuple(Window(w.label, w.wave or 0, *_ends(w)) for w in windows), origin


def _origin(spans: Sequence[Days], word: OriginWord | None, key: str = "windows") -> Origin:
    """As written, else by how the days are written: dates are of the calendar, numbers are days after joining."""
    by_date = {span.is_calendar for span in spans}
    if len(by_date) > 1:
        raise DraftFault(key, "days after joining and dates are mixed; use one way for all")
    found = Origin.CALENDAR if by_date == {True} else Origin.JOINING
    if word is None:
        return found
    if spans and Origin(word) is not found:
        needs = "dates: from and to" if word == "calendar" else "days after joining: from_day and to_day"
        raise DraftFault("origin", f'origin = "{word}" needs {needs}')
    return Origin(word)


def _ends(span: Days) -> tuple[int, int]:
    if span.first is not None and span.last is not None:
        return to_day(span.first), to_day(span.last)
    if span.from_day is None or span.to_day is None:
        raise DraftFault("", "give from_day and to_day, or from and to")
    return span.from_day, span.to_day
