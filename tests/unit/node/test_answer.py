"""From a signed request to stored bytes: charged first, computed once, the same for ever, and silent about members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lero_contract.codec import AnswerHeader, LedgerHead, decode_header, decode_vector
from lero_contract.codec.answer import vector_digest
from lero_contract.envelope import ANSWER_HEADER, key_id, open_one, public_bytes
from lero_contract.errors import Corrupt, Unavailable
from lero_contract.plan import compile_plan
from lero_contract.request import Mode, Request
from lero_node.answer import answer, stored_answer
from lero_node.compute import parent
from lero_node.gate.inbox import Decision
from lero_node.privacy.ledger import Charge, State
from support.nodes import CANARIES, CUT_DATE, MEMBERS, MadeNode, make_node
from support.requests import CUT_DAY, DAY_S, ISSUED_S, SURE_TWICE, table

# Members by area (1 own + 9 regions + 2), SURE at two windows (2 x 2 values); PHQ-9 is not recorded here.
BY_AREA = table(dimensions=["area"])
SURE = table(SURE_TWICE, table_id="sure")
PHQ = table(replace(SURE_TWICE, measure="phq9.total"), table_id="phq")
EVENTS = ["request heard", "request approved", "price reserved", "answer released"]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    """A node that has joined and imported nothing yet."""
    found = make_node(tmp_path)
    yield found
    found.node.close()


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeNode]:
    """A node that has imported three members and answered three tables, one of which it does not record."""
    found = make_node(tmp_path_factory.mktemp("answered"))
    found.import_rows()
    answer(found.node, found.heard(three_tables(found)))
    yield found
    found.node.close()


def three_tables(made: MadeNode) -> Request:
    return made.asked(BY_AREA, SURE, PHQ)


def spend(made: MadeNode, nano_rho: int) -> None:
    """As if other requests had cost this much."""
    other = Charge("e" * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, nano_rho, 0, 2026)
    made.node.ledger.reserve(other, made.node.policy.caps, ISSUED_S)


def test_the_header_says_what_request_roster_and_plan_imply(answered: MadeNode) -> None:
    asked, node = three_tables(answered), answered.node
    stored = stored_answer(node, answered.item(asked))
    assert stored is not None
    keys = {key_id(public_bytes(node.identity.signing)): public_bytes(node.identity.signing)}
    payload, _ = open_one(stored.header, ANSWER_HEADER, keys)
    plan = compile_plan(asked, node.dictionary, node.entry_in(node.rosters.newest))
    charged = [row for row in node.ledger.rows() if row.values["state"] == "reserved"][-1]
    assert decode_header(payload) == AnswerHeader(
        request_id=asked.request_id,
        request_digest=answered.signed(asked).digest,
        plan_digest=plan.digest,
        dictionary_digest=node.dictionary.digest,
        roster_digest=asked.roster_digest,
        node_id="harbour",
        mode=Mode.STANDALONE,
        cell_count=16,
        cut_date_day=CUT_DAY,
        vector_digest=vector_digest(stored.vector),
        price_nano_rho=40_000_000,
        not_collected=("phq",),
        publish_alone=False,
        ledger_head=LedgerHead(charged.sequence, charged.hash),
    )


def test_every_cell_of_the_plan_is_there_and_near_the_truth(answered: MadeNode) -> None:
    stored = stored_answer(answered.node, answered.item(three_tables(answered)))
    assert stored is not None
    cells = decode_vector(stored.vector)
    assert len(cells) == 16
    # On the cut date one member in the own area and one in the North East. Ten deviations: 1e-23 a cell.
    truth = [1, 1, *[0] * 10]
    assert all(abs(a - b) <= 50 for a, b in zip(cells[:12], truth, strict=True))
    # SURE 57 and 33 at the start: count 42, sum 15 - 9; scale 210.
    assert all(abs(a - b) <= 2100 for a, b in zip(cells[12:], [42, 6, 0, 0], strict=True))


def test_each_step_is_in_the_log_and_the_price_in_the_ledger_once(answered: MadeNode) -> None:
    assert [event for event in answered.log() if event in EVENTS] == EVENTS
    states = [row.values["state"] for row in answered.node.ledger.rows()]
    assert states == ["year_opened", "reserved", "released"]
    assert answered.spent() == 40_000_000


def test_the_same_request_again_gives_the_same_bytes_and_costs_nothing(answered: MadeNode) -> None:
    asked = three_tables(answered)
    first = stored_answer(answered.node, answered.item(asked))
    for _ in range(2):
        item = answered.heard(asked)
        answer(answered.node, item)
        answered.reopen()
    assert stored_answer(answered.node, answered.item(asked)) == first
    assert answered.spent() == 40_000_000
    assert answered.log().count("answer released") == 1


def test_nothing_of_a_member_stands_in_any_file_of_the_node(answered: MadeNode) -> None:
    files = [file for file in answered.home.folder.rglob("*") if file.is_file()]
    assert {"ledger.sqlite", "log.sqlite", "inbox.sqlite"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        for canary in CANARIES[:2]:
            assert canary.encode() not in content, f"{canary} in {file.name}"
            assert canary.encode("utf-16-le") not in content


def test_what_lies_in_ledger_log_and_inbox_does_not_depend_on_members(answered: MadeNode, tmp_path: Path) -> None:
    other = make_node(tmp_path)
    other.import_rows(members=MEMBERS.splitlines()[0] + "\n", reviews="Ref,Date,Total\n")
    answer(other.node, other.heard(three_tables(other)))
    assert other.log() == [event for event in answered.log() if event != "started"]
    plain = ("state", "nano_rho", "year", "joined_from", "joined_to", "request_id", "template_digest")
    rows = [[[row.values[name] for name in plain] for row in m.node.ledger.rows()] for m in (answered, other)]
    assert rows[0] == rows[1]
    # An import without a single member answers with noise like any other; all zeros would have chance under 1e-13.
    stored, full = (stored_answer(m.node, m.item(three_tables(m))) for m in (other, answered))
    assert stored is not None and full is not None
    assert len(stored.to_bytes()) == len(full.to_bytes())
    assert any(decode_vector(stored.vector))
    other.node.close()


def test_a_request_beyond_the_allowance_is_refused_when_it_comes_and_when_it_would_be_computed(made: MadeNode) -> None:
    made.import_rows()
    early = made.heard(made.asked(BY_AREA))
    spend(made, 990_000_000)  # of 1.0 rho a year
    late = made.heard(made.asked(BY_AREA, number=2))
    assert (late.decision, late.notice) == (Decision.REFUSED, "budget_spent")
    answer(made.node, early)
    assert made.item(made.asked(BY_AREA)).notice == "budget_spent"
    assert made.spent() == 990_000_000


def test_a_node_with_old_records_says_stale_once_and_answers_after_the_next_import(made: MadeNode) -> None:
    asked = made.asked(BY_AREA)
    made.import_rows(complete_to=date(2026, 3, 30))
    for _ in range(2):
        answer(made.node, made.heard(asked))
        item = made.item(asked)
        assert (item.decision, item.notice) == (Decision.APPROVED, "stale")
    assert made.log().count("request waits for data") == 1
    assert made.spent() == 0
    made.import_rows(complete_to=CUT_DATE)
    answer(made.node, made.item(asked))
    assert stored_answer(made.node, made.item(asked)) is not None
    assert made.spent() == 20_000_000


def test_a_node_without_any_import_is_stale_too(made: MadeNode) -> None:
    answer(made.node, made.heard(made.asked()))
    assert made.item(made.asked()).notice == "stale"


def test_a_crash_after_the_charge_is_computed_after_the_restart_and_charged_once(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.import_rows()
    asked = made.asked(BY_AREA)
    with monkeypatch.context() as crash:
        crash.setattr(parent, "run", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            answer(made.node, made.heard(asked))
    made.reopen()
    assert made.node.ledger.existing(asked.request_id).state is State.RESERVED
    assert stored_answer(made.node, made.item(asked)) is None
    made.clock.at_s += 29 * DAY_S  # closed meanwhile: what was paid for is still answered, for a revision
    answer(made.node, made.item(asked))
    assert stored_answer(made.node, made.item(asked)) is not None
    assert made.spent() == 20_000_000


def test_a_computation_that_fails_keeps_the_charge_and_tells_only_that_it_failed(
    made: MadeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.import_rows()

    def failing(job: object) -> None:
        raise Corrupt("The computation met a fault: Corrupt.")

    monkeypatch.setattr(parent, "run", failing)
    asked = made.asked(BY_AREA)
    answer(made.node, made.heard(asked))
    item = made.item(asked)
    assert (item.decision, item.notice) == (Decision.REFUSED, "error")
    assert made.node.ledger.existing(asked.request_id).state is State.FAILED
    assert made.spent() == 20_000_000
    answer(made.node, item)
    assert stored_answer(made.node, made.item(asked)) is None
    assert made.log().count("computation failed, the charge stays") == 1


def test_a_wrong_number_of_cells_is_never_released(made: MadeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    made.import_rows()
    monkeypatch.setattr(parent, "run", lambda job: (1, 2, 3))
    answer(made.node, made.heard(made.asked(BY_AREA)))
    assert made.node.ledger.existing(made.asked().request_id).state is State.FAILED


def test_a_ledger_that_cannot_be_written_now_leaves_the_request_for_later(made: MadeNode) -> None:
    made.import_rows()
    item = made.heard(made.asked(BY_AREA))
    made.node.ledger._chain._connection.execute("PRAGMA query_only = ON")  # as a full or read-only disk would
    with pytest.raises(Unavailable):
        answer(made.node, item)
    assert made.item(made.asked()).decision is Decision.APPROVED
    assert made.spent() == 0


def test_a_manifest_that_does_not_verify_stops_the_node_and_is_told_to_nobody(made: MadeNode) -> None:
    snapshot_id = made.import_rows()
    item = made.heard(made.asked(BY_AREA))
    (made.home.store / "snapshots" / snapshot_id / "manifest.sealed").write_bytes(b"LERO1 not any more")
    with pytest.raises(Corrupt):
        answer(made.node, item)
    after = made.item(made.asked())
    assert (after.decision, after.notice, made.spent()) == (Decision.APPROVED, "", 0)


def test_a_table_that_costs_nothing_here_because_nothing_is_recorded_is_answered_with_no_cells(made: MadeNode) -> None:
    made.import_rows()
    asked = made.asked(PHQ)
    answer(made.node, made.heard(asked))
    stored = stored_answer(made.node, made.item(asked))
    assert stored is not None
    header = decode_header(stored.header.payload)
    assert (header.cell_count, header.price_nano_rho, header.not_collected) == (0, 0, ("phq",))
    assert (decode_vector(stored.vector), made.spent()) == ([], 0)


def _power_cut(job: object) -> tuple[int, ...]:
    raise KeyboardInterrupt


def test_damage_to_the_records_stops_the_node_before_anything_is_charged(made: MadeNode) -> None:
    snapshot_id = made.import_rows()
    asked = made.asked(BY_AREA)
    item = made.heard(asked)
    table_file = made.home.store / "snapshots" / snapshot_id / "members.parquet"
    whole = bytearray(table_file.read_bytes())
    whole[len(whole) // 2] ^= 1
    table_file.write_bytes(whole)
    with pytest.raises(Corrupt, match="members of snapshot"):
        answer(made.node, item)
    made.import_rows()  # the mend; damage to the import before does not stand in its way
    table_file = made.home.store / "snapshots" / "000002-00" / "members.parquet"
    table_file.unlink()
    with pytest.raises(Corrupt, match="members of snapshot"):
        answer(made.node, item)
    assert (made.spent(), made.item(asked).decision) == (0, Decision.APPROVED)
    made.import_rows()
    answer(made.node, made.item(asked))
    assert stored_answer(made.node, made.item(asked)) is not None
