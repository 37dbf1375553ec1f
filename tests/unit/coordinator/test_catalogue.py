from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.dictionary import load_dictionary
from lero_contract.errors import DataNotValid
from lero_contract.roster import Held
from lero_coordinator.catalogue import catalogue, draft_text, names
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.enrolment import collectable
from lero_coordinator.preview.preview import preview
from support.offices import CUT_DATE, NOW_S, make_node, make_office

REQUEST_CAP_RHO = 0.12  # the example node policy's


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A roster of one LERO that collects everything."""
    folder: Path = tmp_path_factory.mktemp("catalogue") / "home"
    made = make_office(folder, [make_node("all", collects=sorted(collectable(load_dictionary())))])
    roster = made.office.roster()
    made.office.close()
    return roster


def test_at_least_eight_requests_are_ready() -> None:
    assert len(names()) >= 8
    assert "headline" in names()


@pytest.mark.parametrize("name", names())
def test_a_ready_request_compiles_and_stays_under_what_nodes_usually_allow(name: str, held: Held) -> None:
    dictionary, cohort = load_dictionary(), ["all"]
    draft = read_draft(draft_text(name))
    request = draft_request(
        draft, dictionary, held.roster, held.digest, cohort, CUT_DATE, NOW_S, "0" * 32, held.roster.synthetic
    )
    found = preview(request, dictionary, held.roster, 0.25)
    assert found.price_rho <= REQUEST_CAP_RHO
    assert all(table.nodes == 1 for table in found.tables)


def test_the_list_says_what_the_drafts_say() -> None:
    [headline] = [ready for ready in catalogue() if ready.name == "headline"]
    draft = read_draft(draft_text("headline"))
    assert (headline.title, headline.tables) == (draft.title, len(draft.tables))
    assert headline.rho == pytest.approx(float(sum(t.rho or 0 for t in draft.tables)))
    assert headline.rho <= 0.1


def test_a_name_that_is_neither_ready_nor_a_file_is_said_to_be_neither(tmp_path: Path) -> None:
    with pytest.raises(DataNotValid, match='no "nonsense"'):
        draft_text("nonsense")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(DataNotValid, match="UTF-8"):
        draft_text(str(tmp_path / "x.toml"))
