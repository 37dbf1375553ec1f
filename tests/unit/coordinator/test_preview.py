"""Every expected figure is worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Malformed
from lero_coordinator.preview import AUTHORITY, LERO, NATION, ONE_REGION, Preview, preview
from lero_coordinator.preview_text import as_dict, as_text
from support.offices import COLLECTS, DRAFT, make_node, make_office

WEST_NORTHANTS, NORTH_NORTHANTS = "E06000062", "E06000061"  # both East Midlands
MEAN = {
    "id": "sure",
    "title": "Recovery",
    "kind": "mean",
    "measure": "sure.total",
    "dimensions": [],
    "windows": [{"label": "Start", "wave": 0, "from_day": -30, "to_day": 45}],
    "rho": 0.02,
}


def seen(folder: Path, tables: list[dict[str, Any]]) -> Preview:
    one = make_node("one", [WEST_NORTHANTS])
    two = make_node("two", [WEST_NORTHANTS, NORTH_NORTHANTS], [c for c in COLLECTS if c != "sure.total"])
    made = make_office(folder / "home", [one, two])
    found = preview(made.draft({**DRAFT, "tables": tables}), load_dictionary(), made.office.roster().roster, 0.25)
    made.office.close()
    return found


def test_a_count_is_as_exact_as_the_cells_behind_it(tmp_path: Path) -> None:
    # rho 0.02, one member in one cell: sigma = sqrt(1 / 0.04) = 5, so m cells are good to ceil(1.96 * 5 * sqrt(m)).
    # one's own total: 1 area, 9 elsewhere, outside, not known = 12 cells: 34. two's: 13: 36. The lower middle: 34.
    # North Northamptonshire has one LERO: 1 cell: 10.
    # The region: 1 + 2 own areas and 2 elsewhere = 5 cells: 22. England: 3 own areas and 2 * 9 elsewhere = 21: 45.
    [table] = seen(tmp_path, DRAFT["tables"]).tables
    assert {e.place: (e.plus_minus, e.shown) for e in table.expected} == {
        LERO: (34, True),
        AUTHORITY: (10, True),
        ONE_REGION: (22, True),
        NATION: (45, False),  # wider than 40
    }
    # Two authorities, one region, England; England is hidden. two has the most cells.
    assert (table.figures, table.hidden, table.most_cells, table.nodes) == (4, 1, 13, 2)


def test_a_mean_adds_sampling_to_the_noise(tmp_path: Path) -> None:
    # SURE 21 to 63: half range and weight 21, squared L2 = 2 * 21^2 = 882, sigma = sqrt(882 / 0.04) = 148.492.
    # One node collects it: 40% of 200 members = 80 people, noise sigma sqrt(2) / 80 = 210 / 80 = 2.625.
    # Design effect 1 + 79 * 0.06 = 5.74, sampling 10.5 * sqrt(5.74 / 80) = 2.8126; together 1.95996 * 3.8472 = 7.5405.
    [table] = seen(tmp_path, [MEAN]).tables
    expected = {e.place: e for e in table.expected}
    assert table.nodes == 1
    assert expected[LERO].plus_minus == pytest.approx(7.5405, abs=1e-3)
    assert expected[NATION].plus_minus == pytest.approx(7.5405, abs=1e-3)
    assert expected[NATION].shown  # 21 * 80 = 1680 is above 5 * 148.5 = 742
    assert expected[ONE_REGION].plus_minus is None
    assert expected[AUTHORITY].plus_minus is None


def test_groups_of_a_mean_share_the_people(tmp_path: Path) -> None:
    # Three known sexes: 80 / 3 = 26.7 people each; 21 * 26.7 = 560 is below 742.
    [table] = seen(tmp_path, [{**MEAN, "dimensions": ["sex"]}]).tables
    assert not next(e for e in table.expected if e.place == NATION).shown
    assert (table.figures, table.hidden) == (4, 4)


def test_the_price_is_said_in_all_its_ways(tmp_path: Path) -> None:
    found = seen(tmp_path, [{**DRAFT["tables"][0], "rho": 0.05}, {**MEAN, "rho": 0.05}])
    assert found.price_rho == pytest.approx(0.1)
    assert found.year_share == pytest.approx(0.4)
    assert found.epsilon_one == pytest.approx(2.14, abs=0.005)  # the table in the privacy arithmetic: rho 0.1
    assert found.epsilon_two > found.epsilon_one


def test_a_table_nobody_collects_has_no_figures(tmp_path: Path) -> None:
    [table] = seen(tmp_path, [{**MEAN, "measure": "gad7.total"}]).tables
    assert (table.nodes, table.figures, table.hidden) == (0, 0, 0)
    assert all(e.plus_minus is None for e in table.expected)


def test_what_the_dictionary_does_not_have_cannot_be_previewed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="shoe_size"):
        seen(tmp_path, [{**DRAFT["tables"][0], "dimensions": ["shoe_size"]}])


def test_the_words_speak_of_people_first_and_epsilon_last(tmp_path: Path) -> None:
    found = seen(tmp_path, [*DRAFT["tables"], MEAN])
    text = as_text(found)
    assert "Put to 2 LEROs. Costs each 16% of a year's allowance" in text
    assert "± 10 people" in text
    assert "(± 45 people)" in text
    assert "± 7.5 points" in text
    assert "epsilon" in text.splitlines()[-1]
    assert as_dict(found)["tables"][0]["expected"][1] == {
        "place": AUTHORITY,
        "plus_minus": 10.0,
        "unit": "people",
        "shown": True,
    }
