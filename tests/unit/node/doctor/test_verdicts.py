"""Each verdict at its border: well, worth a look, wrong, and with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from lero_contract.days import to_day
from lero_contract.roster import RootSet, Roster
from lero_node.data.manifest import Snapshot
from lero_node.doctor.verdicts import (
    Mark,
    certificate_verdict,
    clock_verdict,
    roster_verdict,
    snapshot_verdict,
    space_verdict,
)

NOW_S = 1_775_000_000  # 2026-03-31
DAY_S = 86_400
MIB = 1024 * 1024
ROSTER = Roster("f", 7, NOW_S - DAY_S, NOW_S + 90 * DAY_S, RootSet(1, 1, (bytes(32),)), (), (), (), (), True)
SNAPSHOT = Snapshot("000001-00", NOW_S, to_day(date(2026, 3, 31)), "", {"members": 4711}, (), {})


@pytest.mark.parametrize(("left_days", "mark"), [(90, Mark.OK), (14, Mark.OK), (13, Mark.LOOK), (-1, Mark.WRONG)])
def test_a_list_and_a_certificate_are_looked_at_a_fortnight_before_their_end(left_days: int, mark: Mark) -> None:
    ends_at_s = NOW_S + left_days * DAY_S
    longer = replace(ROSTER, issued_at_s=NOW_S - 30 * DAY_S, expires_at_s=ends_at_s)
    assert roster_verdict(longer, NOW_S).mark is mark
    assert certificate_verdict(ends_at_s, NOW_S).mark is mark


def test_an_expired_list_is_wrong_and_says_what_to_do() -> None:
    found = roster_verdict(ROSTER, ROSTER.expires_at_s + DAY_S)
    assert (found.mark, found.exit_code) == (Mark.WRONG, 3)
    assert "lero-node run" in found.next_step


def test_the_days_left_are_said() -> None:
    assert roster_verdict(ROSTER, NOW_S).words == "Number 7, valid until 2026-06-29 (90 days left)."
    assert certificate_verdict(NOW_S + DAY_S, NOW_S).words == "Valid until 2026-04-01 (1 day left)."


@pytest.mark.parametrize(("age_days", "mark"), [(0, Mark.OK), (100, Mark.OK), (101, Mark.LOOK)])
def test_an_import_is_old_after_a_hundred_days(age_days: int, mark: Mark) -> None:
    assert snapshot_verdict(SNAPSHOT, NOW_S + age_days * DAY_S).mark is mark


def test_an_import_is_told_by_its_dates_and_never_by_how_many_members_it_has() -> None:
    assert snapshot_verdict(SNAPSHOT, NOW_S).words == "Snapshot 000001-00 of 2026-03-31, complete to 2026-03-31."
    assert snapshot_verdict(None, NOW_S).mark is Mark.LOOK


@pytest.mark.parametrize(
    ("free", "mark"), [(1024 * MIB, Mark.OK), (1024 * MIB - 1, Mark.LOOK), (100 * MIB - 1, Mark.WRONG)]
)
def test_a_disk_that_fills_up_is_told_before_it_is_full(free: int, mark: Mark) -> None:
    assert space_verdict(free).mark is mark


def test_a_clock_that_was_put_back_is_told() -> None:
    assert clock_verdict(NOW_S, NOW_S, NOW_S).mark is Mark.OK
    assert clock_verdict(NOW_S, NOW_S + 301, 0).mark is Mark.WRONG
    assert clock_verdict(NOW_S, 0, NOW_S + 301).mark is Mark.LOOK
    assert clock_verdict(NOW_S, NOW_S + 300, NOW_S + 300).mark is Mark.OK
