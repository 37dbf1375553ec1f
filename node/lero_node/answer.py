"""How a request becomes an answer, in numbered steps; each step is durable before the next begins.

(1) verify the signature   (2) read it strictly   (3) compile the plan   (4) admit by policy and budget   (5) approve
(6) reserve the price   (7) compute and noise, in the child   (8) sign and store   (9) send in its slot (run.py)

After a crash, a request that was reserved is computed again (nothing had left this computer), and one that was released
is sent again byte for byte. Steps 1 to 5 never look at a member's record.
"""

from __future__ import annotations

from lero_contract.codec import (
    Answer,
    AnswerHeader,
    decode_answer,
    decode_request,
    encode_header,
    encode_vector,
)
from lero_contract.codec.answer import vector_digest
from lero_contract.envelope import ANSWER_HEADER, REQUEST, Envelope, key_id, open_one, public_bytes, sign
from lero_contract.errors import Conflict, Corrupt, LeroError, Stale, Unauthorised, Unavailable
from lero_contract.plan import compile_plan, joining_years
from lero_contract.request import Request
from lero_contract.roster import Roster
from lero_node.compute import parent
from lero_node.compute.job import Job, Probe
from lero_node.data.manifest import Snapshot, check_parts
from lero_node.deciding import approve_if_covered, decide, may_leave
from lero_node.gate.admission import Asked, admit, check_addressed, template_digest
from lero_node.gate.inbox import Decision, Item
from lero_node.home import in_turn
from lero_node.node import Node
from lero_node.privacy.ledger import Charge, Entry, State

NOT_HEARD = "request not heard"
ALARM = "ALARM known id with other content"


def receive(node: Node, envelope: Envelope) -> bool:
    """Steps 1 to 4 for an envelope from outside; False where it was not heard.

    What happens to it is in the log and, once heard, in the inbox.
    """
    try:
        asked, _ = _verify(node, envelope)
    except LeroError as error:
        # Not heard: nothing inside was believed, so no id can be named and nobody is answered.
        if node.inbox.note_not_heard(NOT_HEARD, envelope.digest, node.now_s):
            node.log.write(node.now_s, NOT_HEARD, f"{error.code}: {error.detail}")
        return False
    request_id = asked.request.request_id
    if not node.inbox.has_room_for(request_id):
        return False  # left with the coordinator, which offers it again
    try:
        node.inbox.take(asked.request, envelope, asked.analyst_id, Decision.WAITING, node.now_s)
        charged = node.ledger.entry(request_id)
        if charged is not None and charged.request_digest != asked.digest:
            raise Conflict("The ledger holds another request under this id.")
    except Conflict as error:
        if node.inbox.note_not_heard(ALARM, envelope.digest, node.now_s):
            node.log.write(node.now_s, ALARM, error.detail, request_id)
        return False
    if charged is None:
        decide(node, asked)
    node.inbox.reopen(request_id)
    return True


def resume(node: Node) -> None:
    """At the start: finishes what the program's end had cut in two. The coordinator does not offer it again."""
    for item in node.inbox.undecided():
        try:
            asked, _ = _verify(node, item.envelope)
        except LeroError:  # no longer heard: it waits for a person, who is told why
            node.inbox.leave_waiting(item.request_id, node.now_s)
            continue
        decide(node, asked)
    for item in node.inbox.open_items():
        entry = node.ledger.entry(item.request_id)
        if item.decision is Decision.APPROVED and entry is not None and entry.state is State.FAILED:
            _tell_failed(node, item.request_id, "The computation failed before the program ended.")


def reconsider(node: Node) -> list[Item]:
    """After a new yes given beforehand: approves what waits and is covered by it, and returns that.

    What is no longer heard or admitted goes on waiting for a person.
    """
    approved = []
    for item in node.inbox.open_items():
        if item.decision is not Decision.WAITING:
            continue
        policy = node.policy
        try:
            asked, _ = _verify(node, item.envelope)
            admit(asked, policy, node.ledger.standing(), node.now_s)
        except LeroError:
            continue
        if approve_if_covered(node, asked):
            approved.append(item)
    return approved


