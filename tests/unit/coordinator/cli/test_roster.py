"""The roster's commands as their holders type them: three people, each on their own computer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import envelope_to_bytes
from lero_coordinator.cli import cli
from lero_coordinator.office import Office
from lero_coordinator.roots_file import read_roots
from support.offices import make_node, take_in

PHRASE = "a long enough one"


class Centre:
    """A coordinator under two of three roots, its home, and the key files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "phrase").write_text(PHRASE + "\n")
        init = ("init", "--federation", "lero-test", "--name", "A body", "--address", "localhost:7443", "--synthetic")
        self.succeeds(*init)
        for name, role in (*((n, "root") for n in "abcdef"), ("asker", "analyst"), ("holder", "keeper")):
            self.succeeds("key", "new", "--role", role, "--out", self.file(name), *self.phrase)
        self.succeeds("root", "init", *self.keys("abc"), "--threshold", "2")
        party = ("--organisation", "body", "--public-key")
        self.succeeds("party", "add", "--role", "analyst", "--id", "asker", *party, self.file("asker.pub"))
        self.succeeds("party", "add", "--role", "keeper", "--id", "holder", *party, self.file("holder.pub"))
        office = Office(folder / "home")
        take_in(office, make_node("east"), int(time.time()))
        office.close()

    @property
    def phrase(self) -> tuple[str, str]:
        return "--passphrase-file", self.file("phrase")

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def keys(self, names: str) -> list[str]:
        return [word for name in names for word in ("--keys", self.file(f"{name}.pub"))]

    def types(self, *words: str, keyboard: str | None = None, home: str = "home") -> Result:
        return CliRunner().invoke(cli, ["--home", self.file(home), *words], input=keyboard)

    def succeeds(self, *words: str, keyboard: str | None = None, home: str = "home") -> str:
        result = self.types(*words, keyboard=keyboard, home=home)
        assert result.exit_code == 0, result.output
        return result.stdout

    def signs_all(self, keys: str) -> str:
        given = [word for key in keys for word in ("--root-key", self.file(key))]
        return self.succeeds("roster", "sign", *given, *self.phrase, "--yes")

    def version(self) -> int:
        return int(json.loads(self.succeeds("roster", "show", "--json"))["version"])


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


def test_a_roster_travels_from_holder_to_holder_and_is_accepted(centre: Centre) -> None:
    draft = centre.file("one.roster")
    said = centre.succeeds("roster", "draft", "--out", draft)
    assert said == f"Drafted roster 1 in {draft}. Still needed: 2 of root set 1.\n"
    sign = ("roster", "sign", draft, *centre.phrase)
    result = centre.types(*sign, "--root-key", centre.file("a"), keyboard="y\n", home="no such home")
    assert result.stdout == f"Signed roster 1 in {draft}. Still needed: 1 of root set 1.\n"
    assert "- The node east is added: of east-org;" in result.stderr
    assert "- The keeper holder is added: of body;" in result.stderr
    assert "Sign this roster? [y/N]" in result.stderr
    failure = centre.types("roster", "accept", draft)
    assert (failure.exit_code, "lacks 1 more of root set 1" in failure.stderr) == (3, True)
    assert centre.types("roster", "show").exit_code == 2
    again = centre.succeeds(*sign, "--root-key", centre.file("a"), "--yes")
    assert again.startswith("This key had signed already: roster 1")
    assert "Enough roots have signed." in centre.succeeds(*sign, "--root-key", centre.file("c"), "--yes")
    assert centre.succeeds("roster", "accept", draft).startswith("Roster 1 lists 1 nodes.")
    assert centre.version() == 1


