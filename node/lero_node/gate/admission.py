"""Whether a request may be answered: pure, and never a function of member data.

Refused by raising one of the error family, whose public words are fixed. What is looked at: the request, the plan this
node compiled itself, its policy, the roster, the ledger's standing, and the time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum

from lero_contract.errors import OutOfTime, RequestNotAllowed, Restored, Unauthorised
from lero_contract.plan import Part, Plan
from lero_contract.price import NANO
from lero_contract.request import Request, Table
from lero_contract.roster import CLOCK_TOLERANCE_S, Roster
from lero_node.gate.policy import Policy, nano
from lero_node.privacy.ledger import Standing, check_budget

EVERYONE = "*"


@dataclass(frozen=True)
class Asked:
    """A request whose signature holds, its signed payload, and what was looked up for it. analyst_id: who signed."""

    request: Request
    payload: bytes
    digest: bytes
    plan: Plan
    analyst_id: str
    signer_key_id: str


def admit(asked: Asked, policy: Policy, standing: Standing, now_s: int) -> None:
    """Returns where the request may be answered; else raises OutOfTime, Restored, RequestNotAllowed or BudgetSpent."""
    _check_time(asked.request, now_s)
    _check_written_off(asked.request, standing)
    reasons = reasons_against(asked, policy)
    if reasons:
        raise RequestNotAllowed(" ".join(reasons))
    check_budget(asked.plan.price_nano_rho, standing, policy.caps)


def check_addressed(request: Request, roster: Roster, node_id: str) -> None:
    """Raises Unauthorised for a request of another federation or another cohort."""
    if request.federation_id != roster.federation_id:
        raise Unauthorised("The request is for another federation.")
    if node_id not in request.cohort:
        raise Unauthorised("The request does not name this node.")


def reasons_against(asked: Asked, policy: Policy) -> list[str]:
    """Every reason the policy has against a request, in words; empty where it allows it."""
    request, plan, rules = asked.request, asked.plan, policy.requests
    found = []
    if request.purpose not in rules.purposes:
        found.append(f"The purpose '{request.purpose}' is not allowed here.")
    if EVERYONE not in rules.analysts and asked.analyst_id not in rules.analysts:
        found.append(f"The analyst '{asked.analyst_id}' is not allowed here.")
    if request.mode.value not in rules.modes:
        found.append(f"The mode '{request.mode.value}' is not allowed here.")
    if plan.cell_count > rules.most_cells:
        found.append(f"It has {plan.cell_count:,} cells; at most {rules.most_cells:,} are allowed.")
    if plan.price_nano_rho > nano(policy.prices.request):
        found.append(f"It costs {plan.price_nano_rho / NANO:g} rho; at most {policy.prices.request} is allowed.")
    for table in plan.tables:
        reasons = _against_table(table, plan.parts_of(table.table_id), policy)
        found.extend(f"Table {table.table_id}: {reason}" for reason in reasons)
    return found


def template_digest(request: Request) -> bytes:
    """SHA-256 over what a request asks, without its id, times, roster and cohort: what a standing approval binds to."""
    tables = [asdict(table) | {"kind_name": type(table.kind).__name__} for table in request.tables]
    shape = {"purpose": request.purpose, "mode": request.mode.value, "tables": tables}
    text = json.dumps(shape, sort_keys=True, default=_plain)
    return hashlib.sha256(b"lero-template-1\0" + request.dictionary_digest + text.encode()).digest()


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"a template holds no {type(value).__name__}")


def _check_time(request: Request, now_s: int) -> None:
    if now_s > request.closes_at_s:
        raise OutOfTime("The request has closed.")
    if now_s < request.issued_at_s - CLOCK_TOLERANCE_S:
        raise OutOfTime("The request was issued later than this computer's clock says it is.", "Check this clock.")


def _check_written_off(request: Request, standing: Standing) -> None:
    # A lost ledger may have answered it, with other noise; by a fast clock also one dated a little later.
    if standing.epoch and request.issued_at_s <= standing.not_before_s + CLOCK_TOLERANCE_S:
        raise Restored("The request was issued before this node's ledger was written off, and may have been answered.")


def _against_table(table: Table, parts: Sequence[Part], policy: Policy) -> list[str]:
    rules = policy.requests
    used = [*table.dimensions, *(f.variable for f in table.filters)]
    found = [f"splitting or filtering by '{name}' is not allowed." for name in used if name not in rules.dimensions]
    if len(used) > rules.most_dimensions:
        found.append(f"it uses {len(used)} dimensions and filters; at most {rules.most_dimensions} are allowed.")
    touched = sum(part.sensitivity.cells for part in parts)
    if touched > rules.most_cells_per_member:
        found.append(f"one member may touch {touched} cells; {rules.most_cells_per_member} allowed.")
    if table.price_nano_rho > nano(policy.prices.table):
        found.append(f"it costs {table.price_nano_rho / NANO:g} rho; at most {policy.prices.table} is allowed.")
    if any(Decimal(part.noise_scale) < rules.least_noise * _one_person(part) for part in parts):
        found.append(f"its noise is under {rules.least_noise} people.")
    return found


def _one_person(part: Part) -> int:
    """What one person, or one contact, weighs in a cell of the part; in a sum, the most that a person can add."""
    return part.greatest_cell if part.centring is not None else 1
