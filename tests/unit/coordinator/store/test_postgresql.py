"""The coordinator's memory in PostgreSQL: the same acts, one writer after the other, and readers of one moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lero_contract.errors import Conflict, Unavailable
from lero_contract.v1 import relay_service_pb2 as pb
from lero_coordinator.admitting import new_invite
from lero_coordinator.config import write_config
from lero_coordinator.office import Office
from lero_coordinator.service import desk
from lero_coordinator.store import Store, replies
from lero_coordinator.store.replies import Sighting
from lero_coordinator.store.tables import sightings
from support.offices import NOW_S, MadeOffice, answer_to, make_node, make_office
from support.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> str:
    """Of an empty database, as a person writes it: the driver is left open."""
    return postgres.url("postgres", postgres.fresh_database("centre"))


@pytest.fixture
def made(url: str, tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")], database=url)
    yield office
    office.office.close()


def how_many(store: Store) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(sightings)) or 0


def test_a_round_goes_its_whole_way(made: MadeOffice) -> None:
    request, office = made.submitted(), made.office
    poll = pb.PollRequest(software_version="1")
    desk.note_sighting(office.store, "east", poll, NOW_S)
    assert len(desk.look(office.store, "east", poll, NOW_S).requests) == 1
    answer = answer_to(made, request, "east")
    for _ in range(2):
        assert not desk.take_answer(office, "east", pb.SendAnswerRequest(answer=answer.to_message()), NOW_S).late
    other = answer_to(made, request, "east", first_cell=8)
    with pytest.raises(Conflict):
        desk.take_answer(office, "east", pb.SendAnswerRequest(answer=other.to_message()), NOW_S)
    assert not desk.look(office.store, "east", poll, NOW_S).requests
    assert office.round_state(request.request_id, NOW_S).answered == ("east",)


def test_another_process_opens_the_same_store(made: MadeOffice, url: str) -> None:
    other = Store(url)
    with other.writing() as connection:
        replies.saw(connection, Sighting("east", NOW_S, "1"))
    assert how_many(made.office.store) == 1
    other.close()


def test_a_reader_sees_one_moment(made: MadeOffice) -> None:
    store = made.office.store
    count = select(func.count()).select_from(sightings)
    with store.reading() as reader:
        assert reader.scalar(count) == 0
        with store.writing() as writer:
            replies.saw(writer, Sighting("east", NOW_S, "1"))
        assert reader.scalar(count) == 0
    assert how_many(store) == 1


def test_a_second_writer_waits_for_the_first_and_is_told_where_it_takes_too_long(made: MadeOffice, url: str) -> None:
    impatient = Store(url, wait_s=0.05)
    with made.office.store.writing(), pytest.raises(Unavailable), impatient.writing():
        pass
    impatient.close()


def test_of_two_replicas_that_invite_the_same_node_one_is_refused(made: MadeOffice, url: str, tmp_path: Path) -> None:
    office = made.office
    home = tmp_path / "replica"
    write_config(replace(office.home, folder=home), office.config)
    (home / "keys").symlink_to(office.home.keys)
    other, said = Office(home), list[str]()

    def invite(at: Office) -> None:
        try:
            new_invite(at, "south", "south-org", "The south fellowship", NOW_S)
            said.append("invited")
        except Conflict:
            said.append("refused")

    both = [threading.Thread(target=invite, args=(at,)) for at in (office, other)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    other.close()
    assert sorted(said) == ["invited", "refused"]
