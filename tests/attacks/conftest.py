"""One federation of two LEROs for all that attacks its processes, disks and lines; mended between tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.faulty import Faulty, faulty_federation


@pytest.fixture(scope="session")
def federation_under_attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    with faulty_federation(tmp_path_factory.mktemp("attacked"), leros=2) as found:
        yield found


@pytest.fixture
def attacked(federation_under_attack: Faulty) -> Iterator[Faulty]:
    """Whole and healthy at the start of every test."""
    federation_under_attack.mend()
    yield federation_under_attack
    federation_under_attack.mend()
