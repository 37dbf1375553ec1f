"""Whether a yes given beforehand covers a request: by template, signer, price, days, and the ledger's own count. Pure.

A standing approval never widens a policy: admission comes first, for every single request. What it covers is counted
from the ledger, which forgets nothing, and from what is approved and not charged yet: a flood stops at the count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lero_contract.days import to_day
from lero_contract.price import NANO
from lero_node.gate.admission import Asked, template_digest
from lero_node.gate.inbox import Decision, Item
from lero_node.gate.policy import StandingApproval, nano
from lero_node.gate.words import day_words
from lero_node.privacy.ledger import State

DAY_S = 86_400

Row = Mapping[str, object]


def standing_for(
    asked: Asked, approvals: Iterable[StandingApproval], used: Callable[[StandingApproval], int], now_s: int
) -> StandingApproval | None:
    """The first standing approval that says yes to a request now, else None.

    used: how often one was used before this request; asked only where all else fits.
    """
    template = template_digest(asked.request).hex()
    for approval in approvals:
        fits = (
            approval.template == template
            and approval.analyst_key == asked.signer_key_id
            and asked.plan.price_nano_rho <= nano(approval.most_rho)
            and to_day(approval.first) <= now_s // DAY_S <= to_day(approval.until)
        )
        if fits and used(approval) < approval.times:
            return approval
    return None


def used_of(
    approval: StandingApproval, rows: Iterable[Row], waiting: Sequence[Item], charged: Callable[[str], bool]
) -> int:
    """Requests of its template and signer that were charged since its first day, or are approved and not charged yet.

    rows: the ledger's, as values by column. waiting: the inbox's items. charged: whether the ledger knows an id.
    One that a person approved by hand, and one whose computation failed, count like any other.
    """
    since_s = to_day(approval.first) * DAY_S
    template = bytes.fromhex(approval.template)
    spent = sum(
        row["state"] == State.RESERVED.value
        and row["template_digest"] == template
        and row["signer_key_id"] == approval.analyst_key
        and isinstance(at_s := row["at_s"], int)
        and at_s >= since_s
        for row in rows
    )
    return spent + sum(_is_coming(item, approval, template, charged) for item in waiting)


def _is_coming(item: Item, approval: StandingApproval, template: bytes, charged: Callable[[str], bool]) -> bool:
    return (
        item.decision is Decision.APPROVED
        and not charged(item.request_id)
        and item.signer_key_id == approval.analyst_key
        and template_digest(item.request) == template
    )


def in_words(approval: StandingApproval) -> str:
    """One standing approval as a sentence."""
    return (
        f"“{approval.words}” is answered without asking: at most {approval.times} "
        f"{'request' if approval.times == 1 else 'requests'} from {day_words(to_day(approval.first))} to "
        f"{day_words(to_day(approval.until))}, each at most {nano(approval.most_rho) / NANO:g} rho, signed by the key "
        f"{approval.analyst_key[:8]}, of the template {approval.template[:8]}."
    )
