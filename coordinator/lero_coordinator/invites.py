"""An invite lets one LERO join, once: it is bound to the first identity key that uses it. Pure.

What is kept of it is who was invited and the public half of its signing key; its secrets are in the file alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from lero_contract.codec import Enrolment
from lero_contract.envelope import ENROLMENT, Envelope, key_id, valid_signers
from lero_contract.errors import Conflict, Malformed, OutOfTime, Unauthorised

DEFAULT_DAYS = 7
MOST_DAYS = 60

_ASK_AGAIN = "Make the LERO a new invite."


@dataclass(frozen=True)
class Issued:
    """What the coordinator keeps of an invite. public_key: raw Ed25519, of the key in the file that signs a wish.

    authority: the number of the one that issued its certificate. used_at_s, identity_key: of the wish that used it
    first, else None.
    """

    invite_id: str
    node_id: str
    organisation_id: str
    organisation_name: str
    public_key: bytes
    authority: int
    made_at_s: int
    expires_at_s: int
    withdrawn_at_s: int | None = None
    used_at_s: int | None = None
    identity_key: bytes | None = None

    def may_call(self, now_s: int) -> bool:
        """Whether its certificate is heard: one use is decided later, by the key that signs."""
        return self.withdrawn_at_s is None and now_s < self.expires_at_s

    def is_open(self, now_s: int) -> bool:
        """Whether somebody may still join by it."""
        return self.may_call(now_s) and self.used_at_s is None

    def state(self, now_s: int) -> str:
        """In one word."""
        if self.used_at_s is not None:
            return "used"
        if self.withdrawn_at_s is not None:
            return "withdrawn"
        return "open" if now_s < self.expires_at_s else "expired"


def check_use(issued: Issued, wish: Enrolment, now_s: int) -> None:
    """Whether a wish may use an invite; the key that used it first may again, for a reply can be lost.

    Raises Unauthorised where it was withdrawn or was made for others than the wish names, OutOfTime where it is late,
    Conflict where another key has used it.
    """
    entry = wish.entry
    if issued.withdrawn_at_s is not None:
        raise Unauthorised("The invite was withdrawn.", _ASK_AGAIN)
    if now_s >= issued.expires_at_s:
        raise OutOfTime("The invite has expired.", _ASK_AGAIN)
    named = (entry.node_id, entry.organisation_id, wish.organisation_name)
    if named != (issued.node_id, issued.organisation_id, issued.organisation_name):
        raise Unauthorised("The wish names others than its invite was made for.", _ASK_AGAIN)
    if issued.identity_key not in (None, entry.identity_key):
        raise Conflict("The invite was used by another computer.", "Find out who had the file, then make a new invite.")


def check_signers(envelope: Envelope, *public_keys: bytes) -> None:
    """Raises Unauthorised unless an enrolment is signed by exactly these keys, once each."""
    by_id = {key_id(key): key for key in public_keys}
    if len(envelope.signatures) != len(by_id) or valid_signers(envelope, ENROLMENT, by_id) != set(by_id):
        raise Unauthorised("The enrolment is not signed by the keys that must sign it.", _ASK_AGAIN)


def check_days(days: int) -> None:
    """Raises Malformed for a life that no invite may have."""
    if not 1 <= days <= MOST_DAYS:
        raise Malformed(f"An invite is good for 1 to {MOST_DAYS} days.", "Choose fewer.")
