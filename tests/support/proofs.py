"""A published round with everything that proves it, on disk, and the ways in which someone could tamper with it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lero_contract.codec import (
    Answer,
    AnswerHeader,
    LedgerHead,
    encode_header,
    encode_vector,
    envelope_to_bytes,
)
from lero_contract.codec.answer import vector_digest
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ANSWER_HEADER, sign
from lero_contract.request import Request
from lero_coordinator.landscape import publish
from lero_coordinator.landscape.statement import signed_statement
from lero_coordinator.proof.checks import Findings
from lero_coordinator.proof.evidence import evidence_files
from lero_coordinator.proof.folder import write_private_folder
from lero_coordinator.proof.gather import evidence_of, proof_files
from lero_coordinator.proof.verify import verify
from lero_coordinator.release import collect, keep, release_of
from lero_coordinator.roots_file import PinnedRoots, roots_bytes
from lero_coordinator.store import replies
from lero_coordinator.store.replies import ANSWER, REFUSAL, Reply
from lero_coordinator.times import date_of
from support.bundles import BUNDLES
from support.offices import NOW_S, MadeNode, MadeOffice, make_node, make_office, refusal_of
from support.releases import COLLECTS, answer_of

NORTH_EAST = ("E06000001", "E06000002", "E06000003", "E06000004", "E06000005")
NORTH_WEST = ("E08000002", "E08000004", "E08000005")
CLOSE_S = NOW_S + 3600


@dataclass(frozen=True)
class Round:
    """A round of a small federation whose nodes' answers are stated. folder: where everything of it lies."""

    made: MadeOffice
    request: Request
    folder: Path

    @property
    def landscape(self) -> Path:
        return self.folder / "landscape"

    @property
    def roots(self) -> Path:
        return self.folder / "roots.json"

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def publish(self, number: int | None = None, *, with_late: bool = False, signed: bool = True) -> Path:
        """As the command does it."""
        office = self.made.office
        collected = collect(office, self.request.request_id, CLOSE_S, with_late=with_late, number=number)
        release = release_of(office, collected)
        keep(office, collected)
        publish(
            release,
            self.landscape,
            publisher_key=self.made.publisher if signed else None,
            notice=None,
            made_on=date_of(collected.made_at_s),
            proof=proof_files(office.store, self.request.request_id),
        )
        return self.landscape

    def write_evidence(self, number: int | None = None) -> Path:
        write_private_folder(
            evidence_files(evidence_of(self.made.office, self.request.request_id, number)), self.evidence
        )
        return self.evidence

    def answers(self, *names: str, late: bool = False, agrees: bool = True) -> None:
        """The nodes' answers arrive; cells follow from the node's name alone."""
        for name in names:
            self.receive(name, ANSWER, answer_to(self, name, agrees=agrees).to_bytes(), late=late)

    def refuses(self, name: str, code: str = "declined") -> None:
        self.receive(name, REFUSAL, envelope_to_bytes(refusal_of(self.made, self.request, name, code)), code)

    def receive(self, name: str, kind: str, content: bytes, code: str = "", *, late: bool = False) -> None:
        with self.made.office.store.writing() as connection:
            replies.keep(connection, Reply(self.request.request_id, name, kind, content, code, NOW_S, late))

    def close(self) -> None:
        self.made.office.close_round(self.request.request_id, NOW_S)

    def verified(self, *, release: bool = True, evidence: bool = False) -> Findings:
        return verify(
            self.landscape if release else None, self.evidence if evidence else None, self.roots, load_dictionary()
        )

    def resign(self, change: Callable[[dict[str, Any]], None] = lambda said: None) -> None:
        """What a dishonest publisher can do: the statement lists the files as they are now, and is signed again."""
        said = json.loads((self.landscape / "release.json").read_bytes())
        said["files"] = [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(contents(self.landscape).items())
            if not name.startswith("release.")
        ]
        change(said)
        payload = (json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
        (self.landscape / "release.json").write_bytes(payload)
        (self.landscape / "release.envelope").write_bytes(signed_statement(payload, self.made.publisher))

    def edit(self, table: str, change: Callable[[list[dict[str, str]]], None]) -> None:
        """Rewrites a table's rows, and has the statement signed again."""
        file = self.landscape / "data" / f"{table}.csv"
        rows = read_rows(file.read_bytes())
        change(rows)
        write_rows(file, rows)
        self.resign()


def read_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def write_rows(file: Path, rows: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    file.write_bytes(text.getvalue().encode("utf-8-sig"))


def contents(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def small_federation() -> list[MadeNode]:
    """Nine LEROs in two regions: at each authority of the first one, and three that share the second."""
    north_east = [make_node(f"east-{i}", [area], COLLECTS) for i, area in enumerate(NORTH_EAST, 1)]
    north_west = [make_node(f"west-{i}", NORTH_WEST, COLLECTS) for i in range(1, 5)]
    return [*north_east, *north_west]


def make_round(folder: Path, bundle: str = "every kind", nodes: Sequence[MadeNode] = ()) -> Round:
    """An open round over the nodes, with the file of root keys beside it."""
    made = make_office(folder / "home", nodes or small_federation())
    held = made.office.roster()
    tables = BUNDLES[bundle]
    plain = made.draft()
    request = replace(
        plain, tables=tables, price_nano_rho=sum(t.price_nano_rho for t in tables), title=f"A round: {bundle}"
    )
    made.office.submit(made.signed(request), NOW_S)
    pinned = PinnedRoots(held.roster.federation_id, held.roster.roots)
    (folder / "roots.json").write_bytes(roots_bytes(pinned))
    return Round(made, request, folder)


def answer_to(round_: Round, name: str, *, agrees: bool = True) -> Answer:
    """Signed by the node: most members in own areas and in the middle categories, with noise of its own."""
    node, request = round_.made.nodes[name], round_.request
    drawn = random.Random(name)
    exact = answer_of(request, node.entry, drawn.randrange(150, 900))
    noise = [round(drawn.gauss(0, part.noise_scale)) for part in exact.plan.parts for _ in range(part.cell_count)]
    vector = encode_vector([cell + added for cell, added in zip(exact.cells, noise, strict=True)])
    plan = exact.plan
    header = AnswerHeader(
        request_id=request.request_id,
        request_digest=round_.made.signed(request).digest,
        plan_digest=plan.digest,
        dictionary_digest=request.dictionary_digest,
        roster_digest=request.roster_digest,
        node_id=name,
        mode=request.mode,
        cell_count=plan.cell_count,
        cut_date_day=request.cut_date_day,
        vector_digest=vector_digest(vector),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=agrees,
        ledger_head=LedgerHead(1, bytes(32)),
    )
    return Answer(sign(ANSWER_HEADER, encode_header(header), node.identity), vector)
