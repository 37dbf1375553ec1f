from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid, Malformed
from lero_contract.kinds import Activity, Basis, Companion, Headcount, Mean, Period, Slice, Unit, Window
from lero_contract.request import Mode, Request
from lero_contract.roster import Held
from lero_coordinator.draft.request import complete_text, draft_from, draft_request, read_draft
from support.offices import DRAFT, NOW_S, make_node, make_office

TEXT = """
title = "A bundle"
question = "What of three kinds?"
purpose = "commissioning"
closes_in_days = 14
[[tables]]
id = "joined"
title = "Joined in the year"
kind = "headcount"
basis = "joined"
period = { last_months = 12 }
dimensions = ["sex"]
filters = [{ variable = "region", codes = ["E12000004"] }]
rho = 0.1
hide_wider_than = 40
[[tables]]
id = "sure"
title = "Recovery"
kind = "mean"
measure = "sure.total"
dimensions = []
windows = [{ label = "Start", wave = 0, from_day = -30, to_day = 45 }]
rho = 0.2
[[tables]]
id = "contacts"
title = "Contacts"
kind = "activity"
unit = "contacts"
dimensions = ["region"]
periods = { last_months = 6, each_months = 3 }
kinds = ["one_to_one"]
max_cells = 2
max_per_cell = 30
left_out = { most = 100, rho = 0.000000001 }
rho = 0.000000003
hide_wider_than = 500
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    home: Path = tmp_path_factory.mktemp("draft") / "home"
    made = make_office(home, [make_node("b"), make_node("a")])
    roster = made.office.roster()
    made.office.close()
    return roster


def drafted(spec: Any, held: Held) -> Request:
    names = ("b", "a")
    cut = date(2026, 3, 31)
    return draft_request(spec, load_dictionary(), held.roster, held.digest, names, cut, NOW_S, "0" * 32, True)


def changed(**fields: Any) -> dict[str, Any]:
    """The small draft with keys of its table replaced; None takes a key out."""
    spec = copy.deepcopy(DRAFT)
    spec["tables"][0] = {k: v for k, v in (spec["tables"][0] | fields).items() if v is not None}
    return spec


def test_a_bundle_becomes_the_request_it_says(held: Held) -> None:
    request = drafted(read_draft(TEXT), held)
    joined, sure, contacts = request.tables
    year = Period(to_day(date(2025, 4, 1)), to_day(date(2026, 3, 31)))
    assert joined.kind == Headcount(Basis.JOINED, year)
    assert sure.kind == Mean("sure.total", (Window("Start", 0, -30, 45),))
    assert contacts.kind == Activity(
        Unit.CONTACTS,
        (
            Slice("Oct to Dec 2025", Period(to_day(date(2025, 10, 1)), to_day(date(2025, 12, 31)))),
            Slice("Jan to Mar 2026", Period(to_day(date(2026, 1, 1)), to_day(date(2026, 3, 31)))),
        ),
        ("one_to_one",),
        False,
        2,
        30,
        Companion(100, 1),
    )
    assert (request.cohort, request.mode, request.closes_at_s) == (("a", "b"), Mode.STANDALONE, NOW_S + 14 * 86_400)
    assert (request.roster_version, request.roster_digest) == (1, held.digest)


def test_prices_are_what_was_written_and_not_the_nearest_float(held: Held) -> None:
    request = drafted(read_draft(TEXT), held)
    assert [t.price_nano_rho for t in request.tables] == [100_000_000, 200_000_000, 3]
    assert request.price_nano_rho == 300_000_003


def test_all_kinds_are_every_code_and_not_known_among_them(held: Held) -> None:
    text = TEXT.replace('["one_to_one"]', '"all"')
    kind = drafted(read_draft(text), held).tables[2].kind
    assert isinstance(kind, Activity)
    assert kind.kinds == tuple(c.code for c in load_dictionary().variable("activities", "kind").categories)
    assert kind.kinds[-1] == "not_known"


def test_a_draft_read_by_another_reader_is_the_same(held: Held) -> None:
    assert drafted(DRAFT, held) == drafted(draft_from(DRAFT), held)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (changed(hide_wider=40), 'table "members": there is no key "hide_wider"; "hide_wider_than" was meant?'),
        (changed(hide_wider_than=None), 'table "members": the key "hide_wider_than" is missing'),
        (changed(kind="mean"), 'table "members": the key "measure" is missing'),
        (changed(kind="headcounts"), 'table "members"'),
        (changed(rho=0), 'table "members": rho'),
        (changed(rho=0.0000000001), "at most nine decimal places"),
        (changed(rho="cheap"), 'table "members": rho'),
        (changed(rho=True), 'table "members": rho'),
        (changed(basis="present"), 'table "members": basis'),
        (changed(filters=[{"variable": "sex", "code": ["male"]}]), 'there is no key "filters 1.code"'),
        ({**DRAFT, "titel": "x"}, 'draft: there is no key "titel"; "title" was meant?'),
        ({**DRAFT, "purpose": "marketing"}, "purpose: use one of"),
        ({**DRAFT, "tables": "all"}, "draft: tables"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_table_its_key_and_what_was_meant(spec: Any, words: str, held: Held) -> None:
    with pytest.raises(DataNotValid) as raised:
        drafted(spec, held)
    assert words in raised.value.detail


def test_an_activity_table_names_its_periods_one_way(held: Held) -> None:
    both = TEXT.replace("kinds =", 'slices = [{ label = "x", from = "2025-01-01", to = "2025-01-31" }]\nkinds =')
    with pytest.raises(DataNotValid, match='table "contacts": give either periods or slices'):
        drafted(read_draft(both), held)
    one = both.replace("periods = { last_months = 6, each_months = 3 }\n", "").replace("max_cells = 2", "max_cells = 1")
    kind = drafted(read_draft(one), held).tables[2].kind
    assert isinstance(kind, Activity)
    assert kind.slices == (Slice("x", Period(to_day(date(2025, 1, 1)), to_day(date(2025, 1, 31)))),)


def test_what_the_contract_forbids_is_refused_by_the_contract_with_the_line(held: Held) -> None:
    with pytest.raises(Malformed, match=r'^table "members": area already holds the region'):
        drafted(changed(dimensions=["area", "region"]), held)
    text = TEXT.replace('dimensions = ["region"]', 'dimensions = ["region", "area"]')
    with pytest.raises(Malformed, match=r'^line 29, table "contacts": area already holds'):
        drafted(read_draft(text), held)


# A line of TEXT, what stands there instead, and what is said: its line (TEXT begins with an empty one) and the fix.
SLIPS = [
    (
        'dimensions = ["sex"]',
        'dimensions = ["sexx"]',
        "line 12, table \"joined\": there is no variable or dimension 'sexx'; 'sex' was meant?",
    ),
    (
        'dimensions = ["sex"]',
        'dimensions = ["birth_year"]',
        "line 12, table \"joined\": 'birth_year' is no closed list",
    ),
    ('dimensions = ["sex"]', 'dimensions = ["birth_year"]', "Use age_band or age_band_ten."),
    (
        'variable = "region", codes = ["E12000004"]',
        'variable = "member_id", codes = ["7"]',
        "line 13, table \"joined\": 'member_id' is no closed list",
    ),
    (
        'variable = "region", codes = ["E12000004"]',
        'variable = "joined", codes = ["7"]',
        "line 13, table \"joined\": 'joined' is no closed list",
    ),
    (
        'variable = "region", codes = ["E12000004"]',
        'variable = "area", codes = ["7"]',
        "no filter on 'area' is possible; filter on region",
    ),
    (
        'variable = "region", codes = ["E12000004"]',
        'variable = "sex", codes = ["femal"]',
        "'femal'; 'female' was meant?",
    ),
    (
        'measure = "sure.total"',
        'measure = "sure.totl"',
        "line 20, table \"sure\": there is no measure 'sure.totl'; 'sure.total' was meant?",
    ),
    (
        'kinds = ["one_to_one"]',
        'kinds = ["one_to_none"]',
        "line 31, table \"contacts\": there is no kind of activities 'one_to_none'; 'one_to_one' was meant?",
    ),
    (
        "left_out = { most = 100, rho = 0.000000001 }\n",
        "",
        "what they cut off is measured beside: add left_out = { most = 120 }",
    ),
    ("max_per_cell = 30\n", "", 'the key "max_per_cell" is missing'),
    (
        "left_out = { most = 100, rho = 0.000000001 }",
        "left_out = { most = 100, rho = 0.1 }",
        "left_out.rho is part of the table's rho, and must be less",
    ),
    ("rho = 0.2", "", 'give rho, as in rho = 0.02, or in its place accuracy = "±10 people in a region"'),
    (
        'windows = [{ label = "Start", wave = 0, from_day = -30, to_day = 45 }]',
        'windows = ["Strat"]',
        'line 22, table "sure": windows 1: there is no standard window "Strat"; "Start" was meant?',
    ),
    ("wave = 0, ", "", 'the key "wave" is missing'),
    (
        "wave = 0, from_day = -30",
        "wave = 0, from = 2025-04-01",
        "give both from_day and to_day (days after joining), or both from and to (dates)",
    ),
    ('purpose = "commissioning"', 'purpose = "marketing"', "line 4, purpose: use one of"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), SLIPS)
def test_a_slip_is_answered_with_its_line_and_what_to_write(right: str, wrong: str, words: str, held: Held) -> None:
    assert right in TEXT
    with pytest.raises(DataNotValid) as raised:
        drafted(read_draft(TEXT.replace(right, wrong, 1)), held)
    assert words in raised.value.detail


def test_every_wrong_name_is_said_at_once(held: Held) -> None:
    text = TEXT.replace('dimensions = ["sex"]', 'dimensions = ["sexx"]').replace("sure.total", "sure.totl")
    with pytest.raises(DataNotValid) as raised:
        drafted(read_draft(text), held)
    assert [line.split(",")[0] for line in raised.value.detail.splitlines()] == ["line 12", "line 20"]


def test_a_wish_is_not_a_price(held: Held) -> None:
    text = TEXT.replace("rho = 0.2", 'accuracy = "±1 point in the nation"')
    with pytest.raises(DataNotValid, match=r'line 23, table "sure": accuracy: the price is not worked out yet'):
        drafted(read_draft(text), held)


def test_a_cut_date_that_is_not_over_when_the_round_closes_is_refused(held: Held) -> None:
    # Issued on 31 March 2026 at 23:33 UTC and open for 28 days, so that it closes on 28 April.
    def asked(cut_date: date) -> Request:
        names = ("a", "b")
        return draft_request(
            DRAFT, load_dictionary(), held.roster, held.digest, names, cut_date, NOW_S, f"{1:032x}", True
        )

    assert asked(date(2026, 4, 27)).cut_date_day == to_day(date(2026, 4, 27))
    with pytest.raises(DataNotValid, match="2026-04-28 is not over"):
        asked(date(2026, 4, 28))


def test_text_that_is_not_toml_is_refused() -> None:
    with pytest.raises(DataNotValid, match="not TOML"):
        read_draft("title = ")


def test_completing_adds_the_head_and_leaves_every_other_line() -> None:
    whole = complete_text(TEXT, date(2026, 3, 31), ["b", "a"])
    assert whole.endswith(TEXT)
    draft = read_draft(whole)
    assert (draft.cut_date, draft.cohort) == (date(2026, 3, 31), ["a", "b"])
    with pytest.raises(DataNotValid, match="already"):
        complete_text(whole, date(2026, 3, 31), ["a"])
