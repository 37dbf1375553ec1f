"""The policy and a request as sentences that a volunteer can decide by: who asks, what leaves, what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from lero_contract.axes import AREA, REGION
from lero_contract.dictionary import Dictionary
from lero_contract.kinds import Activity
from lero_contract.plan import Part, Plan
from lero_contract.price import NANO, epsilon_of
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_node.gate.asked_words import what_is_asked
from lero_node.gate.policy import Policy
from lero_node.gate.words import day_words, listed, percent
from lero_node.privacy.ledger import Standing

_PLACES = {AREA: "local authority", REGION: "region"}


def policy_in_words(policy: Policy, dictionary: Dictionary) -> list[str]:
    """What the node does under this policy, one sentence a line."""
    rules, prices = policy.requests, policy.prices
    purposes = "; ".join(dictionary.purposes.get(code, code) for code in rules.purposes)
    by_hand = policy.gates.run == "ask"
    return [
        f"Requests are answered for these purposes only: {purposes}.",
        "Any analyst on the signed roster may ask."
        if "*" in rules.analysts
        else f"Only these analysts may ask: {listed(rules.analysts)}.",
        f"Members may be split by {listed([_dimension(name, dictionary) for name in rules.dimensions])}, "
        f"at most {rules.most_dimensions} at a time.",
        "Every figure leaves with random noise added on this computer; a count carries noise of at least "
        f"{rules.least_noise} people (standard deviation).",
        f"A year's privacy allowance is {prices.year} rho (epsilon {_epsilon(float(prices.year))} at delta 1e-6); "
        f"one request may use {percent(float(prices.request / prices.year))} of it, and over the life of this node "
        f"{prices.lifetime} rho may be spent.",
        "A person here must approve each request before anything is computed, or a programme that holds it."
        if by_hand
        else "Requests that this policy allows are answered without asking a person.",
        f"Answers leave at fixed times, every {_span(policy.gates.slot_s)}.",
        "Where this LERO is one of fewer than three in an area, its figure for that area may be published."
        if policy.publication.publish_alone
        else "Where this LERO is one of fewer than three in an area, its figure for that area is not published.",
    ]


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
    split = [_dimension(name, dictionary) for name in table.dimensions]
    by = f", by {listed(split)}" if split else ""
    only = "".join(f", only {_dimension(f.variable, dictionary)}: {', '.join(f.codes)}" for f in table.filters)
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
        f"would then be used (price {rho:g} rho, epsilon {_epsilon(rho)}).",
        "What a member could fear: someone who saw the answer, and knew everything about everyone else here, would "
        "learn hardly more about that one member than if their records had been left out.",
    ]


def _dimension(name: str, dictionary: Dictionary) -> str:
    return _PLACES.get(name) or (dictionary.dimensions[name].label.lower() if name in dictionary.dimensions else name)


def _epsilon(rho: float) -> str:
    return f"{epsilon_of(rho):.2f}"


def _span(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds % 60 == 0 and seconds > 60 else f"{seconds} seconds"
