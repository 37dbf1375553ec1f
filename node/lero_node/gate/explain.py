"""A request as sentences that a volunteer can decide by: who asks, what leaves, what it costs, what to fear."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Activity
from lero_contract.plan import Part, Plan
from lero_contract.price import NANO, epsilon_of
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_node.gate.asked_words import dimension_words, what_is_asked
from lero_node.gate.policy import Policy
from lero_node.gate.words import day_words, listed, percent
from lero_node.privacy.ledger import Standing


def request_in_words(
    request: Request,
    plan: Plan,
    analyst_id: str,
    roster: Roster,
    policy: Policy,
    standing: Standing,
    dictionary: Dictionary,
) -> list[str]:
    """A request for the screen: who asks and for what, what leaves this computer, what it costs, what to fear."""
    who = {a.party_id: roster.organisation(a.organisation_id).name for a in roster.analysts}
    lines = [
        f"“{request.title}”" + (" (made-up data)" if request.synthetic else ""),
        request.question,
        f"Asked by {analyst_id} of {who.get(analyst_id, 'an organisation no longer listed')}, for this purpose: "
        f"{dictionary.purposes.get(request.purpose, request.purpose)}.",
        f"It counts records up to {day_words(request.cut_date_day)}.",
        "What leaves this computer: only the noisy figures of these tables, never a record.",
    ]
    lines += [f"  - {table_in_words(plan.parts_of(table.table_id), dictionary)}" for table in plan.tables]
    if plan.not_collected:
        lines.append(f"Not answered, because this LERO does not record it: {', '.join(plan.not_collected)}.")
    return lines + _cost(plan, policy, standing)


def table_in_words(parts: Sequence[Part], dictionary: Dictionary) -> str:
    """One table, from its parts: its title, what it counts, by what, in how many figures, and how much noise."""
    main = parts[0]
    table = main.table
    split = [dimension_words(name, dictionary) for name in table.dimensions]
    by = f", by {listed(split)}" if split else ""
    only = "".join(f", only {dimension_words(f.variable, dictionary)}: {', '.join(f.codes)}" for f in table.filters)
    figures = sum(part.cell_count for part in parts)
    return f"{table.title}: {what_is_asked(table, dictionary)}{by}{only}. {figures:,} figures, {_noise(main)}."


def _noise(part: Part) -> str:
    if part.centring is not None:
        people = part.noise_scale / part.centring.weight
        return f"noise about the weight of {people:,.0f} people on each"
    unit = "contacts" if isinstance(part.table.kind, Activity) else "people"
    return f"noise of about +/- {1.96 * part.noise_scale:,.0f} {unit} on each"


def _cost(plan: Plan, policy: Policy, standing: Standing) -> list[str]:
    cap = policy.caps.year_nano_rho
    after, rho = standing.spent_year + plan.price_nano_rho, plan.price_nano_rho / NANO
    return [
        f"It costs {percent(plan.price_nano_rho / cap)} of this year's privacy allowance; {percent(after / cap)} "
        f"would then be used (price {rho:g} rho, epsilon {epsilon_of(rho):.2f}; the year so far with it "
        f"{after / NANO:g} rho, epsilon {epsilon_of(after / NANO):.2f}).",
        "What a member could fear: that someone who sees the answer learns something about them. At the worst that "
        "someone knows everything about everyone else here, and wonders whether one person is in these records at all, "
        "with even odds. Guessing without an answer they are right 50 times in 100; with this answer at most "
        f"{_right_guesses(rho)} times; with all of this year's answers and this one, at most "
        f"{_right_guesses(after / NANO)}.",
    ]


def _right_guesses(rho: float) -> int:
    """In how many of 100 cases, at most, someone guesses rightly whether one person is in the records, at even odds.

    Half of 1 plus the total variation, which is at most sqrt(KL / 2) (Pinsker), and KL at most rho (Bun and Steinke
    2016: zero-concentrated DP as the order falls to 1).
    """
    return min(100, math.ceil(round(100 * (0.5 + math.sqrt(rho / 8)), 6)))
