"""Rounds to combine in tests: LEROs, and answers whose cells are stated; noise is put on afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lero_contract.codec import AnswerHeader, LedgerHead
from lero_contract.dictionary import load_dictionary
from lero_contract.plan import Part, compile_plan
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.combine import Accepted, Release, combine
from support.requests import ISSUED_S, entry, request

Cells = Mapping[Any, int | tuple[int, int]] | Sequence[int]
Noise = Callable[[float, int], Sequence[int]]

HARTLEPOOL, DARLINGTON, GATESHEAD = "E06000001", "E06000005", "E08000037"
BURY, OLDHAM = "E08000002", "E08000004"
NORTH_EAST, NORTH_WEST, EAST_MIDLANDS = "E12000001", "E12000002", "E12000004"
WALES = "W92000004"


def lero(
    name: str, *areas: str, collects: Sequence[str] | None = None, organisation: str = "", key: bytes = bytes(32)
) -> NodeEntry:
    """A listed node; of an organisation of its own unless one is named."""
    made = entry(node_id=name, areas=areas or (HARTLEPOOL,), identity_key=key)
    made = made if collects is None else replace(made, collects=tuple(sorted(collects)))
    return replace(made, organisation_id=organisation) if organisation else made


def asked(leros: Sequence[NodeEntry], *tables: Table) -> Request:
    return request(*tables, cohort=[node.node_id for node in leros])


def roster_of(leros: Sequence[NodeEntry]) -> Roster:
    names = sorted({node.organisation_id for node in leros})
    organisations = tuple(Organisation(name, f"LERO {name}", 0) for name in names)
    roots = RootSet(1, 1, (bytes(32),))
    return Roster("lero-test", 1, ISSUED_S, ISSUED_S + 10**7, roots, organisations, tuple(leros), (), (), True)


def answer(
    asked_for: Request,
    node: NodeEntry,
    tables: Mapping[str, Cells],
    *,
    agrees: bool = False,
    is_stale: bool = False,
) -> Accepted:
    """An answer. tables: by part id, all the cells in their order, or some by the codes of their axes, the rest 0."""
    plan = compile_plan(asked_for, load_dictionary(), node)
    cells = tuple(
        itertools.chain.from_iterable(_cells(planned, tables.get(planned.part_id, {})) for planned in plan.parts)
    )
    header = AnswerHeader(
        request_id=asked_for.request_id,
        request_digest=bytes(32),
        plan_digest=plan.digest,
        dictionary_digest=asked_for.dictionary_digest,
        roster_digest=asked_for.roster_digest,
        node_id=node.node_id,
        mode=asked_for.mode,
        cell_count=plan.cell_count,
        cut_date_day=asked_for.cut_date_day - int(is_stale),
        vector_digest=bytes(32),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=agrees,
        ledger_head=LedgerHead(1, bytes(32)),
    )
    return Accepted(node, header, node.node_id.encode().ljust(32, b"#"), plan, cells, is_stale)


def noised(exact: Accepted, noise: Noise) -> Accepted:
    """The same answer with noise on every cell. noise: from a scale and a number of cells to as many draws."""
    drawn = itertools.chain.from_iterable(noise(t.noise_scale, t.cell_count) for t in exact.plan.parts)
    return replace(exact, cells=tuple(cell + added for cell, added in zip(exact.cells, drawn, strict=True)))


def released(
    asked_for: Request,
    leros: Sequence[NodeEntry],
    answers: Sequence[Accepted],
    refusals: Mapping[str, str] | None = None,
) -> Release:
    return combine(asked_for, bytes(32), roster_of(leros), load_dictionary(), answers, refusals or {})


def _cells(planned: Part, stated: Cells) -> list[int]:
    if not isinstance(stated, Mapping):
        assert len(stated) == planned.cell_count
        return list(stated)
    every = list(itertools.product(*(axis.codes for axis in planned.axes)))
    assert set(stated) <= set(every), "a stated cell is not in the plan"
    found: list[int] = []
    for codes in every:
        value = stated.get(codes, (0,) * len(planned.values))
        found += [value] if isinstance(value, int) else value
    return found