def test_a_holder_gives_the_roots_they_keep_and_signs_under_no_others(centre: Centre) -> None:
    draft, roots = centre.file("one.roster"), centre.file("roots.json")
    centre.succeeds("roster", "draft", "--out", draft)
    centre.succeeds("root", "export", "--out", roots)
    sign = ("roster", "sign", draft, "--root-key", centre.file("a"), *centre.phrase, "--yes")
    assert "Compare the roots named with your own list" in centre.types(*sign).stderr
    assert "Compare" not in centre.types(*sign, "--roots", roots).stderr
    Path(roots).write_text(Path(roots).read_text().replace('"threshold": 2', '"threshold": 1'))
    for words in (sign, ("roster", "show", draft)):
        failure = centre.types(*words, "--roots", roots)
        assert (failure.exit_code, "not under root set 1 (any 1 of" in failure.stderr) == (3, True)


def test_a_holder_who_says_no_signs_nothing(centre: Centre) -> None:
    draft = centre.file("one.roster")
    centre.succeeds("roster", "draft", "--out", draft)
    before = Path(draft).read_bytes()
    key = ("--root-key", centre.file("a"), *centre.phrase)
    assert centre.types("roster", "sign", draft, *key, keyboard="n\n").exit_code == 1
    assert Path(draft).read_bytes() == before
    assert centre.types("roster", "sign", *key, "--root-key", centre.file("b"), keyboard="n\n").exit_code == 1
    assert centre.types("roster", "show").exit_code == 2


def test_copies_signed_apart_are_accepted_together(centre: Centre) -> None:
    draft = centre.file("one.roster")
    centre.succeeds("roster", "draft", "--out", draft)
    copies = []
    for name in "ab":
        copies.append(centre.file(f"{name}.roster"))
        Path(copies[-1]).write_bytes(Path(draft).read_bytes())
        centre.succeeds("roster", "sign", copies[-1], "--root-key", centre.file(name), *centre.phrase, "--yes")
        assert centre.types("roster", "show", "--json").exit_code == 2
    centre.succeeds("roster", "accept", *copies)
    assert centre.version() == 1


def test_a_file_shows_what_it_would_change_and_who_has_signed(centre: Centre) -> None:
    centre.signs_all("ab")
    centre.succeeds("roster", "revoke", "analyst", "asker", "--yes")
    draft = centre.file("two.roster")
    centre.succeeds("roster", "draft", "--out", draft)
    centre.succeeds("roster", "sign", draft, "--root-key", centre.file("b"), *centre.phrase, "--yes")
    shown = centre.succeeds("roster", "show", draft, home="no such home").splitlines()
    assert shown[0] == "The analyst asker is taken off."
    assert shown[-1] == "Still needed: 1 of root set 1."
    found = json.loads(centre.succeeds("roster", "show", draft, "--json"))
    assert (found["version"], len(found["signed"]), found["complete"], found["analysts"]) == (2, 1, False, [])


@pytest.mark.parametrize("content", [b"", b"not a roster", b"\xff" * 40])
def test_a_file_that_is_no_draft_is_said_to_be_none(centre: Centre, content: bytes) -> None:
    Path(centre.file("odd")).write_bytes(content)
    sign = ("roster", "sign", centre.file("odd"), "--root-key", centre.file("a"), *centre.phrase, "--yes")
    for words in (sign, ("roster", "accept", centre.file("odd")), ("roster", "show", centre.file("odd"))):
        assert centre.types(*words).exit_code == 6
    assert Path(centre.file("odd")).read_bytes() == content


def test_a_signed_roster_changed_on_the_way_counts_as_unsigned(centre: Centre) -> None:
    file = centre.file("one.roster")
    centre.succeeds("roster", "draft", "--out", file)
    for name in "ab":
        centre.succeeds("roster", "sign", file, "--root-key", centre.file(name), *centre.phrase, "--yes")
    data = Path(file).read_bytes()
    assert data.count(b"east-org") >= 2
    Path(file).write_bytes(data.replace(b"east-org", b"evil-org"))
    result = centre.types("roster", "accept", file)
    assert (result.exit_code, "lacks 2 more" in result.stderr) == (3, True)


