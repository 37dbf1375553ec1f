"""Says in words what a table's bounds leave out, with the share that was measured."""

from __future__ import annotations

import math

from lero_contract.kinds import Activity, Unit
from lero_contract.request import Table
from lero_coordinator.combine.release import LeftOut


def lower_bound_words(table: Table, left_out: LeftOut | None) -> str:
    """What the cap leaves out; empty where nothing is: active members may count in every figure."""
    match table.kind:
        case Activity(unit=Unit.CONTACTS, max_cells=cells, max_per_cell=per_cell):
            counted = "contacts"
            kept = f"of one member at most {per_cell:,} contacts count in a figure, in at most {cells:,} figures"
            whole = "The total of all memberships over all periods has it added back, and is no lower bound."
        case Activity(is_capped=True, max_cells=cells):
            counted = "active members, counted once in each period,"
            kept = f"one member counts in at most {cells:,} figures"
            whole = ""  # in several periods, an active member has no total
        case _:
            return ""
    bound = f"A lower bound: {kept}, so that no one person can be seen in it."
    if left_out is None or left_out.share is None:
        return f"{bound} What that leaves out is uneven, and too few to show."
    share = left_out.share
    ends = f"{math.floor(share.lower)}% to {math.ceil(share.upper)}%"
    measured = f"About {share.value:.0f}% of {counted} ({ends}) are above the bound and left out, unevenly."
    return f"{bound} {measured} {whole if left_out.is_added_back else ''}".rstrip()
