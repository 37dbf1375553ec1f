"""Whether this node can work: checks made at the rim, verdicts that are pure. Nothing about a member."""

from lero_node.doctor.chains import Walked, walk
from lero_node.doctor.checks import Instruments, examine
from lero_node.doctor.mark import check_mark, witness_here
from lero_node.doctor.verdicts import Mark, Verdict

__all__ = ["Instruments", "Mark", "Verdict", "Walked", "check_mark", "examine", "walk", "witness_here"]
