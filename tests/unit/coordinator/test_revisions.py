"""Late answers as numbered revisions: kept exactly, made again bit for bit, and never of too few LEROs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, inspect, text, update

from lero_contract.codec import Answer, decode_answer, decode_header, encode_header, envelope_to_bytes
from lero_contract.dictionary import load_dictionary
from lero_contract.envelope import ANSWER_HEADER, sign
from lero_contract.errors import Corrupt, Malformed, Refused, Stale, TooFewAnswers, Unavailable
from lero_contract.request import Request
from lero_coordinator.cli import cli
from lero_coordinator.combine import combine
from lero_coordinator.combine.release import Participation, Release
from lero_coordinator.combine.revised import mark_revised
from lero_coordinator.combine.withholding import ALL, ENGLAND
from lero_coordinator.landscape import publish
from lero_coordinator.landscape.revision import revision_words
from lero_coordinator.release import Collected, collect, keep, release_of
from lero_coordinator.store import Store, people, replies, revisions
from lero_coordinator.store.replies import ANSWER, REFUSAL, Reply
from lero_coordinator.store.tables import facts, outcomes
from lero_coordinator.store.tables import replies as replies_table
from lero_coordinator.store.tables import revisions as revisions_table
from support.offices import DRAFT, NOW_S, MadeOffice, answer_to, make_node, make_office, refusal_of
from support.requests import AT_CUT_DATE, SURE_TWICE, table
from support.rounds import HARTLEPOOL, answer, asked, lero, roster_of

TIMELY, LATE = ("a", "b", "c"), ("d", "e", "f", "g")
TO_COME = 3600


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(name) for name in (*TIMELY, *LATE)])
    yield office
    office.office.close()


@pytest.fixture
def closed(made: MadeOffice) -> Request:
    """A round closed with the answers of a, b and c, 10 members each; nobody agreed to stand alone."""
    wide = {**DRAFT, "tables": [{**DRAFT["tables"][0], "hide_wider_than": 400}]}  # no figure is too wide to show
    request = made.office.submit(made.signed(made.draft(wide)), NOW_S)
    answers(made, request, TIMELY)
    made.office.close_round(request.request_id, NOW_S)
    return request


def answers(made: MadeOffice, request: Request, names: Sequence[str], *, late: bool = False, agrees: str = "") -> None:
    for name in names:
        plain = answer_to(made, request, name, 10)
        header = replace(decode_header(plain.header.payload), publish_alone=name in agrees)
        answer = Answer(sign(ANSWER_HEADER, encode_header(header), made.nodes[name].identity), plain.vector)
        store(made, Reply(request.request_id, name, ANSWER, answer.to_bytes(), "", NOW_S, late))


def store(made: MadeOffice, reply: Reply) -> None:
    with made.office.store.writing() as connection:
        replies.keep(connection, reply)


def revised(made: MadeOffice, request: Request, *, with_late: bool = False) -> tuple[Collected, Release]:
    """Made and kept, as the commands do it."""
    collected = collect(made.office, request.request_id, NOW_S + TO_COME, with_late=with_late)
    release = release_of(made.office, collected)
    keep(made.office, collected)
    return collected, release


def again(made: MadeOffice, request: Request, number: int) -> Release:
    return release_of(made.office, collect(made.office, request.request_id, NOW_S + 10 * TO_COME, number=number))


def members(release: Release) -> float:
    estimate = release.table("members").figure(ALL).estimate
    assert estimate is not None
    return estimate.noisy


def test_late_answers_come_in_with_the_next_revision_when_asked_for(made: MadeOffice, closed: Request) -> None:
    assert members(revised(made, closed)[1]) == 30
    answers(made, closed, "def", late=True)
    assert members(revised(made, closed)[1]) == 30  # the newest that is kept, until someone asks
    collected, release = revised(made, closed, with_late=True)
    assert (collected.revision, release.revision, release.added) == (2, 2, ("d", "e", "f"))
    assert (members(release), release.answered) == (60, 6)
    assert sorted(release.answer_digests) == ["a", "b", "c", "d", "e", "f"]


def test_a_figure_that_changed_is_marked_revised_and_one_that_did_not_is_not(made: MadeOffice, closed: Request) -> None:
    first = revised(made, closed)[1].table("members")
    answers(made, closed, "def", late=True)
    second = revised(made, closed, with_late=True)[1].table("members")
    assert (first.figure(ALL).mark, second.figure(ALL).mark) == ("", "[r]")
    assert second.figure(ENGLAND).mark == "[r]"
    assert all("[r]" not in figure.mark for figure in second.figures if not figure.status.has_figure)


def test_a_revision_beside_itself_has_nothing_revised(made: MadeOffice, closed: Request) -> None:
    first = revised(made, closed)[1]
    assert mark_revised(first, first) == first


def test_a_table_that_took_no_late_answer_says_of_which_revision_it_is() -> None:
    nodes = [lero(name, HARTLEPOOL) for name in "abcd"]
    nodes += [lero(name, HARTLEPOOL, collects=("area", "joined", "left")) for name in "ef"]
    request = asked(nodes, table(AT_CUT_DATE, ["area"]), table(SURE_TWICE, table_id="sure"))
    given = [answer(request, node, {}) for node in nodes]
    release = combine(request, bytes(32), roster_of(nodes), load_dictionary(), given, {}, earlier=[given[:3]])
    assert (release.revision, release.unrevised) == (2, {"sure": 1})
    assert (release.table("members").answered, release.table("sure").answered) == (6, 3)
    words = revision_words(replace(release, added=("d", "e", "f")))
    assert words[1] == "As in revision 1, because too few of the late answers hold it: A table."


def test_any_revision_is_made_again_bit_for_bit(made: MadeOffice, closed: Request, tmp_path: Path) -> None:
    store(
        made,
        Reply(closed.request_id, "g", REFUSAL, envelope_to_bytes(refusal_of(made, closed, "g")), "declined", 1, False),
    )
    first = revised(made, closed)[1]
    answers(made, closed, "def", late=True)
    second = revised(made, closed, with_late=True)[1]
    answers(made, closed, "g", late=True)  # after the second was made, and after its refusal
    for number, shown in ((1, first), (2, second)):
        assert again(made, closed, number) == shown
        pages = [tmp_path / f"{number}-{n}" for n in (1, 2)]
        for folder, release in zip(pages, (shown, again(made, closed, number)), strict=True):
            publish(release, folder, publisher_key=None, notice=None, made_on=date(2026, 5, 1))
        assert _contents(pages[0]) == _contents(pages[1])
    kinds = {node.node_id: node.participation for node in again(made, closed, 2).nodes}
    assert kinds["g"] is Participation.REFUSED


def test_the_page_and_the_statement_say_how_many_more_answers_there_are(
    made: MadeOffice, closed: Request, tmp_path: Path
) -> None:
    revised(made, closed)
    answers(made, closed, "def", late=True)
    release = revised(made, closed, with_late=True)[1]
    shown = publish(release, tmp_path / "pages", publisher_key=None, notice=None, made_on=date(2026, 5, 1))
    assert "Revision 2: 3 more answers than revision 1." in shown.index.read_text(encoding="utf-8")
    said = json.loads((shown.folder / "release.json").read_bytes())["revision"]
    assert (said["number"], said["added"], said["more_answers"]) == (2, ["d", "e", "f"], 3)


@pytest.mark.parametrize(
    ("late", "said", "next_step"),
    [("d", "1 LERO has answered since revision 1", "2 more LEROs have"), ("de", "2 LEROs have", "1 more LERO has")],
)
def test_one_or_two_late_leros_make_no_revision_and_it_is_said_how_many_are_missing(
    made: MadeOffice, closed: Request, late: str, said: str, next_step: str
) -> None:
    revised(made, closed)
    answers(made, closed, late, late=True)
    with pytest.raises(TooFewAnswers, match=said) as refused:
        collect(made.office, closed.request_id, NOW_S, with_late=True)
    assert next_step in refused.value.next_step
    answers(made, closed, "fg", late=True)
    assert revised(made, closed, with_late=True)[1].revision == 2


def test_a_late_lero_that_agreed_to_stand_alone_makes_a_revision(made: MadeOffice, closed: Request) -> None:
    revised(made, closed)
    answers(made, closed, "d", late=True, agrees="d")
    assert members(revised(made, closed, with_late=True)[1]) == 40


def test_without_a_late_answer_that_holds_there_is_no_next_revision(made: MadeOffice, closed: Request) -> None:
    revised(made, closed)
    with pytest.raises(Refused, match="No answer has come since revision 1"):
        collect(made.office, closed.request_id, NOW_S, with_late=True)
    cheaper = decode_answer(answer_to(made, closed, "d").to_bytes())
    header = replace(decode_header(cheaper.header.payload), price_nano_rho=1)
    wrong = Answer(sign(ANSWER_HEADER, encode_header(header), made.nodes["d"].identity), cheaper.vector)
    store(made, Reply(closed.request_id, "d", ANSWER, wrong.to_bytes(), "", NOW_S, True))
    with pytest.raises(Refused, match="No answer has come"):
        collect(made.office, closed.request_id, NOW_S, with_late=True)


def test_a_lero_that_said_its_records_are_old_and_answered_after_the_close_is_late(
    made: MadeOffice, closed: Request
) -> None:
    for name in "def":
        no = envelope_to_bytes(refusal_of(made, closed, name, Stale.code))
        store(made, Reply(closed.request_id, name, REFUSAL, no, Stale.code, NOW_S, False))
    answers(made, closed, "def", late=True)
    first, second = revised(made, closed)[1], revised(made, closed, with_late=True)[1]
    for release, kind in ((first, Participation.STALE), (second, Participation.ANSWERED)):
        assert {n.participation for n in release.nodes if n.node_id in "def"} == {kind}
    assert members(second) == 60


def test_a_first_revision_may_hold_late_answers_for_nothing_was_shown_before(made: MadeOffice, closed: Request) -> None:
    answers(made, closed, "d", late=True)
    collected, release = revised(made, closed, with_late=True)
    assert (collected.revision, release.added, members(release)) == (1, (), 40)


def test_a_third_revision_counts_from_the_second(made: MadeOffice, closed: Request) -> None:
    revised(made, closed)
    answers(made, closed, "def", late=True)
    revised(made, closed, with_late=True)
    answers(made, closed, "g", late=True)
    with pytest.raises(TooFewAnswers, match="1 LERO has answered since revision 2"):
        collect(made.office, closed.request_id, NOW_S, with_late=True)


def test_a_revision_whose_answers_are_no_longer_there_is_not_made_of_others(made: MadeOffice, closed: Request) -> None:
    revised(made, closed)
    with made.office.store.writing() as connection:
        connection.execute(delete(replies_table).where(replies_table.c.node_id == "a"))
    with pytest.raises(Corrupt, match="The answer of a is not the one that revision 1 was made of"):
        collect(made.office, closed.request_id, NOW_S)
    answers(made, closed, "a", agrees="a")  # signed by the same node, and not the same
    with pytest.raises(Corrupt):
        collect(made.office, closed.request_id, NOW_S)


def test_a_number_that_was_never_made_is_named(made: MadeOffice, closed: Request) -> None:
    with pytest.raises(Malformed, match="no revision 1; 0 are kept"):
        collect(made.office, closed.request_id, NOW_S, number=1)


def test_the_store_keeps_number_time_and_the_digests_of_the_answers_once(made: MadeOffice, closed: Request) -> None:
    collected = revised(made, closed)[0]
    keep(made.office, collected)
    with made.office.store.reading() as connection:
        [found] = revisions.revisions_of(connection, closed.request_id)
    assert (found.number, found.made_at_s) == (1, NOW_S + TO_COME)
    assert found.answers == {a.node_id: a.header_digest for a in collected.accepted}
    other = replace(collected, accepted=collected.accepted[:2])
    with pytest.raises(Unavailable, match="at the same time"):
        keep(made.office, other)


def test_a_store_of_the_schema_before_gains_the_new_tables_and_loses_nothing(made: MadeOffice, closed: Request) -> None:
    with made.office.store.writing() as connection:
        for table in (outcomes, revisions_table):
            table.drop(connection)
        connection.execute(update(facts).where(facts.c.name == "schema").values(value="1"))
        connection.execute(text("ALTER TABLE enrolments ADD COLUMN tls_certificate BLOB NOT NULL DEFAULT 'pem'"))
    reopened = Store(made.office.home.database_url(made.office.config))
    with reopened.reading() as connection:
        assert len(replies.replies_to(connection, closed.request_id)) == 3
        assert revisions.revisions_of(connection, closed.request_id) == ()
        assert len(people.all_enrolments(connection)) == 7
        assert "tls_certificate" not in {c["name"] for c in inspect(connection).get_columns("enrolments")}
    reopened.close()
    assert revised(made, closed)[1].revision == 1


def types(made: MadeOffice, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(made.office.home.folder), *words])


def test_the_commands_make_a_revision_make_one_again_and_list_them(
    made: MadeOffice, closed: Request, tmp_path: Path
) -> None:
    def combine(name: str, *words: str) -> Result:
        return types(made, "combine", closed.request_id, "--out", str(tmp_path / name), *words)

    assert combine("one").stdout.startswith("3 of 7 answers combine as revision 1;")
    assert combine("none", "--with-late").exit_code == 3
    answers(made, closed, "d", late=True)
    few = combine("few", "--with-late")
    assert (few.exit_code, "Wait until 2 more LEROs have answered late" in few.stderr) == (4, True)
    answers(made, closed, "ef", late=True)
    second = combine("two", "--with-late")
    assert second.stdout.startswith("6 of 7 answers combine as revision 2, 3 more than revision 1;")
    assert combine("one-again", "--revision", "1").stdout.startswith("3 of 7 answers combine as revision 1;")
    assert combine("both", "--revision", "1", "--with-late").exit_code == 2
    shown = types(made, "request", "show", closed.request_id)
    assert "Revision 2: 6 answers, made" in shown.stdout
    found = json.loads(types(made, "request", "show", closed.request_id, "--json").stdout)
    assert [r["number"] for r in found["revisions"]] == [1, 2]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