def answer(node: Node, item: Item) -> None:
    """Steps 4 to 8 for an approved request that has no stored answer yet.

    Raises Corrupt where ledger, log or snapshot does not verify, Unavailable where the disk cannot be written now.
    """
    with in_turn(node.home.import_lock):  # no import or purge takes the snapshot away while it is read
        _answer(node, item)


def _answer(node: Node, item: Item) -> None:
    policy = node.policy  # outside of what follows: that it cannot be read now is no "no" to anyone
    try:
        # (1) to (4) again: approval may be weeks old, and roster, policy or ledger may have changed since.
        asked, roster_payload = _verify(node, item.envelope)
        charged = node.ledger.entry(item.request_id)
        if charged is None:
            admit(asked, policy, node.ledger.standing(), node.now_s)
        snapshot = _fresh_snapshot(node, asked.request)
        check_parts(node.home.store, snapshot)  # before the charge: damage must not eat the allowance
        if snapshot.is_in_place:  # nor a database that is down; asked without looking at a record
            parent.probe(Probe(node.home.store, snapshot.snapshot_id, node.key.reveal()))
        # (6) Charge first. If we crash after this line the budget is spent and nothing was said: the safe way round.
        entry = node.ledger.reserve(_charge(asked), policy.caps, node.now_s)
        if charged is None:
            node.log.write(node.now_s, "price reserved", f"{entry.nano_rho} of 1e-9 rho", item.request_id)
    except Stale as error:
        _wait_for_data(node, item, error)
        return
    except (Corrupt, Unavailable):
        raise  # this computer's own trouble, not a "no": the request stays approved, and nobody is told
    except LeroError as error:
        node.inbox.decide(item.request_id, Decision.REFUSED, error.detail, error.code, node.now_s)
        node.log.write(node.now_s, "request refused", f"{error.code}: {error.detail}", item.request_id)
        return
    _compute(node, asked, roster_payload, snapshot, entry)


def stored_answer(node: Node, item: Item) -> Answer | None:
    """The answer that may leave: always the same bytes. None before it is released, until a person has let it go where
    the policy asks for that, and for ever where they have withheld it."""
    entry = node.ledger.entry(item.request_id)
    if entry is None or entry.answer is None or not may_leave(node, item.request_id):
        return None
    return decode_answer(entry.answer)


def check_heard(node: Node, envelope: Envelope) -> None:
    """Raises what `receive` writes to the log alone: why a request is not heard. For the person who brought it."""
    _verify(node, envelope)


def _verify(node: Node, envelope: Envelope) -> tuple[Asked, bytes]:
    """Steps 1 to 3: a request this node must hear, its plan, and the roster bytes the plan was compiled from."""
    # (1) Only analysts on the newest roster this node holds are heard, and only while it is valid.
    node.rosters.check_in_time(node.now_s)
    newest = node.rosters.newest
    payload, signer = open_one(envelope, REQUEST, newest.analyst_keys)
    # (2) The bytes that were signed are the bytes that are read.
    request = decode_request(payload)
    # (3) The plan follows from the request, the dictionary and this node's entry in the roster the request pins.
    roster, roster_payload = node.rosters.pinned_by(request.roster_digest)
    check_addressed(request, roster, node.membership.node_id)
    _check_own_entry(node, roster)
    _check_own_entry(node, newest)
    plan = compile_plan(request, node.dictionary, node.entry_in(roster))
    analyst = next(a.party_id for a in newest.analysts if key_id(a.public_key) == signer)
    return Asked(request, payload, envelope.digest, plan, analyst, signer), roster_payload


def _check_own_entry(node: Node, roster: Roster) -> None:
    if node.entry_in(roster).identity_key != public_bytes(node.identity.signing):
        raise Unauthorised("The roster lists another key for this node.", "Ask the national body what happened.")


