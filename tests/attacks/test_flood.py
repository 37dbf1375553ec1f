"""Attacks by number and by time: signed requests without end, and a clock that somebody moved by a year.

A real node of which a person is asked, with one standing approval; its policy is changed by hand and confirmed.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import RequestParcel, decode_refusal, encode_roster, read_reply_parcel
from lero_contract.envelope import ROSTER, Envelope, key_id, public_bytes, sign
from lero_contract.errors import BudgetSpent, OutOfTime, Unavailable
from lero_contract.price import NANO
from lero_contract.request import Request, Table
from lero_coordinator.demo import processes
from lero_coordinator.demo.federation import federation
from lero_coordinator.demo.processes import NodeHome
from lero_node.gate.admission import template_digest
from support.hostile import Hostile, small_site, until
from support.requests import DAY_S, RHO_02, table

pytestmark = pytest.mark.real_run

NODE = "harbour"
YEAR_S = 365 * DAY_S
TIMES = 2  # of the standing approval
FLOOD = 260
MOST_OPEN, MOST_NOTED, MOST_AT_ONCE = 200, 200, 100  # by hand from the node's own limits
LAUNCHER = Path(__file__).parents[1] / "support" / "launch.py"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("flood")
    with federation(folder, [small_site(folder, NODE)], synthetic=True, tell=lambda *_: None) as running:
        yield Hostile(running)


@pytest.fixture(scope="module")
def flooded(hostile: Hostile) -> list[Request]:
    """After the flood: every request of the analyst's. As many of a stranger came with them."""
    _ask_a_person(hostile, standing_for=hostile.asked())
    stranger = Ed25519PrivateKey.generate()
    asked = [hostile.asked() for _ in range(FLOOD)]
    hostile.offer(*((one.request_id, hostile.signed(one)) for one in asked))
    until(lambda: len(hostile.inbox(NODE)) >= MOST_OPEN + TIMES, "a full inbox")
    until(lambda: len(_sent(hostile)) >= TIMES, "the answers that the standing approval lets go")
    forged = [hostile.asked() for _ in range(FLOOD)]
    hostile.take_back(one.request_id for one in asked if one.request_id not in hostile.inbox(NODE))
    for first in range(0, FLOOD, MOST_AT_ONCE):
        some = [(one.request_id, hostile.signed(one, stranger)) for one in forged[first : first + MOST_AT_ONCE]]
        hostile.offer(*some)
        hostile.restart(NODE)
        until(lambda some=some: _met(hostile, [envelope for _, envelope in some]), "a stranger's requests not heard")  # type: ignore[misc]
        hostile.take_back(request_id for request_id, _ in some)
    return asked


@pytest.mark.attack("Q14")
def test_a_flood_of_signed_requests_fills_no_disk_and_a_standing_approval_stops_at_its_count(
    hostile: Hostile, flooded: list[Request]
) -> None:
    decided = Counter(hostile.inbox(NODE).values())
    assert decided == {"approved": TIMES, "waiting": MOST_OPEN}
    assert len(_sent(hostile)) == TIMES
    assert hostile.spent(NODE) == TIMES * RHO_02
    assert len(hostile.ledger(NODE)) == 1 + 3 * TIMES  # the year, and three rows for each answer
    listed = json.loads(hostile.running.nodes[NODE].command("standing", "list", "--json"))
    assert [row["used"] for row in listed] == [f"{TIMES} of {TIMES}"]


@pytest.mark.attack("Q14")
def test_a_flood_by_a_stranger_is_noted_up_to_a_bound_and_no_further(hostile: Hostile, flooded: list[Request]) -> None:
    events = Counter(entry["event"] for entry in hostile.log(NODE))
    assert events["request not heard"] == MOST_NOTED < FLOOD
    assert len(hostile.not_heard(NODE)) == MOST_NOTED


@pytest.mark.attack("Q14")
def test_after_the_flood_the_node_still_answers_what_a_person_approves(
    hostile: Hostile, flooded: list[Request]
) -> None:
    node = hostile.running.nodes[NODE]
    chosen = next(one for one in flooded if hostile.inbox(NODE).get(one.request_id) == "waiting")
    node.command("request", "approve", chosen.request_id)
    assert node._running is not None
    assert node._running.poll() is None
    hostile.restart(NODE)  # it would come to it too, within a minute: after polls that bring nothing new it pauses
    until(lambda: NODE in hostile.answers(chosen.request_id), "the approved answer")
    assert hostile.states(NODE, chosen.request_id)[:2] == ["reserved", "released"]
    assert hostile.spent(NODE) == (TIMES + 1) * RHO_02


