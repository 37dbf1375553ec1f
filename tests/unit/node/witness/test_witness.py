"""A mark goes before everything that is sent: without it, below it or beside it the ledger takes no further step."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lero_contract.codec import decode_ledger_mark
from lero_contract.envelope import Envelope
from lero_contract.errors import Malformed, RolledBack, Unauthorised, Unavailable
from lero_contract.ledger_mark import LedgerHead
from lero_node.privacy.ledger import Caps, Charge, Ledger
from lero_node.witness import Witness

DAY, NOW_S = 20_000, 1_775_000_000
CAPS = Caps(250, 400)


@dataclass
class Kept:
    """A place in memory that can be closed."""

    mark: Envelope | None = None
    is_closed: bool = False
    written: list[Envelope] = field(default_factory=list)

    def read(self) -> Envelope | None:
        return self.mark

    def write(self, mark: Envelope) -> None:
        if self.is_closed:
            raise Unavailable
        self.mark = mark
        self.written.append(mark)


@dataclass
class Made:
    """A ledger with its witness, and a copy that was put aside."""

    folder: Path
    place: Kept
    witness: Witness

    @property
    def path(self) -> Path:
        return self.folder / "ledger.sqlite"

    def open(self) -> Ledger:
        return Ledger(self.path, self.witness.keep)

    def charge(self, name: str) -> None:
        charge = Charge(name * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 10, 0, 2026)
        ledger = self.open()
        try:
            ledger.reserve(charge, CAPS, NOW_S)
        finally:
            ledger.close()

    def back_up(self) -> None:
        shutil.copy(self.path, self.folder / "backup")

    def restore(self) -> None:
        shutil.copy(self.folder / "backup", self.path)

    def marked(self) -> LedgerHead:
        assert self.place.mark is not None
        return decode_ledger_mark(self.place.mark.payload).head

    def head(self) -> LedgerHead:
        head = self.open().head()
        assert head is not None
        return head


@pytest.fixture
def made(tmp_path: Path) -> Made:
    place = Kept()
    witness = Witness(place, Ed25519PrivateKey.generate(), "fed", "harbour", tmp_path / "restored", lambda: NOW_S)
    found = Made(tmp_path, place, witness)
    ledger = Ledger(found.path)
    ledger.open_year(DAY, NOW_S)
    witness.start(ledger)
    return found


def test_every_row_is_marked_before_the_writing_method_returns(made: Made) -> None:
    made.charge("a")
    made.charge("b")
    assert [decode_ledger_mark(mark.payload).head.sequence for mark in made.place.written] == [1, 2, 3]
    assert made.marked() == made.head()


def test_a_method_that_adds_no_row_makes_up_for_a_mark_that_could_not_be_kept(made: Made) -> None:
    made.place.is_closed = True
    with pytest.raises(Unavailable):
        made.charge("a")
    assert (made.head().sequence, made.marked().sequence) == (2, 1), "charged, and nothing may be sent"
    with pytest.raises(Unavailable):
        made.charge("a")
    made.place.is_closed = False
    made.charge("a")
    assert made.marked() == made.head() == LedgerHead(2, made.head().hash)


def test_a_crash_between_row_and_mark_leaves_an_older_mark_and_stops_nobody(made: Made) -> None:
    before = made.place.mark
    made.charge("a")
    made.place.mark = before
    made.witness.check_local(made.open())
    made.charge("b")
    assert made.marked().sequence == 3


def test_an_older_copy_stops_before_and_in_its_first_step_and_its_mark_stays(made: Made) -> None:
    made.back_up()
    made.charge("a")
    newest = made.place.mark
    made.restore()
    with pytest.raises(RolledBack, match="ends at row 1, and this computer knows row 2"):
        made.witness.check_local(made.open())
    with pytest.raises(RolledBack, match="two histories"):
        made.charge("b")
    assert made.place.mark == newest


def test_a_copy_that_grew_past_the_mark_stops_too(made: Made) -> None:
    made.back_up()
    made.charge("a")
    made.restore()
    ledger = Ledger(made.path)  # without a witness, as on another computer
    for name in "bcd":
        ledger.reserve(Charge(name * 32, b"r" * 32, b"t" * 32, b"p" * 32, "k" * 64, 10, 0, 2026), CAPS, NOW_S)
    with pytest.raises(RolledBack, match="two histories"):
        made.witness.check_local(ledger)


def test_without_a_mark_or_with_anothers_the_ledger_is_not_known_to_be_the_newest(made: Made) -> None:
    others = replace(made.witness, signing=Ed25519PrivateKey.generate())
    elsewhere = replace(made.witness, federation_id="another")
    for mark in (None, others.signed(made.head()), elsewhere.signed(made.head())):
        made.place.mark = mark
        with pytest.raises(RolledBack, match="holds no mark"):
            made.witness.check_local(made.open())
        with pytest.raises(RolledBack, match="holds no mark"):
            made.charge("a")


def test_a_folder_that_came_from_a_backup_stops_although_its_mark_fits(made: Made) -> None:
    made.witness.restored.write_text("")
    with pytest.raises(RolledBack, match="restored from a backup"):
        made.witness.check_local(made.open())


def test_joining_again_over_a_mark_of_more_rows_is_a_rollback(made: Made) -> None:
    made.charge("a")
    made.path.unlink()
    fresh = Ledger(made.path)
    fresh.open_year(DAY, NOW_S)
    with pytest.raises(RolledBack):
        made.witness.start(fresh)


def test_what_the_coordinator_keeps_of_this_history_is_heard_without_a_word(made: Made) -> None:
    older = made.place.mark
    made.charge("a")
    assert older is not None
    made.witness.hear(older, made.open())
    made.witness.hear(made.witness.signed(made.head()), made.open())


def test_a_newer_mark_from_the_coordinator_stops_this_computer_from_then_on_also_without_a_line(made: Made) -> None:
    newer = made.witness.signed(LedgerHead(7, b"n" * 32))
    with pytest.raises(RolledBack, match="ends at row 1, and the coordinator knows row 7"):
        made.witness.hear(newer, made.open())
    with pytest.raises(RolledBack, match="this computer knows row 7"):
        made.witness.check_local(made.open())


def test_another_history_at_the_coordinator_stops_this_computer_from_then_on_too(made: Made) -> None:
    made.charge("a")
    with pytest.raises(RolledBack, match="two histories"):
        made.witness.hear(made.witness.signed(LedgerHead(1, b"n" * 32)), made.open())
    with pytest.raises(RolledBack, match="two histories"):
        made.witness.check_local(made.open())


def test_a_mark_that_is_not_this_nodes_own_word_says_nothing(made: Made) -> None:
    stranger = replace(made.witness, signing=Ed25519PrivateKey.generate())
    head = LedgerHead(7, b"n" * 32)
    with pytest.raises(Unauthorised):
        made.witness.hear(stranger.signed(head), made.open())
    with pytest.raises(Unauthorised, match="another node"):
        made.witness.hear(replace(made.witness, node_id="north").signed(head), made.open())
    with pytest.raises(Malformed):
        made.witness.hear(replace(made.witness.signed(head), type="answer-header"), made.open())
    made.witness.check_local(made.open())


def test_after_a_write_off_the_mark_is_begun_above_everything_that_was_known(made: Made) -> None:
    made.back_up()
    made.charge("a")
    made.charge("b")
    lost = made.marked()
    made.restore()
    ledger = made.open()
    ledger.write_off(lost, DAY, CAPS, NOW_S)
    made.witness.begin(ledger)
    assert (made.marked().epoch, made.marked().sequence) == (1, 2)
    made.witness.check_local(ledger)
    made.witness.hear(made.witness.signed(lost), ledger)


def test_a_mark_is_not_begun_below_one_that_is_kept(made: Made) -> None:
    made.place.mark = made.witness.signed(LedgerHead(1, b"n" * 32, 5))
    ledger = made.open()
    ledger.write_off(None, DAY, CAPS, NOW_S)
    with pytest.raises(RolledBack):
        made.witness.begin(ledger)


def test_a_mark_of_another_process_that_came_late_is_not_left_below_the_ledger(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = made.witness.signed(made.head())  # another process has signed its row, and is about to put it down
    kept = made.place.write

    def late(mark: Envelope) -> None:
        kept(mark)
        if len(made.place.written) == 2:
            kept(slow)

    monkeypatch.setattr(made.place, "write", late)
    made.charge("a")
    assert made.marked() == made.head()


def test_two_copies_that_mark_at_the_same_moment_do_not_both_go_on(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.back_up()
    made.charge("a")
    other = made.place.mark
    assert other is not None
    made.restore()
    made.place.mark = made.place.written[0]
    kept = made.place.write
    monkeypatch.setattr(made.place, "write", lambda mark: (kept(mark), kept(other)))
    with pytest.raises(RolledBack, match="two histories"):
        made.charge("b")


def test_a_place_that_forgets_what_is_written_lets_nothing_be_sent(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made.place, "write", lambda mark: None)
    with pytest.raises(Unavailable, match="not kept"):
        made.charge("a")
