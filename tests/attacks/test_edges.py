"""Attacks at the edges: names that are formulas or markup, files that are not what they seem, a changed wheel.

Three real nodes whose organisations carry hostile names answer a request with a hostile title; what is published is
opened as a spreadsheet and a browser would.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from lero_contract.errors import Unavailable
from lero_coordinator.demo.federation import Federation, federation
from lero_coordinator.landscape import Published, publish
from lero_coordinator.release import collect, release_of
from lero_node.home import Home
from support.hostile import Hostile, small_site
from support.requests import EVER, table

pytestmark = pytest.mark.real_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FORMULAS = ("=1+1", "@SUM(A1)", "+CMD|' /C calc'!A0", "-2+3")
MARKUP = '<script>document.title = "taken over"</script><img src=x onerror="document.title = 1">'
NAMES = ('=HYPERLINK("http://x","y")', MARKUP, '"><svg onload=alert(1)>')


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    folder = tmp_path_factory.mktemp("edges")
    sites = [
        replace(small_site(folder, node), name=name)
        for node, name in zip(("harbour", "quayside", "lantern"), NAMES, strict=True)
    ]
    with federation(folder, sites, synthetic=True, tell=lambda *_: None) as found:
        yield found


@pytest.fixture(scope="module")
def published(running: Federation, tmp_path_factory: pytest.TempPathFactory) -> Published:
    hostile = Hostile(running)
    tables = tuple(
        replace(table(EVER, dimensions=("sex",), table_id=f"t{number}"), title=title)
        for number, title in enumerate((*FORMULAS, MARKUP))
    )
    asked = replace(hostile.asked(*tables), title=f"@1 {MARKUP}", question=f"=2 {MARKUP}")
    hostile.settle(asked)
    running.office.close_round(asked.request_id, asked.issued_at_s + 60)
    release = release_of(running.office, collect(running.office, asked.request_id, asked.issued_at_s + 60))
    out = tmp_path_factory.mktemp("published") / "landscape"
    return publish(release, out, publisher_key=running.publisher, notice=MARKUP, made_on=date(2026, 5, 1))


@pytest.mark.attack("E1")
def test_no_cell_of_a_published_table_is_a_formula_and_negative_numbers_stay_numbers(published: Published) -> None:
    files = sorted(published.folder.glob("data/*.csv"))
    assert len(files) == 7
    cells = [cell for file in files for row in csv.reader(file.open(encoding="utf-8-sig")) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert all(_is_number(cell) for cell in cells if cell.startswith("-"))
    assert {f"'{formula}" for formula in FORMULAS} <= set(cells)
    assert f"'{NAMES[0]}" in cells


@pytest.mark.attack("E2")
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is absent")
def test_markup_in_names_is_text_on_the_page_and_runs_nowhere(published: Published) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        spoken: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: spoken.append(dialog.message))
        page.goto(published.index.as_uri())
        assert page.locator("script, img[onerror], svg[onload]").count() == 0
        assert MARKUP in page.inner_text("main")
        assert "taken over" not in page.title().replace(MARKUP, "")
        assert (asked, spoken) == ([published.index.as_uri()], [])
        browser.close()


@pytest.mark.attack("E3")
def test_links_devices_pipes_and_paths_out_of_the_folder_are_refused_by_an_import(
    running: Federation, tmp_path: Path
) -> None:
    node = running.nodes["harbour"]
    before = node.command("data", "show", "--json")
    secret = tmp_path / "secret.csv"
    secret.write_text("Ref,Born,Gender,Authority,Start,End\nsecret-1,1980,F,E06000062,2024-05-01,\n")

    def refused(name: str) -> str:
        with pytest.raises(Unavailable) as told:
            node.command("import", str(tmp_path / name), "--complete-to", "2026-03-31")
        return str(told.value)

    for name in ("linked", "linked folder", "piped", "device", "wandering"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reviews.csv").write_text("Ref,Date,Total\n")
    (tmp_path / "linked" / "members.csv").symlink_to(secret)
    (tmp_path / "linked folder" / "members.csv").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "piped" / "members.csv")
    os.mknod(tmp_path / "device" / "members.csv", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero: has no end
    for name in ("linked", "linked folder", "piped", "device"):
        assert "not a plain file" in refused(name), name
    assert "members.csv" in refused("wandering")
    # A mapping that names a file outside the folder is no mapping.
    mapping = (node.home / "mapping.toml").read_text()
    for path in ("../secret.csv", str(secret), "..\\secret.csv"):
        (tmp_path / "wandering" / "members.csv").write_text("Ref,Born,Gender,Authority,Start,End\n")
        other = tmp_path / "mapping.toml"
        other.write_text(mapping.replace('file = "members.csv"', f"file = '{path}'"))
        with pytest.raises(Unavailable):
            node.command("mapping", "check", str(tmp_path / "wandering"), "--mapping", str(other))
    assert node.command("data", "show", "--json") == before


@pytest.mark.attack("E3")
def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_unpacked(
    running: Federation, tmp_path: Path
) -> None:
    node = running.nodes["harbour"]
    folder = tmp_path / "bomb"
    folder.mkdir()
    with (
        zipfile.ZipFile(folder / "members.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bomb,
        bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet,
    ):
        for _ in range(600):
            sheet.write(b"0" * (1 << 20))
    assert (folder / "members.xlsx").stat().st_size < 1 << 20
    (folder / "reviews.csv").write_text("Ref,Date,Total\n")
    other = tmp_path / "mapping.toml"
    other.write_text((node.home / "mapping.toml").read_text().replace('"members.csv"', '"members.xlsx"'))
    with pytest.raises(Unavailable, match="unpacks to more"):
        node.command("mapping", "check", str(folder), "--mapping", str(other))


@pytest.mark.attack("E6")
def test_a_changed_wheel_does_not_install(tmp_path: Path) -> None:
    pinned = tmp_path / "pinned.lock"
    pinned.write_text(_one_requirement((Path(__file__).parents[2] / "requirements.lock").read_text(), "click"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    fetched = subprocess.run(
        [*pip, "download", "--quiet", "--no-deps", "--require-hashes", "-r", str(pinned), "-d", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    if fetched.returncode:
        pytest.skip("the package index cannot be reached from here")
    [wheel] = tmp_path.glob("*.whl")
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)
    changed = subprocess.run(
        [
            *(*pip, "install", "--no-index", "--find-links", str(tmp_path), "--no-deps", "--require-hashes"),
            *("--target", str(tmp_path / "into"), "-r", str(pinned)),
        ],
        capture_output=True,
        text=True,
    )
    assert changed.returncode != 0
    assert "DO NOT MATCH THE HASHES" in changed.stderr
    assert not list((tmp_path / "into").glob("click*"))


@pytest.mark.attack("E7")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda policy: policy.unlink(), "There is no policy"),
        (lambda policy: policy.write_text(""), "Field required"),
        (lambda policy: policy.write_bytes(b"\xff\xfe\x00"), "cannot be read"),
        (lambda policy: (policy.unlink(), policy.mkdir()), "cannot be read"),
        (lambda policy: policy.write_text(policy.read_text().replace("[prices]", "[prises]")), "prises"),
        (lambda policy: policy.write_text(policy.read_text().replace("slot_s", "slots_s")), "slots_s"),
        (lambda policy: policy.write_text(policy.read_text().replace("year = 1.0", 'year = "much"')), "prices.year"),
    ],
    ids=["missing", "empty", "not text", "a folder", "section misspelt", "key misspelt", "no number"],
)
def test_a_policy_that_is_missing_empty_unreadable_or_misspelt_stops_the_start_with_line_and_fix(
    running: Federation, change: object, said: str
) -> None:
    node = running.nodes["lantern"]
    node.stop()
    policy = Home(node.home).policy
    kept = policy.read_bytes()
    try:
        change(policy)  # type: ignore[operator]
        with pytest.raises(Unavailable) as told:
            node.command("run")
        assert said in str(told.value)
        assert "lero-node policy" in str(told.value) or "line" in str(told.value)
    finally:
        shutil.rmtree(policy, ignore_errors=True)
        policy.write_bytes(kept)
        node.start()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _one_requirement(lock: str, name: str) -> str:
    """A package of the lock with its hashes."""
    lines = lock.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(n for n in range(first, len(lines)) if not lines[n].rstrip().endswith("\\"))
    return "\n".join(lines[first : last + 1]) + "\n"
