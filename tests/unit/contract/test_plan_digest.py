"""What a plan's digest depends on: everything that changes a cell or its noise, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Companion, Point, Retention
from lero_contract.plan import Plan, compile_plan
from lero_contract.request import Request
from lero_contract.roster import NodeEntry
from support.requests import (
    ALL_COLLECTED,
    HARTLEPOOL,
    RHO_02,
    SURE_TWICE,
    WEST_NORTHAMPTONSHIRE,
    contacts,
    entry,
    request,
    table,
)

BY_AREA = table(dimensions=["area"])
SURE = table(SURE_TWICE, ["region"], table_id="sure")
CONTACTS = contacts(max_cells=3, split=True)


def plan_of(asked: Request, of: NodeEntry | None = None) -> Plan:
    return compile_plan(asked, load_dictionary(), of or entry())


def without(*names: str) -> NodeEntry:
    return entry(collects=[name for name in ALL_COLLECTED if name not in names])


def test_the_plan_of_the_same_request_is_the_same() -> None:
    assert plan_of(request(BY_AREA, SURE)) == plan_of(request(BY_AREA, SURE))


def test_a_plan_does_not_depend_on_what_it_must_not() -> None:
    usual = plan_of(request(BY_AREA))
    assert plan_of(request(BY_AREA, cohort=["harbour", "quayside"])).digest == usual.digest
    assert plan_of(request(BY_AREA), replace(entry(), public_members=9, identity_key=b"k" * 32)).digest == usual.digest


@pytest.mark.parametrize(
    "other",
    [
        (request(BY_AREA, request_id="f" * 32), entry()),
        (request(table(dimensions=["region"])), entry()),
        (request(table(dimensions=["area"], nano_rho=RHO_02 + 1)), entry()),
        (request(table(dimensions=["area"], table_id="others")), entry()),
        (request(BY_AREA, SURE), entry()),
        (request(BY_AREA), entry(areas=[HARTLEPOOL])),
        (request(BY_AREA), entry(areas=[HARTLEPOOL, WEST_NORTHAMPTONSHIRE])),
        (request(BY_AREA), without("area")),
    ],
)
def test_the_digest_tells_plans_apart(other: tuple[Request, NodeEntry]) -> None:
    assert plan_of(*other).digest != plan_of(request(BY_AREA)).digest


def test_the_digest_tells_a_dropped_table_from_one_that_was_never_asked_for() -> None:
    assert plan_of(request(BY_AREA, SURE), without("sure.total")).digest != plan_of(request(BY_AREA)).digest


def test_the_digest_tells_when_records_are_complete_wherever_that_leaves_members_out() -> None:
    followed = request(table(Retention((Point("a year", 365),))))
    later = entry(complete_from_day=1)
    assert plan_of(followed, later).digest != plan_of(followed).digest
    # A headcount leaves nobody out, and its plan is the same.
    assert plan_of(request(BY_AREA), later).digest == plan_of(request(BY_AREA)).digest


def test_the_digest_tells_how_a_price_is_shared_out() -> None:
    usual, dearer = (
        plan_of(request(table(replace(CONTACTS, companion=Companion(130, nano_rho))))) for nano_rho in (2_000, 3_000)
    )
    assert dearer.price_nano_rho == usual.price_nano_rho
    assert dearer.digest != usual.digest
