from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from lero_contract.errors import Corrupt, DataNotValid, Unavailable
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.store import Store, papers, replies
from lero_coordinator.store.replies import ANSWER, REFUSAL, Kept, Reply, Sighting
from lero_coordinator.store.tables import conflicts, facts
from support.offices import NOW_S, MadeOffice, make_node, make_office

ID = f"{1:032x}"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node("east"), make_node("west")])
    office.submitted()
    yield office
    office.office.close()


def reply(content: bytes, kind: str = ANSWER, node_id: str = "east") -> Reply:
    return Reply(ID, node_id, kind, content, "" if kind == ANSWER else "declined", NOW_S, False)


def kept(store: Store, *said: Reply) -> list[Kept]:
    with store.writing() as connection:
        return [replies.keep(connection, one)[0] for one in said]


def test_the_first_answer_stands_and_others_are_evidence_once(made: MadeOffice) -> None:
    store = made.office.store
    assert kept(store, reply(b"a"), reply(b"a"), reply(b"b"), reply(b"b")) == [
        Kept.NEW,
        Kept.SAME,
        Kept.CONFLICT,
        Kept.CONFLICT,
    ]
    with store.reading() as connection:
        assert [r.content for r in replies.replies_to(connection, ID)] == [b"a"]
        assert replies.conflicts_of(connection, ID) == ("east",)


def test_an_answer_may_follow_a_refusal_and_not_the_other_way(made: MadeOffice) -> None:
    said = (reply(b"no", REFUSAL), reply(b"a"), reply(b"no", REFUSAL))
    assert kept(made.office.store, *said) == [Kept.NEW, Kept.NEW, Kept.SAME]
    other_way = (reply(b"a", ANSWER, "west"), reply(b"no", REFUSAL, "west"))
    assert kept(made.office.store, *other_way) == [Kept.NEW, Kept.CONFLICT]


def test_a_write_that_fails_in_the_middle_leaves_nothing(made: MadeOffice) -> None:
    def fail() -> None:
        with made.office.store.writing() as connection:
            replies.keep(connection, reply(b"a"))
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        fail()
    with made.office.store.reading() as connection:
        assert replies.replies_to(connection, ID) == ()


def test_two_stores_on_one_database_see_each_other_and_take_turns(made: MadeOffice) -> None:
    other = Store(made.office.home.database_url(made.office.config))
    outcomes: list[Kept] = []

    def write(store: Store) -> None:
        for _ in range(20):
            outcomes.extend(kept(store, reply(b"the same")))

    threads = [threading.Thread(target=write, args=(store,)) for store in (made.office.store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(o.value for o in outcomes) == ["new"] + ["same"] * 39
    other.close()


def test_settled_requests_are_not_offered_again(made: MadeOffice) -> None:
    store = made.office.store
    kept(store, reply(b"no", REFUSAL))
    with store.reading() as connection:
        assert papers.open_for(connection, "east", NOW_S) == ()
        assert [r.request_id for r in papers.open_for(connection, "west", NOW_S)] == [ID]


def test_the_tide_turns_with_every_change_a_poll_could_tell_of(made: MadeOffice) -> None:
    def tide(now_s: int = NOW_S) -> tuple[int, ...]:
        with made.office.store.reading() as connection:
            return papers.tide(connection, now_s)

    seen = [tide()]
    made.submitted()
    seen.append(tide())
    made.office.close_round(ID, NOW_S)
    seen.append(tide())
    sign_and_accept(made.office, made.roots, NOW_S)
    seen.append(tide())
    seen.append(tide(NOW_S + 400 * 86_400))  # deadlines pass by themselves
    assert len(set(seen)) == len(seen)


def test_a_sighting_replaces_the_one_before(made: MadeOffice) -> None:
    with made.office.store.writing() as connection:
        replies.saw(connection, Sighting("east", 1, "0.1"))
        replies.saw(connection, Sighting("east", 2, "0.2"))
        assert replies.all_sightings(connection) == {"east": Sighting("east", 2, "0.2")}


def test_a_database_of_another_schema_is_left_alone(made: MadeOffice) -> None:
    with made.office.store.writing() as connection:
        connection.execute(update(facts).where(facts.c.name == "schema").values(value="99"))
    with pytest.raises(Corrupt, match="schema 99"):
        Store(made.office.home.database_url(made.office.config))
    with made.office.store.reading() as connection:
        assert connection.scalar(select(facts.c.value)) == "99"


def test_a_file_that_is_no_database_is_said_to_be_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(Corrupt):
        Store(f"sqlite:///{tmp_path / 'x.sqlite'}")


def test_a_locked_database_is_unavailable_and_nothing_worse(made: MadeOffice) -> None:
    store = Store(made.office.home.database_url(made.office.config), wait_s=0.05)
    file = made.office.home.folder / "store" / "coordinator.sqlite"
    with sqlite3.connect(file, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), store.writing() as connection:
            replies.saw(connection, Sighting("east", 1, "0.1"))
        holder.execute("ROLLBACK")
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://host/x"])
def test_a_url_nothing_can_open_is_refused(url: str) -> None:
    with pytest.raises(DataNotValid, match="database URL"):
        Store(url)


def test_nobody_else_on_the_computer_can_read_the_store(tmp_path: Path) -> None:
    file = tmp_path / "store" / "coordinator.sqlite"
    file.parent.mkdir(mode=0o755)
    sqlite3.connect(file).close()
    file.chmod(0o644)  # as an earlier version left it
    store = Store(f"sqlite:///{file}")
    with store.writing() as connection:
        replies.saw(connection, Sighting("east", NOW_S, "1"))
        modes = {f.name.removeprefix(file.name): f.stat().st_mode & 0o777 for f in file.parent.iterdir()}
    assert modes == {"": 0o600, "-wal": 0o600, "-shm": 0o600}
    store.close()


def test_of_a_node_that_contradicts_itself_all_day_a_few_replies_are_kept(made: MadeOffice) -> None:
    store = made.office.store
    assert kept(store, *(reply(b"%d" % n) for n in range(9)))[1:] == [Kept.CONFLICT] * 8
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(conflicts)) == replies.MOST_EVIDENCE
