"""What the desk takes from a poll before it looks anything up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lero_contract.errors import Malformed
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.service import desk
from lero_coordinator.store import replies
from support.offices import NOW_S, MadeOffice, make_node, make_office


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east")])
    yield office
    office.office.close()


@pytest.mark.parametrize(
    "poll",
    [
        pb.PollRequest(held=["x"] * (desk.MOST_HELD + 1)),
        pb.PollRequest(roster_version=2**63),
        pb.PollRequest(software_version="1" * (desk.LONGEST_VERSION + 1)),
        pb.PollRequest(software_version="1\x1b[2J"),
        pb.PollRequest(software_version="1\x00"),
    ],
    ids=["too many requests", "no such roster", "too long", "an escape sequence", "a null"],
)
def test_a_poll_no_node_would_send_is_refused_and_leaves_nothing(made: MadeOffice, poll: pb.PollRequest) -> None:
    """A person reads the version in a terminal, and a database has no room for the rest."""
    with pytest.raises(Malformed):
        desk.note_sighting(made.office.store, "east", poll, NOW_S)
    with made.office.store.reading() as connection:
        assert replies.all_sightings(connection) == {}
