"""The public trial file splits into its real sites, and its figures are those its source states."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from lero_contract.errors import DataNotValid
from lero_contract.geography import load_geography
from lero_contract.request import is_node_id
from lero_coordinator.demo.real import exact_ctn, split_ctn, write_site_export

CTN = Path(__file__).parents[4] / "shared" / "data" / "ctn_site_periods.csv"
needs_file = pytest.mark.skipif(not CTN.exists(), reason="../shared/data/ctn_site_periods.csv is absent")

# Two sites, three people; the third was never asked about days, and nobody knows their age or sex.
TINY = """person_id,site,age,male,period,opioid_days
1,S02,29,Yes,-1,28
1,S02,29,Yes,0,4
2,S05,60,No,-1,20
2,S05,60,No,0,
3,S05,,,-1,
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.csv"
    file.write_text(TINY, encoding="utf-8")
    return file


def test_a_small_file_gives_figures_worked_by_hand(tiny: Path) -> None:
    found = exact_ctn(tiny)
    assert {p: (m.people, m.mean) for p, m in found.by_period.items()} == {-1: (2, 24.0), 0: (1, 4.0)}
    assert found.by_sex["male"][-1].mean == 28.0
    assert found.by_sex["female"][-1].people == 1
    assert found.by_sex["not_known"] == {}
    assert found.by_age_band == {
        "under_18": 0,
        "18_29": 1,
        "30_39": 0,
        "40_49": 0,
        "50_59": 0,
        "60_plus": 1,
        "not_known": 1,
    }


def test_an_export_is_the_sites_rows_with_the_area_beside_them(tiny: Path, tmp_path: Path) -> None:
    site = split_ctn(tiny)[1]
    assert (site.node_id, site.name) == ("site-s05", "Site S05")
    written = pd.read_csv(write_site_export(site, tmp_path), dtype=str, keep_default_na=False)
    assert written["person_id"].tolist() == ["2", "2", "3"]
    assert set(written["area"]) == {site.area}
    pd.testing.assert_frame_equal(written.drop(columns="area"), site.frame)


def test_another_file_is_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataNotValid, match="no column age"):
        split_ctn(other)
    with pytest.raises(DataNotValid, match="cannot be read"):
        split_ctn(tmp_path / "absent.csv")


@needs_file
def test_the_file_has_32_sites_of_68_to_188_people_on_different_english_authorities() -> None:
    sites = split_ctn(CTN)
    people = [site.frame["person_id"].nunique() for site in sites]
    assert (len(sites), sum(people), min(people), max(people)) == (32, 3560, 68, 188)
    areas = load_geography().areas
    assert len({site.area for site in sites}) == 32
    assert len({areas[site.area].region for site in sites}) == 9
    assert all(is_node_id(site.node_id) and areas[site.area].in_england for site in sites)


@needs_file
def test_mean_opioid_days_by_period_are_those_of_the_source() -> None:
    stated = [24.32, 4.95, 3.29, 2.65, 1.97, 1.82, 2.38, 2.79, 2.61]
    found = exact_ctn(CTN).by_period
    assert [round(found[period].mean, 2) for period in range(-1, 8)] == stated


@needs_file
def test_sexes_and_age_bands_add_up_to_everyone() -> None:
    found = exact_ctn(CTN)
    assert sum(found.by_age_band.values()) == 3560
    for period, mean in found.by_period.items():
        assert sum(sexes[period].people for sexes in found.by_sex.values() if period in sexes) == mean.people
