"""A policy's text with a standing approval more, or one less; nothing else in it changes, remarks included. Pure."""

from __future__ import annotations

import json

from lero_contract.errors import DataNotValid
from lero_contract.toml_lines import line_of
from lero_node.gate.policy import Policy, StandingApproval, parse_policy

_BY_HAND = "Change policy.toml by hand, then: lero-node policy confirm"


def with_approval(text: str, approval: StandingApproval) -> str:
    """The text with the approval at its end. Raises DataNotValid where the text cannot take one."""
    lines = [
        "[[standing]]",
        f"words = {json.dumps(approval.words, ensure_ascii=False)}",
        f'template = "{approval.template}"',
        f'analyst_key = "{approval.analyst_key}"',
        f"most_rho = {approval.most_rho:f}",
        f"times = {approval.times}",
        f"from = {approval.first.isoformat()}",
        f"until = {approval.until.isoformat()}",
    ]
    found = text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
    before = parse_policy(text)
    return _checked(found, before, (*before.standing, approval))


def without_approval(text: str, position: int) -> str:
    """The text without the approval at this position, from 0. Raises DataNotValid where it cannot be taken out."""
    before = parse_policy(text)
    kept = (*before.standing[:position], *before.standing[position + 1 :])
    first = line_of(text, ("standing", position))
    lines = text.splitlines()
    if first is None or not lines[first - 1].lstrip().startswith("[["):
        raise DataNotValid("The standing approval cannot be found in the text of the policy.", _BY_HAND)
    rest = lines[first:]
    length = next((n for n, line in enumerate(rest) if line.lstrip().startswith("[")), len(rest))
    while length and (not rest[length - 1].strip() or rest[length - 1].lstrip().startswith("#")):
        length -= 1  # remarks above the next section are the next section's
    head = lines[: first - 1]
    while head and not head[-1].strip():
        head.pop()
    remaining = [*head, *rest[length:]]
    return _checked("\n".join(remaining).rstrip("\n") + "\n", before, kept)


def _checked(text: str, before: Policy, standing: tuple[StandingApproval, ...]) -> str:
    """Only what was meant to change has changed."""
    if parse_policy(text) != before.model_copy(update={"standing": standing}):
        raise DataNotValid("The policy's text is written in a way that this command does not change.", _BY_HAND)
    return text
