"""A finished answer as a person sees it before it leaves: shape, price and recipient, and on purpose no figure."""

from __future__ import annotations

from lero_contract.plan import Plan
from lero_contract.price import NANO
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_node.gate.policy import Policy
from lero_node.gate.words import percent


def leaving_in_words(
    request: Request, plan: Plan, analyst_id: str, roster: Roster, address: str, policy: Policy
) -> list[str]:
    """What would leave, for how much, and to whom. address: of the coordinator."""
    who = {a.party_id: roster.organisation(a.organisation_id).name for a in roster.analysts}
    price = plan.price_nano_rho
    sizes = [
        f"  - {table.title}: {sum(part.cell_count for part in plan.parts_of(table.table_id)):,} figures"
        for table in plan.tables
    ]
    return [
        f"The answer to “{request.title}” is finished, and stays on this computer until you decide.",
        f"What would leave: {plan.cell_count:,} noisy figures in {len(plan.tables)} tables.",
        *sizes,
        f"Who gets it: {analyst_id} of {who.get(analyst_id, 'an organisation no longer listed')}, by way of the "
        f"coordinator at {address}.",
        f"Its price is charged already and stays charged either way: {percent(price / policy.caps.year_nano_rho)} of a "
        f"year's allowance ({price / NANO:g} rho).",
        "The figures are not shown before they leave, on purpose: whoever held back those that look wrong would give "
        "away what the noise hides.",
        f"To send it: lero-node request send {request.request_id[:8]}. To keep it here for good: lero-node request "
        f"withhold {request.request_id[:8]}.",
    ]
