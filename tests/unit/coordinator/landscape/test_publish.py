"""The published folder: what is in its files, what is in none of them, and that it is whole or not there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import envelope_from_bytes
from lero_contract.envelope import RELEASE, key_id, open_one, public_bytes
from lero_contract.errors import DataNotValid
from lero_coordinator.combine.estimates import Estimate
from lero_coordinator.combine.marks import Status
from lero_coordinator.combine.release import Figure, Release
from lero_coordinator.landscape import Published, publish
from support.releases import england, renamed, three_areas

MADE_ON = date(2026, 5, 1)
CANARY = 987_654


def published(
    release: Release, out: Path, key: Ed25519PrivateKey | None = None, notice: str | None = None
) -> Published:
    return publish(release, out, publisher_key=key, notice=notice, made_on=MADE_ON)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_folder_holds_page_map_data_and_statement(tmp_path: Path) -> None:
    shown = published(three_areas(), tmp_path / "out", Ed25519PrivateKey.generate())
    names = set(contents(shown.folder))
    assert {"index.html", "map.svg", "release.json", "release.envelope", "data/coverage.csv"} <= names
    assert {"data/members_by_area.csv", "data/sure_by_wave.csv", "data/contacts_by_region.csv"} <= names
    assert shown.tiles == {"shown": 3, "region": 0, "not answered": 1, "stale": 1, "none": 151}


def test_the_headline_says_who_answered_and_how_many(tmp_path: Path) -> None:
    england_total = Estimate(21_786, 9_801, 21_786, 21_591, 21_981)
    release = _with_first_figure(three_areas(), Status.SHOWN, england_total)
    assert published(release, tmp_path / "out").headline == (
        "3 of 5 LEROs answered: about 21,790 memberships in England, between 21,590 and 21,990."
    )


def test_the_headline_says_why_there_is_no_figure(tmp_path: Path) -> None:
    hidden = _with_first_figure(three_areas(), Status.WITHHELD, Estimate(1, 1, 1, 1, 1))
    assert published(hidden, tmp_path / "out").headline == (
        f"3 of 5 LEROs answered. The number of memberships in England cannot be shown ({Status.WITHHELD.words})."
    )


def test_the_page_asks_no_other_host_and_runs_no_script(tmp_path: Path) -> None:
    page = published(england(), tmp_path / "out").index.read_text(encoding="utf-8")
    without_namespaces = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert "http://" not in without_namespaces
    assert "https://" not in without_namespaces
    assert "<script" not in page
    assert not re.search(r"\son\w+=", page)
    assert "default-src 'none'" in page


def test_a_name_full_of_markup_is_only_a_name(tmp_path: Path) -> None:
    name = '<script>alert(1)</script><img src=x onerror="x">'
    folder = published(renamed(three_areas(), name), tmp_path / "out").folder
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_name_that_looks_like_a_formula_is_inert_in_csv(tmp_path: Path) -> None:
    folder = published(renamed(three_areas(), '=HYPERLINK("x")'), tmp_path / "out").folder
    assert '\'=HYPERLINK("x")' in {row["lero"] for row in rows_of((folder / "data/leros.csv").read_bytes())}


def test_a_negative_measurement_stays_a_number(tmp_path: Path) -> None:
    release = _with_first_figure(three_areas(), Status.ZERO, Estimate(-12, 20.25, 0, 0, 0))
    row = rows_of(contents(published(release, tmp_path / "out").folder)["data/members_by_area.csv"])[0]
    assert (row["noisy_value"], row["noise_variance"], row["value"]) == ("-12", "20.25", "0")


@pytest.mark.parametrize("status", [s for s in Status if not s.has_figure])
def test_a_hidden_figure_is_in_no_file_even_if_one_were_carried(tmp_path: Path, status: Status) -> None:
    hidden = Estimate(CANARY, CANARY, CANARY, CANARY, CANARY)
    files = contents(published(_with_first_figure(three_areas(), status, hidden), tmp_path / "out").folder)
    for content in files.values():
        assert b"987654" not in content
        assert b"987,654" not in content


def test_withheld_authorities_have_a_mark_and_words_and_no_number(tmp_path: Path) -> None:
    files = contents(published(three_areas(agrees=False), tmp_path / "out").folder)
    rows = [r for r in rows_of(files["data/members_by_area.csv"]) if r["area_code"] == "E06000001"]
    assert rows
    for row in rows:
        assert {row[c] for c in ("value", "lower", "upper", "noisy_value", "noise_variance", "people")} == {""}
        assert (row["mark"], row["words"]) == ("[x]", Status.WITHHELD.words)


def test_every_file_of_made_up_data_says_so(tmp_path: Path) -> None:
    for name, content in contents(published(three_areas(), tmp_path / "out").folder).items():
        assert b"Made-up data" in content, name


def test_real_data_does_not_say_made_up_and_carries_its_notice(tmp_path: Path) -> None:
    release = three_areas(synthetic=False)
    files = contents(published(release, tmp_path / "out", notice="Sites stand where they do for illustration.").folder)
    assert b"Made-up data" not in b"".join(files.values())
    for name in ("index.html", "release.json", "README.txt"):
        assert b"Sites stand where they do for illustration." in files[name]


def test_the_statement_lists_the_digest_of_every_other_file(tmp_path: Path) -> None:
    files = contents(published(three_areas(), tmp_path / "out", Ed25519PrivateKey.generate()).folder)
    listed = {f["name"]: f["sha256"] for f in json.loads(files["release.json"])["files"]}
    others = {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if not n.startswith("release.")}
    assert listed == others


def test_the_publishers_signature_is_over_the_statement_as_it_lies_there(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    files = contents(published(three_areas(), tmp_path / "out", key).folder)
    public = public_bytes(key)
    payload, signer = open_one(envelope_from_bytes(files["release.envelope"]), RELEASE, {key_id(public): public})
    assert payload == files["release.json"]
    assert signer == key_id(public)


def test_the_statement_says_price_and_protection(tmp_path: Path) -> None:
    release = three_areas()
    said = json.loads(contents(published(release, tmp_path / "out").folder)["release.json"])
    assert said["synthetic"] is True
    assert said["privacy"]["rho"] == pytest.approx(0.10)
    assert said["privacy"]["epsilon"] == pytest.approx(2.14, abs=0.005)  # PRIVACY: rho 0.1 at delta 1e-6
    assert said["privacy"]["unit_of_protection"] == "everything a LERO holds about one member"
    assert said["coverage"]["leros"] == {"answered": 3, "stale": 1, "refused": 0, "rejected": 0, "silent": 1}


def test_publishing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    one = contents(published(three_areas(), tmp_path / "one").folder)
    assert one == contents(published(three_areas(), tmp_path / "two").folder)


def test_a_crash_before_the_swap_leaves_the_old_folder_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    before = contents(published(three_areas(), out).folder)
    monkeypatch.setattr(Path, "rename", _crash)
    with pytest.raises(KeyboardInterrupt):
        published(england(), out)
    assert contents(out) == before


def test_a_crash_between_the_two_renames_is_undone_by_the_next_call(tmp_path: Path) -> None:
    out = tmp_path / "out"
    published(three_areas(), out)
    out.rename(tmp_path / ".out.old")  # where a crash would have left it
    published(three_areas(agrees=False), out)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years")
    with pytest.raises(DataNotValid, match="holds other files"):
        published(three_areas(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "ten years"


def test_a_folder_that_only_looks_like_a_published_one_is_never_replaced(tmp_path: Path) -> None:
    for name in ("index.html", "data/interviews.csv", "release.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"files": []}')
        with pytest.raises(DataNotValid, match="holds other files"):
            published(three_areas(), tmp_path)
    assert (tmp_path / "data/interviews.csv").exists()


def test_a_file_that_someone_put_among_the_published_data_is_not_lost(tmp_path: Path) -> None:
    notes = published(three_areas(), tmp_path / "out").folder / "data/my-notes.csv"
    notes.write_text("half a day's work")
    with pytest.raises(DataNotValid, match=r"such as data/my-notes\.csv"):
        published(three_areas(), tmp_path / "out")
    assert notes.read_text() == "half a day's work"


def test_a_table_called_coverage_does_not_displace_the_coverage_file(tmp_path: Path) -> None:
    release = three_areas()
    first = release.tables[0]
    release = replace(release, tables=(replace(first, table=replace(first.table, table_id="coverage")),))
    files = contents(published(release, tmp_path / "out").folder)
    assert {"data/coverage.csv", "data/coverage-table.csv"} <= set(files)


def _with_first_figure(release: Release, status: Status, estimate: Estimate) -> Release:
    """The release with every figure of its first table replaced by one of that status."""
    first, *others = release.tables
    figures = tuple(_replaced(figure, status, estimate) for figure in first.figures)
    return replace(release, tables=(replace(first, figures=figures), *others))


def _replaced(figure: Figure, status: Status, estimate: Estimate) -> Figure:
    return replace(figure, status=status, mark=status.mark, estimate=estimate, people=estimate)


def _crash(*_: object) -> None:
    raise KeyboardInterrupt
