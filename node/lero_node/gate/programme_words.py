"""A programme in sentences and bars that a volunteer can decide by: each request, what leaves, what the year costs."""

from __future__ import annotations

from collections.abc import Iterator

from lero_contract.dictionary import Dictionary
from lero_contract.price import NANO, epsilon_of
from lero_contract.programme import Entry
from lero_contract.roster import Roster
from lero_node.gate.admission import Asked
from lero_node.gate.covering import DAY_S, Offered
from lero_node.gate.explain import table_in_words
from lero_node.gate.policy import Policy
from lero_node.gate.words import bar, day_words, percent
from lero_node.privacy.ledger import Standing


def programme_in_words(
    offered: Offered, roster: Roster, policy: Policy, standing: Standing, dictionary: Dictionary
) -> list[str]:
    """For the screen, before a person says yes or no to the whole year."""
    programme, cap = offered.programme, policy.caps.year_nano_rho
    who = next(a.organisation_id for a in roster.analysts if a.party_id == offered.analyst_id)
    lines = [
        f"“{programme.title}”, {programme.year}" + (" (made-up data)" if programme.synthetic else ""),
        f"Asked by {offered.analyst_id} of {roster.organisation(who).name}. A yes covers these requests, once each, "
        f"until {day_words(programme.expires_at_s // DAY_S)}. Anything else still asks you.",
        "What leaves this computer: only the noisy figures of these tables, never a record.",
        "",
    ]
    for number, (entry, asked) in enumerate(offered.asked, start=1):
        lines += [
            f"{number}. {entry.entry_id}: “{entry.title}”",
            *(f"   {s}" for s in _entry(entry, asked, dictionary)),
        ]
        price = asked.plan.price_nano_rho
        lines += [f"   {bar(price / cap)} {_cost(price, cap)}", ""] if price else [""]
    lines += _year(offered, cap, standing)
    if offered.reasons:
        lines += ["", "This node's policy does not allow it:", *(f"  - {reason}" for reason in offered.reasons)]
    return lines


def _entry(entry: Entry, asked: Asked, dictionary: Dictionary) -> Iterator[str]:
    plan = asked.plan
    yield entry.question
    yield f"For this purpose: {dictionary.purposes.get(entry.purpose, entry.purpose)}."
    yield (
        f"It counts records up to {day_words(entry.cut_date_day)} and is asked from {day_words(entry.opens_on_day)} on."
    )
    for table in plan.tables:
        yield f"  - {table_in_words(plan.parts_of(table.table_id), dictionary)}"
    if not plan.tables:
        yield "Nothing is answered and nothing charged: this LERO records none of what it asks."
    elif plan.not_collected:
        yield f"Not answered, because this LERO does not record it: {', '.join(plan.not_collected)}."


def _year(offered: Offered, cap: int, standing: Standing) -> list[str]:
    price, reserve = offered.price_nano_rho, offered.programme.reserve_nano_rho
    free = max(0, cap - price - reserve)
    rho = price / NANO
    return [
        f"The whole year: {bar(price / cap, reserve / cap)}",
        f"{percent(price / cap)} of a year's allowance for these requests (#), {percent(reserve / cap)} set aside for "
        f"others, each of which asks you (=), {percent(free / cap)} left over.",
        f"Spent of year {standing.year} so far: {percent(standing.spent_year / cap)}. What no longer fits when a "
        "request arrives is refused, approved or not.",
        f"Small print: rho {rho:g} a year; epsilon at delta 1e-6 is {epsilon_of(rho):.2f} for one such year, "
        f"{epsilon_of(5 * rho):.2f} for five and {epsilon_of(10 * rho):.2f} for ten, for a member who stays.",
    ]


def _cost(nano_rho: int, cap: int) -> str:
    rho = nano_rho / NANO
    return f"{percent(nano_rho / cap)} of a year's allowance (price {rho:g} rho, epsilon {epsilon_of(rho):.2f})"
