"""A whole federation on one machine: one coordinator, one real node for each LERO, TLS between them on loopback.

The national body's keys live only in this process, as they would on other computers than the coordinator's.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import encode_invite, encode_request
from lero_contract.envelope import REQUEST, public_bytes, sign
from lero_contract.errors import Unavailable
from lero_contract.roster import Party
from lero_coordinator.admitting import new_invite
from lero_coordinator.config import Config
from lero_coordinator.demo.processes import NodeHome, Server
from lero_coordinator.draft.format import Draft
from lero_coordinator.draft.request import draft_request
from lero_coordinator.keys import ANALYST, PUBLISHER, write_new
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.office import Office
from lero_coordinator.release import Collected, collect
from lero_policies import ROOT

AT_ONCE = 4  # commands of nodes that run side by side
_NATIONAL_BODY = "national-body"
_LOOK_EVERY_S = 0.5
_ROOTS, _THRESHOLD = 3, 2
_ROUND_LIMIT_S = 1800.0


@dataclass(frozen=True)
class Site:
    """One LERO to be: what it is invited as, and what its `init` and `import` are told. mapping: a file's text."""

    node_id: str
    organisation_id: str
    name: str
    areas: tuple[str, ...]
    public_members: int
    publish_alone: bool
    mapping: str
    export: Path
    complete_to: date


Progress = Callable[[str, int, int], None]
"""What is being done, how many of it are done, and of how many."""


class Federation:
    """Set up by `federation`, which also takes it down."""

    def __init__(self, office: Office, server: Server, nodes: Mapping[str, NodeHome], tell: Progress) -> None:
        """nodes: by node id, joined and with their records imported."""
        self.office = office
        self._server = server
        self.nodes = nodes
        self._tell = tell
        self.roots = tuple(Ed25519PrivateKey.generate() for _ in range(_ROOTS))
        self.analyst = Ed25519PrivateKey.generate()
        self.publisher = Ed25519PrivateKey.generate()

    def ask(self, draft: Draft | Mapping[str, Any], cut_date: date) -> str:
        """Signs a request to everybody and submits it; returns its id."""
        held = self.office.roster()
        now_s = int(time.time())
        request = draft_request(
            draft,
            self.office.dictionary,
            held.roster,
            held.digest,
            [node.node_id for node in held.roster.nodes],
            cut_date,
            now_s,
            secrets.token_hex(16),
            self.office.config.synthetic,
        )
        self.office.submit(sign(REQUEST, encode_request(request), self.analyst), now_s)
        return request.request_id

    def wait(self, request_id: str) -> Collected:
        """Until every node has spoken; then closes the round and checks every answer."""
        deadline = time.monotonic() + _ROUND_LIMIT_S
        while not (state := self.office.round_state(request_id, int(time.time()))).is_settled:
            if time.monotonic() > deadline:
                raise Unavailable(f"Only {state.k_of_n} nodes answered.", "See node.log in the folder of each LERO.")
            self._tell("Answering", len(state.cohort) - len(state.waiting), len(state.cohort))
            time.sleep(_LOOK_EVERY_S)
        self._tell("Answering", len(state.cohort), len(state.cohort))
        self.office.close_round(request_id, int(time.time()))
        return collect(self.office, request_id, int(time.time()))

    def start_nodes(self) -> None:
        """Every node's `run`."""
        for node in self.nodes.values():
            node.start()

    def stop(self) -> None:
        """Everything, nodes first."""
        for node in self.nodes.values():
            node.ask_to_stop()
        for node in self.nodes.values():
            node.stop()
        self._server.stop()
        self.office.close()


@contextmanager
def federation(out: Path, sites: Iterable[Site], *, synthetic: bool, tell: Progress) -> Iterator[Federation]:
    """Sets up, invites, joins, imports and starts; stops every process at the end, however it ends."""
    listed = list(sites)
    nodes = {site.node_id: NodeHome(out / "leros" / site.node_id) for site in listed}
    _each("Setting up", listed, lambda site: _initialise(nodes[site.node_id], site), tell)
    config = Config(
        federation_id="lero-demo" if synthetic else "lero-illustration",
        name="The national body of this demonstration",
        address="localhost:7443",
        listen="127.0.0.1:7443",
        synthetic=synthetic,
    )
    office = Office.create(out / "coordinator", config, int(time.time()))
    server = Server(out / "coordinator", out / "coordinator.log")
    made = Federation(office, server, nodes, tell)
    try:
        _open(made)
        _each("Joining", listed, lambda site: _join(made, nodes[site.node_id], server.address, site), tell)
        sign_and_accept(office, made.roots[:_THRESHOLD], int(time.time()))
        _each("Importing", listed, lambda site: _import(nodes[site.node_id], site), tell)
        made.start_nodes()
        yield made
    finally:
        made.stop()


def _initialise(node: NodeHome, site: Site) -> None:
    policy = ROOT.joinpath("node-policy.demo.toml").read_text(encoding="utf-8")
    if site.publish_alone:
        policy = policy.replace("publish_alone = false", "publish_alone = true")
    (node.folder / "policy.toml").write_text(policy, encoding="utf-8")
    (node.folder / "mapping.toml").write_text(site.mapping, encoding="utf-8")
    areas = [word for area in site.areas for word in ("--area", area)]
    node.command(
        *("init", *areas, "--members", str(site.public_members)),
        *("--mapping", str(node.folder / "mapping.toml"), "--policy", str(node.folder / "policy.toml")),
    )


def _open(made: Federation) -> None:
    """Everything up to a first roster, which lists no node yet."""
    made.office.set_roots([public_bytes(root) for root in made.roots], threshold=_THRESHOLD)
    for role, party_id, key in ((ANALYST, "analyst", made.analyst), (PUBLISHER, "publisher", made.publisher)):
        party = Party(party_id, _NATIONAL_BODY, public_bytes(key))
        made.office.add_party(role, party, made.office.config.name)
    sign_and_accept(made.office, made.roots[:_THRESHOLD], int(time.time()))


def _join(made: Federation, node: NodeHome, address: str, site: Site) -> None:
    named = (site.node_id, site.organisation_id, site.name)
    invite = new_invite(made.office, *named, int(time.time()), address=address)
    file = node.folder / "lero.invite"
    write_new(file, encode_invite(invite), 0o600)
    node.command("join", str(file), "--yes")
    file.unlink()


def _import(node: NodeHome, site: Site) -> None:
    report = node.command("import", str(site.export), "--complete-to", site.complete_to.isoformat())
    (node.folder / "import-report.txt").write_text(report, encoding="utf-8")


def _each(what: str, sites: list[Site], act: Callable[[Site], None], tell: Progress) -> None:
    """The same for every LERO, a few at a time. Raises what the first failure raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(act, site) for site in sites]
        for done, finished in enumerate(as_completed(waiting), 1):
            finished.result()
            tell(what, done, len(sites))