@pytest.mark.attack("Q15")
def test_a_clock_that_is_a_year_ahead_opens_no_year_hears_no_request_of_that_year_and_is_named(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = hostile.running.nodes[NODE]
    node.stop()
    before = hostile.ledger(NODE)
    parcel = _parcel(tmp_path, hostile.signed(_next_year(hostile)))
    with _clock_ahead(monkeypatch, YEAR_S):
        assert "days of roster dates" in _refused(node, "budget", "open-year", "--yes")
        said = _refused(node, "answer", str(parcel), "--out", str(tmp_path / "reply"))
        assert "The roster has expired" in said
        assert "check this clock" in said
        said = _refused(node, "budget", "write-off", "--yes")
        assert "check this clock" in said
        logged = (node.folder / "node.log").stat().st_size
        node.start()
        until(lambda: b"Check this computer's clock" in _said(node)[logged:], "a word about the clock")
        node.stop()
    assert hostile.ledger(NODE) == before
    assert not (tmp_path / "reply").exists()
    node.start()


@pytest.mark.attack("Q15")
def test_a_request_dated_next_year_is_refused_and_draws_on_no_new_budget(hostile: Hostile) -> None:
    before = hostile.ledger(NODE)
    asked = _next_year(hostile)
    hostile.settle(asked)
    assert {node: refusal.code for node, refusal in hostile.refusals(asked.request_id).items()} == {
        NODE: OutOfTime.code
    }
    assert any(
        entry["request_id"] == asked.request_id and "later than this computer's clock" in entry["detail"]
        for entry in hostile.log(NODE)
    )
    assert hostile.ledger(NODE) == before


@pytest.mark.attack("Q15")
def test_under_a_long_roster_and_a_clock_a_year_ahead_requests_still_draw_on_the_year_that_is_open(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, held = hostile.running.nodes[NODE], hostile.running.office.roster()
    long = replace(held.roster, version=held.roster.version + 1, expires_at_s=int(time.time()) + 3 * YEAR_S)
    signed = sign(ROSTER, encode_roster(long), *hostile.running.roots[:2])
    dear = 950_000_000  # of a year of 1e9; in two tables, each with the noise that the policy wants
    asked = _next_year(hostile, *(table(table_id=name, nano_rho=dear // 2) for name in ("a", "b")))
    under = replace(asked, roster_digest=signed.digest, roster_version=long.version)
    parcel = _parcel(tmp_path, hostile.signed(under), signed)
    node.stop()
    _let(node, request="1")
    spent = hostile.spent(NODE)
    assert 0 < spent <= NANO < spent + dear
    with _clock_ahead(monkeypatch, YEAR_S):
        _refused(node, "answer", str(parcel), "--out", str(tmp_path / "reply"))
        assert "days of roster dates" in _refused(node, "budget", "open-year", "--yes")
    assert hostile.spent(NODE) == spent
    refusal = read_reply_parcel((tmp_path / "reply").read_bytes()).refusal
    assert refusal is not None
    assert decode_refusal(refusal.payload).code == BudgetSpent.code
    assert [row["year"] for row in hostile.ledger(NODE) if row["state"] == "year_opened"] == [1]


def _ask_a_person(hostile: Hostile, standing_for: Request) -> None:
    """Changes policy.toml by hand, and confirms it: a person is asked, but for a few requests of one template."""
    node, today = hostile.running.nodes[NODE], datetime.now(UTC).date()
    policy = node.home / "policy.toml"
    text = policy.read_text(encoding="utf-8").replace('run = "automatic"', 'run = "ask"')
    text += f"""
[[standing]]
words = "Members on the cut date"
template = "{template_digest(standing_for).hex()}"
analyst_key = "{key_id(public_bytes(hostile.running.analyst))}"
most_rho = 0.02
times = {TIMES}
from = {today - timedelta(days=1)}
until = {today + timedelta(days=30)}
"""
    policy.write_text(text, encoding="utf-8")
    node.command("policy", "confirm", "--yes")


def _let(node: NodeHome, **prices: str) -> None:
    """Raises the policy's ceilings, so that only the allowance is left to say no."""
    policy = node.home / "policy.toml"
    text = policy.read_text(encoding="utf-8").replace('run = "ask"', 'run = "automatic"')
    for name, price in prices.items():
        text = text.replace(f"\n{name} = 0.5", f"\n{name} = {price}")
    policy.write_text(text, encoding="utf-8")
    node.command("policy", "confirm", "--yes")


def _next_year(hostile: Hostile, *tables: Table) -> Request:
    now_s = int(time.time()) + YEAR_S
    return hostile.asked(*tables, issued_at_s=now_s, closes_at_s=now_s + 28 * DAY_S)


def _parcel(folder: Path, request: Envelope, *rosters: Envelope) -> Path:
    file = folder / "request.parcel"
    file.write_bytes(RequestParcel(rosters, request).to_bytes())
    return file


@contextmanager
def _clock_ahead(monkeypatch: pytest.MonkeyPatch, seconds: int) -> Iterator[None]:
    """Every process that starts in here believes that it is later."""

    def python(module: str, *words: str) -> list[str]:
        return [sys.executable, str(LAUNCHER), json.dumps({"clock_s": seconds}), module, *words]

    with monkeypatch.context() as patch:
        patch.setattr(processes, "_python", python)
        yield


def _refused(node: NodeHome, *words: str) -> str:
    with pytest.raises(Unavailable) as told:
        node.command(*words)
    return str(told.value)


def _said(node: NodeHome) -> bytes:
    return (node.folder / "node.log").read_bytes()


def _sent(hostile: Hostile) -> list[str]:
    return [row["request_id"] for row in hostile.ledger(NODE) if row["state"] == "sent"]


def _met(hostile: Hostile, envelopes: list[Envelope]) -> bool:
    """Whether the node has seen all of them, or notes no more today."""
    noted = hostile.not_heard(NODE)
    return len(noted) >= MOST_NOTED or noted >= {envelope.digest for envelope in envelopes}
