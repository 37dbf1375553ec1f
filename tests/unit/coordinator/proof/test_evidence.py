"""The evidence behind a release: combined again it gives the published bytes, and every forgery in it is found."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from lero_contract.codec import Answer, decode_answer, decode_header, encode_header, encode_vector
from lero_contract.codec.answer import vector_digest
from lero_contract.envelope import ANSWER_HEADER, sign
from lero_contract.errors import DataNotValid, Malformed
from lero_coordinator.cli import cli
from lero_coordinator.proof.checks import Check, Findings
from lero_coordinator.proof.folder import is_published
from support.offices import make_node
from support.proofs import NORTH_WEST, Round, answer_to, make_round, small_federation
from support.releases import COLLECTS

TIMELY, LATE = ("east-1", "east-5", "west-1", "west-2"), ("west-3", "west-4", "east-2")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Round:
    made = make_round(tmp_path_factory.mktemp("round"), "headline")
    made.answers(*TIMELY)
    made.refuses("east-4")
    made.close()
    made.publish()
    made.write_evidence()
    return made


@pytest.fixture
def round_(whole: Round, tmp_path: Path) -> Round:
    """A copy of it all, to be tampered with."""
    for name in ("landscape", "evidence"):
        shutil.copytree(whole.folder / name, tmp_path / name)
    shutil.copy(whole.roots, tmp_path)
    return replace(whole, folder=tmp_path)


def failed(findings: Findings) -> Check:
    assert not findings.ok
    return findings.failed[0]


def forged(made: Round, name: str, answer: Answer) -> None:
    (made.evidence / f"answers/{name}.answer").write_bytes(answer.to_bytes())


def with_cells(made: Round, name: str, first: int) -> Answer:
    """The node's own answer with another first figure, signed again by the node."""
    answer = answer_to(made, name)
    header = decode_header(answer.header.payload)
    vector = encode_vector([first] + [0] * (header.cell_count - 1))
    payload = encode_header(replace(header, vector_digest=vector_digest(vector)))
    return Answer(sign(ANSWER_HEADER, payload, made.made.nodes[name].identity), vector)


def test_release_and_evidence_hold_together(round_: Round) -> None:
    findings = round_.verified(evidence=True)
    assert [check.words for check in findings.failed] == []
    [same] = [check for check in findings.checks if "byte for byte" in check.what]
    assert same.words == "7 files."  # five tables, the areas, the LEROs


def test_the_evidence_alone_can_be_checked(round_: Round) -> None:
    findings = round_.verified(release=False, evidence=True)
    assert findings.ok
    assert [check.what for check in findings.checks][-1] == "The answers combine"


def test_one_figure_that_only_the_answers_can_show_wrong_is_shown_wrong(round_: Round) -> None:
    """An authority of a table by area alone: consistent in itself, signed again by the publisher, and one too many."""

    def change(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if r["level"] == "authority" and r["value"] and int(r["lower"]) > 0)
        for column in ("value", "lower", "upper", "noisy_value"):
            row[column] = str(int(row[column]) + 1)

    round_.edit("members_by_area", change)
    findings = round_.verified(evidence=True)
    [same] = [check for check in findings.checks if "byte for byte" in check.what]
    assert not same.ok
    assert "data/members_by_area.csv" in same.words


def test_an_answer_with_another_figure_is_found(round_: Round) -> None:
    forged(round_, "west-1", with_cells(round_, "west-1", 999))
    assert "an answer of west-1 that is not in the evidence" in failed(round_.verified(evidence=True)).words


def test_a_vector_changed_under_its_signature_is_found(round_: Round) -> None:
    answer = decode_answer((round_.evidence / "answers/west-1.answer").read_bytes())
    header = decode_header(answer.header.payload)
    forged(round_, "west-1", Answer(answer.header, encode_vector([1] * header.cell_count)))
    assert "The vector is not the one" in failed(round_.verified(evidence=True)).words


def test_an_answer_of_another_node_under_a_name_is_found(round_: Round) -> None:
    forged(round_, "west-1", answer_to(round_, "west-2"))
    assert "of west-2" in failed(round_.verified(evidence=True)).words


def test_a_missing_answer_is_found(round_: Round) -> None:
    (round_.evidence / "answers/west-1.answer").unlink()
    assert "an answer of west-1 that is not in the evidence" in failed(round_.verified(evidence=True)).words


def test_an_answer_that_came_in_time_and_was_dropped_is_found(round_: Round) -> None:
    (round_.evidence / "answers/west-4.answer").write_bytes(answer_to(round_, "west-4").to_bytes())
    assert "leaves out an answer that holds and came in time: west-4" in failed(round_.verified(evidence=True)).words


def test_an_answer_said_not_to_hold_that_holds_is_found(round_: Round) -> None:
    file = round_.evidence / "evidence.json"
    said = json.loads(file.read_text())
    said["revisions"][0]["answers"].pop("west-1")
    said["revisions"][0]["rejected"] = ["west-1"]
    file.write_text(json.dumps(said))
    assert "leaves out an answer that holds" in failed(round_.verified(evidence=True)).words


def test_a_refusal_that_the_lero_never_made_is_found(round_: Round) -> None:
    file = round_.evidence / "evidence.json"
    said = json.loads(file.read_text())
    said["revisions"][0]["refused"]["east-3"] = "declined"
    file.write_text(json.dumps(said))
    assert "no refusal of east-3" in failed(round_.verified(evidence=True)).words


