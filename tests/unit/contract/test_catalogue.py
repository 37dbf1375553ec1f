"""The catalogue: every ready request compiles, stays within the example policy, and can be shown for England."""

from __future__ import annotations

import math
import tomllib
from datetime import date

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.kinds import Mean
from lero_contract.plan import compile_plan
from lero_contract.price import NANO, half_width
from lero_contract.request import Request
from lero_contract.roster import NodeEntry, Organisation, RootSet, Roster
from lero_coordinator.draft.request import draft_request, read_draft
from lero_policies import ROOT

DICTIONARY = load_dictionary()
TEXTS = {
    file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
    for file in ROOT.joinpath("catalogue").iterdir()
    if file.name.endswith(".toml")
}
POLICY = tomllib.loads(ROOT.joinpath("node-policy.example.toml").read_text(encoding="utf-8"))
MEMBERS = {v.id for v in DICTIONARY.variables.values() if v.table == "members"}
# One LERO that serves one authority and collects everything.
ENTRY = NodeEntry(
    node_id="everything",
    organisation_id="everything",
    identity_key=b"k" * 32,
    areas=("E06000062",),
    collects=tuple(sorted({*MEMBERS, *DICTIONARY.measures, "activities", "milestones", "reviews", "recovery_now"})),
    complete_from_day=17_622,  # 2018-04-01
    public_members=250,
)
ROSTER = Roster(
    federation_id="federation",
    version=1,
    issued_at_s=1,
    expires_at_s=2,
    roots=RootSet(1, 1, (b"r" * 32,)),
    organisations=(Organisation("everything", "Everything", 17_622),),
    nodes=(ENTRY,),
    analysts=(),
    publishers=(),
    synthetic=True,
)
MOST_LEROS = 100


def request_of(name: str) -> Request:
    """The catalogue entry as a request over one LERO, cut at the end of March 2026."""
    draft = read_draft(TEXTS[name])
    cut_date = date(2026, 3, 31)
    return draft_request(draft, DICTIONARY, ROSTER, b"d" * 32, ("everything",), cut_date, 1_775_000_000, "a" * 32, True)


def test_the_catalogue_has_the_headline_and_at_least_ten_requests() -> None:
    assert "headline" in TEXTS
    assert len(TEXTS) >= 10


def test_the_headline_costs_at_most_a_tenth_of_a_rho() -> None:
    assert request_of("headline").price_nano_rho <= NANO // 10


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_an_entry_is_named_as_its_file_and_asks_in_plain_words(name: str) -> None:
    draft = read_draft(TEXTS[name])
    assert draft.name == name
    assert draft.question.endswith("?")
    assert draft.cut_date is None
    assert draft.cohort == []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_an_entry_compiles_in_full_where_everything_is_collected(name: str) -> None:
    request = request_of(name)
    plan = compile_plan(request, DICTIONARY, ENTRY)
    assert plan.not_collected == ()
    assert plan.price_nano_rho == request.price_nano_rho


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_an_entry_stays_within_the_example_policy(name: str) -> None:
    request = request_of(name)
    plan = compile_plan(request, DICTIONARY, ENTRY)
    rules, prices = POLICY["requests"], POLICY["prices"]
    assert request.purpose in rules["purposes"]
    assert plan.cell_count <= rules["most_cells"]
    assert request.price_nano_rho <= prices["request"] * NANO
    for table in plan.tables:
        touched = sum(part.sensitivity.cells for part in plan.parts_of(table.table_id))
        assert touched <= rules["most_cells_per_member"]
    for planned in plan.parts:
        one_person = planned.greatest_cell if planned.centring is not None else 1
        used = [*planned.table.dimensions, *(f.variable for f in planned.table.filters)]
        assert set(used) <= set(rules["dimensions"])
        assert len(used) <= rules["most_dimensions"]
        assert planned.table.price_nano_rho <= prices["table"] * NANO
        assert planned.noise_scale >= rules["least_noise"] * one_person


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_count_for_england_is_shown_with_up_to_a_hundred_leros(name: str) -> None:
    for planned in compile_plan(request_of(name), DICTIONARY, ENTRY).parts:
        if planned.name or isinstance(planned.table.kind, Mean):  # no counts to hide
            continue
        # England over a region axis is nine cells of every LERO; over an area axis its own one and nine "elsewhere".
        cells = {"region": 9, "area": 10}
        at_each = math.prod(cells.get(dimension, 1) for dimension in planned.table.dimensions)
        widest = half_width(planned.noise_scale, MOST_LEROS * at_each)
        assert widest <= planned.table.hide_wider_than
