"""Stories of a small federation of real processes: real sockets and TLS, real files, a real database."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lero_contract.codec import decode_request, encode_request, envelope_to_bytes
from lero_contract.envelope import REQUEST, Envelope, sign
from lero_coordinator.catalogue import draft_text
from lero_coordinator.combine.withholding import ENGLAND
from lero_coordinator.demo.federation import Federation, Site, federation
from lero_coordinator.demo.made_up import make_export_folder
from lero_coordinator.demo.population import (
    CUT_DATE,
    Lero,
    Population,
    canaries,
    make_population,
    truth,
    write_exports,
)
from lero_coordinator.draft.request import read_draft
from lero_coordinator.landscape import publish
from lero_coordinator.release import release_of
from lero_coordinator.store import papers, replies
from lero_policies import ROOT

pytestmark = pytest.mark.real_run
PATIENCE_S = 90


@pytest.fixture(scope="module")
def population() -> Population:
    return make_population(3, seed=11)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("federation")


@pytest.fixture(scope="module")
def running(population: Population, folder: Path) -> Iterator[Federation]:
    sites = [site_of(lero, folder) for lero in population.leros]
    with federation(folder, sites, synthetic=True, tell=lambda *_: None) as found:
        yield found


def site_of(lero: Lero, folder: Path) -> Site:
    export = make_export_folder(folder, lero.node_id)
    write_exports(lero, export)
    mapping = ROOT.joinpath("mappings", f"{lero.template}.toml").read_text(encoding="utf-8")
    return Site(
        node_id=lero.node_id,
        organisation_id=lero.organisation_id,
        name=lero.name,
        areas=lero.areas,
        public_members=lero.public_members,
        publish_alone=True,
        mapping=mapping,
        export=export,
        complete_to=CUT_DATE,
    )


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def log_of(running: Federation, node_id: str) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(running.nodes[node_id].command("log", "show", "--json"))
    return entries


def ledger_states(running: Federation, node_id: str, request_id: str) -> list[str]:
    with sqlite3.connect(running.nodes[node_id].home / "ledger.sqlite") as ledger:
        found = ledger.execute("SELECT state FROM ledger WHERE request_id = ? ORDER BY sequence", (request_id,))
        return [state for (state,) in found]


def stored_answers(running: Federation, request_id: str) -> dict[str, bytes]:
    with running.office.store.reading() as connection:
        return {r.node_id: r.content for r in replies.replies_to(connection, request_id) if r.kind == replies.ANSWER}


@contextmanager
def coordinators_database(running: Federation) -> Iterator[sqlite3.Connection]:
    """What someone can do who has the coordinator's disk."""
    with sqlite3.connect(running.office.home.folder / "store" / "coordinator.sqlite", timeout=30) as database:
        yield database
    database.close()


def replace_request(running: Federation, request_id: str, envelope: Envelope) -> None:
    """Other bytes under a known id, and no reply remembered, so that they are offered again."""
    for node in running.nodes.values():
        node.stop()
    with coordinators_database(running) as database:
        database.execute("DELETE FROM replies WHERE request_id = ?", (request_id,))
        database.execute(
            "UPDATE requests SET envelope = ?, digest = ?, closed_at_s = NULL WHERE request_id = ?",
            (envelope_to_bytes(envelope), envelope.digest, request_id),
        )
    running.start_nodes()


def restart(running: Federation) -> None:
    """Every node stops and starts, so that it asks at once."""
    for node in running.nodes.values():
        node.stop()
        node.start()


@pytest.fixture(scope="module")
def asked(running: Federation) -> str:
    request_id = running.ask(read_draft(draft_text("headline")), CUT_DATE)
    running.wait(request_id)
    return request_id


