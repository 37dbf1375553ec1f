"""What the store holds of a round, as files: the public proof that goes with a release, and the evidence that does not.

Everything is as it was received, byte for byte.
"""

from __future__ import annotations

from lero_contract.codec import envelope_to_bytes
from lero_contract.errors import Malformed
from lero_coordinator.office import Office
from lero_coordinator.proof.evidence import Evidence, Made
from lero_coordinator.proof.names import REQUEST_FILE, roster_file
from lero_coordinator.store import Store, papers, replies, revisions
from lero_coordinator.store.replies import ANSWER


def proof_files(store: Store, request_id: str) -> dict[str, bytes]:
    """For a published folder: the request, and the rosters that lead from the first roots to it and to the newest."""
    with store.reading() as connection:
        request = papers.request_of(connection, request_id)
        rosters = papers.rosters_behind(connection, request)
    files = {roster_file(roster.version): envelope_to_bytes(roster.envelope) for roster in rosters}
    return {REQUEST_FILE: envelope_to_bytes(request.envelope), **files}


def evidence_of(office: Office, request_id: str, number: int | None = None) -> Evidence:
    """All that a revision was made of, and what else was received. number: by default the newest.

    Raises Malformed where the revision was never made.
    """
    public = proof_files(office.store, request_id)
    with office.store.reading() as connection:
        received = replies.replies_to(connection, request_id)
        made = revisions.revisions_of(connection, request_id)
    chosen = number or len(made)
    if not 0 < chosen <= len(made):
        raise Malformed(f"There is no revision {chosen}; {len(made)} are kept.", "Run `combine` or `publish` first.")
    return Evidence(
        request_id=request_id,
        year_allowance=office.config.year_allowance,
        revisions=tuple(Made(r.number, r.made_at_s, r.answers, r.refused, r.rejected) for r in made[:chosen]),
        public=public,
        answers={r.node_id: r.content for r in received if r.kind == ANSWER},
        refusals={r.node_id: r.content for r in received if r.kind != ANSWER},
        late=frozenset(r.node_id for r in received if r.kind == ANSWER and r.late),
    )
