"""Backups, restores and write-offs in any order, over any time: all histories together stay within the allowance.

A history ends when its folder is replaced by a backup; what it had spent stays spent in the world. The witnesses are at
their worst: they know nothing but that a restore happened.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lero_contract.errors import BudgetSpent, Refused
from lero_node.privacy.ledger import DAYS_BETWEEN_YEARS, Caps, Charge, Ledger

CAPS = Caps(year_nano_rho=100, lifetime_nano_rho=450)
DAY_S = 86_400


class Histories(RuleBasedStateMachine):
    """One node over the years. day: of the newest roster; the true one, which only rises."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.first_day = self.day = 20_000
        self.backups: list[Path] = []
        self.names = count(1)
        self.seconds = count(1)  # a clock that stands still for nobody
        self.spent = 0
        self.answered: dict[str, bytes] = {}
        self.issued: dict[str, int] = {}
        self.ledger = Ledger(self.folder / "ledger.sqlite")

    @initialize()
    def join(self) -> None:
        self.ledger.open_year(self.day, self.now_s)

    @property
    def now_s(self) -> int:
        return self.day * DAY_S + next(self.seconds)

    @rule(days=st.sampled_from([1, 100, 364, 365, 500]))
    def time_passes_and_a_year_opens_if_it_may(self, days: int) -> None:
        self.day += days
        with suppress(Refused):
            self.ledger.open_year(self.day, self.now_s)

    @rule()
    def back_up(self) -> None:
        self.backups.append(self.folder / f"backup-{len(self.backups)}")
        shutil.copy(self.folder / "ledger.sqlite", self.backups[-1])

    @precondition(lambda self: self.backups)
    @rule(which=st.integers(0, 9), times=st.sampled_from([1, 1, 2]))
    def restore_and_write_off(self, which: int, times: int) -> None:
        self.ledger.close()
        shutil.copy(self.backups[which % len(self.backups)], self.folder / "ledger.sqlite")
        self.ledger = Ledger(self.folder / "ledger.sqlite")
        for _ in range(times):
            before = self.ledger.standing()
            self.ledger.write_off(None, self.day, CAPS, self.now_s)
            after = self.ledger.standing()
            assert after.spent_lifetime >= before.spent_lifetime
            assert after.not_before_s >= before.not_before_s
            assert after.year_opened_roster_day >= before.year_opened_roster_day

    @rule(share=st.sampled_from([1, 2, 3]))
    def answer_a_new_request(self, share: int) -> None:
        """share: of what is left."""
        self._answer(self._new(), self._left() // share)

    @rule()
    def charge_a_new_request_and_stop_before_its_answer(self) -> None:
        self._answer(self._new(), self._left() // 2, is_finished=False)

    @precondition(lambda self: self.issued)
    @rule(which=st.integers(0, 99))
    def answer_an_old_request_again(self, which: int) -> None:
        self._answer(sorted(self.issued)[which % len(self.issued)], self._left() // 2)

    def _new(self) -> str:
        name = f"{next(self.names):032x}"
        self.issued[name] = self.now_s
        return name

    def _left(self) -> int:
        return max(CAPS.year_nano_rho - self.ledger.standing().spent_year, 0)

    def _answer(self, name: str, nano_rho: int, is_finished: bool = True) -> None:
        known, standing = self.ledger.entry(name), self.ledger.standing()
        if known is None and standing.epoch and self.issued[name] <= standing.not_before_s:
            return  # admission.py refuses it
        charge = Charge(name, name.encode(), b"t" * 32, b"p" * 32, "k" * 64, nano_rho, 0, 2026)
        try:
            entry = self.ledger.reserve(charge, CAPS, self.now_s)
        except BudgetSpent:
            return
        if known is None:
            self.spent += entry.nano_rho
        if not is_finished:
            return
        with suppress(Refused):  # one that was given up
            sent = self.ledger.release(name, f"noise {next(self.names)}".encode(), self.now_s)
            assert self.answered.setdefault(name, sent) == sent, "the same request yields the same bytes for ever"

    @invariant()
    def all_histories_together_stay_within_a_cap_for_every_year_that_can_have_been_opened(self) -> None:
        years = 1 + (self.day - self.first_day) // DAYS_BETWEEN_YEARS
        assert self.spent <= years * CAPS.year_nano_rho

    @invariant()
    def the_account_holds_at_least_all_that_was_spent(self) -> None:
        assert self.ledger.standing().spent_lifetime >= self.spent

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
