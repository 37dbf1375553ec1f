"""Admission: each reason to say no, in words, from the request, the plan, the policy, the ledger and the time alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import BudgetSpent, OutOfTime, RequestNotAllowed, Unauthorised
from lero_contract.kinds import Basis, Headcount
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_contract.request import Filter, Request
from lero_contract.roster import CLOCK_TOLERANCE_S, Organisation, RootSet, Roster
from lero_node.gate.admission import Asked, admit, check_addressed, reasons_against, template_digest
from lero_node.gate.policy import Policy, parse_policy
from lero_node.privacy.ledger import Standing
from lero_policies import ROOT
from support.requests import DAY_S, ISSUED_S, RHO_02, SURE_TWICE, contacts, entry, quarters, request, table

POLICY = parse_policy(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"))
FRESH = Standing(year=1, year_opened_roster_day=20_000, spent_year=0, spent_lifetime=0)
KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
CLOSES_S = ISSUED_S + 28 * DAY_S


def asked(wanted: Request) -> Asked:
    plan = compile_plan(wanted, load_dictionary(), entry())
    return Asked(wanted, encode_request(wanted), b"d" * 32, plan, "asker", "k" * 64)


def policy(section: str, **changes: object) -> Policy:
    """The example policy with other values in one section."""
    return POLICY.model_copy(update={section: getattr(POLICY, section).model_copy(update=changes)})


ORDINARY = asked(request(table(dimensions=["area", "sex"]), table(SURE_TWICE, table_id="sure")))


def test_an_ordinary_request_is_admitted() -> None:
    admit(ORDINARY, POLICY, FRESH, ISSUED_S)
    assert reasons_against(ORDINARY, POLICY) == []


@pytest.mark.parametrize(
    ("wanted", "rules", "reason"),
    [
        (request(purpose="research"), POLICY, "The purpose 'research' is not allowed"),
        (request(), policy("requests", analysts=("someone",)), "The analyst 'asker' is not allowed"),
        (request(), policy("requests", modes=()), "The mode 'standalone' is not allowed"),
        (request(table(dimensions=["area"])), policy("requests", most_cells=11), "It has 12 cells; at most 11"),
        (request(table(nano_rho=50_000_001)), POLICY, "Table members: it costs 0.05 rho; at most 0.05"),
        (
            request(*(table(table_id=f"t{n}", nano_rho=45_000_000) for n in range(3))),
            POLICY,
            "It costs 0.135 rho; at most 0.12",
        ),
        (
            request(table(dimensions=["sex"])),
            policy("requests", dimensions=("area",)),
            "Table members: splitting or filtering by 'sex'",
        ),
        (
            request(table(filters=[Filter("sex", ("male",))])),
            policy("requests", dimensions=("area",)),
            "Table members: splitting or filtering by 'sex'",
        ),
        (
            request(table(dimensions=["area", "sex"], filters=[Filter("age_band", ("18_29",))])),
            POLICY,
            "Table members: it uses 3 dimensions and filters; at most 2",
        ),
        (
            request(table(replace(contacts(split=True), slices=quarters((2025, 10), (2026, 1)), max_cells=4))),
            policy("requests", most_cells_per_member=3),
            "Table members: one member may touch 6 cells; 3 allowed",  # four, and two of the companion
        ),
        # sqrt(1 / (2 x 0.05)) = 3.16 people.
        (
            request(table(nano_rho=50_000_000)),
            policy("requests", least_noise=4),
            "Table members: its noise is under 4 people",
        ),
    ],
)
def test_each_rule_of_the_policy_is_a_reason_in_words(wanted: Request, rules: Policy, reason: str) -> None:
    [said] = reasons_against(asked(wanted), rules)
    assert said.startswith(reason)
    with pytest.raises(RequestNotAllowed):
        admit(asked(wanted), rules, FRESH, ISSUED_S)


def test_every_reason_is_given_at_once() -> None:
    wanted = asked(request(table(dimensions=["sex"], nano_rho=NANO), purpose="research"))
    assert len(reasons_against(wanted, policy("requests", dimensions=()))) == 5


def test_everyone_on_the_roster_may_ask_where_the_policy_says_a_star() -> None:
    assert reasons_against(ORDINARY, policy("requests", analysts=("asker",))) == []
    assert reasons_against(ORDINARY, policy("requests", analysts=("*",))) == []


def test_a_means_noise_is_measured_in_the_weight_of_a_person() -> None:
    # SURE in two windows at 0.02: scale 210, weight 21: ten people.
    mean = asked(request(table(SURE_TWICE)))
    assert reasons_against(mean, policy("requests", least_noise=10)) == []
    assert len(reasons_against(mean, policy("requests", least_noise=11))) == 1


@pytest.mark.parametrize("now_s", [ISSUED_S - CLOCK_TOLERANCE_S, ISSUED_S, CLOSES_S])
def test_a_request_is_admitted_from_its_issue_to_its_close(now_s: int) -> None:
    admit(ORDINARY, POLICY, FRESH, now_s)


@pytest.mark.parametrize("now_s", [ISSUED_S - CLOCK_TOLERANCE_S - 1, CLOSES_S + 1, 0, 2 * ISSUED_S])
def test_a_request_that_is_not_yet_or_no_longer_open_is_out_of_time(now_s: int) -> None:
    with pytest.raises(OutOfTime):
        admit(ORDINARY, POLICY, FRESH, now_s)


def test_a_request_that_does_not_fit_the_allowance_is_refused_by_budget() -> None:
    admit(ORDINARY, POLICY, replace(FRESH, spent_year=250_000_000 - 2 * RHO_02), ISSUED_S)
    for standing in (
        replace(FRESH, spent_year=250_000_001 - 2 * RHO_02),
        replace(FRESH, spent_lifetime=2_000_000_001 - 2 * RHO_02),
        replace(FRESH, year=0),
    ):
        with pytest.raises(BudgetSpent):
            admit(ORDINARY, POLICY, standing, ISSUED_S)


def test_the_price_that_counts_is_that_of_the_nodes_own_plan() -> None:
    wanted = request(table(SURE_TWICE, table_id="sure"), table(nano_rho=40_000_000))
    plan = compile_plan(wanted, load_dictionary(), entry(collects=["area", "joined"]))
    admit(replace(asked(wanted), plan=plan), POLICY, replace(FRESH, spent_year=210_000_000), ISSUED_S)


def test_a_request_of_another_federation_or_cohort_is_not_for_this_node() -> None:
    organisations = (Organisation("harbour-org", "Harbour", 0),)
    roster = Roster(
        "lero-test", 1, 0, 1, RootSet(1, 1, (b"k" * 32,)), organisations, (entry(),), (), (), synthetic=True
    )
    check_addressed(request(), roster, "harbour")
    with pytest.raises(Unauthorised, match="federation"):
        check_addressed(request(federation_id="lero-other"), roster, "harbour")
    with pytest.raises(Unauthorised, match="name this node"):
        check_addressed(request(cohort=["quayside"]), roster, "harbour")


def test_a_template_is_the_same_next_quarter_for_other_nodes() -> None:
    again = request(
        request_id="e" * 32,
        cohort=["quayside"],
        issued_at_s=ISSUED_S + 90 * DAY_S,
        closes_at_s=ISSUED_S + 99 * DAY_S,
        roster_digest=b"o" * 32,
        title="Another title",
    )
    assert template_digest(again) == template_digest(request())


@pytest.mark.parametrize(
    "other",
    [
        request(purpose="research"),
        request(table(dimensions=["sex"])),
        request(table(Headcount(Basis.EVER, None))),
        request(table(nano_rho=RHO_02 + 1)),
        request(table(filters=[Filter("sex", ("male",))])),
        request(table(contacts())),
        request(table(), table(table_id="again")),
    ],
)
def test_a_template_is_another_where_anything_that_is_asked_differs(other: Request) -> None:
    assert template_digest(other) != template_digest(request())
