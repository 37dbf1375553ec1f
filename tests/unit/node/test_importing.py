"""What a mapping must read is what the newest list says, not the one this node joined with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.errors import Corrupt, DataNotValid
from lero_node.importing import use_mapping
from support.nodes import MAPPING, MadeNode, make_node

WITHOUT_SEX = MAPPING.replace('sex = { column = "Gender", values = { "M" = "male", "F" = "female" } }\n', "")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeNode]:
    found = make_node(tmp_path)
    yield found
    found.node.close()


def listed_as_collecting(made: MadeNode, *names: str) -> None:
    entry = made.node.entry_in(made.node.rosters.newest)
    made.accept(nodes=(replace(entry, collects=tuple(sorted(names))),))


def test_a_mapping_may_read_less_once_the_list_says_so(made: MadeNode) -> None:
    with pytest.raises(DataNotValid, match="sex"):
        use_mapping(made.home, WITHOUT_SEX)
    listed_as_collecting(made, "area", "birth_year", "joined", "left", "sure.total")
    use_mapping(made.home, WITHOUT_SEX)
    assert made.home.mapping.read_text() == WITHOUT_SEX


def test_nothing_is_imported_by_a_mapping_that_reads_less_than_the_newest_list(made: MadeNode) -> None:
    listed_as_collecting(made, *made.node.entry_in(made.node.rosters.newest).collects, "employment")
    with pytest.raises(DataNotValid, match="employment"):
        made.import_rows()
    assert made.node.snapshot is None


def test_a_ledger_that_is_gone_is_never_begun_anew(made: MadeNode) -> None:
    made.home.ledger.unlink()
    with pytest.raises(Corrupt, match="ledger is missing"):
        made.reopen()
    assert not made.home.ledger.exists()
