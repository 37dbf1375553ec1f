"""Attacks on the numbers: overflow, odd cells in an import, ways around the bounds, floats, a sampler gone wrong."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from lero_contract.codec import decode_vector, encode_request, encode_roster, encode_vector
from lero_contract.dictionary import load_dictionary
from lero_contract.errors import Corrupt, DataNotValid
from lero_contract.plan import compile_plan
from lero_contract.price import NANO, noise_scale
from lero_contract.request import Table
from lero_coordinator.release import collect
from lero_coordinator.store import replies
from lero_node.compute import parent
from lero_node.compute.job import Job
from lero_node.data.store import Store
from lero_node.importing import import_export
from lero_node.privacy.noise import draw
from lero_node.query.engine import Engine
from lero_node.query.exact import exact_vectors
from support.nodes import CUT_DATE, KEY, MadeNode, make_node
from support.offices import NOW_S, answer_to, make_office
from support.offices import make_node as make_lero
from support.requests import EVER, SURE_TWICE, table

pytestmark = pytest.mark.real_run

LEAST, MOST = -(2**63), 2**63 - 1
# One member on many rows, in an order that is shuffled; the others are there to be taken away.
BUSY = 300
HEADINGS = "Ref,Born,Gender,Authority,Start,End\n"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    found = make_node(tmp_path)
    yield found
    found.node.close()


def job_of(made: MadeNode, *tables: Table, number: int = 1) -> Job:
    """What the parent hands to the child for a request over the newest snapshot."""
    asked, roster, snapshot = made.asked(*tables, number=number), made.node.rosters.newest, made.node.snapshot
    assert snapshot is not None
    return Job(
        snapshots=made.home.store,
        snapshot_id=snapshot.snapshot_id,
        key=KEY.reveal(),
        request=encode_request(asked),
        roster=encode_roster(roster),
        node_id="harbour",
        plan_digest=compile_plan(asked, made.node.dictionary, roster.node("harbour")).digest,
    )


def exact_of(made: MadeNode, *tables: Table) -> dict[str, tuple[int, ...]]:
    """The exact cells over the newest snapshot: in a test's process, where they may be looked at."""
    asked, snapshot = made.asked(*tables), made.node.snapshot
    assert snapshot is not None
    engine = Engine(Store(made.home.store, KEY).tables(snapshot.snapshot_id))
    plan = compile_plan(asked, made.node.dictionary, made.node.rosters.newest.node("harbour"))
    try:
        return {v.part_id: v.cells for v in exact_vectors(plan, asked, made.node.dictionary, engine)}
    finally:
        engine.close()


class Crowded(Engine):
    """A store whose members are so many that a sum of their contributions could pass 2^62."""

    def members(self) -> int:
        return 2**61

    def rows(self, statement: Any) -> Any:
        raise AssertionError("it was summed before it was looked at")


@pytest.mark.attack("S1")
def test_sums_that_could_pass_2_to_the_62_are_refused_before_anything_is_summed(made: MadeNode) -> None:
    made.import_rows()
    snapshot = made.node.snapshot
    assert snapshot is not None
    engine = Crowded(Store(made.home.store, KEY).tables(snapshot.snapshot_id))
    asked = made.asked(table(SURE_TWICE, table_id="sure"))
    plan = compile_plan(asked, made.node.dictionary, made.node.rosters.newest.node("harbour"))
    with pytest.raises(Corrupt, match="64 bits"):
        list(exact_vectors(plan, asked, made.node.dictionary, engine))
    engine.close()


