"""Every expected figure is worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_coordinator.enrolment import collectable
from lero_coordinator.preview.preview import (
    AUTHORITY,
    LERO,
    NATION,
    ONE_REGION,
    Expected,
    PartPreview,
    Preview,
    preview,
)
from lero_coordinator.preview.text import as_dict, as_text
from support.offices import COLLECTS, DRAFT, make_node, make_office

WEST_NORTHANTS, NORTH_NORTHANTS = "E06000062", "E06000061"  # both East Midlands
MEAN = {
    "id": "sure",
    "title": "Recovery",
    "kind": "mean",
    "measure": "sure.total",
    "dimensions": [],
    "windows": ["Start"],
    "rho": 0.02,
}


def seen(folder: Path, tables: list[dict[str, Any]], *, members: int | None = None) -> Preview:
    """Two LEROs of 200 members; the second collects neither SURE nor anything but counts."""
    everything = sorted(collectable(load_dictionary()))
    one = make_node("one", [WEST_NORTHANTS], everything)
    two = make_node("two", [WEST_NORTHANTS, NORTH_NORTHANTS], [c for c in COLLECTS if c != "sure.total"])
    made = make_office(folder / "home", [one, two])
    request, roster = made.draft({**DRAFT, "tables": tables}), made.office.roster().roster
    made.office.close()
    return preview(request, load_dictionary(), roster, 0.25, members)


def parts(folder: Path, **table: Any) -> list[PartPreview]:
    """The parts of one table that the first LERO alone answers."""
    [found] = seen(folder, [{"id": "t", "title": "T", "rho": 0.02, "hide_wider_than": 500, **table}]).tables
    return list(found.parts)


def at(part: PartPreview, place: str) -> Expected:
    return next(e for e in part.expected if e.place == place)


def test_a_count_is_as_exact_as_the_cells_behind_it(tmp_path: Path) -> None:
    # rho 0.02, one member in one cell: sigma = sqrt(1 / 0.04) = 5, so m cells are good to ceil(1.96 * 5 * sqrt(m)).
    # one's own total: 1 area, 9 elsewhere, outside, not known = 12 cells: 34. two's: 13: 36. The lower middle: 34.
    # North Northamptonshire has one LERO: 1 cell: 10.
    # The region: 1 + 2 own areas and 2 elsewhere = 5 cells: 22. England: 3 own areas and 2 * 9 elsewhere = 21: 45.
    [table] = seen(tmp_path, DRAFT["tables"]).tables
    [part] = table.parts
    assert {e.place: (e.plus_minus, e.shown) for e in part.expected} == {
        LERO: (34, True),
        AUTHORITY: (10, True),
        ONE_REGION: (22, True),
        NATION: (45, False),  # wider than 40
    }
    # Two authorities, one region, England; England is hidden. two has the most cells.
    assert (part.figures, part.hidden, table.most_cells, table.nodes) == (4, 1, 13, 2)
    assert (part.part_id, part.figure) == ("members", "count")


def test_a_mean_adds_sampling_to_the_noise(tmp_path: Path) -> None:
    # SURE 21 to 63: half range and weight 21, squared L2 = 2 * 21^2 = 882, sigma = sqrt(882 / 0.04) = 148.492.
    # One node collects it: 40% of 200 members = 80 people, noise sigma sqrt(2) / 80 = 210 / 80 = 2.625.
    # Design effect 1 + 79 * 0.06 = 5.74, sampling 10.5 * sqrt(5.74 / 80) = 2.8126; together 1.95996 * 3.8472 = 7.5405.
    [table] = seen(tmp_path, [MEAN]).tables
    [part] = table.parts
    assert table.nodes == 1
    assert at(part, LERO).plus_minus == pytest.approx(7.5405, abs=1e-3)
    assert at(part, NATION).plus_minus == pytest.approx(7.5405, abs=1e-3)
    assert at(part, NATION).of_noise == pytest.approx(1.95996 * 2.625, abs=1e-3)
    assert at(part, NATION).shown  # 21 * 80 = 1680 is above 5 * 148.5 = 742
    assert at(part, ONE_REGION).plus_minus is None
    assert at(part, AUTHORITY).plus_minus is None


def test_groups_of_a_mean_share_the_people(tmp_path: Path) -> None:
    # Three known sexes: 80 / 3 = 26.7 people each; 21 * 26.7 = 560 is below 742.
    [table] = seen(tmp_path, [{**MEAN, "dimensions": ["sex"]}]).tables
    [part] = table.parts
    assert not at(part, NATION).shown
    assert (part.figures, part.hidden) == (4, 4)


def test_members_may_be_declared_in_place_of_what_is_stated(tmp_path: Path) -> None:
    # 800 members: 320 people, noise 210 / 320 = 0.65625; effect 20.14, sampling 10.5 sqrt(20.14 / 320) = 2.634.
    found = seen(tmp_path, [MEAN], members=800)
    [part] = found.tables[0].parts
    assert at(part, NATION).people == pytest.approx(320)
    assert at(part, NATION).plus_minus == pytest.approx(1.95996 * (0.65625**2 + 2.63416**2) ** 0.5, abs=1e-3)
    assert "Every LERO is supposed to have 800 members." in found.notes


def test_a_share_above_a_threshold_weighs_its_bins_against_the_rest(tmp_path: Path) -> None:
    # BARC-10 in tens from 47: six bins, two above. sigma 5, 80 people, half above: noise 5 sqrt(2/4 + 4/4) / 80, which
    # is 0.07655; effect 5.74: sampling sqrt(0.25 * 5.74 / 80) = 0.13393. Together 195.996 * 0.15427 = 30.235 points.
    table = {"kind": "distribution", "measure": "barc10.total", "windows": ["Start"]}
    [part] = parts(tmp_path, **table, bins={"each": 10}, threshold=47)
    assert part.figure == "share at or above the threshold"
    assert at(part, LERO).unit == "percentage points"
    assert at(part, LERO).plus_minus == pytest.approx(30.235, abs=0.01)
    assert at(part, LERO).shown  # 80 people are above 5 * 5 * sqrt(6) = 61.2


def test_a_change_has_a_share_and_a_mean(tmp_path: Path) -> None:
    # Complete for 8 years and more; the follow-up ends on day 545: 200 * 0.77 * (8 - 1.49213) * 0.13 = 130.29 people.
    # Half of the price each: sigma 7.0711 and 42 * 7.0711 = 296.98; effect 1 + 129.29 * 0.06 = 8.7573.
    # Share: noise 7.0711 sqrt(3/4) / 130.29 = 0.04700, sampling sqrt(8.7573 / 4 / 130.29) = 0.12963: 27.025 points.
    # Mean: noise of the sum 296.98 and of the count 7.0711 sqrt(3) * 0.7 * 10.5 = 90.02, over 130.29 = 2.3819; sampling
    # 10.5 sqrt(2 * 0.6 * 8.7573 / 130.29) = 2.9820; together 7.480.
    table = {"kind": "change", "measure": "sure.total", "baseline": "Start", "follow_up": "12 months", "threshold": 4}
    outcomes, total = parts(tmp_path, **table)
    assert (outcomes.part_id, outcomes.figure) == ("t", "share improved")
    assert (total.part_id, total.figure) == ("t.sum", "mean change")
    assert at(outcomes, NATION).plus_minus == pytest.approx(27.025, abs=0.01)
    assert at(total, NATION).plus_minus == pytest.approx(7.480, abs=0.005)
    assert (outcomes.price_rho, total.price_rho) == (0.01, 0.01)


def test_retention_is_judged_by_its_middle_point(tmp_path: Path) -> None:
    # 200 * 0.77 * 8 = 1,232 starters; 365 days are over for 1 - 365 / 2922 = 0.87509 of them; 0.32018 stay so long.
    # Left 732.92, stayed 345.18 of 1,078.1: noise 5 sqrt(732.92^2 + 345.18^2) / 1078.1^2 = 0.003485; sampling
    # sqrt(0.32018 * 0.67982 / 1078.1) = 0.014209, effect 1 + 1077.1 * 0.06 = 65.626: 0.11511. Together 22.571 points.
    [part] = parts(tmp_path, kind="retention", points_months=[12])
    assert part.figure == "share still there at 12 months"
    assert at(part, NATION).plus_minus == pytest.approx(22.571, abs=0.01)


def test_recovery_is_a_share_of_all_who_are_due(tmp_path: Path) -> None:
    # Three windows: sigma sqrt(3 / 0.04) = 8.6603. The middle one ends on day 1,275: 154 * (8 - 3.49076) = 694.42 due.
    # noise 8.6603 sqrt(3/4) / 694.42 = 0.0108; effect 1 + 693.42 * 0.06 = 42.605, sampling sqrt(42.605 / 4 / 694.42).
    [part] = parts(tmp_path, kind="recovery")
    assert part.figure == "share in recovery at 3 years"
    assert at(part, NATION).plus_minus == pytest.approx(195.996 * (0.0108**2 + 0.123848**2) ** 0.5, abs=0.01)


def test_completeness_is_a_share_of_everyone_who_joined(tmp_path: Path) -> None:
    # Two variables: sigma sqrt(2 / 0.04) = 7.0711; 1,232 people: noise 7.0711 sqrt(1/2) / 1232 = 0.0040585; effect
    # 1 + 1231 * 0.06 = 74.86, sampling sqrt(74.86 / 4 / 1232) = 0.12325.
    [part] = parts(tmp_path, kind="completeness", variables=["sex", "accommodation"])
    assert at(part, LERO).plus_minus == pytest.approx(195.996 * (0.0040585**2 + 0.123251**2) ** 0.5, abs=0.02)


def test_milestones_lose_sight_of_those_who_leave(tmp_path: Path) -> None:
    [part] = parts(tmp_path, kind="milestones", kinds=["paid_work"], points_months=[12])
    [stay] = parts(tmp_path / "again", kind="retention", points_months=[12])
    assert part.figure == "share who reached one by 12 months"
    # 1,232 * 0.87509 * 0.32018: only those still seen are at risk, so fewer than those whose point is over.
    assert at(part, NATION).people == pytest.approx(345.2, abs=0.1)
    assert at(stay, NATION).people == pytest.approx(1078.1, abs=0.1)


def test_what_is_left_out_is_an_amount_of_the_whole(tmp_path: Path) -> None:
    # A fifth of 0.02 is 0.004. 0 to 61 is centred in half units: H = w = 61, sigma = sqrt(2 * 61^2 / 0.008) = 964.49;
    # sum and count add: 1.95996 * 964.49 * sqrt(2) / 2 = 1336.7 contacts.
    table = {"kind": "activity", "unit": "contacts", "periods": {"last_months": 3, "each_months": 3}, "max_cells": 1}
    main, beside = parts(tmp_path, **table, max_per_cell=30, left_out={"most": 61})
    assert (main.part_id, beside.part_id, beside.figure) == ("t", "t.left_out", "left out")
    # 0.016 pays for 30 contacts: sigma 30 / sqrt(0.032) = 167.7, so ceil(328.7).
    assert at(main, LERO).plus_minus == 329
    assert at(beside, LERO).plus_minus == pytest.approx(1336.7, abs=0.1)


def test_bounds_stand_beside_those_with_the_least_whole_error(tmp_path: Path) -> None:
    periods = {"last_months": 12, "each_months": 3}
    table = {
        "id": "t",
        "title": "T",
        "kind": "activity",
        "unit": "contacts",
        "periods": periods,
        "hide_wider_than": 9999,
    }
    [found] = seen(
        tmp_path, [{**table, "max_cells": 1, "max_per_cell": 2, "left_out": {"most": 100}, "rho": 0.05}], members=2000
    ).tables
    bounds = found.bounds
    assert bounds is not None
    assert (bounds.max_cells, bounds.max_per_cell) == (1, 2)
    assert bounds.left_out > 0.8
    assert bounds.best_whole_error < bounds.whole_error
    assert bounds.best_left_out < bounds.left_out


def test_the_price_is_said_in_all_its_ways(tmp_path: Path) -> None:
    found = seen(tmp_path, [{**DRAFT["tables"][0], "rho": 0.05}, {**MEAN, "rho": 0.05}])
    assert found.price_rho == pytest.approx(0.1)
    assert found.year_share == pytest.approx(0.4)
    assert found.epsilon_one == pytest.approx(2.14, abs=0.005)  # the table in the privacy arithmetic: rho 0.1
    assert found.epsilon_two == pytest.approx(3.13, abs=0.005)  # and rho 0.2


def test_a_table_nobody_collects_has_no_figures(tmp_path: Path) -> None:
    made = make_office(tmp_path / "home", [make_node("two")])
    request = made.draft({**DRAFT, "tables": [{**MEAN, "measure": "gad7.total"}]})
    found = preview(request, load_dictionary(), made.office.roster().roster, 0.25)
    made.office.close()
    [table] = found.tables
    assert (table.nodes, table.parts, table.bounds) == (0, (), None)
    assert "sure" in as_text(found)


def test_what_the_dictionary_does_not_have_cannot_be_previewed(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match="shoe_size"):
        seen(tmp_path, [{**DRAFT["tables"][0], "dimensions": ["shoe_size"]}])


def test_the_words_speak_of_people_first_and_epsilon_last(tmp_path: Path) -> None:
    found = seen(tmp_path, [*DRAFT["tables"], MEAN])
    text = as_text(found)
    assert "Put to 2 LEROs. Costs each 16% of a year's allowance" in text
    assert "± 10 people" in text
    assert "(± 45 people)" in text
    assert "± 7.5 points" in text
    assert "40% of a LERO's members have a score" in text
    assert "epsilon" in text.splitlines()[-1]
    assert as_dict(found)["tables"][0]["parts"][0]["expected"][1] == {
        "place": AUTHORITY,
        "plus_minus": 10.0,
        "unit": "people",
        "shown": True,
        "of_noise": 10.0,
        "people": 100.0,  # half of the second LERO's members live there
    }
