"""Whether an answer is what the request and the roster imply: the coordinator compiles that node's plan once more."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.codec import Answer, AnswerHeader, decode_header, decode_vector
from lero_contract.codec.answer import vector_digest
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import ANSWER_HEADER, key_id, open_one
from lero_contract.errors import Malformed
from lero_contract.kinds.change import SUM
from lero_contract.kinds.shape import CENTRED_SUM
from lero_contract.plan import Part, Plan, compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Roster

# The published rule for values that no LERO can have: more members than any has, and noise that never happens.
MOST_MEMBERS = 100_000
MOST_NOISE_SDS = 40
_MAY_BE_BELOW_ZERO = frozenset({CENTRED_SUM, SUM})


@dataclass(frozen=True)
class Accepted:
    """An answer that may be combined. cells: noisy, in the order of `plan`. is_stale: kept, not combined."""

    entry: NodeEntry
    header: AnswerHeader
    header_digest: bytes
    plan: Plan
    cells: tuple[int, ...]
    is_stale: bool

    @property
    def node_id(self) -> str:
        """Of the node that answered."""
        return self.entry.node_id

    @property
    def organisation_id(self) -> str:
        """Of the LERO that the node belongs to: agreements and minimums count these."""
        return self.entry.organisation_id

    def cells_of(self, part_id: str) -> tuple[Part, tuple[int, ...]] | None:
        """One part's plan and cells; None where the node does not collect what its table needs.

        The main part of a table has the table's id, so that this also says whether the node answered the table.
        """
        for part in self.plan.parts:
            if part.part_id == part_id:
                return part, self.cells[part.offset : part.offset + part.cell_count]
        return None


def check_answer(
    answer: Answer,
    request: Request,
    request_digest: bytes,
    roster: Roster,
    roster_digest: bytes,
    dictionary: Dictionary,
) -> Accepted:
    """The answer, checked whole against the roster that the request pins.

    Raises Malformed or Unauthorised, in words, where anything in it differs from what request and roster imply.
    """
    payload, _ = open_one(answer.header, ANSWER_HEADER, {key_id(n.identity_key): n.identity_key for n in roster.nodes})
    header = decode_header(payload)
    entry = roster.node(header.node_id)
    open_one(answer.header, ANSWER_HEADER, {key_id(entry.identity_key): entry.identity_key})
    plan = compile_plan(request, dictionary, entry)
    _check_pins(header, request, request_digest, roster_digest, plan)
    if vector_digest(answer.vector) != header.vector_digest:
        raise Malformed("The vector is not the one that the header was signed over.")
    cells = tuple(decode_vector(answer.vector))
    if len(cells) != plan.cell_count:
        raise Malformed("The vector has another number of cells than the plan.")
    for part in plan.parts:
        _check_range(part, cells[part.offset : part.offset + part.cell_count])
    is_stale = header.cut_date_day < request.cut_date_day
    return Accepted(entry, header, answer.header.digest, plan, cells, is_stale)


def _check_pins(
    header: AnswerHeader, request: Request, request_digest: bytes, roster_digest: bytes, plan: Plan
) -> None:
    if header.node_id not in request.cohort:
        raise Malformed("The node is not in the request's cohort.")
    pins = {
        "request": (header.request_id, request.request_id),
        "request's bytes": (header.request_digest, request_digest),
        "roster": (header.roster_digest, roster_digest),
        "dictionary": (header.dictionary_digest, request.dictionary_digest),
        "plan": (header.plan_digest, plan.digest),
        "mode": (header.mode, request.mode),
        "number of cells": (header.cell_count, plan.cell_count),
        "price": (header.price_nano_rho, plan.price_nano_rho),
        "list of tables not collected": (header.not_collected, plan.not_collected),
    }
    for name, (said, implied) in pins.items():
        if said != implied:
            raise Malformed(f"The answer's {name} is not the one that was asked for.")


def _check_range(part: Part, cells: tuple[int, ...]) -> None:
    """A10: out-of-range answers are left out by a rule that stands in public."""
    noise = MOST_NOISE_SDS * part.noise_scale
    most = MOST_MEMBERS * part.greatest_cell + noise
    sums = [value in _MAY_BE_BELOW_ZERO for value in part.values] * part.groups  # a count is under 0 by noise alone
    if any(not (-most if is_sum else -noise) <= cell <= most for cell, is_sum in zip(cells, sums, strict=True)):
        raise Malformed(f"A figure of table {part.table.table_id} is larger or smaller than any LERO's can be.")
