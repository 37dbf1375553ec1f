"""Bounds from what an earlier release measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_contract.kinds import Activity
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.enrolment import collectable
from lero_coordinator.preview.whole_error import Bounds, Contacts
from lero_coordinator.proposal import Measured, propose, read_measured, with_bounds
from support.offices import NOW_S, MadeOffice, make_node, make_office

TEXT = """title = "A"
question = "B?"
purpose = "commissioning"
closes_in_days = 14
[[tables]]
id = "contacts"
title = "Contacts"
kind = "activity"
unit = "contacts"
periods = { last_months = 12, each_months = 1 }
split_by_kind = true
max_cells = 6
max_per_cell = 20
left_out = { most = 200, rho = 0.01 }
rho = 0.05
hide_wider_than = 5000
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeOffice]:
    home: Path = tmp_path_factory.mktemp("proposal") / "home"
    everything = sorted(collectable(load_dictionary()))
    made = make_office(home, [make_node("a", collects=everything, public_members=4000)])
    yield made
    made.office.close()


def folder_with(folder: Path, left_out: Any, **more: Any) -> Path:
    (folder / "release.json").write_text(json.dumps({"tables": [{"id": "contacts", "left_out": left_out, **more}]}))
    return folder


def test_a_share_is_read_in_per_cent(tmp_path: Path) -> None:
    figure = {"value": 51.2, "lower": 50.0, "upper": 52.4}
    left_out = {"members": {"value": 10}, "amount": {"value": 100}, "share": figure}
    assert read_measured(folder_with(tmp_path, left_out))["contacts"].share == pytest.approx(0.512)
    found = read_measured(folder_with(tmp_path, left_out, max_cells=6, max_per_cell=20))
    assert found["contacts"].bounds == Bounds(6, 20)


@pytest.mark.parametrize("left_out", [None, {}, {"share": None}, {"share": {"value": -0.3}}, {"share": {"value": "x"}}])
def test_what_a_release_does_not_say_is_no_fault(tmp_path: Path, left_out: Any) -> None:
    assert read_measured(folder_with(tmp_path, left_out)) == {}


def test_a_folder_without_a_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="cannot be read"):
        read_measured(tmp_path)
    (tmp_path / "release.json").write_text("[]")
    with pytest.raises(DataNotValid, match="not a release's statement"):
        read_measured(tmp_path)


def test_the_next_draft_has_the_bounds_of_least_whole_error_and_says_from_what(made: MadeOffice) -> None:
    held, draft = made.office.roster(), read_draft(TEXT)
    request = draft_request(
        draft, load_dictionary(), held.roster, held.digest, ["a"], date(2026, 3, 31), NOW_S, "0" * 32, True
    )
    kind = request.tables[0].kind
    assert isinstance(kind, Activity)
    share = Contacts(kind, 5.0).left_out(Bounds(6, 20))  # as a release would measure it of members of 5 a month
    entries = [held.roster.node("a")]
    [found], remarks = propose(request, {"contacts": Measured(share, None)}, load_dictionary(), entries, None)
    assert remarks == []
    assert found.mean == pytest.approx(5.0, rel=1e-3)
    assert found.best.bounds.max_cells > 6
    assert found.best.left_out < share
    text = with_bounds(TEXT, ["contacts"], [found], "2025")
    assert f"max_cells = {found.best.bounds.max_cells}    # from 2025: {share:.1%} was left out" in text
    assert f"left_out = {{ most = {found.most}, rho = 0.01 }}" in text
    again = read_draft(text)
    assert draft_request(
        again, load_dictionary(), held.roster, held.digest, ["a"], date(2026, 3, 31), NOW_S, "0" * 32, True
    )


def test_a_table_that_was_not_measured_keeps_its_bounds_and_that_is_said(made: MadeOffice) -> None:
    held = made.office.roster()
    request = draft_request(
        read_draft(TEXT), load_dictionary(), held.roster, held.digest, ["a"], date(2026, 3, 31), NOW_S, "0" * 32, True
    )
    found, remarks = propose(request, {}, load_dictionary(), [held.roster.node("a")], None)
    assert found == []
    assert remarks == ["contacts: the release says nothing usable of what was left out; its bounds stay."]
