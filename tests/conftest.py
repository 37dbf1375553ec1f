"""In CI nothing may be skipped: a test that needs something named gets it there, or the run fails.

No test is timed, property tests included: these machines are shared and noisy.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from support.postgres import Postgres

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure where CI is set."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _marks_of_nodes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test leaves the mark of a ledger in the account it runs under. Each node's mark has a name of its own."""
    os.environ["LERO_NODE_MARKS"] = str(tmp_path_factory.mktemp("marks"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started by the first test that asks for it."""
    from support.postgres import started

    with started() as found:
        yield found
