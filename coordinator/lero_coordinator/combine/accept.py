"""Whether an answer is what the request and the roster imply: the coordinator compiles that node's plan once more."""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.codec import Answer, AnswerHeader, decode_header, decode_vector
from lero_contract.codec.answer import vector_digest
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import ANSWER_HEADER, key_id, open_one
from lero_contract.errors import Malformed
from lero_contract.plan import Plan, TablePlan, compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Roster

# The published rule for values that no LERO can have: more members than any has, and noise that never happens.
MOST_MEMBERS = 100_000
MOST_NOISE_SDS = 40


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

    def cells_of(self, table_id: str) -> tuple[TablePlan, tuple[int, ...]] | None:
        """One table's plan and cells; None where the node does not collect what it needs."""
        for table in self.plan.tables:
            if table.table.table_id == table_id:
                return table, self.cells[table.offset : table.offset + table.cell_count]
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
    for table in plan.tables:
        _check_range(table, cells[table.offset : table.offset + table.cell_count])
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


def _check_range(table: TablePlan, cells: tuple[int, ...]) -> None:
    """A10: out-of-range answers are left out by a rule that stands in public."""
    noise = MOST_NOISE_SDS * table.noise_scale
    most = MOST_MEMBERS * table.greatest_cell + noise
    sums = [value == "centred_sum" for value in table.values] * table.groups  # a count is under 0 by noise alone
    if any(not (-most if is_sum else -noise) <= cell <= most for cell, is_sum in zip(cells, sums, strict=True)):
        raise Malformed(f"A figure of table {table.table.table_id} is larger or smaller than any LERO's can be.")
