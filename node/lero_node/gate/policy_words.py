"""A policy as sentences, one for each key, so that no rule is in force that nobody can read."""

from __future__ import annotations

from lero_contract.dictionary import Dictionary
from lero_contract.price import epsilon_of
from lero_node.gate import standing
from lero_node.gate.asked_words import dimension_words
from lero_node.gate.policy import Policy
from lero_node.gate.words import listed, percent

_MODES = {"standalone": "this computer adds all the noise itself, so that each answer is safe alone"}


def policy_in_words(policy: Policy, dictionary: Dictionary) -> list[str]:
    """What the node does under this policy, one sentence a line."""
    return [*sentences(policy, dictionary).values(), *standing_in_words(policy)]


def standing_in_words(policy: Policy) -> list[str]:
    """Each standing approval, and that there is none where there is none."""
    if not policy.standing:
        return ["No request has a standing approval."]
    return [f"Standing approval {n}: {standing.in_words(found)}" for n, found in enumerate(policy.standing, start=1)]


def sentences(policy: Policy, dictionary: Dictionary) -> dict[str, str]:
    """By key, as in "gates.run", what each means; standing approvals are no key of their own."""
    rules, prices, gates = policy.requests, policy.prices, policy.gates
    return {
        "requests.purposes": "Requests are answered for these purposes only: "
        + "; ".join(dictionary.purposes.get(code, code) for code in rules.purposes)
        + ".",
        "requests.analysts": "Any analyst on the signed roster may ask."
        if "*" in rules.analysts
        else f"Only these analysts may ask: {listed(rules.analysts)}.",
        "requests.modes": f"Answers are given in this way only: {'; '.join(_MODES[mode] for mode in rules.modes)}."
        if rules.modes
        else "No request is answered: no mode is allowed.",
        "requests.dimensions": "Members may be split by "
        f"{listed([dimension_words(name, dictionary) for name in rules.dimensions])}."
        if rules.dimensions
        else "Members may not be split at all.",
        "requests.most_dimensions": f"At most {rules.most_dimensions} of these may be used in one table.",
        "requests.most_cells": f"One request may ask for at most {rules.most_cells:,} figures.",
        "requests.most_cells_per_member": f"One member may count in at most {rules.most_cells_per_member} figures of "
        "one table.",
        "requests.least_noise": "Every figure leaves with random noise added on this computer; a count carries noise "
        f"of at least {rules.least_noise} people (standard deviation).",
        "prices.table": f"One table may cost at most {prices.table} rho, which is "
        f"{percent(float(prices.table / prices.year))} of a year's allowance.",
        "prices.request": f"One request may cost at most {prices.request} rho, which is "
        f"{percent(float(prices.request / prices.year))} of a year's allowance.",
        "prices.year": f"A year's privacy allowance is {prices.year} rho (epsilon {epsilon_of(float(prices.year)):.2f} "
        "at delta 1e-6).",
        "prices.lifetime": f"Over the life of this node {prices.lifetime} rho may be spent.",
        "gates.run": "A person here must approve each request before anything is computed, or beforehand a programme "
        "or a template that it follows."
        if gates.run == "ask"
        else "Requests that this policy allows are computed without asking a person.",
        "gates.release": "A finished answer stays here until a person, who sees its shape and never a figure, lets it "
        "go."
        if gates.release == "ask"
        else "A finished answer leaves without asking again.",
        "gates.slot_s": f"Answers leave at fixed times, every {_span(gates.slot_s)}.",
        "publication.publish_alone": "Where this LERO is one of fewer than three in an area, its figure for that area "
        + ("may be published." if policy.publication.publish_alone else "is not published."),
    }


def _span(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds % 60 == 0 and seconds > 60 else f"{seconds} seconds"
