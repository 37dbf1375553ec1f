"""A node on this computer without a network: set up as its commands do it, joined to a federation of one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_request, encode_roster
from lero_contract.envelope import REQUEST, ROSTER, Envelope, public_bytes, sign
from lero_contract.request import Request, Table
from lero_contract.roster import NodeEntry, Roster
from lero_node.answer import receive
from lero_node.data.sealing import StorageKey
from lero_node.gate.inbox import Item
from lero_node.home import Home, Settings
from lero_node.importing import import_export
from lero_node.joining import join
from lero_node.link.identity import open_identity
from lero_node.node import Node, open_node
from lero_node.setup import initialise
from lero_node.witness import FileMarks, FindMarks
from lero_node.witness.marks import ENVIRONMENT
from lero_policies import ROOT
from support.inviting import Inviter
from support.requests import ISSUED_S, WEST_NORTHAMPTONSHIRE, day, request

KEY = StorageKey(bytes(range(32)))
POLICY = ROOT.joinpath("node-policy.demo.toml").read_text(encoding="utf-8")
CUT_DATE = date(2026, 3, 31)
# Values that stand nowhere else, to be searched for where they must not be.
CANARIES = ("Quixotic-7741", "Zanzibar-9023", "1903")
MEMBERS = f"""Ref,Born,Gender,Authority,Start,End
{CANARIES[0]},{CANARIES[2]},F,{WEST_NORTHAMPTONSHIRE},2024-05-01,
{CANARIES[1]},1980,M,{WEST_NORTHAMPTONSHIRE},2025-06-01,2026-01-15
anna-3,1991,F,E06000001,2025-07-01,
"""
REVIEWS = f"""Ref,Date,Total
{CANARIES[0]},2024-05-03,57
anna-3,2025-07-02,33
"""
MAPPING = """version = 1
name = "A small export"
[profile]
complete_from = "2018-04-01"
[reading]
date_styles = ["yyyy-mm-dd"]
[members]
file = "members.csv"
[members.columns]
member_id = { column = "Ref" }
birth_year = { column = "Born", as = "year" }
sex = { column = "Gender", values = { "M" = "male", "F" = "female" } }
area = { column = "Authority" }
joined = { column = "Start" }
left = { column = "End" }
[[reviews]]
file = "reviews.csv"
measures = ["sure.total"]
[reviews.columns]
member_id = { column = "Ref" }
date = { column = "Date" }
measure = { constant = "sure.total" }
score = { column = "Total" }
"""


@dataclass
class Clock:
    """Stands still until it is moved. at_s: seconds since 1970, UTC."""

    at_s: float = ISSUED_S

    def __call__(self) -> float:
        return self.at_s


@dataclass
class MadeNode:
    """A joined node, the keys of those it believes, and its clock."""

    node: Node
    roots: Ed25519PrivateKey
    analyst: Ed25519PrivateKey
    clock: Clock
    inviter: Inviter

    @property
    def home(self) -> Home:
        return self.node.home

    def asked(self, *tables: Table, number: int = 1, **changes: object) -> Request:
        """A request over this node, under the roster it joined with."""
        pinned = self.node.membership.pinned
        plain = request(*tables, request_id=f"{number:032x}", roster_digest=pinned.digest)
        return replace(plain, **changes)  # type: ignore[arg-type]

    def signed(self, asked: Request) -> Envelope:
        return sign(REQUEST, encode_request(asked), self.analyst)

    def heard(self, asked: Request) -> Item:
        """A request that has come in."""
        assert receive(self.node, self.signed(asked))
        return self.item(asked)

    def item(self, asked: Request) -> Item:
        found = self.node.inbox.find(asked.request_id)
        assert found is not None
        return found

    def accept(self, **changes: object) -> Roster:
        """Gives the node the next roster, with these changes."""
        newest = self.node.rosters.newest
        following = replace(newest, version=newest.version + 1, **changes)  # type: ignore[arg-type]
        assert self.node.rosters.accept(sign(ROSTER, encode_roster(following), self.roots), self.node.now_s)
        return following

    def import_rows(self, members: str = MEMBERS, reviews: str = REVIEWS, complete_to: date = CUT_DATE) -> str:
        """Imports an export of two files; returns the id of the snapshot."""
        folder = self.home.folder.parent / "export"
        folder.mkdir(exist_ok=True)
        (folder / "members.csv").write_text(members)
        (folder / "reviews.csv").write_text(reviews)
        empty = members.count("\n") == 1
        done = import_export(self.home, KEY, folder, complete_to, self.node.now_s, may_be_empty=empty, keep=True)
        return done.snapshot_id

    def reopen(self) -> None:
        """As after a restart."""
        self.node.close()
        self.node = open_node(self.home, KEY, self.clock, marks_beside(self.home))

    def log(self) -> list[str]:
        return [entry.event for entry in self.node.log.entries()]

    def spent(self) -> int:
        """Of the year, in 1e-9 rho."""
        return self.node.ledger.standing().spent_year


def marks_beside(home: Home) -> FindMarks:
    """Where this home's mark lies: where the commands look too, or in a folder beside the home."""
    folder = os.environ.get(ENVIRONMENT) or home.folder.parent / "marks"
    return lambda name: FileMarks(Path(folder) / f"{name}.mark")


def make_node(folder: Path, policy: str = POLICY, areas: Sequence[str] = (WEST_NORTHAMPTONSHIRE,)) -> MadeNode:
    """Set up, listed and joined, with nothing imported yet. policy: TOML; the demo's answers without asking."""
    home, clock, inviter = Home(folder / "home"), Clock(), Inviter()
    marks = marks_beside(home)
    home.make()
    settings = Settings(areas=list(areas), public_members=200, storage_key="credential:test")
    initialise(home, settings, policy, MAPPING, lambda: KEY)
    join(home, inviter.invite(inviter.roster(entry_of(home, areas))), KEY, inviter.enrol, ISSUED_S, marks)
    return MadeNode(open_node(home, KEY, clock, marks), inviter.root, inviter.analyst, clock, inviter)


def entry_of(home: Home, areas: Sequence[str] = (WEST_NORTHAMPTONSHIRE,)) -> NodeEntry:
    """As a roster lists the node of a home that is set up."""
    return NodeEntry(
        node_id="harbour",
        organisation_id="harbour-org",
        identity_key=public_bytes(open_identity(home.identity, KEY).signing),
        areas=tuple(sorted(areas)),
        collects=("area", "birth_year", "joined", "left", "reviews", "sex", "sure.total"),
        complete_from_day=day(2018, 4, 1),
        public_members=200,
    )
