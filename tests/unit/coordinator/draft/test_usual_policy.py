"""What the example policy would refuse is refused at drafting, with the line and the fix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.draft.usual_policy import beyond, check_usual, usual_policy
from lero_coordinator.enrolment import collectable
from support.offices import NOW_S, MadeOffice, make_node, make_office

HEAD = 'title = "A"\nquestion = "B?"\npurpose = "commissioning"\ncloses_in_days = 14\n'
COUNT = """[[tables]]
id = "count"
title = "C"
kind = "headcount"
basis = "ever"
dimensions = ["sex"]
rho = 0.02
hide_wider_than = 100
"""
CONTACTS = """[[tables]]
id = "contacts"
title = "C"
kind = "activity"
unit = "contacts"
periods = { last_months = 12, each_months = 1 }
split_by_kind = true
max_cells = 30
max_per_cell = 10
left_out = { most = 900 }
rho = 0.02
hide_wider_than = 9000
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeOffice]:
    home: Path = tmp_path_factory.mktemp("usual") / "home"
    made = make_office(home, [make_node("all", collects=sorted(collectable(load_dictionary())))])
    yield made
    made.office.close()


def against(text: str, made: MadeOffice) -> list[str]:
    held, draft = made.office.roster(), read_draft(HEAD + text)
    request = draft_request(
        draft, load_dictionary(), held.roster, held.digest, ["all"], date(2026, 3, 31), NOW_S, "0" * 32, True
    )
    entries = [held.roster.node("all")]
    found = list(beyond(draft, request, load_dictionary(), entries))
    if found:
        with pytest.raises(DataNotValid, match="usual policy of a node would refuse") as raised:
            check_usual(draft, request, load_dictionary(), entries)
        assert "--beyond-usual-policy" in raised.value.next_step
    else:
        check_usual(draft, request, load_dictionary(), entries)
    return found


def test_the_example_policy_is_read_as_data() -> None:
    policy = usual_policy()
    assert (policy.most_cells_per_member, policy.most_dimensions) == (40, 2)
    assert (str(policy.table), str(policy.request)) == ("0.05", "0.12")


def test_what_is_usual_passes(made: MadeOffice) -> None:
    assert against(COUNT + CONTACTS, made) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            COUNT.replace("0.02", "0.06"),
            'line 11, table "count": it costs 0.06 rho, usual are at most 0.05 for one table',
        ),
        (COUNT.replace('["sex"]', '["sex", "age_band", "region"]'), 'line 10, table "count": it uses 3 dimensions'),
        (
            CONTACTS.replace("max_cells = 30", "max_cells = 60"),
            'line 12, table "contacts": one member may touch 62 cells',
        ),
        (CONTACTS.replace("max_cells = 30", "max_cells = 60"), "lower max_cells to 38"),
        # Noise of 2 people or more: at most rho 1 / 8.
        (COUNT.replace("0.02", "0.5"), "its noise is under 2.0 people; lower rho to at most 0.125"),
    ],
)
def test_what_is_not_usual_is_said_with_its_line_and_the_fix(text: str, words: str, made: MadeOffice) -> None:
    assert words in "\n".join(against(text, made))


def test_the_price_of_the_whole_and_the_purpose_are_looked_at_too(made: MadeOffice) -> None:
    tables = "".join(COUNT.replace('"count"', f'"count_{i}"').replace("0.02", "0.05") for i in range(3))
    [found] = against(tables, made)
    assert "it costs 0.15 rho, usual are at most 0.12" in found
    assert "request draft --rho 0.12" in found


def test_a_request_of_too_many_cells_is_said(made: MadeOffice) -> None:
    # 12 places (one area, nine elsewhere, outside, not known) * 7 age bands * 9 kinds of work: 756; seven are 5,292.
    wide = COUNT.replace('["sex"]', '["area", "age_band_ten", "employment"]').replace("0.02", "0.01")
    tables = "".join(wide.replace('"count"', f'"count_{i}"') for i in range(7))
    assert any("it has 5,292 cells at one LERO" in fault for fault in against(tables, made))
