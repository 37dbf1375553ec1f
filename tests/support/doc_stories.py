"""What happens between the commands of the pages: exports saved, files carried, requests that arrive. All for real."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import lero_coordinator.cli
import lero_node.cli
from lero_contract.codec import decode_invite, encode_invite, encode_programme, encode_request, envelope_to_bytes
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import PROGRAMME, REQUEST, public_bytes, sign
from lero_contract.roster import Party
from lero_coordinator.admitting import new_invite
from lero_coordinator.catalogue import draft_text
from lero_coordinator.config import Config
from lero_coordinator.draft.request import draft_request, read_draft
from lero_coordinator.keys import ANALYST
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.programme.year import programme_from, year_from
from lero_node.answer import receive
from lero_node.data.keys import open_key, surroundings
from lero_node.home import Home
from lero_node.link.membership import save_membership
from lero_node.node import Node, open_node
from lero_node.run import work
from support.listeners import listening
from support.nodes import marks_beside

PHRASE = "a long enough phrase"
ADDRESS = "lero.example.org:7443"
MEMBERS = """\
Client Ref,DOB,Gender,Local Authority,Referral Date,Start Date,End Date,Opted out,Notes
0101,14/02/1981,F,West Northamptonshire,03/01/2025,10/01/2025,,No,
0102,30/09/1975,M,West Northamptonshire,20/02/2025,01/03/2025,28/11/2025,No,
0103,05/06/1990,M,North Northamptonshire,,17/03/2025,,No,
0104,21/12/1968,F,West Northants,,05/04/2025,,No,
0105,19/08/1988,M,West Northamptonshire,01/05/2025,13/05/2025,,Yes,
0106,11/11/1983,Female,West Northamptonshire,,31/06/2025,,No,
"""
REVIEWS = """\
Client Ref,Review Date,SURE
0101,12/01/2025,41
0101,14/04/2025,52
0102,05/03/2025,38
0103,20/03/2025,64
0199,20/03/2025,44
"""
_REQUEST_ID = re.compile(r"\b[0-9a-f]{32}\b")


class Story:
    """A page being followed. settings: the person's own defaults."""

    settings: Mapping[str, Any] = {}

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.waiting_for: dict[str, Callable[[], None]] = {}

    def happens(self, name: str) -> None:
        """One thing of the page's list, once."""
        self.waiting_for.pop(name)()

    def typed_when_asked(self, words: list[str]) -> str:
        """What the person types at the prompts of a command."""
        return ""

    def meant(self, word: str) -> str:
        """A word of a command, where the page shows another run's."""
        return word

    def saw(self, printed: str) -> None:
        """What the person has on the screen."""


class Lero(Story):
    """North Star: the export, the national body at the other end, and the node at work."""

    # A computer that runs tests has no keyring; the page's commands stay as they are.
    settings: Mapping[str, Any] = {name: {"keep_key": "credential:key"} for name in ("init", "restore")}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._analyst = Ed25519PrivateKey.generate()
        self._roots = [Ed25519PrivateKey.generate() for _ in range(3)]
        self._line = ExitStack()
        self.waiting_for = {
            "an export is saved": lambda: write_export(folder),
            "the operator states complete_from": lambda: state_complete_from(folder),
            "the invite arrives": self._invite,
            "the next list names the node": self._next_list,
            "a request arrives": self._ask,
            "a programme arrives": self._programme,
            "the node answers": self._answer,
            "a second import": self._import_again,
        }

    def typed_when_asked(self, words: list[str]) -> str:
        if words[0] == "backup" or "restore" in words:
            return f"{PHRASE}\n" * 2
        return "0103\n" if "--member" in words else "y\n"

    def _invite(self) -> None:
        """The national body, listening on this computer until its next list is signed."""
        now_s = int(time.time())
        body = Config(federation_id="lero-england", name="The national body", address=ADDRESS, listen="127.0.0.1:0")
        office = Office.create(self.folder / "centre", body, now_s)
        self._line.callback(office.close)
        office.set_roots([public_bytes(root) for root in self._roots], 2)
        party = Party("j-analyst", "national-body", public_bytes(self._analyst))
        office.add_party(ANALYST, party, "The national body")
        sign_and_accept(office, self._roots[:2], now_s)
        port = self._line.enter_context(listening(office))
        names = ("north-star", "north-star", "North Star")
        invite = new_invite(office, *names, now_s, address=f"localhost:{port}")
        (self.folder / "north-star.invite").write_bytes(encode_invite(invite))

    def _next_list(self) -> None:
        self._line.close()
        office, node, now_s = Office(self.folder / "centre"), self._node(), int(time.time())
        sign_and_accept(office, self._roots[:2], now_s)
        assert node.rosters.accept(office.roster_envelope(), now_s)
        # From here on as if it had joined at the page's address.
        save_membership(node.home.membership, node.membership.model_copy(update={"address": ADDRESS}))
        node.close()
        office.close()

    def _ask(self) -> None:
        office = Office(self.folder / "centre")
        held = office.roster()
        draft, now_s = read_draft(draft_text("headline")), int(time.time())
        request_id = "7ed3afc29fd8662771dec56f970d6fb4"  # the page's own
        request = draft_request(
            *(draft, load_dictionary(), held.roster, held.digest, ["north-star"], date(2026, 3, 31)),
            *(now_s, request_id, False),
        )
        office.close()
        node = self._node()
        assert receive(node, sign(REQUEST, encode_request(request), self._analyst))
        node.close()

    def _programme(self) -> None:
        """Of the year that the page shows, and valid whenever the page is followed."""
        office = Office(self.folder / "centre")
        held, dictionary = office.roster(), load_dictionary()
        office.close()
        year = programme_from(year_from("standard-year", 2026, dictionary, held), dictionary, held, now_s=0)
        lasting = replace(year, expires_at_s=2**33 - 1)
        signed = sign(PROGRAMME, encode_programme(lasting), self._analyst)
        (self.folder / "standard-year.programme").write_bytes(envelope_to_bytes(signed))

    def _answer(self) -> None:
        node = self._node()
        work(node, threading.Event(), lambda _: None)
        node.close()

    def _import_again(self) -> None:
        nodes(self.folder, "import", "exports", "--complete-to", "2026-04-30")

    def _node(self) -> Node:
        home = Home(self.folder / "node")
        key = open_key("credential:key", home.folder, surroundings(str))
        return open_node(home, key, time.time, marks_beside(home))


