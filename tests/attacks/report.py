"""One row for every attack: defeated by which test, not defeated, open or not tried; and an exit code for all.

    PYTHONPATH=tests .venv/bin/python -m attacks.report        (or: make attacks)

A line is defeated only where every test that carries its id passed, set-up and taking down included; a test that was
skipped has not been made. Further words are given to pytest, in place of the folder of attacks.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from attacks.lines import LINES, OPEN

HERE = Path(__file__).parent
STEPS = frozenset({"setup", "call", "teardown"})


@dataclass
class Outcomes:
    """A pytest plugin that notes which lines each test carries, and which of its steps passed."""

    carries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    passed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Reads the marks. Raises UsageError for a line that there is not."""
        for item in session.items:
            found = tuple(str(line) for mark in item.iter_markers("attack") for line in mark.args)
            if unknown := sorted(set(found) - set(LINES)):
                raise pytest.UsageError(f"{item.nodeid} is marked with no line of attacks/lines.py: {unknown}")
            if found:
                self.carries[item.nodeid] = found

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a step that passed. An expected failure has not passed, nor has a skip."""
        if report.passed and not hasattr(report, "wasxfail"):
            self.passed[report.nodeid].add(report.when or "")

    def tests_of(self, line: str) -> dict[str, bool]:
        """Every test that carries a line, and whether it passed whole."""
        return {test: self.passed[test] >= STEPS for test, lines in self.carries.items() if line in lines}


@dataclass(frozen=True)
class Row:
    """What became of one line. tests: those that show it."""

    line: str
    standing: str
    tests: tuple[str, ...]
    is_met: bool


def row_of(line: str, tests: Mapping[str, bool]) -> Row:
    """tests: every test that carries the line, and whether it passed. An open line is met whatever they say; pure."""
    failed = tuple(test for test, passed in tests.items() if not passed)
    if line in OPEN:
        return Row(line, f"open ({OPEN[line]})", tuple(tests), is_met=True)
    if not tests:
        return Row(line, "not tried", (), is_met=False)
    if failed:
        return Row(line, "NOT DEFEATED", failed, is_met=False)
    return Row(line, "defeated", tuple(tests), is_met=True)


def rows(outcomes: Outcomes) -> Iterator[Row]:
    """One for each line, in their order."""
    return (row_of(line, outcomes.tests_of(line)) for line in LINES)


def summary(found: Sequence[Row]) -> str:
    """How many lines of each standing."""
    defeated = sum(row.standing == "defeated" for row in found)
    unmet = [row.line for row in found if not row.is_met]
    still_open = sum(row.line in OPEN for row in found)
    words = f"{defeated} of {len(found) - still_open} attacks defeated, {still_open} open"
    return f"{words}. Missing: {', '.join(unmet)}." if unmet else f"{words}."


def main(words: Sequence[str]) -> int:
    """Runs the tests, prints the rows, and returns the exit code."""
    outcomes = Outcomes()
    ended = pytest.main([*(words or (str(HERE),)), "-q"], plugins=[outcomes])
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return int(ended)
    found = list(rows(outcomes))
    print()
    for row in found:
        print(f"{row.line} {row.standing} {' '.join(row.tests)}".rstrip())
    print(summary(found))
    # A test that failed for another reason than its attack fails the run too.
    return int(ended != pytest.ExitCode.OK or not all(row.is_met for row in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
