"""From stored answers to a release, over the store alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lero_contract.codec import Answer, decode_header, encode_header, envelope_to_bytes
from lero_contract.envelope import ANSWER_HEADER, sign
from lero_contract.errors import Malformed, Refused, TooFewAnswers
from lero_contract.request import Request
from lero_coordinator.admitting import enrol_by_file
from lero_coordinator.combine.release import Participation
from lero_coordinator.listing import sign_and_accept
from lero_coordinator.release import Rejected, collect, release_of
from lero_coordinator.store import replies
from lero_coordinator.store.replies import ANSWER, REFUSAL, Reply
from support.offices import NOW_S, MadeOffice, answer_to, make_node, make_office, refusal_of

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[MadeOffice]:
    office = make_office(tmp_path / "home", [make_node(name) for name in NAMES])
    yield office
    office.office.close()


def store(
    made: MadeOffice, request: Request, node_id: str, content: bytes, *, kind: str = ANSWER, late: bool = False
) -> None:
    code = "declined" if kind == REFUSAL else ""
    with made.office.store.writing() as connection:
        replies.keep(connection, Reply(request.request_id, node_id, kind, content, code, NOW_S, late))


def with_header(made: MadeOffice, answer: Answer, node_id: str, **changes: object) -> Answer:
    """The answer with its header changed, and signed again by the same node."""
    header = replace(decode_header(answer.header.payload), **changes)  # type: ignore[arg-type]
    return Answer(sign(ANSWER_HEADER, encode_header(header), made.nodes[node_id].identity), answer.vector)


def test_an_open_round_is_not_looked_into(made: MadeOffice) -> None:
    request = made.submitted()
    with pytest.raises(Refused, match="still open"):
        collect(made.office, request.request_id, NOW_S)


def test_answers_that_hold_are_combined_and_the_others_named_with_their_reason(made: MadeOffice) -> None:
    request = made.submitted()
    store(made, request, "a", answer_to(made, request, "a", 30).to_bytes())
    store(made, request, "b", answer_to(made, request, "b", 12).to_bytes())
    cheaper = with_header(made, answer_to(made, request, "c"), "c", price_nano_rho=1)
    store(made, request, "c", cheaper.to_bytes())
    store(made, request, "d", envelope_to_bytes(refusal_of(made, request, "d")), kind=REFUSAL)
    made.office.close_round(request.request_id, NOW_S)
    collected = collect(made.office, request.request_id, NOW_S)
    assert [answer.node_id for answer in collected.accepted] == ["a", "b"]
    assert collected.rejected == (Rejected("c", "The answer's price is not the one that was asked for."),)
    assert dict(collected.state.refused) == {"d": "declined"}
    release = release_of(made.office, collected)
    assert sorted(release.answer_digests) == ["a", "b"]
    assert release.request == request
    kinds = {node.node_id: node.participation for node in release.nodes}
    assert kinds["c"] is Participation.REJECTED
    assert kinds["d"] is Participation.REFUSED


def test_late_answers_are_not_in_this_release(made: MadeOffice) -> None:
    request = made.submitted()
    made.office.close_round(request.request_id, NOW_S)
    store(made, request, "a", answer_to(made, request, "a").to_bytes(), late=True)
    collected = collect(made.office, request.request_id, NOW_S)
    assert (collected.accepted, collected.state.late) == ((), ("a",))
    with pytest.raises(TooFewAnswers):
        release_of(made.office, collected)


def test_answers_older_than_the_cut_date_alone_make_no_release(made: MadeOffice) -> None:
    request = made.submitted()
    stale = with_header(made, answer_to(made, request, "a"), "a", cut_date_day=request.cut_date_day - 1)
    store(made, request, "a", stale.to_bytes())
    made.office.close_round(request.request_id, NOW_S)
    with pytest.raises(TooFewAnswers):
        release_of(made.office, collect(made.office, request.request_id, NOW_S))


def test_an_answer_is_judged_by_the_roster_its_request_pins(made: MadeOffice) -> None:
    request = made.submitted()
    moved = make_node("a", ["E06000061"], identity=made.nodes["a"].identity)
    enrol_by_file(made.office, moved.change(), NOW_S)
    sign_and_accept(made.office, made.roots, NOW_S)
    store(made, request, "a", answer_to(made, request, "a").to_bytes())
    made.office.close_round(request.request_id, NOW_S)
    [accepted] = collect(made.office, request.request_id, NOW_S).accepted
    assert accepted.entry.areas == ("E06000062",)


def test_an_unknown_request_has_no_release(made: MadeOffice) -> None:
    with pytest.raises(Malformed, match="No request"):
        collect(made.office, "f" * 32, NOW_S)
