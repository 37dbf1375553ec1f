"""What may stand in a table of a draft, kind by kind: one class for each kind, with the keys people write."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from lero_coordinator.draft.parts import (
    Bins,
    DraftFilter,
    DraftPoint,
    LabelledSpan,
    LeftOut,
    Names,
    Part,
    Periods,
    Positive,
    Rho,
    Score,
    Span,
    Window,
)

OriginWord = Literal["joining", "calendar"]


class TableBase(Part):
    """What every table has. rho or accuracy: the price, or the wish from which it is found."""

    id: str
    title: str
    dimensions: list[str] = Field(default=[])
    filters: list[DraftFilter] = Field(default=[])
    rho: Rho | None = None
    accuracy: str | None = None

    @model_validator(mode="after")
    def _priced(self) -> TableBase:
        if (self.rho is None) == (self.accuracy is None):
            raise ValueError('give rho, as in rho = 0.02, or in its place accuracy = "±10 people in a region"')
        return self


class Counted(TableBase):
    """A table that publishes counts."""

    hide_wider_than: Positive


class HeadcountTable(Counted):
    """kind = "headcount"."""

    kind: Literal["headcount"]
    basis: Literal["at_cut_date", "joined", "referred", "ever"]
    period: Span | None = None


class MeanTable(TableBase):
    """kind = "mean"."""

    kind: Literal["mean"]
    measure: str
    windows: list[Window]
    origin: OriginWord | None = None


class ActivityTable(Counted):
    """kind = "activity"."""

    kind: Literal["activity"]
    unit: Literal["contacts", "active_members"]
    periods: Periods | None = None
    slices: list[LabelledSpan] | None = None
    kinds: Names = Field(default=["all"])
    split_by_kind: bool = False
    max_cells: Positive
    max_per_cell: Positive | None = None
    left_out: LeftOut | None = None
    origin: OriginWord | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ActivityTable:
        if (self.periods is None) == (self.slices is None):
            raise ValueError("give either periods or slices")
        if self.unit == "contacts" and self.max_per_cell is None:
            raise ValueError('the key "max_per_cell" is missing: most contacts of one member counted in one cell')
        if self.left_out is not None and self.left_out.rho is not None:
            if self.rho is None:
                raise ValueError("leave rho out of left_out (it is a fifth of the table's), or give the table its rho")
            if self.left_out.rho >= self.rho:
                raise ValueError("left_out.rho is part of the table's rho, and must be less")
        return self


class DistributionTable(Counted):
    """kind = "distribution"."""

    kind: Literal["distribution"]
    measure: str
    windows: list[Window]
    bins: Bins
    threshold: Score | None = None
    origin: OriginWord | None = None


class ChangeTable(Counted):
    """kind = "change"."""

    kind: Literal["change"]
    measure: str
    baseline: Window
    follow_up: Window
    threshold: Score | None = None
    origin: OriginWord | None = None


class FollowedTable(Counted):
    """What retention and milestones share."""

    points_months: list[Positive] | None = None
    points: list[DraftPoint] | None = None
    gap_days: Positive = 90
    seen_in: list[str] = Field(default=["activities", "reviews"])

    @model_validator(mode="after")
    def _one_way(self) -> FollowedTable:
        if self.points_months is not None and self.points is not None:
            raise ValueError("give either points_months or points")
        return self


class RetentionTable(FollowedTable):
    """kind = "retention"."""

    kind: Literal["retention"]


class MilestonesTable(FollowedTable):
    """kind = "milestones"."""

    kind: Literal["milestones"]
    kinds: Names


class RecoveryTable(Counted):
    """kind = "recovery"."""

    kind: Literal["recovery"]
    windows: list[Window] | None = None


class CompletenessTable(Counted):
    """kind = "completeness"."""

    kind: Literal["completeness"]
    variables: Names


DraftTable = (
    HeadcountTable
    | MeanTable
    | ActivityTable
    | DistributionTable
    | ChangeTable
    | RetentionTable
    | MilestonesTable
    | RecoveryTable
    | CompletenessTable
)
KINDS: dict[str, type[TableBase]] = {
    "headcount": HeadcountTable,
    "mean": MeanTable,
    "activity": ActivityTable,
    "distribution": DistributionTable,
    "change": ChangeTable,
    "retention": RetentionTable,
    "milestones": MilestonesTable,
    "recovery": RecoveryTable,
    "completeness": CompletenessTable,
}
