"""The commands as a person types them, in the order of a first round."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import decode_invite, envelope_to_bytes
from lero_coordinator.cli import cli
from lero_coordinator.office import Office
from support.offices import DRAFT, make_node

REQUEST_ID = re.compile(r"[0-9a-f]{32}")


class Desk:
    """A home, key files beside it, and someone typing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        (folder / "phrase").write_text("a long enough one\n")

    def types(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(self.home), *words])

    def succeeds(self, *words: str) -> str:
        result = self.types(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def key(self, role: str) -> None:
        self.succeeds("key", "new", "--role", role, "--out", self.file(role), "--passphrase-file", self.file("phrase"))

    def opens(self) -> None:
        """Everything up to a signed roster with two nodes."""
        self.succeeds(
            "init", "--federation", "lero-test", "--name", "A body", "--address", "localhost:7443", "--synthetic"
        )
        for role in ("root", "analyst", "publisher"):
            self.key(role)
        self.succeeds("root", "init", "--keys", self.file("root.pub"), "--threshold", "1")
        for role, who in (("analyst", "asker"), ("publisher", "press")):
            names = ("--role", role, "--id", who, "--organisation", "body")
            self.succeeds("party", "add", *names, "--public-key", self.file(f"{role}.pub"))
        self.signs("roster", "sign", "--root-key", self.file("root"), "--yes")
        for name in ("east", "west"):
            self.invites(name)
            self.wishes(name)
            self.succeeds("enrol", "accept", self.file(f"{name}.enrolment"))
        self.signs("roster", "sign", "--root-key", self.file("root"), "--yes")

    def invites(self, name: str) -> str:
        names = ("--node", name, "--organisation", f"{name}-org", "--name", f"The {name} fellowship")
        return self.succeeds("invite", "new", *names, "--out", self.file(f"{name}.invite"))

    def wishes(self, name: str, areas: tuple[str, ...] = ("E06000062",)) -> None:
        """The node's answer to its invite, as a file."""
        invite = decode_invite((self.folder / f"{name}.invite").read_bytes())
        wish = make_node(name, areas).by(invite)
        (self.folder / f"{name}.enrolment").write_bytes(envelope_to_bytes(wish))

    def signs(self, *words: str) -> str:
        return self.succeeds(*words, "--passphrase-file", self.file("phrase"))

    def asks(self) -> str:
        """A draft, signed and submitted; its id."""
        (self.folder / "own.toml").write_text(as_toml(DRAFT))
        self.succeeds(
            "request", "draft", self.file("own.toml"), "--cut-date", "2026-03-31", "--out", self.file("draft")
        )
        signed = ("request", "sign", self.file("draft"), "--analyst-key", self.file("analyst"))
        self.signs(*signed, "--out", self.file("envelope"))
        found = REQUEST_ID.search(self.succeeds("request", "submit", self.file("envelope")))
        assert found is not None
        return found[0]


def as_toml(draft: dict[str, Any]) -> str:
    """The small draft of the tests as a file."""
    head = [f"{k} = {json.dumps(v)}" for k, v in draft.items() if k != "tables"]
    tables = [["[[tables]]", *(f"{k} = {json.dumps(v)}" for k, v in t.items())] for t in draft["tables"]]
    return "\n".join([*head, *(line for table in tables for line in table)]) + "\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_first_round_from_init_to_close(desk: Desk) -> None:
    desk.opens()
    assert json.loads(desk.succeeds("roster", "show", "--json"))["nodes"] == ["east", "west"]
    assert {p["id"] for p in json.loads(desk.succeeds("party", "list", "--json"))} == {"asker", "press"}
    assert [e["last_heard"] for e in json.loads(desk.succeeds("enrol", "list", "--json"))] == ["never", "never"]
    request_id = desk.asks()
    [listed] = json.loads(desk.succeeds("request", "list", "--json"))
    assert (listed["request_id"], listed["waiting"], listed["closed_at_s"]) == (request_id, ["east", "west"], None)
    assert "Waited for: east, west" in desk.succeeds("request", "show", request_id)
    assert desk.succeeds("request", "close", request_id) == "Closed: 0 of 2 answered.\n"
    assert json.loads(desk.succeeds("request", "show", request_id, "--json"))["closed_at_s"] <= time.time()


def test_a_draft_is_previewed_before_it_is_signed(desk: Desk) -> None:
    desk.opens()
    (desk.folder / "own.toml").write_text(as_toml(DRAFT))
    draft = ("request", "draft", desk.file("own.toml"), "--cut-date", "2026-03-31", "--out", desk.file("draft"))
    desk.succeeds(*draft)
    assert "± 34 people" in desk.succeeds("request", "preview", desk.file("draft"))  # as in test_preview
    found = json.loads(desk.succeeds("request", "preview", desk.file("draft"), "--json"))
    assert (found["nodes"], found["price_rho"]) == (2, 0.02)


def test_a_draft_may_ask_some_nodes_only(desk: Desk) -> None:
    desk.opens()
    (desk.folder / "own.toml").write_text(as_toml(DRAFT))
    draft = ("request", "draft", desk.file("own.toml"), "--cut-date", "2026-03-31", "--out", desk.file("draft"))
    result = desk.types(*draft, "--node", "north")
    assert (result.exit_code, result.stderr) == (3, "The node north is not on the roster.\n")
    assert "for 1 nodes" in desk.succeeds(*draft, "--node", "west")


def test_an_incomplete_draft_is_not_signed(desk: Desk) -> None:
    desk.opens()
    (desk.folder / "own.toml").write_text(as_toml(DRAFT))
    result = desk.types("request", "preview", desk.file("own.toml"))
    assert result.exit_code == 6
    assert result.stderr == "The draft has no cut_date or no cohort.\nComplete it with `request draft`.\n"


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("roster", "show"), 2, "There is no coordinator in"),
        (("request", "list"), 2, "There is no coordinator in"),
        (("key", "show", "/dev/null"), 6, "not a public key"),
    ],
)
def test_a_failure_says_what_happened_and_what_to_try(
    desk: Desk, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    result = desk.types(*words)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_init_names_every_option_that_is_wrong(desk: Desk) -> None:
    result = desk.types("init", "--federation", "LERO England", "--name", "A body", "--address", "here")
    assert result.exit_code == 6
    assert "federation_id" in result.stderr
    assert "address" in result.stderr


def test_a_signing_key_is_not_made_inside_the_home(desk: Desk) -> None:
    desk.opens()
    inside = str(desk.home / "analyst.key")
    result = desk.types("key", "new", "--role", "analyst", "--out", inside, "--passphrase-file", desk.file("phrase"))
    assert result.exit_code == 6
    assert "never holds a signing key" in result.stderr
    assert not Path(inside).exists()


def test_a_passphrase_is_asked_for_and_not_echoed(desk: Desk) -> None:
    words = ["--home", str(desk.home), "key", "new", "--role", "root", "--out", desk.file("root")]
    result = CliRunner().invoke(cli, words, input="open sesame 1\nopen sesame 1\n")
    assert result.exit_code == 0
    assert "sesame" not in result.output


def test_a_wrong_passphrase_signs_nothing(desk: Desk) -> None:
    desk.opens()
    (desk.folder / "wrong").write_text("another phrase\n")
    sign = ("roster", "sign", "--root-key", desk.file("root"), "--passphrase-file", desk.file("wrong"), "--yes")
    result = desk.types(*sign)
    assert (result.exit_code, "does not open" in result.stderr) == (3, True)
    assert json.loads(desk.succeeds("roster", "show", "--json"))["version"] == 2


def test_a_request_is_not_signed_with_a_key_that_no_node_would_believe(desk: Desk) -> None:
    desk.opens()
    desk.asks()
    sign = ("request", "sign", desk.file("draft"), "--analyst-key", desk.file("publisher"))
    result = desk.types(*sign, "--out", desk.file("wrong"), "--passphrase-file", desk.file("phrase"))
    assert (result.exit_code, "not a listed analyst's" in result.stderr) == (3, True)
    assert not (desk.folder / "wrong").exists()


def test_an_open_round_is_not_combined_and_an_unanswered_one_neither(desk: Desk) -> None:
    desk.opens()
    request_id = desk.asks()
    combine = ("combine", request_id, "--out", desk.file("summary.json"))
    assert "still open" in desk.types(*combine).stderr
    desk.succeeds("request", "close", request_id)
    result = desk.types(*combine)
    assert (result.exit_code, "No LERO's answer" in result.stderr) == (4, True)


def test_a_used_invite_is_not_taken_from_another_computer(desk: Desk) -> None:
    desk.opens()
    desk.wishes("east")
    result = desk.types("enrol", "accept", desk.file("east.enrolment"))
    assert (result.exit_code, "used by another computer" in result.stderr) == (3, True)
    office = Office(desk.home)
    assert [n.node_id for n in office.roster().roster.nodes] == ["east", "west"]
    office.close()


def test_an_invite_is_for_this_account_alone_and_is_never_overwritten(desk: Desk) -> None:
    desk.opens()
    assert (desk.folder / "east.invite").stat().st_mode & 0o777 == 0o600
    before = (desk.folder / "east.invite").read_bytes()
    new = ("invite", "new", "--node", "north", "--name", "North", "--out", desk.file("east.invite"))
    assert desk.types(*new).exit_code == 6
    assert (desk.folder / "east.invite").read_bytes() == before
    states = {i["node"]: i["state"] for i in json.loads(desk.succeeds("invite", "list", "--json"))}
    assert states == {"east": "used", "west": "used", "north": "withdrawn"}


def test_a_withdrawn_invite_makes_room_for_another(desk: Desk) -> None:
    desk.opens()
    desk.invites("north")
    desk.wishes("north")
    assert desk.succeeds("invite", "withdraw", "north") == "The invite of north is withdrawn.\n"
    assert desk.types("enrol", "accept", desk.file("north.enrolment")).exit_code == 3
    (desk.folder / "north.invite").unlink()
    desk.invites("north")
    assert "The node that joined by it stays." in desk.succeeds("invite", "withdraw", "east")


def test_what_was_taken_in_before_a_file_that_fails_is_said(desk: Desk) -> None:
    desk.opens()
    desk.invites("north")
    desk.wishes("north")
    (desk.folder / "bad.enrolment").write_bytes(b"nothing of the kind")
    files = [desk.file("north.enrolment"), desk.file("bad.enrolment")]
    result = desk.types("enrol", "accept", *files)
    assert (result.exit_code, result.stdout) == (6, "north will be listed for E06000062 by the next `roster sign`.\n")
    assert "bad.enrolment was not taken in" in result.stderr
    result = desk.types("enrol", "accept", "--json", *files)
    assert (result.exit_code, [t["node"] for t in json.loads(result.stdout)]) == (6, ["north"])


def test_an_authority_is_rotated_and_retired_with_care(desk: Desk) -> None:
    desk.opens()
    assert "Run `authority rotate`" in desk.types("authority", "retire").stderr
    assert desk.succeeds("authority", "rotate").startswith("Authority 2 issues from now on.")
    desk.invites("north")
    assert [a["authority"] for a in json.loads(desk.succeeds("authority", "show", "--json"))["authorities"]] == [
        "1",
        "2",
    ]
    assert desk.types("authority", "retire").exit_code == 1  # nobody said yes
    assert json.loads(desk.succeeds("authority", "retire", "--yes", "--json")) == {"retired": 1}


def leaves(group: click.Group) -> list[click.Command]:
    return [command for _, command in commands(group) if not isinstance(command, click.Group)]


def test_every_command_but_the_listener_speaks_to_machines() -> None:
    without = [c.name for c in leaves(cli) if not any("--json" in parameter.opts for parameter in c.params)]
    assert without == ["serve"]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize(("path", "command"), commands(cli), ids=lambda x: " ".join(x) if isinstance(x, tuple) else "")
def test_every_help_has_an_example_that_names_existing_options(path: tuple[str, ...], command: click.Command) -> None:
    example = re.search(r"Example: lero-coordinator (.+)", command.help or "")
    assert example is not None
    assert example[1].split()[0] == path[0]
    known = {option for parameter in command.params for option in parameter.opts}
    if not isinstance(command, click.Group):
        assert set(re.findall(r"--[a-z-]+", example[1])) <= known
