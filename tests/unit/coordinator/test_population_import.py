"""A node that imports the made-up exports holds exactly the records that the exact figures were counted over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from lero_contract.days import to_day
from lero_contract.dictionary import NOT_KNOWN, load_dictionary
from lero_coordinator.demo.population import CUT_DATE, Lero, truth, write_exports
from lero_coordinator.demo.population.model import Population
from lero_node.data.load import load_export
from lero_node.data.loaded import Loaded
from lero_node.data.mapping import collects, parse_mapping
from lero_policies import ROOT
from support.populations import small

CUT_DAY = to_day(CUT_DATE)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Loaded]:
    return {lero.template: _import(lero, tmp_path_factory.mktemp(lero.template)) for lero in small().leros}


def _import(lero: Lero, folder: Path) -> Loaded:
    write_exports(lero, folder)
    return load_export(
        parse_mapping(_mapping(lero.template), load_dictionary()),
        folder,
        load_dictionary(),
        hash_key=bytes(32),
        today_day=CUT_DAY + 1,
        cut_date_day=CUT_DAY,
    )


def _mapping(template: str) -> str:
    return ROOT.joinpath("mappings", f"{template}.toml").read_text(encoding="utf-8")


def _alone(template: str) -> Population:
    """A population of only the LERO with that case system."""
    lero = next(lero for lero in small().leros if lero.template == template)
    return Population(small().seed, CUT_DATE, (lero,))


@pytest.mark.parametrize("template", ["demo-a", "demo-b", "demo-c"])
def test_members_on_the_cut_date_are_those_counted(imported: Mapping[str, Loaded], template: str) -> None:
    members: pd.DataFrame = imported[template].tables["members"].to_pandas()
    current = members[(members["joined"] <= CUT_DAY) & (members["left"].isna() | (members["left"] > CUT_DAY))]
    found = truth(_alone(template), CUT_DATE)
    assert len(current) == found.memberships
    assert current["area"].isna().sum() == found.area_not_known


@pytest.mark.parametrize("template", ["demo-a", "demo-b", "demo-c"])
def test_contacts_of_the_last_quarter_are_those_counted(imported: Mapping[str, Loaded], template: str) -> None:
    contacts: pd.DataFrame = imported[template].tables["activities"].to_pandas()
    known = contacts[contacts["kind"].notna() & (contacts["kind"] != NOT_KNOWN)]
    found = truth(_alone(template), CUT_DATE).contacts
    (before, last) = sorted(found)[-2:]
    assert (known["day"] > to_day(before)).sum() == found[last]


@pytest.mark.parametrize("template", ["demo-a", "demo-b", "demo-c"])
def test_means_at_the_start_are_those_counted(imported: Mapping[str, Loaded], template: str) -> None:
    tables = imported[template].tables
    reviews = tables["reviews"].to_pandas().merge(tables["members"].to_pandas()[["member_id", "joined"]])
    first = reviews[reviews["day"] - reviews["joined"] <= 45]
    found = truth(_alone(template), CUT_DATE)
    scores = first[first["measure"] == "sure.total"]["score"]
    assert (len(scores), scores.mean()) == (found.sure[0].members, pytest.approx(found.sure[0].mean))
    if template != "demo-c":
        scores = first[first["measure"] == "swemwbs.metric"]["score"] / 100
        assert (len(scores), scores.mean()) == (found.swemwbs[0].members, pytest.approx(found.swemwbs[0].mean))


def test_only_planted_faults_are_reported_and_no_canary_is_repeated(imported: Mapping[str, Loaded]) -> None:
    for template, loaded in imported.items():
        text = loaded.report.to_text()
        assert "lighthouse" not in text
        assert text.count("a word that neither the dictionary nor the mapping has") == 1, template
        assert "not an authority" not in text


def test_the_spreadsheet_collects_less_than_the_case_systems() -> None:
    collected = {
        t: set(collects(parse_mapping(_mapping(t), load_dictionary()))) for t in ("demo-a", "demo-b", "demo-c")
    }
    assert collected["demo-a"] == collected["demo-b"]
    assert collected["demo-a"] - collected["demo-c"] == {
        "ethnicity_group",
        "employment",
        "leaving_reason",
        "milestones",
        "swemwbs.metric",
    }
