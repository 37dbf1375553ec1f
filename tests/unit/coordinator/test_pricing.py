"""Prices found from accuracies, and written back into the draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_contract.request import Request
from lero_coordinator.draft.format import Draft
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.enrolment import collectable
from lero_coordinator.pricing import Priced, price, rewritten, wishes_of
from support.offices import NOW_S, MadeOffice, make_node, make_office

TEXT = """title = "A"
question = "B?"
purpose = "commissioning"
closes_in_days = 14
[[tables]]
id = "members"
title = "Members"
kind = "headcount"
basis = "ever"
dimensions = []
rho = 0.02    # five people of noise
hide_wider_than = 100
[[tables]]
id = "sure"
title = "SURE"
kind = "mean"
measure = "sure.total"
windows = ["Start"]
rho = 0.01
[[tables]]
id = "change"
title = "Change"
kind = "change"
measure = "phq9.total"
baseline = "Start"
follow_up = "12 months"
accuracy = "±28 percentage points at a LERO"
hide_wider_than = 500
[[tables]]
id = "contacts"
title = "Contacts"
kind = "activity"
unit = "contacts"
periods = { last_months = 3, each_months = 3 }
max_cells = 1
max_per_cell = 30
left_out = { most = 60, rho = 0.002 }
rho = 0.01
hide_wider_than = 5000
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeOffice]:
    """Four LEROs of 200 members, each in the same authority."""
    home: Path = tmp_path_factory.mktemp("pricing") / "home"
    everything = sorted(collectable(load_dictionary()))
    made = make_office(home, [make_node(name, collects=everything) for name in ("a", "b", "c", "d")])
    yield made
    made.office.close()


def priced(made: MadeOffice, *wishes: str, total: str | None = None, text: str = TEXT) -> Priced:
    held, names = made.office.roster(), ["a", "b", "c", "d"]

    def request_of(draft: Draft) -> Request:
        return draft_request(
            draft, load_dictionary(), held.roster, held.digest, names, date(2026, 3, 31), NOW_S, "0" * 32, True
        )

    draft = read_draft(text)
    entries = [held.roster.node(name) for name in names]
    rho = Decimal(total) if total is not None else None
    return price(draft, wishes_of(draft, wishes), rho, request_of, load_dictionary(), entries, None)


def nano(found: Priced) -> dict[str, int]:
    return {t.table_id: t.price_nano_rho for t in found.request.tables}


def test_a_count_is_as_cheap_as_its_half_width_allows(made: MadeOffice) -> None:
    # Four cells in the nation: ceil(1.959964 sigma sqrt(4)) <= 10 needs sigma <= 2.551067; rho = 1 / (2 sigma^2) is
    # 0.0768291764... so 76,829,177 units buy it and 76,829,176 do not. For 10: 2 * 1.959963984540054 * sigma = 10.
    found = priced(made, "members=±10 people in the nation")
    assert nano(found)["members"] == 76_829_177
    assert found.curves["members"](76_829_177).half == 10
    assert found.curves["members"](76_829_176).half == 11


def test_a_wish_in_the_draft_is_met_and_one_given_beside_it_goes_before(made: MadeOffice) -> None:
    found = priced(made)
    assert found.wishes["change"].amount == 28
    cheaper = priced(made, "change=40pp@lero")
    assert nano(cheaper)["change"] < nano(found)["change"]
    for which, half in ((found, 28), (cheaper, 40)):
        assert which.curves["change"](nano(which)["change"]).half <= half
        assert which.curves["change"](nano(which)["change"] - 1).half > half


def test_a_change_may_be_wanted_in_points(made: MadeOffice) -> None:
    found = priced(made, "change=±9 points at a LERO")
    assert found.curves["change"](nano(found)["change"]).unit == "points"


def test_the_rest_is_scaled_to_the_unit_beside_a_wish(made: MadeOffice) -> None:
    found = priced(made, "members=±10 people in the nation", "change=40pp@lero", total="0.11")
    prices = nano(found)
    assert sum(prices.values()) == 110_000_000
    assert prices["members"] == 76_829_177
    assert abs(prices["sure"] - prices["contacts"]) <= 1  # as they were to each other
    with pytest.raises(DataNotValid, match=r"cost 0\.078.* rho already"):
        priced(made, "members=±10 people in the nation", "change=40pp@lero", total="0.07")


def test_what_is_left_out_keeps_its_part_of_the_price(made: MadeOffice) -> None:
    found = priced(made, "contacts=300@nation")
    [contacts] = [t for t in found.draft.tables if t.id == "contacts"]
    assert contacts.rho is not None
    left_out = getattr(contacts, "left_out").rho  # noqa: B009
    assert abs(left_out * 5 - contacts.rho) < Decimal("5e-9")


def test_prices_are_written_where_they_stood_and_nothing_else_is_touched(made: MadeOffice) -> None:
    found = priced(made, total="0.05")
    text = rewritten(TEXT, read_draft(TEXT), found.draft)
    assert read_draft(text).tables == found.draft.tables
    changed = [(a, b) for a, b in zip(TEXT.splitlines(), text.splitlines(), strict=True) if a != b]
    assert len(changed) == 5
    assert all("rho = " in b for _, b in changed)
    [(_, change)] = [pair for pair in changed if pair[0].startswith("accuracy")]
    assert change.endswith("    # for ±28 percentage points at a LERO")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("member=10@nation", 'the draft has no table "member"'),
        ("members", "the draft has no table"),
        ("members=±1 point in the nation", 'line 5, table "members": its figures are in people, not points'),
        ("members=10@region", 'line 5, table "members": it has no figure in a region'),
        ("sure=0.5@nation", 'line 13, table "sure": No price buys'),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_the_line(wish: str, words: str, made: MadeOffice) -> None:
    with pytest.raises(DataNotValid) as raised:
        priced(made, wish)
    assert words in raised.value.detail


def test_a_wish_in_the_draft_that_is_none_is_refused_with_its_line(made: MadeOffice) -> None:
    with pytest.raises(DataNotValid, match=r'line 27, table "change": "soon" is not an accuracy'):
        priced(made, text=TEXT.replace("±28 percentage points at a LERO", "soon"))
