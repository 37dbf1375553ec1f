"""What a volunteer reads before deciding: the facts are in the sentences, and they are right."""

from __future__ import annotations

from dataclasses import replace

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import (
    Basis,
    Bin,
    Change,
    Completeness,
    Distribution,
    Headcount,
    Milestones,
    Period,
    Point,
    Recovery,
    Retention,
    Unit,
    Window,
)
from lero_contract.plan import compile_plan
from lero_contract.request import Filter, Table
from lero_contract.roster import NodeEntry, Organisation, Party, RootSet, Roster
from lero_node.gate.explain import request_in_words, table_in_words
from lero_node.gate.policy import parse_policy
from lero_node.gate.policy_words import policy_in_words
from lero_node.privacy.ledger import Standing
from lero_policies import ROOT
from support.requests import CUT_DAY, START, SURE_TWICE, THREE_MONTHS, contacts, day, entry, request, table

DICTIONARY = load_dictionary()
POLICY = parse_policy(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"))
DEMO = parse_policy(ROOT.joinpath("node-policy.demo.toml").read_text(encoding="utf-8"))
ROSTER = Roster(
    "lero-test",
    1,
    0,
    1,
    RootSet(1, 1, (b"k" * 32,)),
    (Organisation("harbour-org", "Harbour", 0), Organisation("body", "The National Body", 0)),
    (entry(),),
    (Party("asker", "body", b"a" * 32),),
    (),
    True,
)
HALF_SPENT = Standing(year=1, year_opened_roster_day=20_000, spent_year=125_000_000, spent_lifetime=125_000_000)


def said(*tables: Table, of: NodeEntry | None = None, analyst_id: str = "asker") -> str:
    wanted = request(*tables)
    plan = compile_plan(wanted, DICTIONARY, of or entry())
    return "\n".join(request_in_words(wanted, plan, analyst_id, ROSTER, POLICY, HALF_SPENT, DICTIONARY))


def line(asked: Table) -> str:
    return table_in_words(compile_plan(request(asked), DICTIONARY, entry()).parts, DICTIONARY)


def test_the_example_policy_says_who_may_ask_what_it_costs_and_that_a_person_approves() -> None:
    words = "\n".join(policy_in_words(POLICY, DICTIONARY))
    for fact in (
        "Any analyst on the signed roster may ask.",
        DICTIONARY.purposes["commissioning"],
        "local authority",
        "At most 2 of these may be used in one table.",
        "at most 5,000 figures",
        "at most 40 figures of one table",
        "0.05 rho, which is 20% of a year's allowance",
        "at least 2.0 people",
        "0.25 rho",
        "0.12 rho, which is 48% of a year's allowance",
        "2.0 rho may be spent",
        "A person here must approve each request",
        "A finished answer leaves without asking again.",
        "every 10 minutes",
        "No request has a standing approval.",
        "is not published",
    ):
        assert fact in words
    assert DICTIONARY.purposes["research"] not in words


def test_the_demo_policy_says_that_nobody_is_asked() -> None:
    words = "\n".join(policy_in_words(DEMO, DICTIONARY))
    assert "without asking a person" in words
    assert "every 2 seconds" in words


def test_a_named_analyst_and_publishing_alone_are_said() -> None:
    named = POLICY.model_copy(
        update={
            "requests": POLICY.requests.model_copy(update={"analysts": ("asker", "other")}),
            "publication": POLICY.publication.model_copy(update={"publish_alone": True}),
        }
    )
    words = "\n".join(policy_in_words(named, DICTIONARY))
    assert "Only these analysts may ask: asker and other." in words
    assert "may be published" in words


def test_a_request_says_who_asks_for_what_until_when_and_at_what_price() -> None:
    words = said(table(dimensions=["area"]))
    for fact in (
        "“A request” (made-up data)",
        "How many members are there?",
        "asker of The National Body",
        DICTIONARY.purposes["commissioning"],
        "31 March 2026",
        "never a record",
        "8% of this year's privacy allowance",  # 0.02 of 0.25
        "58% would then be used",
        "epsilon 0.90",
        "the year so far with it 0.145 rho",
        "with this answer at most 55 times",  # 50 + 100 sqrt(0.02 / 8)
        "this year's answers and this one, at most 64.",  # 50 + 100 sqrt(0.145 / 8) = 63.46, rounded up
    ):
        assert fact in words


def test_a_table_this_lero_does_not_record_is_said_not_to_be_answered() -> None:
    of = entry(collects=["area", "joined"])
    words = said(table(), table(SURE_TWICE, table_id="sure"), of=of)
    assert "Not answered, because this LERO does not record it: sure." in words


def test_an_analyst_no_longer_listed_is_said_so() -> None:
    assert "an organisation no longer listed" in said(analyst_id="gone")


def test_each_kind_of_table_says_what_it_counts_and_how_much_noise_there_is() -> None:
    period = Period(day(2025, 4, 1), CUT_DAY)
    # 12 cells; 1.96 x 5 = 9.8.
    assert line(table(dimensions=["area"])) == (
        "A table: how many members there were on that day, by local authority. "
        "12 figures, noise of about +/- 10 people on each."
    )
    assert "joined in a period" in line(table(Headcount(Basis.JOINED, period)))
    assert "referred in a period" in line(table(Headcount(Basis.REFERRED, period)))
    assert "ever joined" in line(table(Headcount(Basis.EVER, None)))
    # Scale 210, weight 21.
    assert "at Start and 3 months, by region. 52 figures, noise about the weight of 10 people" in line(
        table(SURE_TWICE, ["region"])
    )
    # Two cells of thirty, a tenth of the price for the companion; sqrt(1800 / 0.036) x 1.96 = 438.3.
    assert "of one member at most 60 are counted" in line(table(contacts()))
    assert "+/- 438 contacts" in line(table(contacts()))
    assert "how much that leaves out is asked beside it" in line(table(contacts()))
    active = replace(contacts(max_cells=2, max_per_cell=1), unit=Unit.ACTIVE_MEMBERS, companion=None)
    assert "how many members were active" in line(table(active))


def test_each_kind_that_follows_members_says_what_it_asks_of_them() -> None:
    points = (Point("6 months", 183), Point("1 year", 365))
    change = Change("sure.total", START, THREE_MONTHS, 4)
    assert "improved, stayed or worsened on SURE: total between Start and 3 months" in line(table(change))
    assert "scored in each of 2 bands of BARC-10" in line(
        table(Distribution("barc10.total", (START,), (Bin(10, 46), Bin(47, 60))))
    )
    assert "still seen 6 months and 1 year after joining (not seen for 60 days" in line(table(Retention(points, 60)))
    assert "had reached Own home and Paid work" in line(table(Milestones(("own_home", "paid_work"), points)))
    assert "in recovery, not in recovery, or of unknown state 1 year" in line(
        table(Recovery((Window("1 year", 12, 271, 545),)))
    )
    assert "for how many members you know sex and year of birth" in line(table(Completeness(("sex", "birth_year"))))


def test_a_filter_is_said() -> None:
    assert "only sex: female, other" in line(table(filters=[Filter("sex", ("female", "other"))])).lower()
