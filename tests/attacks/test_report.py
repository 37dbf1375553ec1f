"""The table of attacks: a line counts as defeated only where every test of it passed, and none is forgotten."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from attacks.lines import LINES, OPEN
from attacks.report import Outcomes, row_of, rows, summary


def run(folder: Path, text: str) -> Outcomes:
    """What the plugin saw of a file of tests, run in this process."""
    file = folder / f"test_{folder.name}.py"  # a name of its own: pytest imports into this process
    file.write_text("import pytest\n" + textwrap.dedent(text))
    outcomes = Outcomes()
    settings = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        str(folder),
        "-o",
        "markers=attack(line)",
    ]
    pytest.main([str(file), *settings], plugins=[outcomes])
    return outcomes


def test_a_line_with_one_failing_test_of_two_is_not_defeated(tmp_path: Path) -> None:
    outcomes = run(
        tmp_path,
        """
        @pytest.mark.attack("Q1", "Q3")
        def test_good(): pass
        @pytest.mark.attack("Q1")
        def test_bad(): assert False
        """,
    )
    standing = {row.line: (row.standing, row.tests) for row in rows(outcomes)}
    assert standing["Q1"] == ("NOT DEFEATED", (f"test_{tmp_path.name}.py::test_bad",))
    assert standing["Q3"] == ("defeated", (f"test_{tmp_path.name}.py::test_good",))
    assert standing["Q2"] == ("not tried", ())
    assert standing["A1"] == ("open (pooled rounds)", ())


def test_a_skip_an_expected_failure_and_a_fault_in_taking_down_have_not_passed(tmp_path: Path) -> None:
    outcomes = run(
        tmp_path,
        """
        @pytest.fixture
        def broken():
            yield
            assert False
        @pytest.mark.attack("W1")
        def test_skipped(): pytest.skip("not here")
        @pytest.mark.attack("W2")
        @pytest.mark.xfail
        def test_expected(): assert False
        @pytest.mark.attack("W3")
        def test_taken_down(broken): pass
        """,
    )
    found = {row.line: row.standing for row in rows(outcomes)}
    assert [found[line] for line in ("W1", "W2", "W3")] == ["NOT DEFEATED"] * 3


def test_a_line_that_is_not_in_the_list_stops_the_run(tmp_path: Path) -> None:
    outcomes = run(tmp_path, '@pytest.mark.attack("Z9")\ndef test_unknown(): pass')
    assert not outcomes.carries


def test_an_open_line_is_met_and_any_other_line_must_be_tried() -> None:
    found = [row_of(line, {"t": True} if line == "Q1" else {}) for line in LINES]
    assert [row.line for row in found if row.is_met] == ["Q1", *OPEN]
    assert len(OPEN) == 17
    assert summary(found).startswith(f"1 of {len(LINES) - 17} attacks defeated, 17 open. Missing: Q2, Q3")