def _fresh_snapshot(node: Node, request: Request) -> Snapshot:
    """Records complete up to the cut date. A person states that day at import, so this tells nothing of members."""
    snapshot = node.snapshot
    if snapshot is None or snapshot.cut_date_day < request.cut_date_day:
        raise Stale("The newest import ends before the day this request asks about.", "Import a newer export.")
    return snapshot


def _wait_for_data(node: Node, item: Item, error: Stale) -> None:
    """Tells the coordinator once; the request stays approved and is answered after the next import."""
    if item.notice != error.code:
        node.inbox.decide(item.request_id, item.decision, error.detail, error.code, node.now_s)
        node.log.write(node.now_s, "request waits for data", error.detail, item.request_id)


def _charge(asked: Asked) -> Charge:
    joined_from, joined_to = joining_years(asked.request)
    return Charge(
        request_id=asked.request.request_id,
        request_digest=asked.digest,
        template_digest=template_digest(asked.request),
        plan_digest=asked.plan.digest,
        signer_key_id=asked.signer_key_id,
        nano_rho=asked.plan.price_nano_rho,
        joined_from=joined_from,
        joined_to=joined_to,
    )


def _compute(node: Node, asked: Asked, roster_payload: bytes, snapshot: Snapshot, entry: Entry) -> None:
    """Steps 7 and 8."""
    request_id = asked.request.request_id
    if entry.state is not State.RESERVED:
        return  # released, sent or failed before: never computed twice
    job = Job(
        snapshots=node.home.store,
        snapshot_id=snapshot.snapshot_id,
        key=node.key.reveal(),
        request=asked.payload,
        roster=roster_payload,
        node_id=node.membership.node_id,
        plan_digest=asked.plan.digest,
    )
    try:
        cells = parent.run(job)
        if cells is None:
            node.log.write(node.now_s, "computation stopped", "It is done again at the next start.", request_id)
            return  # as after a crash: reserved, nothing said, computed again
        if len(cells) != asked.plan.cell_count:
            raise Corrupt("The computation returned another number of cells than the plan has.")
    except LeroError as error:
        # Here and below by the slot: a row's hash travels in marks, and its moment could be guessed from it.
        node.ledger.mark_failed(request_id, node.next_slot_s)
        _tell_failed(node, request_id, error.detail)
        return
    # (8) From here on these bytes are the answer, for ever.
    final = _signed(node, asked, snapshot, entry, encode_vector(cells))
    node.ledger.release(request_id, final.to_bytes(), node.next_slot_s)
    node.log.write(node.now_s, "answer released", f"{len(cells)} cells", request_id)


def _tell_failed(node: Node, request_id: str, detail: str) -> None:
    """One code for every fault in there, so that which one it was tells nothing outside."""
    node.inbox.decide(request_id, Decision.REFUSED, detail, LeroError.code, node.now_s)
    node.log.write(node.now_s, "computation failed, the charge stays", detail, request_id)


def _signed(node: Node, asked: Asked, snapshot: Snapshot, entry: Entry, vector: bytes) -> Answer:
    request, plan = asked.request, asked.plan
    header = AnswerHeader(
        request_id=request.request_id,
        request_digest=asked.digest,
        plan_digest=plan.digest,
        dictionary_digest=request.dictionary_digest,
        roster_digest=request.roster_digest,
        node_id=node.membership.node_id,
        mode=request.mode,
        cell_count=plan.cell_count,
        cut_date_day=snapshot.cut_date_day,
        vector_digest=vector_digest(vector),
        price_nano_rho=plan.price_nano_rho,
        not_collected=plan.not_collected,
        publish_alone=node.policy.publication.publish_alone,
        ledger_head=entry.head,
    )
    return Answer(sign(ANSWER_HEADER, encode_header(header), node.identity.signing), vector)
