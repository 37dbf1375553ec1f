"""An older ledger answers nobody: the folder is restored, copied or run twice, and each time a witness tells."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import Answer, decode_header, decode_ledger_mark, decode_refusal
from lero_contract.envelope import Envelope
from lero_contract.errors import BudgetSpent, Restored, RolledBack, Unavailable
from lero_contract.ledger_mark import LedgerHead
from lero_node import writing_off
from lero_node.compute import parent
from lero_node.home import Home
from lero_node.link.relay import News, Relay
from lero_node.link.tls import TlsFiles, open_tls
from lero_node.node import open_node
from lero_node.privacy.ledger import State
from lero_node.run import ROLLED_BACK, run
from lero_node.witness import FileMarks
from support.nodes import KEY, MadeNode, make_node, marks_beside
from support.requests import DAY_S, ISSUED_S, table

BY_AREA = table(dimensions=["area"])
NOTHING = News((), (), ())


class Centre(Relay):
    """A coordinator in memory: keeps the newest mark, offers what it has no reply to, and stops after some polls."""

    def __init__(self) -> None:
        self.offered: list[Envelope] = []
        self.answers: dict[str, list[Answer]] = {}
        self.refusals: list[str] = []
        self.kept: Envelope | None = None
        self.is_down = False
        self.polls_left = 3
        self.stop = threading.Event()

    def poll(
        self,
        roster_version: int,
        held: Sequence[str],
        wait_s: int,
        software_version: str,
        replies_held: int = 0,
        ledger_mark: Envelope | None = None,
    ) -> News:
        self.polls_left -= 1
        if self.polls_left <= 0:
            self.stop.set()
        if self.is_down:
            raise Unavailable
        assert ledger_mark is not None
        before = self.kept
        if before is None or head(ledger_mark).is_newer_than(head(before)):
            self.kept = ledger_mark
        differs = before is not None and head(before) != head(ledger_mark)
        waiting = tuple(self.offered)
        return News((), waiting, (), ledger_mark=before if differs else None)

    def send_answer(self, answer: Answer) -> bool:
        header = decode_header(answer.header.payload)
        self.answers.setdefault(header.request_id, []).append(answer)
        self._has_said(header.request_digest)
        return False

    def reconnect(self, tls: TlsFiles) -> None:
        self.tls = tls

    def send_refusal(self, refusal: Envelope) -> None:
        said = decode_refusal(refusal.payload)
        self.refusals.append(said.code)
        self._has_said(said.request_digest)

    def _has_said(self, digest: bytes) -> None:
        self.offered = [request for request in self.offered if request.digest != digest]


def head(mark: Envelope) -> LedgerHead:
    return decode_ledger_mark(mark.payload).head


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeNode]:
    """A node with records, whose computation is twelve zeros."""
    monkeypatch.setenv("LERO_NODE_MARKS", str(tmp_path / "marks"))
    found = make_node(tmp_path)
    found.import_rows()
    found.clock.at_s = ISSUED_S + 1.99
    monkeypatch.setattr(parent, "run", lambda job: (0,) * 12)
    monkeypatch.setattr("lero_node.run.FIRST_PAUSE_S", 0.01)
    yield found
    found.node.close()


@pytest.fixture
def centre() -> Centre:
    return Centre()


def go(made: MadeNode, centre: Centre, polls: int = 3) -> None:
    centre.stop, centre.polls_left = threading.Event(), polls
    centre.tls = open_tls(made.home.tls, KEY)
    run(made.node, centre, centre.stop, lambda line: None)


def back_up(made: MadeNode) -> None:
    shutil.copytree(made.home.folder, made.home.folder.parent / "backup")


def restore(made: MadeNode) -> None:
    made.node.close()
    shutil.rmtree(made.home.folder)
    shutil.copytree(made.home.folder.parent / "backup", made.home.folder)
    made.node = open_node(made.home, KEY, made.clock, marks_beside(made.home))


def answered_once(made: MadeNode, centre: Centre, number: int = 1) -> None:
    centre.offered = [made.signed(made.asked(BY_AREA, number=number))]
    go(made, centre)
    assert made.spent() == 20_000_000
    centre.answers = {}


def no_mark_here() -> None:
    shutil.rmtree(Path(os.environ["LERO_NODE_MARKS"]))


def test_a_restored_folder_stops_by_this_computers_mark_and_says_why_and_what_next(
    made: MadeNode, centre: Centre
) -> None:
    back_up(made)
    answered_once(made, centre)
    restore(made)
    with pytest.raises(RolledBack, match="ends at row 1, and this computer knows row 4") as raised:
        go(made, centre)
    assert "lero-node budget write-off" in raised.value.next_step
    assert made.log()[-1] == ROLLED_BACK


def test_a_folder_copied_to_a_computer_without_a_mark_stops_before_it_says_a_word(
    made: MadeNode, centre: Centre
) -> None:
    no_mark_here()
    centre.offered = [made.signed(made.asked(BY_AREA))]
    with pytest.raises(RolledBack, match="holds no mark"):
        go(made, centre)
    assert (centre.kept, centre.answers, made.spent()) == (None, {}, 0)


def test_where_the_mark_was_restored_too_the_coordinator_tells_before_anything_is_computed(
    made: MadeNode, centre: Centre
) -> None:
    marks = Path(os.environ["LERO_NODE_MARKS"])
    back_up(made)
    shutil.copytree(marks, marks.with_name("marks-backup"))
    answered_once(made, centre)
    no_mark_here()
    shutil.copytree(marks.with_name("marks-backup"), marks)
    restore(made)
    centre.offered = [made.signed(made.asked(BY_AREA, number=2))]
    with pytest.raises(RolledBack, match="the coordinator knows row 4"):
        go(made, centre)
    assert (centre.answers, made.spent()) == ({}, 0)
    centre.is_down = True
    with pytest.raises(RolledBack, match="this computer knows row 4"):
        go(made, centre)


def test_a_second_computer_with_a_mark_of_its_own_is_told_by_the_coordinator(made: MadeNode, centre: Centre) -> None:
    back_up(made)
    marks = Path(os.environ["LERO_NODE_MARKS"])
    elsewhere = marks.with_name("elsewhere")
    shutil.copytree(marks, elsewhere)
    answered_once(made, centre)
    twin = Home(made.home.folder.parent / "backup")
    other = open_node(twin, KEY, made.clock, lambda name: FileMarks(elsewhere / f"{name}.mark"))
    other.witness.check_local(other.ledger)
    with pytest.raises(RolledBack, match="the coordinator knows row 4"):
        run(other, centre, threading.Event(), lambda line: None)
    other.close()


def test_nothing_is_computed_or_sent_before_the_coordinator_was_asked(made: MadeNode, centre: Centre) -> None:
    made.heard(made.asked(BY_AREA))
    centre.is_down = True
    go(made, centre)
    assert (made.spent(), centre.answers) == (0, {})
    centre.is_down = False
    go(made, centre)
    assert (made.spent(), len(centre.answers)) == (20_000_000, 1)


def test_nothing_leaves_without_a_mark_of_the_newest_row(made: MadeNode, centre: Centre) -> None:
    made.heard(made.asked(BY_AREA))
    place = made.node.witness.marks
    go(made, centre, polls=1)

    class Closed:
        def read(self) -> Envelope | None:
            return place.read()

        def write(self, mark: Envelope) -> None:
            raise Unavailable

    object.__setattr__(made.node.witness, "marks", Closed())
    stop = threading.Event()
    run(made.node, centre, stop, lambda line: stop.set() if "Trying again" in line else None)
    assert made.node.ledger.existing(made.asked().request_id).state is State.RESERVED
    assert (centre.answers, head(place.read() or pytest.fail()).sequence) == ({}, 1)
    object.__setattr__(made.node.witness, "marks", place)
    go(made, centre)
    assert len(centre.answers) == 1
    assert made.spent() == 20_000_000


def test_a_mark_at_the_coordinator_that_the_node_did_not_sign_is_passed_over_and_logged_once(
    made: MadeNode, centre: Centre
) -> None:
    stranger = replace(made.node.witness, signing=Ed25519PrivateKey.generate())
    centre.kept = stranger.signed(LedgerHead(99, b"n" * 32))
    centre.offered = [made.signed(made.asked(BY_AREA))]
    go(made, centre, polls=4)
    assert len(centre.answers) == 1
    assert made.log().count("mark of the ledger not believed") == 1


def test_after_a_write_off_it_runs_refuses_what_is_older_and_spends_nothing_until_a_year_opens(
    made: MadeNode, centre: Centre
) -> None:
    back_up(made)
    answered_once(made, centre)
    restore(made)
    made.node.home.restored.write_text("")
    made.clock.at_s += 60
    marks, unreached = writing_off.marks_known(made.node, centre)
    assert unreached is None
    foreseen = writing_off.foresee(made.node, marks)
    assert writing_off.write_off(made.node, marks) == foreseen
    assert (foreseen.epoch, foreseen.nano_rho) == (1, made.node.policy.caps.year_nano_rho)
    assert not made.node.home.restored.exists()
    centre.offered, centre.answers = [made.signed(made.asked(BY_AREA, number=1))], {}
    go(made, centre)
    assert (centre.refusals, centre.answers) == ([Restored.code], {})
    assert centre.kept is not None
    assert head(centre.kept).epoch == 1
    late = made.asked(BY_AREA, number=3, issued_at_s=ISSUED_S + 600)
    made.clock.at_s += 600
    centre.offered = [made.signed(late)]
    go(made, centre)
    assert centre.refusals == [Restored.code, BudgetSpent.code]


def test_a_write_off_without_a_line_stops_once_more_and_a_second_goes_above_what_the_coordinator_knows(
    made: MadeNode, centre: Centre
) -> None:
    back_up(made)
    answered_once(made, centre)
    no_mark_here()
    centre.kept = made.node.witness.signed(LedgerHead(9, b"n" * 32, 3))
    restore(made)
    centre.is_down = True
    marks, unreached = writing_off.marks_known(made.node, centre)
    assert (marks, type(unreached)) == ((), Unavailable)
    writing_off.write_off(made.node, marks)
    centre.is_down = False
    with pytest.raises(RolledBack, match="after write-off 3"):
        go(made, centre)
    assert writing_off.write_off(made.node, writing_off.marks_known(made.node, centre)[0]).epoch == 4
    go(made, centre)


def test_a_request_that_was_charged_and_not_finished_is_given_up_and_the_coordinator_is_told(
    made: MadeNode, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent, "run", lambda job: None)
    centre.offered = [made.signed(made.asked(BY_AREA))]
    go(made, centre)
    assert made.node.ledger.existing(made.asked().request_id).state is State.RESERVED
    loss = writing_off.write_off(made.node, writing_off.marks_known(made.node, centre)[0])
    assert loss.unfinished == (made.asked().request_id,)
    go(made, centre)
    assert centre.refusals == [Restored.code]
    assert made.node.ledger.standing().spent_year == made.node.policy.caps.year_nano_rho


def test_the_day_and_moment_of_a_write_off_are_the_latest_that_anything_knows_of(made: MadeNode) -> None:
    later = replace(made.node.witness, clock=lambda: ISSUED_S + 400 * DAY_S)
    mark = later.opened(later.signed(LedgerHead(9, b"n" * 32)))
    loss = writing_off.foresee(made.node, [mark])
    # A mark tells the day, not the moment.
    assert (loss.years, loss.not_before_s) == (1, (ISSUED_S // DAY_S + 400) * DAY_S)
    assert "and 1 whole year that may have been opened since" in writing_off.in_words(loss)[0]
