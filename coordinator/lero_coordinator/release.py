"""From stored answers to a release: every answer checked again, whole; what does not hold is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lero_contract.codec import decode_answer, decode_request, decode_roster
from lero_contract.errors import LeroError, Refused, TooFewAnswers
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_coordinator.combine import Accepted, Release, check_answer, combine
from lero_coordinator.office import Office
from lero_coordinator.rounds import Round, state_of
from lero_coordinator.store import papers, replies
from lero_coordinator.store.replies import ANSWER


@dataclass(frozen=True)
class Rejected:
    """An answer that is not what the request and the roster imply."""

    node_id: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """What a closed round gives to combining. rejected: answers left out, each with its reason."""

    request: Request
    request_digest: bytes
    roster: Roster
    state: Round
    accepted: tuple[Accepted, ...]
    rejected: tuple[Rejected, ...]


def collect(office: Office, request_id: str, now_s: int) -> Collected:
    """Every timely answer of a closed round, checked against the roster that the request pins.

    Raises Refused while the round is open: figures of an open round would depend on the moment someone looked.
    """
    with office.store.reading() as connection:
        stored = papers.request_of(connection, request_id)
        [pinned] = papers.rosters_of(connection, [stored.roster_digest])
        said = replies.said_to(connection, request_id)
        answers = [r for r in replies.replies_to(connection, request_id) if r.kind == ANSWER and not r.late]
    request, roster = decode_request(stored.envelope.payload), decode_roster(pinned.envelope.payload)
    state = state_of(request, said, stored.closed_at_s, now_s)
    if state.is_open:
        raise Refused("The round is still open.", f"Wait, or run `lero-coordinator request close {request_id}`.")
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for reply in answers:
        try:
            answer = decode_answer(reply.content)
            checked = check_answer(answer, request, stored.digest, roster, pinned.digest, office.dictionary)
        except LeroError as reason:
            rejected.append(Rejected(reply.node_id, reason.detail))
        else:
            accepted.append(checked)
    return Collected(request, stored.digest, roster, state, tuple(accepted), tuple(rejected))


def release_of(office: Office, collected: Collected) -> Release:
    """The combined result. Raises TooFewAnswers where no answer that holds is up to the cut date."""
    if all(answer.is_stale for answer in collected.accepted):
        raise TooFewAnswers("No LERO's answer can be combined.", "See `request show` for who answered.")
    release = combine(
        collected.request,
        collected.request_digest,
        collected.roster,
        office.dictionary,
        collected.accepted,
        dict(collected.state.refused),
        [rejected.node_id for rejected in collected.rejected],
    )
    return replace(release, year_allowance_rho=office.config.year_allowance)
