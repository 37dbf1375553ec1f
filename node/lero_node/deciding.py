"""Who says yes: to a request before anything is computed, and to a finished answer before it leaves.

Never a function of member data, and never wider than the policy: admission comes first, for every request. A person who
lets an answer go, or withholds it, has seen its shape, its price and who gets it, and no figure: somebody who knows the
exact figures and holds back "wrong" ones would cut the tails off the noise.
"""

from __future__ import annotations

from lero_contract.errors import LeroError, Refused, Withheld
from lero_node.gate.admission import Asked, admit, template_digest
from lero_node.gate.covering import covering
from lero_node.gate.inbox import Decision, Item
from lero_node.gate.policy import StandingApproval
from lero_node.gate.releases import Leave
from lero_node.gate.standing import standing_for, used_of
from lero_node.node import Node
from lero_node.privacy.ledger import State

BY_STANDING = "by the standing approval"


def decide(node: Node, asked: Asked) -> None:
    """Admitted and approved, admitted and waiting for a person, or refused; what was decided before stands."""
    request_id = asked.request.request_id
    item = node.inbox.find(request_id)
    if item is None or item.decision is not Decision.WAITING:
        return
    policy = node.policy  # outside of what follows: that it cannot be read now is no "no" to anyone
    try:
        admit(asked, policy, node.ledger.standing(), node.now_s)
    except LeroError as error:
        if node.inbox.decide_if_waiting(request_id, Decision.REFUSED, error.detail, error.code, node.now_s):
            node.log.write(node.now_s, "request refused", f"{error.code}: {error.detail}", request_id)
        return
    node.log.write(node.now_s, "request heard", asked.request.title, request_id)
    if approve_if_covered(node, asked):
        return
    if policy.gates.run == "automatic":
        _approve(node, request_id, "by the policy")
    else:
        node.inbox.leave_waiting(request_id, node.now_s)


def approve_if_covered(node: Node, asked: Asked) -> bool:
    """Whether a person had said yes beforehand: to a programme, or to the template. Then it is approved."""
    by = _by_programme(node, asked) or _by_standing(node, asked)
    return bool(by) and _approve(node, asked.request.request_id, by)


def standing_used(node: Node, approval: StandingApproval) -> int:
    """How often a standing approval was used, by the ledger and by what is approved and not charged yet."""
    return used_of(
        approval,
        (row.values for row in node.ledger.rows()),
        node.inbox.items(),
        lambda request_id: node.ledger.entry(request_id) is not None,
    )


def take_back_standing(node: Node) -> list[Item]:
    """After a standing approval was removed: what it had approved, and is not charged yet, waits for a person again."""
    templates = {(approval.template, approval.analyst_key) for approval in node.policy.standing}
    taken_back = []
    for item in node.inbox.open_items():
        bound = (template_digest(item.request).hex(), item.signer_key_id)
        is_by_standing = item.decision is Decision.APPROVED and item.reason.startswith(BY_STANDING)
        if is_by_standing and bound not in templates and node.ledger.entry(item.request_id) is None:
            node.inbox.decide(
                item.request_id, Decision.WAITING, "The standing approval was removed.", item.notice, node.now_s
            )
            node.log.write(node.now_s, "standing approval removed", "The request waits again.", item.request_id)
            taken_back.append(item)
    return taken_back


def may_leave(node: Node, request_id: str) -> bool:
    """Whether a finished answer may be sent: never what was withheld, always what has left before."""
    leave = node.inbox.releases.of(request_id)
    if leave is not None:
        return leave is Leave.SEND
    entry = node.ledger.entry(request_id)
    is_sent = entry is not None and entry.state is State.SENT
    return is_sent or node.policy.gates.release == "automatic"


def waits_for_release(node: Node, item: Item) -> bool:
    """Whether its answer is finished and a person has yet to let it go."""
    entry = node.ledger.entry(item.request_id)
    is_finished = entry is not None and entry.answer is not None
    return is_finished and not may_leave(node, item.request_id) and item.decision is not Decision.WITHHELD


def check_waits(node: Node, item: Item) -> None:
    """Raises Refused where no finished answer to a request waits for a person."""
    if not waits_for_release(node, item):
        raise Refused("No finished answer to this request waits for a person.", "See: lero-node request list")


def let_go(node: Node, item: Item) -> None:
    """A person sends a finished answer. Raises Refused where none waits for that."""
    check_waits(node, item)
    node.inbox.releases.decide(item.request_id, Leave.SEND, node.now_s)
    node.log.write(node.now_s, "answer let go", "by the operator", item.request_id)


def withhold(node: Node, item: Item, reason_code: str) -> None:
    """A person keeps a finished answer here, for good; its charge stays. Raises Refused where none waits for that."""
    check_waits(node, item)
    node.inbox.releases.decide(item.request_id, Leave.WITHHOLD, node.now_s)
    # After a crash between these two it is withheld and nobody is told; the same command again tells them.
    node.inbox.decide(item.request_id, Decision.WITHHELD, reason_code, Withheld.code, node.now_s)
    node.log.write(node.now_s, "answer withheld, the charge stays", "by the operator", item.request_id)


def _by_programme(node: Node, asked: Asked) -> str:
    covered = covering(asked, node.programmes.approvals(), node.now_s)
    # The entry is bound before the yes: after a crash between the two a person is asked, and no other request gets it.
    if covered is not None and node.programmes.use(
        covered.approval, covered.entry.entry_id, asked.request.request_id, node.now_s
    ):
        return covered.in_words
    return ""


def _by_standing(node: Node, asked: Asked) -> str:
    found = standing_for(asked, node.policy.standing, lambda approval: standing_used(node, approval), node.now_s)
    return f"{BY_STANDING} “{found.words}”" if found is not None else ""


def _approve(node: Node, request_id: str, by: str) -> bool:
    """False where a person, in another process, has decided in the meantime: a yes of rules never undoes their no."""
    if not node.inbox.decide_if_waiting(request_id, Decision.APPROVED, by, "", node.now_s):
        return False
    node.log.write(node.now_s, "request approved", by, request_id)
    return True
