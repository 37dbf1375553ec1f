"""A published folder against a root set alone: whole it holds, and each way of tampering is found and named."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request, envelope_from_bytes, envelope_to_bytes
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import RELEASE, REQUEST, public_bytes, sign
from lero_contract.errors import DataNotValid
from lero_contract.roster import RootSet
from lero_coordinator.cli import cli
from lero_coordinator.landscape.statement import signed_statement
from lero_coordinator.proof import folder as proof_folder
from lero_coordinator.proof.checks import Check, Findings
from lero_coordinator.proof.verify import verify
from lero_coordinator.roots_file import PinnedRoots, roots_bytes
from support.proofs import Round, contents, make_round, read_rows, write_rows

SILENT, OUT_OF_DATE, DECLINED = "east-4", "east-3", "east-2"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """Six of nine answered; one declined, one has old records, one is silent."""
    made = make_round(tmp_path_factory.mktemp("round"))
    made.answers("east-1", "east-5", "west-1", "west-2", "west-3", "west-4")
    made.refuses(DECLINED)
    made.refuses(OUT_OF_DATE, "stale")
    made.close()
    made.publish()
    return made


@pytest.fixture
def round_(whole: Round) -> Round:
    """The same, published afresh."""
    for file in whole.landscape.rglob("*"):
        if file.is_file() or file.is_symlink():
            file.unlink()
    whole.publish()
    return whole


def failed(findings: Findings) -> Check:
    """The first check that does not hold."""
    assert not findings.ok
    return findings.failed[0]


def test_a_folder_as_it_was_published_holds(round_: Round) -> None:
    findings = round_.verified()
    assert [check.words for check in findings.failed] == []
    assert len(findings.checks) == 10


def test_the_ties_are_counted_and_what_stands_alone_is_said(round_: Round) -> None:
    [ties] = [check for check in round_.verified().checks if check.what == "The figures agree with one another"]
    assert "sums and" in ties.words
    assert "stand in no sum, and only the signed answers can show them wrong" in ties.words


def test_an_unsigned_folder_proves_nothing(round_: Round) -> None:
    (round_.landscape / "release.envelope").unlink()
    assert "not signed" in failed(round_.verified()).words


def test_a_folder_for_illustration_says_that_nobody_signed_it(round_: Round, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rho-0.1-release.json").write_text("{}")
    findings = verify(tmp_path, None, round_.roots, load_dictionary())
    assert "for illustration" in failed(findings).words


def test_another_root_set_believes_none_of_it(round_: Round, tmp_path: Path) -> None:
    roots = tmp_path / "others.json"
    key = public_bytes(Ed25519PrivateKey.generate())
    roots.write_bytes(roots_bytes(PinnedRoots("lero-test", RootSet(1, 1, (key,)))))
    check = failed(verify(round_.landscape, None, roots, load_dictionary()))
    assert check.what == "The rosters follow from the roots"
    assert "not signed by enough of the roots" in check.words


def test_another_federations_roots_are_not_enough(round_: Round, tmp_path: Path) -> None:
    roots = tmp_path / "others.json"
    held = round_.made.office.roster().roster
    roots.write_bytes(roots_bytes(PinnedRoots("lero-elsewhere", held.roots)))
    assert "not of lero-elsewhere" in failed(verify(round_.landscape, None, roots, load_dictionary())).words


def test_a_statement_signed_by_somebody_else_is_not_believed(round_: Round) -> None:
    payload = (round_.landscape / "release.json").read_bytes()
    forged = sign(RELEASE, payload, Ed25519PrivateKey.generate())
    (round_.landscape / "release.envelope").write_bytes(envelope_to_bytes(forged))
    assert "not by a publisher" in failed(round_.verified()).words


def test_an_analysts_signature_is_no_publishers(round_: Round) -> None:
    payload = (round_.landscape / "release.json").read_bytes()
    (round_.landscape / "release.envelope").write_bytes(envelope_to_bytes(sign(RELEASE, payload, round_.made.analyst)))
    assert "not by a publisher" in failed(round_.verified()).words


def test_a_statement_changed_after_signing_is_found(round_: Round) -> None:
    file = round_.landscape / "release.json"
    file.write_bytes(file.read_bytes().replace(b'"answered": 6', b'"answered": 7'))
    assert "byte for byte" in failed(round_.verified()).words


@pytest.mark.parametrize("name", ["index.html", "map.svg", "README.txt", "data/leros.csv", "data/stay.csv"])
def test_a_file_changed_by_one_byte_is_named(round_: Round, name: str) -> None:
    file = round_.landscape / name
    file.write_bytes(file.read_bytes() + b" ")
    assert failed(round_.verified()).words == f"{name} was changed."


@pytest.mark.parametrize("name", ["data/stay.csv", "proof/request.envelope"])
def test_a_missing_file_is_named(round_: Round, name: str) -> None:
    (round_.landscape / name).unlink()
    assert f"{name} is missing" in failed(round_.verified()).words


def test_a_file_too_many_is_named(round_: Round) -> None:
    (round_.landscape / "data" / "extra.csv").write_text("x")
    assert failed(round_.verified()).words == "data/extra.csv is not listed."


def test_a_link_is_not_followed(round_: Round, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x")
    (round_.landscape / "data" / "extra.csv").symlink_to(tmp_path / "elsewhere")
    run = CliRunner().invoke(cli, ["verify", str(round_.landscape), "--roots", str(round_.roots)])
    assert run.exit_code == 6
    assert "is a link" in run.output


def test_a_request_that_no_analyst_signed_is_found(round_: Round) -> None:
    forged = sign(REQUEST, encode_request(round_.request), Ed25519PrivateKey.generate())
    (round_.landscape / "proof/request.envelope").write_bytes(envelope_to_bytes(forged))
    round_.resign()
    check = failed(round_.verified())
    assert check.what == "A listed analyst signed the request"
    assert "not by anyone who may send this" in check.words


def test_another_request_of_the_same_analyst_is_found(round_: Round) -> None:
    other = round_.made.signed(round_.made.draft())
    (round_.landscape / "proof/request.envelope").write_bytes(envelope_to_bytes(other))
    round_.resign()
    assert "about another request" in failed(round_.verified()).words


def said(name: str, value: object, *where: str) -> Callable[[dict[str, Any]], None]:
    def change(statement: dict[str, Any]) -> None:
        inner = statement
        for step in where:
            inner = inner[step]
        inner[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (said("rho", 0.5, "privacy"), "privacy"),
        (said("rho_in_units_of_1e-9", 1, "privacy"), "privacy"),
        (said("epsilon", 1.0, "privacy"), "privacy"),
        (said("epsilon_two_memberships", 1.0, "privacy"), "privacy"),
        (said("delta", 1e-5, "privacy"), "privacy"),
        (said("cohort", 8), "cohort"),
        (said("answered", 7), "answered"),
        (said("question", "Another?"), "question"),
        (said("cut_date", "2026-03-30"), "cut_date"),
        (said("synthetic", False), "synthetic"),
        (said("roster_digest", "00" * 32), "roster_digest"),
        (said("areas_answered", 9, "coverage"), "coverage"),
    ],
)
def test_a_statement_that_says_otherwise_than_request_and_roster_is_found(
    round_: Round, change: Callable[[dict[str, Any]], None], named: str
) -> None:
    round_.resign(change)
    check = failed(round_.verified())
    assert check.what == "Price, cohort and tables are stated as they were asked"
    assert named in check.words


def test_a_price_of_one_table_that_is_not_the_signed_one_is_found(round_: Round) -> None:
    round_.resign(lambda statement: statement["tables"][0].update(rho=0.001))
    assert "members_by_area: rho" in failed(round_.verified()).words


def test_words_of_a_lower_bound_that_do_not_follow_from_what_was_left_out_are_found(round_: Round) -> None:
    def change(statement: dict[str, Any]) -> None:
        [table] = [t for t in statement["tables"] if t["id"] == "contacts_by_region"]
        table["lower_bound"] = "Nothing is left out."

    round_.resign(change)
    assert "contacts_by_region: lower_bound" in failed(round_.verified()).words


def test_an_answer_of_a_lero_that_was_not_asked_is_found(round_: Round) -> None:
    round_.resign(lambda statement: statement["answer_digests"].update({"stranger": "00" * 32}))
    assert "not of the LEROs that answered: stranger" in failed(round_.verified()).words


def test_an_answer_left_out_of_the_list_is_found(round_: Round) -> None:
    round_.resign(lambda statement: statement["answer_digests"].pop("west-1"))
    assert "not of the LEROs that answered: west-1" in failed(round_.verified()).words


def test_an_answer_listed_twice_is_found(round_: Round) -> None:
    file = round_.landscape / "release.json"
    doubled = file.read_text().replace('"answer_digests": {', '"answer_digests": {"west-1": "00",')
    file.write_text(doubled)
    (round_.landscape / "release.envelope").write_bytes(
        envelope_to_bytes(sign(RELEASE, doubled.encode(), round_.made.publisher))
    )
    assert "says something twice" in failed(round_.verified()).words


def test_a_silent_lero_counted_as_answered_is_found(round_: Round) -> None:
    file = round_.landscape / "data/leros.csv"
    file.write_bytes(file.read_bytes().replace(b",silent,has not answered,", b",answered,answered,"))
    round_.resign(lambda statement: statement["answer_digests"].update({SILENT: "00" * 32}))
    assert failed(round_.verified()).what == "Every row is one that follows from the request and from who answered"


def test_another_name_for_a_lero_is_found(round_: Round) -> None:
    file = round_.landscape / "data/leros.csv"
    file.write_bytes(file.read_bytes().replace(b"The west-1 fellowship", b"The best fellowship"))
    round_.resign()
    assert "another name or area" in failed(round_.verified()).words


def test_a_missing_row_is_found(round_: Round) -> None:
    def shorten(rows: list[dict[str, str]]) -> None:
        del rows[-1]

    round_.edit("stay", shorten)
    assert "rows; there must be" in failed(round_.verified()).words


def test_two_rows_that_changed_places_are_found(round_: Round) -> None:
    round_.edit("who_age_sex", lambda rows: rows.insert(0, rows.pop()))
    assert "not the figure that must stand there" in failed(round_.verified()).words


def test_more_leros_behind_a_figure_than_answered_are_found(round_: Round) -> None:
    round_.edit("members_by_area", lambda rows: rows[0].update(leros="9"))
    assert "another number of LEROs" in failed(round_.verified()).words


def test_less_noise_than_the_answers_carry_is_found(round_: Round) -> None:
    def quieter(rows: list[dict[str, str]]) -> None:
        rows[0]["noise_variance"] = str(round(float(rows[0]["noise_variance"]) / 2, 6))

    round_.edit("members_by_area", quieter)
    assert "its noise is not that of the answers" in failed(round_.verified()).words


def test_a_figure_hidden_because_it_is_unwelcome_is_found(round_: Round) -> None:
    def hide(rows: list[dict[str, str]]) -> None:
        hidden = ("value", "lower", "upper", "noisy_value", "noise_variance", "people", "people_lower", "people_upper")
        rows[0].update(dict.fromkeys(hidden, ""))
        rows[0].update(mark="[u]", words="too few to show: the noise is too wide for the figure to be of use")

    round_.edit("members_by_area", hide)
    check = failed(round_.verified())
    assert "its reason is not the one that follows from who answered" in check.words


def test_a_number_where_there_is_no_figure_is_found(round_: Round) -> None:
    def show(rows: list[dict[str, str]]) -> None:
        next(row for row in rows if not row["value"])["value"] = "12"

    round_.edit("members_by_area", show)
    assert "a number stands where there is no figure" in failed(round_.verified()).words


@pytest.mark.parametrize("write", ["+{}", " {}", "0{}", "{}.0", "{}_0", "{}" * 300], ids=str)
@pytest.mark.parametrize("column", ["value", "noisy_value", "leros"])
def test_a_number_written_in_another_way_is_found(round_: Round, column: str, write: str) -> None:
    """Programs read such text differently, so that one table would show two readers two figures."""

    def rewritten(rows: list[dict[str, str]]) -> None:
        row = next(row for row in rows if row["value"])
        row[column] = write.replace("{}", row[column])

    round_.edit("members_by_area", rewritten)
    assert not round_.verified().ok


def test_people_said_beside_a_figure_that_has_none_are_found(round_: Round) -> None:
    def peopled(rows: list[dict[str, str]]) -> None:
        row = next(row for row in rows if row["value"] and not row["people"])
        row["people_lower"] = row["people_upper"] = "9000"

    round_.edit("members_by_area", peopled)
    assert "not written as this program writes it" in failed(round_.verified()).words


def test_a_column_said_twice_is_found(round_: Round) -> None:
    """The attack: a spreadsheet shows both, and a reader by name takes the last."""
    file = round_.landscape / "data" / "members_by_area.csv"
    head, *rows = csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))
    at = head.index("value")
    forged = io.StringIO()
    twice = [[*row[:at], said, *row[at:]] for row, said in ((head, "value"), *((row, "9000") for row in rows))]
    csv.writer(forged, lineterminator="\r\n").writerows(twice)
    file.write_bytes(forged.getvalue().encode("utf-8-sig"))
    round_.resign()
    assert "not written as this program writes it" in failed(round_.verified()).words


def test_a_size_of_a_file_that_is_not_its_own_is_found(round_: Round) -> None:
    def smaller(said: dict[str, Any]) -> None:
        said["files"][0]["bytes"] -= 1

    round_.resign(smaller)
    assert "its name, size and digest" in failed(round_.verified()).words


@pytest.mark.parametrize("name", ["../landscape/index.html", "/etc/hosts", "data/../index.html", "data\\stay.csv"])
def test_a_path_that_leads_out_of_the_folder_is_a_missing_file(round_: Round, name: str) -> None:
    def elsewhere(said: dict[str, Any]) -> None:
        said["files"][0]["name"] = name

    round_.resign(elsewhere)
    assert f"{name} is missing" in failed(round_.verified()).words


@pytest.mark.parametrize("number", ["1e999", "9" * 400, "9" * 5000])
def test_a_number_that_no_release_has_is_refused_in_words(round_: Round, number: str) -> None:
    for name in ("usual_year_allowance_rho", "delta"):
        file = round_.landscape / "release.json"
        payload = re.sub(rf'"{name}": [^,]*'.encode(), f'"{name}": {number}'.encode(), file.read_bytes())
        file.write_bytes(payload)
        (round_.landscape / "release.envelope").write_bytes(signed_statement(payload, round_.made.publisher))
        assert "is not a statement" in failed(round_.verified()).words


def test_a_folder_of_very_many_files_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_folder, "MOST_ENTRIES", 10)
    for number in range(11):
        (tmp_path / str(number)).mkdir()
    with pytest.raises(DataNotValid, match="more than any release"):
        proof_folder.read_folder(tmp_path)


def test_a_tile_that_does_not_follow_from_the_figures_is_found(round_: Round) -> None:
    file = round_.landscape / "data/coverage.csv"
    rows = read_rows(file.read_bytes())
    next(row for row in rows if row["area_code"] == "E06000001")["layer"] = "none"
    write_rows(file, rows)
    round_.resign()
    assert failed(round_.verified()).what.startswith("The list of areas")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"files": NaN}', b"[" * 100_000])
def test_a_signed_statement_that_is_none_is_refused_in_words(round_: Round, content: bytes) -> None:
    (round_.landscape / "release.json").write_bytes(content)
    (round_.landscape / "release.envelope").write_bytes(
        envelope_to_bytes(sign(RELEASE, content, round_.made.publisher))
    )
    assert "release.json" in failed(round_.verified()).words


def test_the_command_says_each_check_and_ends_with_its_own_code(round_: Round) -> None:
    words = ["verify", str(round_.landscape), "--roots", str(round_.roots)]
    run = CliRunner().invoke(cli, words)
    assert (run.exit_code, run.output.splitlines()[-1]) == (0, "All of it holds.")
    (round_.landscape / "map.svg").write_text("<svg/>")
    run = CliRunner().invoke(cli, [*words, "--json"])
    found = json.loads(run.stdout)
    assert (run.exit_code, found["ok"]) == (6, False)
    assert [check["words"] for check in found["checks"] if not check["ok"]] == ["map.svg was changed."]


def test_the_proof_is_the_request_and_the_rosters_as_they_were_received(round_: Round) -> None:
    files = contents(round_.landscape)
    assert {name for name in files if name.startswith("proof/")} == {
        "proof/request.envelope",
        "proof/rosters/00000001.roster",
    }
    assert envelope_from_bytes(files["proof/request.envelope"]) == round_.made.signed(round_.request)
    assert envelope_from_bytes(files["proof/rosters/00000001.roster"]) == round_.made.office.roster_envelope()


def test_the_file_of_root_export_is_all_that_a_stranger_needs(round_: Round, tmp_path: Path) -> None:
    home = ["--home", str(round_.made.office.home.folder)]
    run = CliRunner().invoke(cli, [*home, "root", "export", "--out", str(tmp_path / "roots.json")])
    assert run.exit_code == 0, run.output
    elsewhere = ["--home", str(tmp_path / "no-coordinator-here")]
    run = CliRunner().invoke(
        cli, [*elsewhere, "verify", str(round_.landscape), "--roots", str(tmp_path / "roots.json")]
    )
    assert run.exit_code == 0, run.output