def test_evidence_of_another_round_proves_nothing_of_this_release(round_: Round, tmp_path: Path) -> None:
    other = make_round(tmp_path / "other", "headline")
    other.answers(*TIMELY)
    other.close()
    other.publish()
    other.write_evidence()
    mixed = replace(other, folder=tmp_path / "mixed")
    mixed.folder.mkdir()
    shutil.copytree(round_.landscape, mixed.landscape)
    shutil.copytree(other.evidence, mixed.evidence)
    shutil.copy(round_.roots, mixed.roots)
    assert "not signed by enough of the roots" in failed(mixed.verified(evidence=True)).words


def test_an_answer_left_out_because_it_does_not_hold_stays_in_the_evidence(tmp_path: Path) -> None:
    made = make_round(tmp_path, "headline")
    made.answers(*TIMELY[:3])
    answer = answer_to(made, "west-2")
    header = replace(decode_header(answer.header.payload), price_nano_rho=1)
    cheap = Answer(sign(ANSWER_HEADER, encode_header(header), made.made.nodes["west-2"].identity), answer.vector)
    made.receive("west-2", "answer", cheap.to_bytes())
    made.close()
    made.publish()
    made.write_evidence()
    findings = made.verified(evidence=True)
    assert findings.ok
    assert any("left out, as the revision says: west-2" in check.words for check in findings.checks)


def test_every_revision_can_be_combined_again(tmp_path: Path) -> None:
    made = make_round(tmp_path, "headline")
    made.answers(*TIMELY)
    made.close()
    made.publish()
    made.answers(*LATE, late=True)
    made.publish(with_late=True)
    made.write_evidence()
    findings = made.verified(evidence=True)
    assert [check.words for check in findings.failed] == []
    assert any(check.words == "Revision 2." for check in findings.checks)
    made.publish(1)
    assert "They are not" in failed(made.verified(evidence=True)).words


def test_a_table_that_took_no_late_answers_is_checked_as_it_stood(tmp_path: Path) -> None:
    """Two late LEROs do not record contacts, so that only one does: the table stands as in revision 1."""
    fewer = [name for name in COLLECTS if name != "activities"]
    nodes = [n for n in small_federation() if n.node_id not in ("west-3", "west-4")]
    nodes += [make_node(name, NORTH_WEST, fewer) for name in ("west-3", "west-4")]
    made = make_round(tmp_path, "headline", nodes)
    made.answers(*TIMELY, agrees=False)
    made.close()
    made.publish()
    made.answers(*LATE, late=True, agrees=False)
    made.publish(with_late=True)
    made.write_evidence()
    said = json.loads((made.landscape / "release.json").read_text())
    assert said["revision"]["tables_as_in_revision"] == {"contacts_by_region": 1}
    findings = made.verified(evidence=True)
    assert [check.words for check in findings.failed] == []
    assert any("1 tables stand as in an earlier revision" in check.words for check in findings.checks)


def test_the_commands_write_and_check_it_and_say_that_it_is_private(whole: Round, tmp_path: Path) -> None:
    home = ["--home", str(whole.folder / "home")]
    out = tmp_path / "kept"
    run = CliRunner().invoke(cli, [*home, "evidence", whole.request.request_id, "--out", str(out)])
    assert (run.exit_code, "must not be published" in run.stderr) == (0, True)
    assert "must not be published" in (out / "README.txt").read_text()
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in out.rglob("*") if f.is_file()} == {0o600}
    again = CliRunner().invoke(cli, [*home, "evidence", whole.request.request_id, "--out", str(out)])
    assert (again.exit_code, "exists already" in again.output) == (6, True)
    words = ["verify", str(whole.landscape), "--evidence", str(out), "--roots", str(whole.roots)]
    run = CliRunner().invoke(cli, words)
    assert (run.exit_code, run.stdout.splitlines()[-1]) == (0, "All of it holds.")
    assert "must not be published" in run.stderr


@pytest.mark.parametrize("inside", ["landscape/evidence", "landscape/data/evidence", "link/evidence"])
def test_evidence_is_never_written_into_a_published_folder(round_: Round, inside: str) -> None:
    (round_.folder / "link").symlink_to(round_.landscape / "data")
    words = ["evidence", round_.request.request_id, "--out", str(round_.folder / inside)]
    home = ["--home", str(round_.made.office.home.folder)]
    run = CliRunner().invoke(cli, [*home, *words])
    assert (run.exit_code, "never written into a published folder" in run.output) == (3, True)


def test_evidence_is_not_written_beside_a_comparison_of_releases_either(round_: Round) -> None:
    (round_.folder / "compared" / "data").mkdir(parents=True)
    (round_.folder / "compared" / "data" / "rho-0.1-release.json").write_text("{}")
    assert is_published(round_.folder / "compared" / "evidence")
    assert not is_published(round_.folder / "evidence")


def test_there_is_no_evidence_before_anything_was_made(tmp_path: Path) -> None:
    made = make_round(tmp_path, "headline")
    made.close()
    with pytest.raises(Malformed, match="no revision"):
        made.write_evidence()


def test_a_folder_that_is_no_evidence_is_refused_in_words(round_: Round) -> None:
    (round_.evidence / "evidence.json").write_text('{"version": 1}')
    with pytest.raises(DataNotValid, match="not a folder of evidence"):
        round_.verified(evidence=True)
