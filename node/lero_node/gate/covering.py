"""What a programme would ask here, what the policy has against it, and whether an approved one covers a request. Pure.

A programme never widens a policy: every entry is held against the same rules as a request, now and again when the
request itself arrives. Plans and prices are compiled here from the signed bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lero_contract.codec import decode_programme
from lero_contract.dictionary import Dictionary
from lero_contract.envelope import PROGRAMME, Envelope, key_id, open_one
from lero_contract.errors import OutOfTime, Unauthorised
from lero_contract.plan import compile_plan
from lero_contract.price import NANO
from lero_contract.programme import Entry, Programme
from lero_contract.roster import NodeEntry, Roster
from lero_node.gate.admission import Asked, reasons_against
from lero_node.gate.policy import Policy
from lero_node.gate.programmes import Approval
from lero_node.gate.words import day_words

DAY_S = 86_400


@dataclass(frozen=True)
class Offered:
    """A programme whose signature holds, as this node would answer it. asked: each entry as the request it will be.

    reasons: what the policy has against it, in words; empty where it may be approved.
    """

    programme: Programme
    envelope: Envelope
    analyst_id: str
    signer_key_id: str
    asked: tuple[tuple[Entry, Asked], ...]
    reasons: tuple[str, ...]

    @property
    def prices(self) -> Mapping[str, int]:
        """By entry, in 1e-9 rho: what this node worked out, of the tables that it records."""
        return {entry.entry_id: asked.plan.price_nano_rho for entry, asked in self.asked}

    @property
    def price_nano_rho(self) -> int:
        """Of the whole year at this node."""
        return sum(self.prices.values())


@dataclass(frozen=True)
class Covered:
    """A request that an approved programme says yes to."""

    approval: Approval
    entry: Entry

    @property
    def in_words(self) -> str:
        """As in "by the programme standard-year-2026 approved on 2 April 2026"."""
        approved = day_words(self.approval.approved_at_s // DAY_S)
        return f"by the programme {self.approval.programme.key} approved on {approved}"


def offered(envelope: Envelope, roster: Roster, own: NodeEntry, policy: Policy, dictionary: Dictionary) -> Offered:
    """A programme as this node would answer it. roster: the newest held; own: this node's entry in it.

    Raises Unauthorised for a signer who is no analyst of the roster, or another federation; Malformed for what is no
    programme, another dictionary, or a table that does not compile.
    """
    payload, signer = open_one(envelope, PROGRAMME, roster.analyst_keys)
    programme = decode_programme(payload)
    if (programme.federation_id, programme.synthetic) != (roster.federation_id, roster.synthetic):
        raise Unauthorised("The programme is for another federation.")
    analyst = next(a.party_id for a in roster.analysts if key_id(a.public_key) == signer)
    found = []
    for entry in programme.entries:
        request = programme.request_of(entry, own.node_id, roster.version, bytes(32))
        plan = compile_plan(request, dictionary, own)
        found.append((entry, Asked(request, envelope.payload, envelope.digest, plan, analyst, signer)))
    reasons = [f"{entry.entry_id}: {reason}" for entry, asked in found for reason in reasons_against(asked, policy)]
    whole, cap = sum(asked.plan.price_nano_rho for _, asked in found), policy.caps.year_nano_rho
    if whole > cap:
        reasons.append(f"The whole year costs {whole / NANO:g} rho; a year's allowance here is {cap / NANO:g} rho.")
    return Offered(programme, envelope, analyst, signer, tuple(found), tuple(reasons))


def check_not_expired(programme: Programme, now_s: int) -> None:
    """Raises OutOfTime for a programme that covers nothing any more."""
    if now_s > programme.expires_at_s:
        expired = day_words(programme.expires_at_s // DAY_S)
        raise OutOfTime(f"The programme expired on {expired}.", "Ask for the newest one.")


def covering(asked: Asked, approvals: Iterable[Approval], now_s: int) -> Covered | None:
    """The approved entry that a request is, where nobody need be asked; else None.

    The same signer, the same words, days and tables, a plan that costs no more than the one approved, and an entry
    that no other request has used.
    """
    for approval in approvals:
        if approval.state(now_s) != "approved" or approval.signer_key_id != asked.signer_key_id:
            continue
        programme = approval.programme
        for entry in programme.entries:
            is_free = approval.used.get(entry.entry_id, asked.request.request_id) == asked.request.request_id
            is_paid = asked.plan.price_nano_rho <= approval.most[entry.entry_id]
            if is_free and is_paid and programme.covers(entry, asked.request, now_s):
                return Covered(approval, entry)
    return None
