"""`request draft`, `preview` and `sign` as an analyst types them, from the catalogue and from a file of their own."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import decode_request, envelope_from_bytes
from lero_contract.dictionary import load_dictionary
from lero_coordinator.catalogue import names
from lero_coordinator.cli import cli
from lero_coordinator.enrolment import collectable
from lero_coordinator.keys import write_key
from support.offices import MadeOffice, make_node, make_office

PHRASE = "a long enough one"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeOffice]:
    """Twenty LEROs of 400 members that collect everything."""
    folder = tmp_path_factory.mktemp("analyst")
    everything = sorted(collectable(load_dictionary()))
    nodes = [make_node(f"lero-{i:02d}", collects=everything, public_members=400) for i in range(20)]
    made = make_office(folder / "home", nodes, now_s=int(time.time()))
    write_key(made.analyst, folder / "analyst.key", PHRASE.encode())
    (folder / "phrase").write_text(PHRASE)
    yield made
    made.office.close()


def types(made: MadeOffice, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words])


def drafts(made: MadeOffice, out: Path, name: str, *words: str) -> Result:
    return types(made, "request", "draft", name, "--cut-date", "2026-03-31", "--out", str(out), *words)


@pytest.mark.parametrize("name", names())
def test_every_ready_request_is_drafted_previewed_and_named_its_next_step(
    made: MadeOffice, tmp_path: Path, name: str
) -> None:
    drafted = drafts(made, tmp_path / "d.toml", name)
    assert drafted.exit_code == 0, drafted.output
    assert "Next: `lero-coordinator request preview" in drafted.stderr
    previewed = types(made, "request", "preview", str(tmp_path / "d.toml"))
    assert previewed.exit_code == 0, previewed.output
    assert "Next: `lero-coordinator request sign" in previewed.stderr


def test_an_accuracy_is_priced_in_the_draft_and_the_preview_agrees(made: MadeOffice, tmp_path: Path) -> None:
    out = tmp_path / "d.toml"
    result = drafts(made, out, "headline", "--accuracy", "who_age_sex=±50 people in the nation", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert any(remark.endswith("gives ± 50 people in the nation.") for remark in found["remarks"])
    previewed = json.loads(types(made, "request", "preview", str(out), "--json").stdout)
    [table] = [t for t in previewed["tables"] if t["table_id"] == "who_age_sex"]
    assert table["price_rho"] == found["prices_rho"]["who_age_sex"]
    assert table["parts"][0]["expected"][-1]["plus_minus"] == 50


def test_a_bundle_is_scaled_to_a_price_and_says_what_it_buys(made: MadeOffice, tmp_path: Path) -> None:
    result = drafts(made, tmp_path / "d.toml", "headline", "--rho", "0.05")
    assert "The whole costs 0.05 rho." in result.stdout
    assert "members_by_area: rho 0.011 gives ±" in result.stdout
    previewed = json.loads(types(made, "request", "preview", str(tmp_path / "d.toml"), "--json").stdout)
    assert previewed["price_rho"] == 0.05


def test_a_price_that_is_none_is_a_usage_error(made: MadeOffice, tmp_path: Path) -> None:
    for price in ("cheap", "0", "-1"):
        assert drafts(made, tmp_path / "d.toml", "headline", f"--rho={price}").exit_code == 2


def test_what_the_usual_node_refuses_is_not_drafted_but_on_purpose(made: MadeOffice, tmp_path: Path) -> None:
    out = tmp_path / "d.toml"
    wish = ("--accuracy", "who_age_sex=±8 people in the nation")
    refused = drafts(made, out, "headline", *wish)
    assert refused.exit_code == 6
    assert "who_age_sex: ± 8 people in the nation is too dear; rho 0.05 gives ± " in refused.stderr
    assert not out.exists()
    assert drafts(made, out, "headline", *wish, "--beyond-usual-policy").exit_code == 0
    assert types(made, "request", "preview", str(out)).exit_code == 6
    assert types(made, "request", "preview", str(out), "--beyond-usual-policy").exit_code == 0


def test_a_draft_of_ones_own_is_wrong_by_its_own_lines(made: MadeOffice, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'title = "A"\nquestion = "B?"\npurpose = "commissioning"\ncloses_in_days = 9\n[[tables]]\nid = "t"\n'
        'title = "T"\nkind = "headcount"\nbasis = "ever"\ndimensions = ["sexx"]\nrho = 0.02\nhide_wider_than = 100\n'
    )
    result = drafts(made, tmp_path / "d.toml", str(own))
    assert result.stderr.startswith("line 10, table \"t\": there is no variable or dimension 'sexx'; 'sex' was meant?")
    own.write_text(own.read_text().replace("sexx", "sex"))
    assert drafts(made, tmp_path / "d.toml", str(own)).exit_code == 0


def test_a_wish_is_priced_when_the_draft_is_signed(made: MadeOffice, tmp_path: Path) -> None:
    out, envelope = tmp_path / "d.toml", tmp_path / "d.request"
    drafts(made, out, "headline")
    text = out.read_text()
    assert "rho = 0.01\n" in text
    out.write_text(text.replace("rho = 0.01\n", 'accuracy = "±60 people in the nation"\n', 1))
    keys = made.office.home.folder.parent
    signing = ("--analyst-key", str(keys / "analyst.key"), "--passphrase-file", str(keys / "phrase"))
    result = types(made, "request", "sign", str(out), *signing, "--out", str(envelope))
    assert result.exit_code == 0, result.output
    signed = decode_request(envelope_from_bytes(envelope.read_bytes()).payload)
    # 20 cells: ceil(1.959964 sigma sqrt(20)) <= 60 needs sigma <= 6.845232, so rho 1 / (2 sigma^2) = 0.0106707189.
    [table] = [t for t in signed.tables if t.table_id == "who_age_sex"]
    assert table.price_nano_rho == 10_670_719


def test_a_release_is_read_for_better_bounds(made: MadeOffice, tmp_path: Path) -> None:
    left_out = {"members": {"value": 900}, "amount": {"value": 9000}, "share": {"value": 25.0}}
    tables = [{"id": "contacts_by_region", "left_out": left_out}]
    (tmp_path / "release.json").write_text(json.dumps({"tables": tables}))
    result = drafts(made, tmp_path / "d.toml", "headline", "--after", str(tmp_path))
    assert result.stdout.startswith("contacts_by_region: 25.0% was left out, as of ")
    assert "was left out; now about" in (tmp_path / "d.toml").read_text()


def test_a_ready_request_can_be_read_before_it_is_drafted(made: MadeOffice) -> None:
    shown = types(made, "catalogue", "show", "retention")
    assert 'question = "What share of members' in shown.stdout
    assert "Next: `lero-coordinator request draft retention" in shown.stderr
    found = json.loads(types(made, "catalogue", "show", "retention", "--json").stdout)
    assert [t["id"] for t in found["tables"]] == ["everyone", "by_region", "by_substance"]
    assert types(made, "catalogue", "show", "retentoin").exit_code == 6
    assert "catalogue show NAME" in types(made, "catalogue", "list").stderr
