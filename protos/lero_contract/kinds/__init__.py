"""Every kind of table: what it asks, what it needs, and the grids of cells it compiles to. One file each."""

from lero_contract.kinds.activity import Activity, Companion, Unit
from lero_contract.kinds.change import Change
from lero_contract.kinds.completeness import Completeness
from lero_contract.kinds.distribution import Bin, Distribution
from lero_contract.kinds.followed import Milestones, Retention
from lero_contract.kinds.headcount import Basis, Headcount
from lero_contract.kinds.mean import Mean
from lero_contract.kinds.recovery import Recovery
from lero_contract.kinds.shape import Axis, Centring, Shape, TableKind
from lero_contract.kinds.times import Origin, Period, Point, Slice, Window

Kind = Headcount | Activity | Mean | Distribution | Change | Retention | Recovery | Milestones | Completeness

__all__ = [
    "Activity",
    "Axis",
    "Basis",
    "Bin",
    "Centring",
    "Change",
    "Companion",
    "Completeness",
    "Distribution",
    "Headcount",
    "Kind",
    "Mean",
    "Milestones",
    "Origin",
    "Period",
    "Point",
    "Recovery",
    "Retention",
    "Shape",
    "Slice",
    "TableKind",
    "Unit",
    "Window",
]