@pytest.mark.attack("S2")
def test_a_signed_answer_at_the_ends_of_64_bits_is_left_out_by_name_and_no_sum_wraps(tmp_path: Path) -> None:
    leros = [make_lero(name) for name in ("east", "north", "south", "west")]
    office = make_office(tmp_path / "office", leros)
    request = office.submitted()
    said = {"east": -3, "north": 12, "south": MOST, "west": LEAST}
    with office.office.store.writing() as connection:
        for node, first in said.items():
            content = answer_to(office, request, node, first).to_bytes()
            replies.keep(connection, replies.Reply(request.request_id, node, replies.ANSWER, content, "", NOW_S, False))
    office.office.close_round(request.request_id, NOW_S)
    found = collect(office.office, request.request_id, NOW_S)
    # Negative is normal: noise on a small count. The ends of the range are no LERO's, whichever way they would wrap.
    assert [a.node_id for a in found.accepted] == ["east", "north"]
    assert [r.node_id for r in found.rejected] == ["south", "west"]
    assert decode_vector(encode_vector([LEAST, MOST, -1])) == [LEAST, MOST, -1]
    office.office.close()


@pytest.mark.attack("S3")
def test_odd_cells_of_an_import_are_reported_by_row_and_reason_and_nothing_is_dropped_or_clipped(
    made: MadeNode,
) -> None:
    members = HEADINGS + "\n".join(
        [
            "a-1,1980,F,E06000062,2024-05-01,",
            "a-2,1900,F,E06000062,2024-05-01,",  # row 3: a year that stands for none
            "a-3,1e300,F,E06000062,2024-05-01,",  # row 4
            "a-4,NaN,F,E06000062,2024-05-01,",  # row 5
            "a-5,1980,F,E06000062,12/05/2024,",  # row 6: another style than the mapping names
            "a-6,1980,F,E06000062,1900-01-01,",  # row 7: the date that stands for none
            "a-7,inf,F,E06000062,2024-05-01,",  # row 8
            '"a-8","1,000",F,E06000062,2024-05-01,',  # row 9
        ]
    )
    reviews = "Ref,Date,Total\n" + "\n".join(
        [
            "a-1,2024-05-03,57",
            "a-1,2024-08-03,NaN",
            'a-1,2024-09-03,"1,000"',
            "a-1,2024-10-03,1e300",
            "a-1,2024-11-03,inf",
        ]
    )
    made.import_rows(members + "\n", reviews + "\n")
    snapshot = made.node.snapshot
    assert snapshot is not None
    counts = snapshot.counts
    # Every row is in one of two places: 8 members, 5 reviews.
    assert counts["members"] + counts["reviews"] + counts["quarantine"] == 13
    assert counts["reviews"] == 1
    quarantine = Store(made.home.store, KEY).tables(snapshot.snapshot_id).get("quarantine")
    assert quarantine is None, "what was set aside is not among the tables that queries see"
    ages = exact_of(made, table(EVER, dimensions=["age_band"]))["members"]
    # One of each known birth year's band, the rest "not known": nobody is 126 years old, or of the year 1e300.
    assert sum(ages) == counts["members"]


@pytest.mark.attack("S3")
def test_encodings_are_read_as_what_they_are_or_refused_by_name(made: MadeNode, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "reviews.csv").write_text("Ref,Date,Total\n")

    def report(content: bytes) -> str:
        (folder / "members.csv").write_bytes(content)
        done = import_export(made.home, KEY, folder, CUT_DATE, made.node.now_s, may_be_empty=False, keep=False)
        return done.to_text()

    rows = HEADINGS + "zoë-1,1980,F,E06000062,2024-05-01,\n"
    for encoding in ("utf-8-sig", "utf-8", "cp1252", "utf-16"):
        assert "members.csv: 1 row read, 1 taken in" in report(rows.encode(encoding)), encoding
    assert "(row 3)" in report(rows.encode() + b"\0\0")  # bytes that are no text at the end: set aside, and said
    with pytest.raises(DataNotValid, match="encoding"):
        report(bytes(range(256)))