def test_revoking_asks_and_is_undone(centre: Centre) -> None:
    centre.signs_all("ab")
    revoke = ("roster", "revoke", "node", "east")
    assert centre.types(*revoke, keyboard="n\n").exit_code == 1
    result = centre.types(*revoke, keyboard="y\n")
    assert result.stdout == "The node east is revoked: not served from now on.\n"
    assert "at their next poll after the next roster is signed" in result.stderr
    assert "Revoked node, left out of the next roster: east" in centre.succeeds("roster", "show")
    assert centre.succeeds(*revoke, "--undo") == "The node east is served as before.\n"
    assert "Revoked" not in centre.succeeds("roster", "show")
    centre.succeeds("roster", "revoke", "keeper", "holder", "--yes")
    listed = {p["id"]: p["next_roster"] for p in json.loads(centre.succeeds("party", "list", "--json"))}
    assert listed == {"asker": "listed", "holder": "left out"}
    unknown = centre.types("roster", "revoke", "node", "eas", "--yes")
    assert (unknown.exit_code, "no node named eas" in unknown.stderr) == (6, True)


def test_a_revoked_analyst_signs_no_request(centre: Centre) -> None:
    centre.signs_all("ab")
    centre.succeeds("roster", "revoke", "analyst", "asker", "--yes")
    Path(centre.file("draft")).write_text("title = 'anything'\n")
    sign = ("request", "sign", centre.file("draft"), "--analyst-key", centre.file("asker"), "--out", centre.file("out"))
    result = centre.types(*sign, *centre.phrase)
    assert (result.exit_code, "not a listed analyst's" in result.stderr) == (3, True)


def test_roots_are_rotated_by_old_and_new_together(centre: Centre) -> None:
    centre.signs_all("ab")
    rotate = ("root", "rotate", *centre.keys("cde"), "--threshold", "2")
    assert "Would be recorded: root set 2 (any 2 of" in centre.succeeds(*rotate, "--dry-run")
    assert "To come" not in centre.succeeds("root", "show")
    assert "Recorded: root set 2 (any 2 of" in centre.succeeds(*rotate)
    assert "To come with the next roster: root set 2" in centre.succeeds("root", "show")
    assert centre.succeeds("root", "rotate", "--undo") == "The roots in force stay.\n"
    assert centre.succeeds("root", "rotate", "--undo") == "No other roots were to come.\n"
    centre.succeeds(*rotate)
    centre.succeeds("root", "export", "--out", centre.file("before.json"))
    centre.signs_all("acd")
    centre.succeeds("root", "export", "--out", centre.file("after.json"))
    before, after = (read_roots(Path(centre.file(f"{n}.json")).read_bytes()) for n in ("before", "after"))
    assert (before.roots.version, after.roots.version, after.federation_id) == (1, 2, "lero-test")
    given = ("--root-key", centre.file("a"), "--root-key", centre.file("b"), *centre.phrase, "--yes")
    assert centre.types("roster", "sign", *given).exit_code == 3
    assert centre.version() == 2


@pytest.mark.parametrize(
    "words", [(), ("--undo", "--threshold", "2"), ("--threshold", "2"), ("--undo", "--dry-run"), ("--dry-run",)]
)
def test_rotating_needs_keys_or_undo(centre: Centre, words: tuple[str, ...]) -> None:
    assert centre.types("root", "rotate", *words).exit_code == 2


def test_a_roster_that_runs_out_soon_says_so(centre: Centre) -> None:
    given = ("--root-key", centre.file("a"), "--root-key", centre.file("b"), *centre.phrase, "--yes")
    centre.succeeds("roster", "sign", *given, "--days", "10")
    assert "Roster 1 expires in" in centre.types("roster", "show").stderr
    centre.signs_all("ab")
    assert centre.types("roster", "show").stderr == ""


def test_an_envelope_alone_is_no_draft(centre: Centre) -> None:
    centre.signs_all("ab")
    office = Office(centre.folder / "home")
    Path(centre.file("alone")).write_bytes(envelope_to_bytes(office.roster_envelope()))
    office.close()
    assert centre.types("roster", "show", centre.file("alone")).exit_code == 6
