"""A LERO whose records sit in PostgreSQL: connected once, answered in place, the same figures, and nothing copied."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lero_contract.codec import decode_vector, encode_request, encode_roster
from lero_contract.errors import Corrupt, Unavailable
from lero_contract.plan import compile_plan
from lero_contract.price import noise_scale
from lero_node.answer import answer, stored_answer
from lero_node.cli import cli
from lero_node.compute import child, parent
from lero_node.compute.job import Job, Probe
from lero_node.data.keys import Surroundings, create_key, offer_on_descriptor, system_vault
from lero_node.data.manifest import check_parts
from lero_node.data.store import Store
from lero_node.gate.inbox import Decision
from lero_node.privacy.ledger import State
from lero_node.query.exact import exact_vectors
from support.nodes import CANARIES, CUT_DATE, KEY, MadeNode, make_node
from support.postgres import Postgres
from support.requests import CUT_DAY, EVER, SURE_TWICE, table
from support.tables import Rows

PASSWORD = "hunter2"
BY_AREA = table(dimensions=["area"])
SURE = table(SURE_TWICE, table_id="sure")
Run = Callable[..., Result]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    """A node that has joined and holds no records yet."""
    found = make_node(tmp_path)
    create_key(f"fd:{offer_on_descriptor(KEY)}", found.home.folder, Surroundings(str, {}, system_vault))
    yield found
    found.node.close()


@pytest.fixture
def run(made: MadeNode) -> Run:
    def typed(*words: str, answers: str = "") -> Result:
        place = ("--home", str(made.home.folder), "--key", f"fd:{offer_on_descriptor(KEY)}")
        return CliRunner().invoke(cli, [*place, *words], input=answers)

    return typed


@pytest.fixture
def address(postgres: Postgres, tmp_path: Path) -> Path:
    """The file with the address of a database that holds nothing yet."""
    postgres.offer(Rows())
    file = tmp_path / "address.txt"
    file.write_text(postgres.url().replace("lero_reader@", f"lero_reader:{PASSWORD}@") + "\n")
    return file


@pytest.fixture
def connected(made: MadeNode, run: Run, postgres: Postgres, address: Path) -> MadeNode:
    """A node that was connected to a database with the rows that the small export of `support.nodes` holds."""
    postgres.offer(_exported(made))
    assert run("data", "connect", "--url-file", str(address), "--complete-to", "2026-03-31", "--yes").exit_code == 0
    return made


def _exported(made: MadeNode) -> Rows:
    """What an import makes of the small export; the import itself is taken back."""
    snapshot_id = made.import_rows()
    store = Store(made.home.store, KEY)
    tables = {name: found.to_pylist() for name, found in store.tables(snapshot_id).items()}
    store.purge(snapshot_id)
    return Rows(**tables)


def _newest(made: MadeNode) -> str:
    snapshot = made.node.snapshot
    assert snapshot is not None
    return snapshot.snapshot_id


def test_connecting_tells_what_was_found_and_asks(made: MadeNode, run: Run, postgres: Postgres, address: Path) -> None:
    postgres.offer(_exported(made))
    postgres.run("UPDATE lero.members SET sex = 'Quixotic' WHERE member_id = 'anna-3'")
    words = ("data", "connect", "--url-file", str(address), "--complete-to", "2026-03-31")
    declined = run(*words, answers="n\n")
    assert declined.exit_code == 1
    assert "members: 3 rows." in declined.stdout
    assert "members.sex: 1 row with no code of the dictionary, so not known." in declined.stdout
    assert made.node.snapshot is None
    done = run(*words, answers="y\n")
    assert done.exit_code == 0
    assert f"you can delete {address}" in done.stderr
    snapshot = made.node.snapshot
    assert snapshot is not None
    assert (snapshot.source, snapshot.cut_date_day, dict(snapshot.parts)) == ("postgresql", CUT_DAY, {})
    check_parts(made.home.store, snapshot)
    assert made.log().count("database connected") == 1


def test_neither_a_record_nor_the_password_stands_in_any_file_of_the_node_or_on_the_screen(
    connected: MadeNode, run: Run
) -> None:
    answer(connected.node, connected.heard(connected.asked(BY_AREA)))
    files = [file for file in connected.home.folder.rglob("*") if file.is_file()]
    assert "connection.sealed" in {file.name for file in files}
    assert not [file.name for file in files if file.suffix == ".parquet"]
    secrets = (PASSWORD, *CANARIES[:2])
    for file in files:
        assert not any(secret.encode() in file.read_bytes() for secret in secrets), file.name
    again = run("data", "connect", "--complete-to", "2026-03-31", "--yes", "--json")
    assert again.exit_code == 0
    screen = [again.output, run("data", "show").output, run("log", "show").output]
    assert not any(secret in said for secret in secrets for said in screen)


def test_the_child_reads_the_same_exact_figures_in_place_as_from_an_import(connected: MadeNode) -> None:
    in_place, imported = _newest(connected), connected.import_rows()
    asked = connected.asked(BY_AREA, SURE, table(EVER, ["sex", "age_band"], table_id="ever"))
    plan = compile_plan(asked, connected.node.dictionary, connected.node.entry_in(connected.node.rosters.newest))
    found = []
    for snapshot_id in (in_place, imported):
        engine = child.open_engine(connected.home.store, snapshot_id, KEY)
        found.append([v.cells for v in exact_vectors(plan, asked, connected.node.dictionary, engine)])
        engine.close()
    assert found[0] == found[1]
    assert found[0][0][:2] == (1, 1)  # by hand: one member in the own area and one in the North East on the cut date


def test_the_real_child_answers_in_place_and_near_the_truth(connected: MadeNode) -> None:
    # A price of 2 rho for a count: noise of scale 0.5, the least this product draws. Beyond 5 a cell has chance 1e-22.
    asked = connected.asked(table(dimensions=["area"], nano_rho=2 * 10**9))
    roster, home = connected.node.rosters.newest, connected.home
    plan = compile_plan(asked, connected.node.dictionary, roster.node("harbour"))
    assert noise_scale(1, 2 * 10**9) == 0.5
    job = Job(
        home.store,
        _newest(connected),
        KEY.reveal(),
        encode_request(asked),
        encode_roster(roster),
        "harbour",
        plan.digest,
    )
    cells = parent.run(job)
    assert cells is not None
    assert all(abs(cell - truth) <= 5 for cell, truth in zip(cells, [1, 1, *[0] * 10], strict=True))


def test_a_request_is_answered_from_the_database_end_to_end(connected: MadeNode) -> None:
    asked = connected.asked(BY_AREA, SURE)
    answer(connected.node, connected.heard(asked))
    stored = stored_answer(connected.node, connected.item(asked))
    assert stored is not None
    cells = decode_vector(stored.vector)
    # As in test_answer.py, from the same rows: ten deviations.
    assert all(abs(a - b) <= 50 for a, b in zip(cells[:12], [1, 1, *[0] * 10], strict=True))
    assert all(abs(a - b) <= 2100 for a, b in zip(cells[12:], [42, 6, 0, 0], strict=True))
    assert connected.spent() == 40_000_000
    answer(connected.node, connected.heard(asked))
    assert stored_answer(connected.node, connected.item(asked)) == stored


@pytest.mark.parametrize(
    ("down", "up", "words"),
    [
        ("ALTER ROLE lero_reader NOLOGIN", "ALTER ROLE lero_reader LOGIN", "may not log in"),
        ("GRANT INSERT ON lero.reviews TO lero_reader", "REVOKE INSERT ON lero.reviews FROM lero_reader", "may write"),
        ("REVOKE SELECT ON lero.members FROM lero_reader", "GRANT SELECT ON lero.members TO lero_reader", "not read"),
    ],
)
def test_a_database_that_is_not_as_it_must_be_costs_nothing_and_nobody_is_told(
    connected: MadeNode, postgres: Postgres, down: str, up: str, words: str
) -> None:
    asked = connected.asked(BY_AREA)
    item = connected.heard(asked)
    postgres.run(down)
    try:
        with pytest.raises(Unavailable, match=words):
            answer(connected.node, item)
    finally:
        postgres.run(up)
    assert connected.spent() == 0
    waiting = connected.item(asked)
    assert (waiting.decision, waiting.notice) == (Decision.APPROVED, "")
    answer(connected.node, waiting)
    assert stored_answer(connected.node, connected.item(asked)) is not None
    assert connected.spent() == 20_000_000


def test_whether_the_database_answers_is_asked_without_looking_at_a_record(
    connected: MadeNode, postgres: Postgres
) -> None:
    probe = Probe(connected.home.store, _newest(connected), KEY.reveal())
    postgres.run("INSERT INTO lero.members (member_id, joined) VALUES ('anna-3', 2147483647)")
    parent.probe(probe)  # a member with two lines, and a day out of all reason: it says the same as before
    assert Probe.from_bytes(probe.to_bytes()) == probe
    assert KEY.reveal().hex() not in repr(probe) and repr(KEY.reveal()) not in repr(probe)


def test_a_fault_after_the_charge_leaves_under_the_one_code_for_all_of_them(
    connected: MadeNode, postgres: Postgres
) -> None:
    asked = connected.asked(BY_AREA)
    item = connected.heard(asked)
    postgres.run("INSERT INTO lero.members (member_id) VALUES ('anna-3')")
    answer(connected.node, item)
    refused = connected.item(asked)
    assert (refused.decision, refused.notice) == (Decision.REFUSED, "error")
    assert connected.node.ledger.existing(asked.request_id).state is State.FAILED
    assert connected.spent() == 20_000_000
    assert "anna" not in refused.reason


def test_a_sealed_address_that_was_changed_stops_the_node_before_the_charge(connected: MadeNode) -> None:
    [sealed] = connected.home.store.rglob("connection.sealed")
    sealed.write_bytes(sealed.read_bytes()[:-1] + b"\0")
    item = connected.heard(connected.asked(BY_AREA))
    with pytest.raises(Corrupt):
        answer(connected.node, item)
    assert connected.spent() == 0


def test_a_later_day_is_stated_without_the_file_and_a_request_that_waited_is_answered(
    made: MadeNode, run: Run, address: Path
) -> None:
    first = run("data", "connect", "--complete-to", "2026-03-30", "--yes")
    assert (first.exit_code, "--url-file FILE" in first.stderr) == (6, True)
    assert run("data", "connect", "--url-file", str(address), "--complete-to", "2026-03-30", "--yes").exit_code == 0
    address.unlink()
    asked = made.asked(BY_AREA)
    answer(made.node, made.heard(asked))
    assert made.item(asked).notice == "stale"
    assert run("data", "connect", "--complete-to", "2026-03-31", "--yes").exit_code == 0
    answer(made.node, made.item(asked))
    assert stored_answer(made.node, made.item(asked)) is not None


def test_a_day_that_has_not_come_and_an_address_that_cannot_be_used_leave_everything_as_it_was(
    made: MadeNode, run: Run, address: Path
) -> None:
    early = run("data", "connect", "--url-file", str(address), "--complete-to", "2199-01-01", "--yes")
    assert (early.exit_code, "has not come" in early.stderr) == (6, True)
    address.write_text(address.read_text().replace("lero_reader", "postgres"))
    strong = run("data", "connect", "--url-file", str(address), "--complete-to", "2026-03-31", "--yes")
    assert (strong.exit_code, "may do anything" in strong.stderr) == (6, True)
    assert PASSWORD not in strong.output
    assert made.node.snapshot is None


def test_imports_and_databases_are_listed_and_the_last_of_them_is_used(connected: MadeNode, run: Run) -> None:
    connected.import_rows(complete_to=date(2026, 3, 1))
    rows = json.loads(run("data", "show", "--json").stdout)
    assert [(row["source"], row["members"]) for row in rows] == [("postgresql", "-"), ("import", "3")]
    snapshot = connected.node.snapshot
    assert snapshot is not None and not snapshot.is_in_place
    connected.import_rows(complete_to=CUT_DATE)  # compared with an import again
    purged = run("data", "purge", "--older-than", _newest(connected), "--yes")
    assert "Removed 2 snapshots." in purged.stdout
    assert not list(connected.home.store.rglob("connection.sealed"))


def test_purging_a_member_says_that_a_database_is_the_leros_own_to_change(connected: MadeNode, run: Run) -> None:
    purged = run("data", "purge", "--member", "--yes", answers="anna-3\n")
    assert purged.exit_code == 0
    assert "Removed from 0 snapshots" in purged.stdout
    assert "leave the member out of its view of members too" in purged.stderr


def test_the_statements_are_shown_as_the_engine_of_the_records_spells_them_one_for_each_part(
    connected: MadeNode, run: Run, postgres: Postgres
) -> None:
    item = connected.heard(connected.asked(BY_AREA, SURE))
    shown = json.loads(run("request", "show", item.request_id, "--sql", "--json").stdout)
    assert (shown["dialect"], sorted(shown["sql"])) == ("postgres", ["members", "sure"])
    for text in shown["sql"].values():
        assert '"lero".members AS m' in text and '"left"' in text
        postgres.run(text, user="lero_reader")  # it can be tried by hand, as it stands
    duckdb = json.loads(run("request", "show", item.request_id, "--sql", "--dialect", "duckdb", "--json").stdout)
    assert duckdb["dialect"] == "duckdb"
    assert not any('"lero"' in text for text in duckdb["sql"].values())
