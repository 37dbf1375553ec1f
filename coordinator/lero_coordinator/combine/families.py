"""Which family combines which kind of table, and the words for the axes that are a kind's own."""

from __future__ import annotations

from collections.abc import Mapping

from lero_contract.kinds import (
    Activity,
    Axis,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Mean,
    Milestones,
    Recovery,
    Retention,
    TableKind,
)
from lero_contract.kinds.activity import KIND, PERIOD
from lero_contract.kinds.change import OUTCOME
from lero_contract.kinds.completeness import FIELD
from lero_contract.kinds.distribution import BIN
from lero_contract.kinds.followed import MILESTONE
from lero_contract.kinds.mean import WAVE
from lero_contract.kinds.recovery import POINT, STATUS
from lero_coordinator.combine.changes import Changes
from lero_coordinator.combine.counts import Activities, Members
from lero_coordinator.combine.distributions import Distributions
from lero_coordinator.combine.family import Family, Question
from lero_coordinator.combine.means import Means
from lero_coordinator.combine.release import EVERY, Category
from lero_coordinator.combine.shares import Completenesses, Recoveries
from lero_coordinator.combine.survival import Curves

_FAMILIES: Mapping[type[TableKind], type[Family]] = {
    Headcount: Members,
    Activity: Activities,
    Mean: Means,
    Distribution: Distributions,
    Change: Changes,
    Retention: Curves,
    Milestones: Curves,
    Recovery: Recoveries,
    Completeness: Completenesses,
}
_AXES = {
    WAVE: "Review",
    PERIOD: "Period",
    KIND: "Kind of activity",
    BIN: "Score",
    OUTCOME: "Outcome",
    POINT: "Time since joining",
    MILESTONE: "Milestone",
    FIELD: "What is recorded",
    STATUS: "Status",
}


def family_of(question: Question) -> Family:
    """The family of the table's kind."""
    return _FAMILIES[type(question.table.kind)](question)


def categories_of(axis: Axis, question: Question) -> dict[str, Category]:
    """An axis's categories by code, the margin among them: of a dimension, or one of the kind's own."""
    dictionary = question.dictionary
    if axis.name in question.table.dimensions:
        dimension = dictionary.dimensions[axis.name]
        name, labels = dimension.label, {c.code: c.label for c in dimension.categories}
    else:
        name, labels = _AXES[axis.name], dict(axis.labels)
    if axis.name == KIND:
        labels = {c.code: c.label for c in dictionary.variable("activities", "kind").categories}
    named = {code: labels.get(code, code) for code in axis.codes}
    return {code: Category(axis.name, name, code, label) for code, label in {EVERY: "All", **named}.items()}
