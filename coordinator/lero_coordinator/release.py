"""From stored answers to a numbered revision of a release: every answer checked again, whole; any revision made again.

The first combining of a closed round is revision 1. Late answers go into the next, and only on request: each revision
keeps exactly which answers are in it, so that it can be combined again bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lero_contract.codec import decode_answer, decode_request, decode_roster
from lero_contract.dictionary import Dictionary
from lero_contract.errors import Corrupt, LeroError, Malformed, Refused, TooFewAnswers
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_coordinator.combine import Accepted, Release, check_answer, combine
from lero_coordinator.combine.revised import mark_revised
from lero_coordinator.combine.revising import draw
from lero_coordinator.combine.withholding import MINIMUM_LEROS
from lero_coordinator.office import Office
from lero_coordinator.rounds import Round, state_of
from lero_coordinator.store import papers, replies, revisions
from lero_coordinator.store.replies import ANSWER, Reply
from lero_coordinator.store.revisions import Revision


@dataclass(frozen=True)
class Rejected:
    """An answer that is not what the request and the roster imply."""

    node_id: str
    reason: str


@dataclass(frozen=True)
class Combined:
    """All that a revision is made of: the same gives the same release, wherever it is combined."""

    request: Request
    request_digest: bytes
    roster: Roster
    accepted: tuple[Accepted, ...]
    rejected: tuple[str, ...]
    refused: Mapping[str, str]
    earlier: tuple[tuple[Accepted, ...], ...]

    @property
    def added(self) -> tuple[str, ...]:
        """Nodes whose answers were not in the revision before."""
        known = {a.node_id for a in self.earlier[-1]} if self.earlier else set()
        return tuple(a.node_id for a in self.accepted if self.earlier and a.node_id not in known)


@dataclass(frozen=True)
class Collected:
    """What a closed round gives to combining, as of one revision. rejected: answers left out, each with its reason.

    refused: by node, the code of its refusal. earlier: the answers of the revisions before this one, oldest first.
    """

    request: Request
    request_digest: bytes
    roster: Roster
    state: Round
    accepted: tuple[Accepted, ...]
    rejected: tuple[Rejected, ...]
    refused: Mapping[str, str]
    revision: int
    made_at_s: int
    earlier: tuple[tuple[Accepted, ...], ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """Nodes whose answers were not in the revision before."""
        return self.as_combined.added

    @property
    def as_combined(self) -> Combined:
        """What the revision is made of."""
        return Combined(
            request=self.request,
            request_digest=self.request_digest,
            roster=self.roster,
            accepted=self.accepted,
            rejected=tuple(rejected.node_id for rejected in self.rejected),
            refused=self.refused,
            earlier=self.earlier,
        )


def collect(
    office: Office, request_id: str, now_s: int, *, with_late: bool = False, number: int | None = None
) -> Collected:
    """The answers of a closed round that make a revision, checked against the roster that the request pins.

    number: of a revision that was kept. Without it the newest; where there is none, or with_late, the one that would
    be next: of every timely answer, and with_late of the late ones too. Nothing is kept by this: see `keep`.
    Raises Refused while the round is open (figures of an open round would depend on the moment someone looked) and
    where no late answer has come; TooFewAnswers where late answers are of too few LEROs to be told apart from none.
    """
    with office.store.reading() as connection:
        stored = papers.request_of(connection, request_id)
        [pinned] = papers.rosters_of(connection, [stored.roster_digest])
        said = replies.said_to(connection, request_id)
        answers = [r for r in replies.replies_to(connection, request_id) if r.kind == ANSWER]
        made = revisions.revisions_of(connection, request_id)
    request, roster = decode_request(stored.envelope.payload), decode_roster(pinned.envelope.payload)
    state = state_of(request, said, stored.closed_at_s, now_s)
    if state.is_open:
        raise Refused("The round is still open.", f"Wait, or run `lero-coordinator request close {request_id}`.")
    if number is not None and not 0 < number <= len(made):
        raise Malformed(f"There is no revision {number}; {len(made)} are kept.", "See `request show`.")
    checked = [
        _checked(reply, request, stored.digest, roster, pinned.digest, office.dictionary)
        for reply in answers
        if with_late or made or not reply.late
    ]
    holding = {one.node_id: one for one in checked if isinstance(one, Accepted)}
    failing = {one.node_id: one for one in checked if isinstance(one, Rejected)}
    kept = [_as_kept(revision, holding) for revision in made]
    whole = Collected(request, stored.digest, roster, state, (), (), {}, 0, now_s)
    if made and not with_late:
        chosen = made[(number or len(made)) - 1]
        return replace(
            whole,
            accepted=kept[chosen.number - 1],
            rejected=tuple(failing.get(name, Rejected(name, "It did not hold.")) for name in chosen.rejected),
            refused=chosen.refused,
            revision=chosen.number,
            made_at_s=chosen.made_at_s,
            earlier=tuple(kept[: chosen.number - 1]),
        )
    if number is not None:
        raise Malformed("A kept revision takes no more answers in.", "Leave out one of --revision and --with-late.")
    accepted = tuple(holding.values())
    if kept:
        accepted = _taken(request, kept, accepted, office.dictionary)
    refused = {s.node_id: s.code for s in said if s.code and s.node_id in request.cohort}
    answered = {*failing, *(a.node_id for a in accepted)}
    return replace(
        whole,
        accepted=accepted,
        rejected=tuple(failing.values()),
        refused={node: code for node, code in refused.items() if node not in answered},
        revision=len(made) + 1,
        earlier=tuple(kept),
    )


def release_of(office: Office, collected: Collected) -> Release:
    """The combined revision. Raises TooFewAnswers where no answer that holds is up to the cut date."""
    return combined_again(collected.as_combined, office.dictionary, office.config.year_allowance)


def combined_again(made: Combined, dictionary: Dictionary, year_allowance: float) -> Release:
    """The release, with what has changed since the revision before marked. Pure. Raises like `release_of`."""
    if all(answer.is_stale for answer in made.accepted):
        raise TooFewAnswers("No LERO's answer can be combined.", "See `request show` for who answered.")
    asked = (made.request, made.request_digest, made.roster, dictionary)
    release = replace(
        combine(*asked, made.accepted, dict(made.refused), made.rejected, earlier=made.earlier),
        year_allowance_rho=year_allowance,
        added=made.added,
    )
    if not made.earlier:
        return release
    *before, last = made.earlier
    return mark_revised(release, combine(*asked, last, {}, earlier=before))


def keep(office: Office, collected: Collected) -> None:
    """Records the revision: its number, its time, and exactly which answers are in it. One that is kept is the same."""
    revision = Revision(
        number=collected.revision,
        made_at_s=collected.made_at_s,
        answers={answer.node_id: answer.header_digest for answer in collected.accepted},
        refused=collected.refused,
        rejected=tuple(rejected.node_id for rejected in collected.rejected),
    )
    with office.store.writing() as connection:
        revisions.add(connection, collected.request.request_id, revision)


def _checked(
    reply: Reply,
    request: Request,
    request_digest: bytes,
    roster: Roster,
    roster_digest: bytes,
    dictionary: Dictionary,
) -> Accepted | Rejected:
    try:
        answer = decode_answer(reply.content)
        return check_answer(answer, request, request_digest, roster, roster_digest, dictionary)
    except LeroError as reason:
        return Rejected(reply.node_id, reason.detail)


def _as_kept(revision: Revision, holding: Mapping[str, Accepted]) -> tuple[Accepted, ...]:
    """The answers of a revision, which must be the very same. Raises Corrupt where one is not."""
    found = []
    for node_id, digest in revision.answers.items():
        answer = holding.get(node_id)
        if answer is None or answer.header_digest != digest:
            raise Corrupt(
                f"The answer of {node_id} is not the one that revision {revision.number} was made of.",
                "Restore a backup of the coordinator's database.",
            )
        found.append(answer)
    return tuple(found)


def _taken(
    request: Request, kept: Sequence[Sequence[Accepted]], holding: Iterable[Accepted], dictionary: Dictionary
) -> tuple[Accepted, ...]:
    """The answers of the next revision: those kept, and of the others those that at least one table takes in."""
    known = {answer.node_id for answer in kept[-1]}
    late = [answer for answer in holding if answer.node_id not in known and not answer.is_stale]
    if not late:
        raise Refused(f"No answer has come since revision {len(kept)}.", "See `request show` for who answered late.")
    made = [[answer for answer in answers if not answer.is_stale] for answers in (*kept, [*kept[-1], *late])]
    drawn = draw(request, made, dictionary)
    used = {answer.node_id for one in drawn.values() for answer in one.answers if answer.cells_of(one.support.table_id)}
    taken = [answer for answer in late if answer.node_id in used]
    if not taken:
        raise _too_few(len({answer.organisation_id for answer in late}), len(kept))
    return tuple(sorted((*kept[-1], *taken), key=lambda answer: answer.node_id))


def _too_few(leros: int, before: int) -> TooFewAnswers:
    """What is missing, in words."""
    missing = MINIMUM_LEROS - leros
    have = "1 LERO has" if leros == 1 else f"{leros} LEROs have"
    words = f"{have} answered since revision {before}. The difference of the two would say too much about so few."
    if missing <= 0:
        return TooFewAnswers(words, f"Each table needs {MINIMUM_LEROS} of them that record it. Wait for more.")
    more = "1 more LERO has" if missing == 1 else f"{missing} more LEROs have"
    return TooFewAnswers(words, f"Wait until {more} answered late, or those that have agree to be shown alone.")