class Centre(Story):
    """The national body: key holders with their passphrases, and LEROs that join."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._request_id = ""
        self.waiting_for = {
            "the other keys are made": self._keys,
            "one LERO joins and the other sends a file": self._joins,
            "a new root key is made": lambda: self._key("root-d", "root"),
        }

    def typed_when_asked(self, words: list[str]) -> str:
        asks_first = words[:2] in (["roster", "sign"], ["roster", "revoke"]) and "--yes" not in words
        return "y\n" * asks_first + f"{PHRASE}\n" * 4

    def meant(self, word: str) -> str:
        return self._request_id if _REQUEST_ID.fullmatch(word) else word

    def saw(self, printed: str) -> None:
        found = _REQUEST_ID.search(printed)
        self._request_id = found[0] if found else self._request_id

    def _keys(self) -> None:
        for name, role in (("root-b", "root"), ("root-c", "root"), ("analyst", "analyst"), ("press", "publisher")):
            self._key(name, role)

    def _key(self, name: str, role: str) -> None:
        words = ["key", "new", "--role", role, "--out", f"{name}.key"]
        assert CliRunner().invoke(lero_coordinator.cli.cli, words, input=self.typed_when_asked(words)).exit_code == 0

    def _joins(self) -> None:
        write_export(self.folder)
        nodes(self.folder, "mapping", "suggest", "exports", "--out", "mapping.toml")
        state_complete_from(self.folder)
        (self.folder / "key").write_text("5e" * 32)
        for node, areas, members in (
            ("north-star", ("E06000061", "E06000062"), 250),
            ("harbour-light", ("E06000061",), 120),
        ):
            served = [word for area in areas for word in ("--area", area)]
            kept = ["--mapping", "mapping.toml", "--keep-key", "credential:key", "--members", str(members)]
            nodes(self.folder, "--home", node, "init", *served, *kept)
        office = Office(self.folder / "centre")
        with listening(office) as port:  # which nobody can dial by the page's address
            invite = self.folder / "north-star.invite"
            here = replace(decode_invite(invite.read_bytes()), address=f"localhost:{port}")
            invite.write_bytes(encode_invite(here))
            nodes(self.folder, "--home", "north-star", "join", str(invite), "--yes")
        office.close()
        by_file = ["--by-file", "harbour-light.enrolment", "--yes"]
        nodes(self.folder, "--home", "harbour-light", "join", "harbour-light.invite", *by_file)


def nodes(folder: Path, *words: str) -> None:
    """A command of a node that is not on the page."""
    result = CliRunner().invoke(lero_node.cli.cli, list(words), env={"CREDENTIALS_DIRECTORY": str(folder)})
    assert result.exit_code == 0, result.output


def write_export(folder: Path) -> None:
    """The small export of the pages."""
    exports = folder / "exports"
    exports.mkdir()
    (exports / "members.csv").write_text(MEMBERS)
    (exports / "reviews.csv").write_text(REVIEWS)


def state_complete_from(folder: Path) -> None:
    """The one line of a suggested mapping that only a person can write."""
    mapping = folder / "mapping.toml"
    text = mapping.read_text()
    mapping.write_text(re.sub(r'^# complete_from = ".*"$', 'complete_from = "2024-04-01"', text, flags=re.M))