def test_three_leros_answer_and_england_lies_within_its_interval(
    running: Federation, asked: str, population: Population
) -> None:
    collected = running.wait(asked)
    assert len(collected.accepted) == 3
    assert collected.rejected == ()
    figure = release_of(running.office, collected).table("members_by_area").figure(ENGLAND)
    assert figure.estimate is not None
    # Five standard deviations: a false alarm in less than one of a million runs.
    assert abs(figure.estimate.noisy - truth(population, CUT_DATE).england) < 5 * figure.estimate.variance**0.5


def test_each_node_charged_the_request_once_and_says_it_was_sent(running: Federation, asked: str) -> None:
    for node_id in running.nodes:
        assert ledger_states(running, node_id, asked) == ["reserved", "released", "sent"]


def test_a_request_offered_again_is_answered_with_the_same_bytes_and_charged_once(
    running: Federation, asked: str
) -> None:
    before = stored_answers(running, asked)
    with coordinators_database(running) as database:  # it lost its memory of the answers
        database.execute("DELETE FROM replies WHERE request_id = ?", (asked,))
        database.execute("UPDATE requests SET closed_at_s = NULL WHERE request_id = ?", (asked,))
    restart(running)
    until(lambda: len(stored_answers(running, asked)) == 3)
    assert stored_answers(running, asked) == before
    for node_id in running.nodes:
        assert ledger_states(running, node_id, asked).count("reserved") == 1


def test_a_request_changed_by_the_coordinator_is_not_heard_and_that_is_logged(running: Federation, asked: str) -> None:
    with running.office.store.reading() as connection:
        genuine = papers.request_of(connection, asked).envelope
    changed = genuine.payload.replace(b"LERO landscape: headline", b"LERO landscape: HEADLINE")
    assert changed != genuine.payload
    node_id = next(iter(running.nodes))
    replace_request(running, asked, Envelope(genuine.type, changed, genuine.signatures))
    until(lambda: any(e["event"] == "request not heard" for e in log_of(running, node_id)))
    [line] = [e for e in log_of(running, node_id) if e["event"] == "request not heard"]
    assert line["detail"].startswith("unauthorised")
    assert ledger_states(running, node_id, asked) == ["reserved", "released", "sent"]
    replace_request(running, asked, genuine)


def test_a_known_id_with_other_content_raises_the_alarm(running: Federation, asked: str) -> None:
    with running.office.store.reading() as connection:
        genuine = papers.request_of(connection, asked).envelope
    other = decode_request(genuine.payload.replace(b"LERO landscape: headline", b"LERO landscape: HEADLINE"))
    node_id = list(running.nodes)[-1]
    replace_request(running, asked, sign(REQUEST, encode_request(other), running.analyst))
    until(lambda: any(e["event"].startswith("ALARM") for e in log_of(running, node_id)))
    assert ledger_states(running, node_id, asked).count("reserved") == 1
    replace_request(running, asked, genuine)


def test_a_node_that_was_off_answers_when_it_comes_back(running: Federation) -> None:
    away, *others = running.nodes
    running.nodes[away].stop()
    request_id = running.ask(read_draft(draft_text("new-members")), CUT_DATE)
    until(lambda: set(stored_answers(running, request_id)) == set(others))
    running.nodes[away].start()
    until(lambda: away in stored_answers(running, request_id))
    assert running.wait(request_id).state.k_of_n == "3 of 3"


def test_nothing_written_holds_a_canary_but_the_exports(
    running: Federation, folder: Path, population: Population, asked: str
) -> None:
    release = release_of(running.office, running.wait(asked))
    publish(release, folder / "landscape", publisher_key=running.publisher, notice=None, made_on=CUT_DATE)
    planted = [word.encode() for word in canaries(population)]
    planted += [lero.members["member_id"].iloc[0].encode() for lero in population.leros]
    searched = 0
    for path in folder.rglob("*"):
        if path.is_file() and "export" not in path.relative_to(folder).parts:
            content = path.read_bytes()
            searched += 1
            for word in planted:
                assert word not in content, path.name
    assert searched > 30