@pytest.mark.attack("S4", "Q13")
def test_no_row_of_one_member_gets_around_the_bounds_in_whatever_order_it_comes(made: MadeNode) -> None:
    tables = [
        table(EVER, dimensions=["sex", "age_band"]),
        table(SURE_TWICE, dimensions=["sex"], table_id="sure"),
    ]
    others = [f"b-{n},{1950 + n},M,E06000062,2024-0{1 + n % 9}-01," for n in range(6)]
    # The busy one: every cell that may be empty is, a score at both ends of the range, hundreds of times.
    odd = ["busy,,,,2024-05-01,"]
    sums: list[dict[str, tuple[int, ...]]] = []
    shuffler = random.Random(3)
    reviews = [f"busy,2024-0{1 + n % 9}-{1 + n % 28:02d},{21 if n % 2 else 63}" for n in range(BUSY)]
    for turn in range(3):
        rows = [*others, *odd]
        shuffler.shuffle(rows)
        shuffler.shuffle(reviews)
        made.import_rows(HEADINGS + "\n".join(rows) + "\n", "Ref,Date,Total\n" + "\n".join(reviews) + "\n")
        sums.append(exact_of(made, *tables))
        assert sums[turn] == sums[0], "the order of rows changes what is kept"
    made.import_rows(HEADINGS + "\n".join(others) + "\n", "Ref,Date,Total\n")
    without = exact_of(made, *tables)
    asked = made.asked(*tables)
    plan = compile_plan(asked, load_dictionary(), made.node.rosters.newest.node("harbour"))
    for part in plan.parts:
        moved = [a - b for a, b in zip(sums[0][part.part_id], without[part.part_id], strict=True)]
        assert sum(d * d for d in moved) <= part.sensitivity.l2_squared
        assert sum(map(abs, moved)) <= part.sensitivity.l1
        assert 0 < sum(d != 0 for d in moved) <= part.sensitivity.cells


@pytest.mark.attack("S5")
def test_noisy_cells_are_whole_numbers_and_leave_no_hole_that_tells_two_counts_apart() -> None:
    # Mironov (2012): noise of floats leaves some values possible after one count and not after its neighbour.
    drawn = draw(2.5, 40_000)
    assert all(type(cell) is int for cell in drawn)
    within = {cell for cell in drawn if abs(cell) <= 6}
    # P(|6|) is about 0.0090 each: that one value in 13 is missed among 40,000 has chance below 1e-150.
    assert within == set(range(-6, 7))


@pytest.mark.attack("S6")
def test_a_price_is_never_lower_than_its_sensitivity_asks_for() -> None:
    for l2_squared in (1, 2, 3, 5, 7, 8, 12, 1_000, 3 * 10**9 + 1, 2**52 + 1):
        for nano_rho in (1, 3, 7, 50_000_000, 10**9 - 1):
            scale = Fraction(noise_scale(l2_squared, nano_rho))
            assert scale * scale >= Fraction(l2_squared * NANO, 2 * nano_rho)


@pytest.mark.attack("S8", "S10")
def test_noise_is_drawn_anew_by_a_fresh_process_for_each_computation_and_never_for_a_stored_answer(
    made: MadeNode,
) -> None:
    made.import_rows()
    job = job_of(made, table(EVER, dimensions=["age_band", "sex"]))
    first, second = parent.run(job), parent.run(job)  # as a process that was forked or copied before the noise
    assert first is not None and second is not None
    # Twenty cells with noise of about 5: that they are all alike has chance below 1e-20.
    assert first != second


@pytest.mark.attack("S7")
@pytest.mark.parametrize(
    "wrong",
    [
        "lambda exact: list(exact)",
        "lambda exact: [cell + 1 for cell in exact]",
        "lambda exact: [2 * (cell // 2) for cell in exact]",
    ],
    ids=["none", "constant", "even"],
)
def test_a_library_whose_sampler_is_broken_answers_nothing(
    made: MadeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    made.import_rows()
    job = job_of(made)
    broken = tmp_path / "broken"
    broken.mkdir()
    # What Python runs before anything else: the library as someone would have replaced it on this computer.
    (broken / "sitecustomize.py").write_text(
        f"import opendp.measurements as found\nfound.make_gaussian = lambda space, metric, scale: ({wrong})\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(broken), *filter(None, [os.environ.get("PYTHONPATH")])]))
    with pytest.raises(Corrupt):
        parent.run(job)
